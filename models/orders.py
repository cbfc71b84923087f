"""What is asked of the books, and what they answer: the words of every road into them."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import NamedTuple

from models.chasing.commands import Command


@dataclass(frozen=True, slots=True, kw_only=True)
class Freeze:
    """Everything of a creditor stands still."""

    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Thaw:
    """A creditor's chasing begins again, so many debtors a working day."""

    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Insolvency:
    """A debtor was judged insolvent; ``judged_on`` missing takes a false match back."""

    judged_on: date | None
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Allocate:
    """What is left of a payment goes to the invoices named, else to the debtor's oldest."""

    payment: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleDelivery:
    """A person says whether a notice of unknown outcome arrived."""

    arrived: bool
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SetDebtor:
    """Facts of a debtor change; ``None`` leaves one as it is, what is empty takes it away.

    Attributes:
        payment_days: days of the month.
        policy: of invoices that enter from now on; those open keep theirs.
        quiet: channels on which nobody there is written to.
        payer: who receives its notices: another debtor of the creditor, by key, code or name.
        parent: the debtor whose exposure it adds to.
    """

    legal_id: str | None = None
    payment_days: tuple[int, ...] | None = None
    internal: bool | None = None
    zone: str | None = None
    country: str | None = None
    language: str | None = None
    segment: str | None = None
    policy: str | None = None
    quiet: tuple[str, ...] | None = None
    payer: str | None = None
    parent: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """A debtor is sent a statement of everything open, today or at the next opening."""


#: What may be ordered of an invoice, a debtor or a creditor.
AnyCommand = Command | Freeze | Thaw | Insolvency | SetDebtor | State | Allocate | RuleDelivery


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """One command, whoever gives it.

    Attributes:
        actor: who orders; ``system`` for the engine.
        at: the instant of the order.
        event_id: chosen by the caller; the same one is carried out once per creditor.
        invoices: numbers; one, or a list in the order an amount is to fall.
        debtor: our key, the ledger's code or the exact name, for all that it owes; a
            creditor-wide order names neither.
        amount: minor units; spread over the invoices when there are several.
    """

    creditor: str
    command: AnyCommand
    actor: str
    at: datetime
    event_id: str
    invoices: tuple[str, ...] = ()
    debtor: str = ""
    amount: int | None = None


class Entry(NamedTuple):
    """What to tell the workflow of an invoice: the event's id and what it is.

    ``creditor`` is whose invoice it is; empty for that of the order or file it came from.
    """

    number: str
    event_id: str
    kind: str
    creditor: str = ""


class Poke(NamedTuple):
    """A debtor's workflow to wake: our key of the debtor, and for when."""

    debtor: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """What an order came to.

    Attributes:
        entries: which workflows to tell. A creditor-wide order leaves them to the sweep.
        repeated: it had been carried out before; nothing changed now.
        left: minor units of a payment that pay nothing yet.
        elsewhere: the same for other creditors' cases of the same legal person.
        pokes: debtors to wake for a notice that was planned.
    """

    creditor: str
    entries: tuple[Entry, ...] = ()
    repeated: bool = False
    left: int = 0
    elsewhere: tuple["Recorded", ...] = ()
    pokes: tuple[Poke, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Incoming:
    """Money that came in, or was taken back when ``amount`` is negative.

    Attributes:
        key: the bank's reference, or what stands for it; known payments change nothing.
        on: the day of the money.
        numbers: invoices the payer named, in order.
        debtor: our key, code or exact name; empty when not known.
        exact: let what is left over pay an invoice of just that amount.
        oldest: then let it pay the debtor's oldest invoices.
    """

    creditor: str
    key: str
    on: date
    amount: int
    currency: str
    actor: str
    at: datetime
    numbers: tuple[str, ...] = ()
    debtor: str = ""
    text: str = ""
    exact: bool = True
    oldest: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """A file that is being read in.

    Attributes:
        content_on: the day its content covers, inclusive.
        complete: it holds every open item of the creditor.
        oldest: its payments may pay a debtor's oldest invoices when nothing else fits.
        accepted: somebody said yes to it beforehand, however old it is and whatever it closes.
    """

    name: str
    sha256: str
    content_on: date
    actor: str
    at: datetime
    complete: bool = False
    oldest: bool = False
    accepted: bool = False


@dataclass(slots=True, kw_only=True)
class Imported:
    """What a file came to; ``waiting`` items would be settled but need a yes first."""

    import_id: int
    rows: int = 0
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    settled: int = 0
    rejected: int = 0
    waiting: int = 0
    state: str = "done"
    why: str = ""
    left: dict[str, int] = field(default_factory=dict)
