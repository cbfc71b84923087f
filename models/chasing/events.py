"""What can happen to a case, in the past tense.

An event is a fact with its day (in the policy's zone); it is committed before anybody
acts on it and never changed. A case is folded from its events alone.
Readers ignore keys they do not know, so that an older worker reads a newer event.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache
from typing import Annotated, Literal

from pydantic import Field, TypeAdapter


class Outcome(StrEnum):
    """How a dispute was settled."""

    FOR_DEBTOR = "for-debtor"
    IN_PART = "in-part"
    AGAINST = "against"


class Death(StrEnum):
    """Why an invoice is owed no more without being paid."""

    REFUSED = "refused"
    REJECTED = "rejected"
    CANCELLED = "cancelled"
    REPLACED = "replaced"


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One payment promised; ``amount`` in minor units, ``None`` for all that is open."""

    by: date
    amount: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Entered:
    """The case began under a policy; a ledger's past sets ``level`` and its day.

    Attributes:
        open: minor units still owed when it entered.
        deadline: last day given by a formal notice that was said before.
    """

    on: date
    open: int
    policy: str
    version: int = 1
    hash: str = ""
    level: str | None = None
    level_on: date | None = None
    deadline: date | None = None
    kind: Literal["entered"] = "entered"


@dataclass(frozen=True, slots=True, kw_only=True)
class Paid:
    """Money was allocated to the invoice; ``on`` is the day it arrived."""

    on: date
    amount: int
    payment: str = ""
    kind: Literal["paid"] = "paid"


@dataclass(frozen=True, slots=True, kw_only=True)
class Credited:
    """A credit note was applied; it lowers what is owed and is not a payment."""

    on: date
    amount: int
    note: str = ""
    kind: Literal["credited"] = "credited"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reversed:
    """An allocated payment was taken back."""

    on: date
    amount: int
    payment: str = ""
    kind: Literal["reversed"] = "reversed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Corrected:
    """The ledger restated the invoice; ``None`` leaves a fact as it was.

    ``open`` is what the ledger says is owed now, whatever was folded before.
    """

    on: date
    due: date | None = None
    amount: int | None = None
    open: int | None = None
    kind: Literal["corrected"] = "corrected"


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerSettled:
    """A complete ledger no longer held the invoice."""

    on: date
    kind: Literal["ledger-settled"] = "ledger-settled"


@dataclass(frozen=True, slots=True, kw_only=True)
class Extended:
    """Chasing was moved to another due date by agreement; the debt's own did not move."""

    on: date
    due: date
    reason: str = ""
    kind: Literal["extended"] = "extended"


@dataclass(frozen=True, slots=True, kw_only=True)
class Promised:
    """The debtor gave its word.

    Attributes:
        promise: key of the promise; shared by all invoices it was given for.
        parts: in order of day; more than one is an instalment plan.
        announced: beyond the policy's limits: kept for the forecast, pauses nothing.
    """

    on: date
    promise: str
    parts: tuple[Part, ...]
    announced: bool = False
    reason: str = ""
    kind: Literal["promised"] = "promised"


@dataclass(frozen=True, slots=True, kw_only=True)
class PromiseBroken:
    """The books of the days since do not show the money."""

    on: date
    promise: str
    kind: Literal["promise-broken"] = "promise-broken"


@dataclass(frozen=True, slots=True, kw_only=True)
class PromiseKept:
    """The money came, within tolerance."""

    on: date
    promise: str
    kind: Literal["promise-kept"] = "promise-kept"


@dataclass(frozen=True, slots=True, kw_only=True)
class PromiseWithdrawn:
    """A promise no longer counts: taken back, or replaced."""

    on: date
    promise: str
    reason: str = ""
    kind: Literal["promise-withdrawn"] = "promise-withdrawn"


@dataclass(frozen=True, slots=True, kw_only=True)
class Disputed:
    """The debtor contests the invoice, or ``amount`` of it.

    Attributes:
        answer_by: day by which the owner must answer.
        accepted: whether it pauses; after a formal notice a person must accept it first.
        by: the person who raised it; he may not accept it.
    """

    on: date
    dispute: str
    amount: int | None = None
    reason: str = ""
    owner: str = ""
    answer_by: date | None = None
    accepted: bool = True
    by: str = ""
    kind: Literal["disputed"] = "disputed"


@dataclass(frozen=True, slots=True, kw_only=True)
class DisputeRuled:
    """A person accepted or refused a dispute raised after a formal notice.

    Attributes:
        answer_by: once accepted, the day by which its owner must answer.
    """

    on: date
    dispute: str
    accepted: bool
    answer_by: date | None = None
    kind: Literal["dispute-ruled"] = "dispute-ruled"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """A dispute ended.

    Attributes:
        amount: what was accepted, to be credited; ``None`` for all that was disputed.
        credit_by: day by which the credit note is expected.
    """

    on: date
    dispute: str
    outcome: Outcome
    amount: int | None = None
    credit_by: date | None = None
    reason: str = ""
    kind: Literal["settled"] = "settled"


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """Chasing was stopped until the start of a day; ``None`` is for ever."""

    on: date
    hold: str
    until: date | None
    reason: str = ""
    kind: Literal["held"] = "held"


@dataclass(frozen=True, slots=True, kw_only=True)
class Released:
    """A hold ended before its day; an empty key releases every hold of the case."""

    on: date
    hold: str = ""
    reason: str = ""
    kind: Literal["released"] = "released"


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A level went out.

    Attributes:
        on: the day it went out.
        round: 0 the first time; counts repeats and fresh notices of the same level.
        address: mark of the address it went to, which does not tell it.
        deadline: last day the notice gives, for a legal level.
    """

    on: date
    level: str
    round: int = 0
    notice: str = ""
    channel: str = ""
    address: str = ""
    deadline: date | None = None
    kind: Literal["said"] = "said"


@dataclass(frozen=True, slots=True, kw_only=True)
class Presented:
    """A formal notice was first presented; its deadline counts from there."""

    on: date
    level: str
    deadline: date
    kind: Literal["presented"] = "presented"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounced:
    """A notice proved not to have arrived: its level is to be said again elsewhere.

    Attributes:
        address: mark of the address where it did not; empty for the whole channel.
    """

    on: date
    level: str
    round: int = 0
    channel: str = ""
    address: str = ""
    kind: Literal["bounced"] = "bounced"


@dataclass(frozen=True, slots=True, kw_only=True)
class Passed:
    """Levels were passed over: by late entry, by a person, or because their time is gone.

    Attributes:
        by: the person who did; empty for the engine.
    """

    on: date
    levels: tuple[str, ...]
    reason: str = ""
    by: str = ""
    kind: Literal["passed"] = "passed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Directed:
    """A level was ordered out of its turn: its place no longer counts.

    Attributes:
        keeps_gap: whether the distance to the level before still counts.
        by: the person who did; empty for the engine.
    """

    on: date
    level: str
    reason: str = ""
    keeps_gap: bool = False
    by: str = ""
    kind: Literal["directed"] = "directed"


@dataclass(frozen=True, slots=True, kw_only=True)
class CallAsked:
    """A call became somebody's task."""

    on: date
    level: str
    round: int = 0
    lapses_on: date
    kind: Literal["call-asked"] = "call-asked"


@dataclass(frozen=True, slots=True, kw_only=True)
class CallMade:
    """Somebody called: reached, no-answer or wrong-number.

    Attributes:
        level: the call that was to be made; empty when nobody had asked for one.
    """

    on: date
    level: str
    outcome: str
    kind: Literal["call-made"] = "call-made"


@dataclass(frozen=True, slots=True, kw_only=True)
class CallLapsed:
    """A call was not made in time."""

    on: date
    level: str
    kind: Literal["call-lapsed"] = "call-lapsed"


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalAsked:
    """A notice waits for a yes.

    Attributes:
        amount: minor units of this invoice in the notice as it will leave.
        digest: of the whole notice: lines, totals, text.
        by: who caused it; he may not approve it.
    """

    on: date
    level: str
    round: int = 0
    amount: int = 0
    digest: str = ""
    by: str = ""
    kind: Literal["approval-asked"] = "approval-asked"


@dataclass(frozen=True, slots=True, kw_only=True)
class Approved:
    """A person said yes to a level's notice, up to an amount of this invoice."""

    on: date
    level: str
    amount: int
    round: int = 0
    digest: str = ""
    by: str = ""
    kind: Literal["approved"] = "approved"


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalLapsed:
    """A yes ran out before the notice left."""

    on: date
    level: str
    reason: str = ""
    kind: Literal["approval-lapsed"] = "approval-lapsed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Declined:
    """A person said no: ``then`` is ``hold`` (with ``until``), ``repeat`` or ``skip``."""

    on: date
    level: str
    then: Literal["hold", "repeat", "skip"]
    until: date | None = None
    by: str = ""
    reason: str = ""
    kind: Literal["declined"] = "declined"


@dataclass(frozen=True, slots=True, kw_only=True)
class HandedOver:
    """A third party took the case."""

    on: date
    level: str = ""
    kind: Literal["handed-over"] = "handed-over"


@dataclass(frozen=True, slots=True, kw_only=True)
class DebitRejected:
    """A direct debit came back: the invoice is chased from now on."""

    on: date
    kind: Literal["debit-rejected"] = "debit-rejected"


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenOff:
    """What was open was given up; ``amount`` in minor units."""

    on: date
    amount: int
    reason: str = ""
    kind: Literal["written-off"] = "written-off"


@dataclass(frozen=True, slots=True, kw_only=True)
class Died:
    """The invoice is void: refused, rejected, cancelled or replaced."""

    on: date
    death: Death
    kind: Literal["died"] = "died"


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyChanged:
    """The case was moved to another policy on purpose."""

    on: date
    policy: str
    version: int
    hash: str
    kind: Literal["policy-changed"] = "policy-changed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Noted:
    """A person wrote something down; it changes nothing."""

    on: date
    text: str
    kind: Literal["noted"] = "noted"


@dataclass(frozen=True, slots=True, kw_only=True)
class Closed:
    """The case ended: paid, credited, written-off or dead; a reversal opens it again."""

    on: date
    state: str
    kind: Literal["closed"] = "closed"


Event = (
    Entered
    | Paid
    | Credited
    | Reversed
    | Corrected
    | LedgerSettled
    | Extended
    | Promised
    | PromiseBroken
    | PromiseKept
    | PromiseWithdrawn
    | Disputed
    | DisputeRuled
    | Settled
    | Held
    | Released
    | Said
    | Presented
    | Bounced
    | Passed
    | Directed
    | CallAsked
    | CallMade
    | CallLapsed
    | ApprovalAsked
    | Approved
    | ApprovalLapsed
    | Declined
    | HandedOver
    | DebitRejected
    | WrittenOff
    | Died
    | PolicyChanged
    | Noted
    | Closed
)


@cache
def _wire() -> TypeAdapter[Event]:
    """Return how events are written; made when first needed, since it takes a while."""
    return TypeAdapter(Annotated[Event, Field(discriminator="kind")])


def dumped(event: Event) -> str:
    """Return an event as JSON, as ``case_events`` keeps it."""
    return _wire().dump_json(event, exclude_defaults=False).decode()


def loaded(text: str) -> Event:
    """Return the event that :func:`dumped` wrote, or a newer release did."""
    return _wire().validate_json(text)
