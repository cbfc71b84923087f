"""What ``decide`` may answer: record first, wait, contact, or close."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Literal

from models.chasing.events import Event


class State(StrEnum):
    """Where a case stands, in one word; what people filter by."""

    OPEN = "open"
    PROMISED = "promised"
    DISPUTED = "disputed"
    HELD = "held"
    WAITING = "waiting"
    EXCLUDED = "excluded"
    HANDED_OVER = "handed-over"
    EXHAUSTED = "exhausted"
    PAID = "paid"
    CREDITED = "credited"
    WRITTEN_OFF = "written-off"
    DEAD = "dead"


class Blocker(StrEnum):
    """Why nothing is said now. Readers treat a blocker they do not know as a blocker."""

    NOT_ISSUED = "not-issued"
    FROZEN = "frozen"
    TURN = "turn-after-thaw"
    HOLD = "hold"
    DEBTOR_HOLD = "debtor-hold"
    CREDITOR_HOLD = "creditor-hold"
    PROMISE = "promise"
    DISPUTE = "dispute"
    CREDIT_EXPECTED = "credit-note-expected"
    INSOLVENCY = "insolvency"
    DIRECT_DEBIT = "direct-debit"
    SELF_BILLED = "self-billed"
    INTERNAL = "internal-debtor"
    SERVICER = "servicer"
    HANDED_OVER = "handed-over"
    TOO_OLD = "too-old"
    CALL = "call-to-make"
    APPROVAL = "approval"
    BEING_SAID = "being-said"
    UNKNOWN_OUTCOME = "unknown-outcome"
    BOOKS_STALE = "books-stale"
    BOOKS_UNREACHABLE = "books-unreachable"
    NO_CONTACT = "no-contact"
    NO_CHANNEL = "no-channel"
    MINIMUM = "minimum"
    NET_CREDIT = "net-credit"
    EXHAUSTED = "exhausted"


@dataclass(frozen=True, slots=True)
class Record:
    """Append these events, fold, and ask again."""

    rule: str
    why: str
    events: tuple[Event, ...]
    kind: Literal["record"] = "record"


@dataclass(frozen=True, slots=True)
class Wait:
    """Nothing to say now.

    Attributes:
        until: when to look again even if nothing happens; ``None`` for never.
        next_on: the day on which something is planned, for people.
    """

    rule: str
    why: str
    state: State
    blockers: tuple[Blocker, ...]
    until: datetime | None = None
    next_on: date | None = None
    level: str | None = None
    kind: Literal["wait"] = "wait"


@dataclass(frozen=True, slots=True)
class Contact:
    """Say a level at a slot.

    Attributes:
        at: the slot, never before the ``now`` of the question.
        on: its day in the policy's zone.
        amount: minor units it would chase.
    """

    rule: str
    why: str
    level: str
    round: int
    at: datetime
    on: date
    amount: int
    state: State = State.OPEN
    kind: Literal["contact"] = "contact"

    @property
    def step(self) -> tuple[str, int]:
        """The level and its round."""
        return self.level, self.round


@dataclass(frozen=True, slots=True)
class Close:
    """The case is over: paid, credited, written-off or dead.

    Attributes:
        residue: minor units left within tolerance or discount, proposed for write-off.
    """

    rule: str
    why: str
    state: State
    residue: int = 0
    kind: Literal["close"] = "close"


#: What follows once all there was to record is recorded.
Following = Wait | Contact | Close
Answer = Record | Following
