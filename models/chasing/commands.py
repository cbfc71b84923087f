"""What people and ledgers may order of a case; :mod:`models.chasing.ruling` answers."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from models.chasing import events as ev
from models.ledger.creditor import Person


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """Who orders, when, and what the books know beside the case.

    Attributes:
        today: the day in the policy's zone.
        actor: who orders; ``system`` for the engine.
        key: names what is created (promise, dispute, hold); the same for all its invoices.
        promises_made: promises of this debtor in the last 12 months, other keys only.
        people: those of the creditor, by whose roles it is known who may decide; none
            leaves it open to all, as in a rehearsal.
    """

    today: date
    actor: str
    key: str
    promises_made: int = 0
    people: tuple[Person, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """The debtor promises to pay; ``accepted`` lets a manager go beyond the limits."""

    parts: tuple[ev.Part, ...]
    accepted: bool = False
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dispute:
    """The debtor contests an amount (minor units), or all of it."""

    amount: int | None = None
    reason: str = ""
    accepted: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Settle:
    """A dispute ends; ``amount`` is what is accepted of it."""

    outcome: ev.Outcome
    amount: int | None = None
    credit_by: date | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """Chasing stops until the start of a day."""

    until: date | None
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """Holds end now; also takes back a promise that still pauses."""

    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Approve:
    """A yes: to the notice that waits, or to a late dispute.

    Attributes:
        ahead: whether it may come before the notice asks, and is then kept for the next level
            if that asks for one: what happens on a day happens before its contacts.
    """

    reason: str = ""
    ahead: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Reject:
    """A no, and what then: hold until a day, repeat the level before, or skip this one."""

    then: Literal["hold", "repeat", "skip"] = "hold"
    until: date | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LogCall:
    """Somebody called: ``reached``, ``no-answer`` or ``wrong-number``."""

    outcome: Literal["reached", "no-answer", "wrong-number"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pay:
    """Money for this invoice arrived (minor units)."""

    amount: int
    on: date | None = None
    payment: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Credit:
    """A credit note for this invoice (minor units); ``on`` is its day, today without one."""

    amount: int
    note: str = ""
    on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reverse:
    """Money is taken back (minor units); ``None`` takes back all that was paid."""

    amount: int | None = None
    payment: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Skip:
    """The next level is passed over, or all before ``to``."""

    to: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SendNow:
    """The next level, or a named one, goes at the next opening."""

    level: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Extend:
    """Chasing counts from a later due date."""

    due: date
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteOff:
    """What is open is given up."""

    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kill:
    """The invoice is void."""

    death: ev.Death


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """Something worth keeping."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounce:
    """The last notice by a channel did not arrive."""

    channel: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Present:
    """The last formal notice was first presented on a day: its deadline counts from there."""

    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class RejectDebit:
    """A direct debit came back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangePolicy:
    """The case goes on under another policy."""

    policy: str
    version: int
    hash: str


Command = (
    Promise
    | Dispute
    | Settle
    | Hold
    | Release
    | Approve
    | Reject
    | LogCall
    | Pay
    | Credit
    | Reverse
    | Skip
    | SendNow
    | Extend
    | WriteOff
    | Kill
    | Note
    | Bounce
    | RejectDebit
    | ChangePolicy
    | Present
)
