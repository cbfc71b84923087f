"""What crosses between workflows and activities, and so stays in Temporal's histories.

Only ids, numbers, dates and amounts: never a name, an address or a text of a debtor.
Readers ignore keys they do not know; a new key has a default, so that what an older
release recorded decodes for ever.
"""

from datetime import date, datetime

from pydantic import BaseModel, ConfigDict


class Wire(BaseModel):
    """The parent of all: frozen, tolerant of keys of later releases."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class InvoiceRef(Wire):
    """Names an invoice."""

    creditor: str
    number: str


class DebtorRef(Wire):
    """Names a debtor by our own key; ``at`` is the slot it is poked for."""

    creditor: str
    debtor: str
    at: datetime | None = None


class Told(Wire):
    """Something was committed: what people call it, and the event's id."""

    what: str
    event: str = ""


class LookIn(Wire):
    """A look to take: ``look`` counts the looks of this run, from 0."""

    creditor: str
    number: str
    workflow: str
    run: str
    look: int
    now: datetime


class Looked(Wire):
    """What a look came to: all that the workflow acts on.

    Attributes:
        closed: the case is over.
        until: when to look again; ``None`` for only when told.
        waits_for: what the timer waits for, in plain words.
        state: for the search attributes, like level, debtor, due and next_at.
        card: current details for the UI, in Markdown.
    """

    closed: bool = False
    until: datetime | None = None
    waits_for: str = ""
    state: str = ""
    level: str = ""
    debtor: str = ""
    due: date | None = None
    next_at: datetime | None = None
    blockers: tuple[str, ...] = ()
    card: str = ""
    unreachable: bool = False


class ComposeIn(Wire):
    """A composition to make: ``look`` counts those of this run, from 0."""

    creditor: str
    debtor: str
    workflow: str
    run: str
    look: int
    now: datetime


class Delivery(Wire):
    """A notice to hand over: its key, its channel, its end, and plain words for the UI."""

    notice: str
    channel: str
    ends: datetime
    summary: str = ""


class Composed(Wire):
    """What a composition came to.

    Attributes:
        deliveries: to carry out now.
        at: the debtor's next slot; ``None`` when none is registered.
    """

    deliveries: tuple[Delivery, ...] = ()
    at: datetime | None = None
    card: str = ""
    unreachable: bool = False


class DeliverIn(Wire):
    """A notice to hand over now; ``now`` is the workflow's clock."""

    creditor: str
    debtor: str
    notice: str
    now: datetime


class Delivered(Wire):
    """How a delivery ended: sent, failed, unknown or void."""

    notice: str
    state: str


class ExpireIn(Wire):
    """Deliveries whose slot has ended."""

    creditor: str
    debtor: str
    notices: tuple[str, ...]


class Swept(Wire):
    """What a sweep repaired: how many of each kind."""

    started: int = 0
    told: int = 0
    poked: int = 0
    expired: int = 0
