"""What crosses between workflows and activities, and so stays in Temporal's histories.

Only ids, numbers, dates and amounts: never a name, an address or a text of a debtor.
Readers ignore keys they do not know; a new key has a default, so that what an older
release recorded decodes for ever.
"""

from datetime import date, datetime
from typing import Any

from pydantic import (
    BaseModel,
    ConfigDict,
    SerializationInfo,
    SerializerFunctionWrapHandler,
    model_serializer,
)


class Wire(BaseModel):
    """The parent of all: frozen, tolerant of keys of later releases.

    As JSON it leaves out what has its default: a history keeps every byte for months.

    >>> DebtorRef(creditor="acme", debtor="k1").model_dump_json()
    '{"creditor":"acme","debtor":"k1"}'
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    @model_serializer(mode="wrap")
    def _brief(
        self, full: SerializerFunctionWrapHandler, info: SerializationInfo
    ) -> dict[str, Any]:
        said: dict[str, Any] = full(self)
        if info.mode != "json":
            return said
        fields = type(self).model_fields
        return {name: v for name, v in said.items() if getattr(self, name) != fields[name].default}


class InvoiceRef(Wire):
    """Names an invoice."""

    creditor: str
    number: str


class DebtorRef(Wire):
    """Names a debtor by our own key; ``at`` is the slot it is poked for."""

    creditor: str
    debtor: str
    at: datetime | None = None


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
    now: datetime


class Expired(Wire):
    """What became of them; ``wait`` is how many seconds an attempt may still be at one."""

    wait: float = 0.0


class Swept(Wire):
    """What a sweep repaired: how many of each kind.

    Attributes:
        restarted: workflows of open cases that were gone.
        ended: workflows that still ran for closed cases.
        past: how far it came with asking for these; the next sweep goes on from there.
    """

    started: int = 0
    told: int = 0
    poked: int = 0
    expired: int = 0
    restarted: int = 0
    ended: int = 0
    past: tuple[int, int] = (0, 0)


class Instalment(Wire):
    """A part of a promise; ``amount`` is a decimal string, empty for the rest."""

    by: date
    amount: str = ""


class Said(Wire):
    """What a signal or update says: an event already committed, or an order to record.

    Attributes:
        event: id of the committed event; then nothing else counts.
        id: names the order; the same one is carried out once.
        amount: decimal string of major units.
        policy: name of the policy to go on under.
    """

    event: str = ""
    id: str = ""
    actor: str = ""
    amount: str = ""
    by: date | None = None
    until: date | None = None
    reason: str = ""
    outcome: str = ""
    level: str = ""
    parts: tuple[Instalment, ...] = ()
    accepted: bool = False
    policy: str = ""


class RecordIn(Wire):
    """An order that came through Temporal, for one invoice."""

    creditor: str
    number: str
    what: str
    said: Said
    now: datetime


class Verdict(Wire):
    """What became of an order: ``recorded`` or a refusal, with a sentence."""

    recorded: bool
    sentence: str
    events: tuple[str, ...] = ()


class Start(Wire):
    """An invoice whose workflow is to run, with what its search attributes begin with."""

    creditor: str
    number: str
    debtor: str = ""
    due: date | None = None


class FileIn(Wire):
    """A file to take in: where the worker finds it, and what it holds.

    Attributes:
        kind: items, contacts or payments.
        content_on: day its content covers, inclusive; ``None`` for today.
    """

    path: str
    creditor: str
    kind: str = "items"
    complete: bool = False
    accepted: bool = False
    oldest: bool = False
    content_on: date | None = None
    mapping: str = ""
    actor: str = "intake"


class FileTaken(Wire):
    """What a file came to: counts, and where its rejects lie."""

    rows: int = 0
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    settled: int = 0
    rejected: int = 0
    waiting: int = 0
    started: int = 0
    state: str = "done"
    rejects: str = ""
