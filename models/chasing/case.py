"""A case: one invoice and where it stands. :mod:`models.chasing.folding` makes it grow."""

from dataclasses import dataclass
from datetime import date

from models.chasing import events as ev
from models.ledger.debtor import Hold
from models.ledger.invoice import Invoice


@dataclass(frozen=True, slots=True)
class Promise:
    """A word given. ``parts`` carry resolved amounts; active until kept, broken, withdrawn."""

    key: str
    on: date
    parts: tuple[tuple[date, int], ...]
    announced: bool = False
    received: int = 0
    state: str = "active"

    @property
    def amount(self) -> int:
        """Minor units promised in all."""
        return sum(amount for _, amount in self.parts)

    @property
    def by(self) -> date:
        """The first day promised."""
        return self.parts[0][0] if self.parts else self.on

    @property
    def left(self) -> int:
        """Minor units still to come."""
        return max(0, self.amount - self.received)

    @property
    def pauses(self) -> bool:
        """Whether chasing waits for it."""
        return self.state == "active" and not self.announced


@dataclass(frozen=True, slots=True)
class Dispute:
    """A contest, raised ``by`` somebody; ``open``, ``to-accept`` or ``closed``."""

    key: str
    on: date
    amount: int
    reason: str = ""
    owner: str = ""
    answer_by: date | None = None
    state: str = "open"
    by: str = ""


@dataclass(frozen=True, slots=True)
class CreditExpected:
    """What a settlement left to be credited, and by when."""

    amount: int
    by: date | None


@dataclass(frozen=True, slots=True)
class Order:
    """A level to be said next, out of its ordinary turn.

    Attributes:
        on: the day from which it may be said.
        keeps_gap: whether the distance to the level before, and its deadline, still count.
    """

    level: str
    on: date
    round: int = 0
    keeps_gap: bool = True


@dataclass(frozen=True, slots=True)
class Yes:
    """An approval: for a level and round, up to an amount, from a day on."""

    level: str
    round: int
    amount: int
    on: date
    digest: str = ""


@dataclass(frozen=True, slots=True)
class Call:
    """A call that is somebody's task."""

    level: str
    round: int
    asked_on: date
    lapses_on: date
    tries: int = 0
    tried_on: date | None = None


@dataclass(frozen=True, slots=True)
class Case:
    """Where one invoice stands. Grows only by :func:`models.chasing.folding.after`.

    Attributes:
        open: minor units owed now; negative when overpaid.
        due: the debt's due date, as corrected.
        chase_due: the date from which chasing counts: ``due`` or an agreed extension.
        entry_due: the due date known when the case entered.
        said: levels that went out, oldest first.
        passed: levels passed over, with the day.
        lapsed: a call that was not made in time, until a later contact.
        presented: formal notices that are known to have been presented, by level.
        paid: minor units of all payments less reversals.
        paid_in_time: the part that came by the day of the discount.
        written: minor units written off and not recovered since.
        caused_by: who put a level out of its turn; he may not approve what comes of it.
        closed: how it ended; ``None`` while it lives.
    """

    invoice: Invoice
    open: int
    due: date
    chase_due: date
    entered_on: date
    entry_due: date
    policy: str = ""
    policy_version: int = 1
    policy_hash: str = ""
    cycle: int = 1
    amount: int = 0
    paid: int = 0
    credited: int = 0
    paid_in_time: int = 0
    brought: bool = False
    said: tuple[ev.Said, ...] = ()
    passed: tuple[tuple[str, date], ...] = ()
    promises: tuple[Promise, ...] = ()
    disputes: tuple[Dispute, ...] = ()
    credits: tuple[CreditExpected, ...] = ()
    holds: tuple[Hold, ...] = ()
    order: Order | None = None
    asked: ev.ApprovalAsked | None = None
    yes: Yes | None = None
    call: Call | None = None
    lapsed: ev.CallLapsed | None = None
    presented: tuple[str, ...] = ()
    bounced: tuple[ev.Bounced, ...] = ()
    handed_over: ev.HandedOver | None = None
    debit_rejected: date | None = None
    dead: ev.Death | None = None
    written_off: bool = False
    settled_by_ledger: bool = False
    written: int = 0
    caused_by: str = ""
    closed: str | None = None
    count: int = 0

    @property
    def level(self) -> str | None:
        """The last level said; the hand-over's once the case was handed over."""
        if self.handed_over is not None and self.handed_over.level:
            return self.handed_over.level
        return self.said[-1].level if self.said else None

    @property
    def disputed(self) -> int:
        """Minor units that a dispute pauses."""
        return sum(d.amount for d in self.disputes if d.state == "open")

    @property
    def crediting(self) -> int:
        """Minor units that wait for a credit note."""
        return sum(credit.amount for credit in self.credits)

    @property
    def promised(self) -> int:
        """Minor units that a promise pauses."""
        return sum(promise.left for promise in self.promises if promise.pauses)

    @property
    def chaseable(self) -> int:
        """Minor units open, neither disputed nor promised nor waiting for credit."""
        if not (self.promises or self.disputes or self.credits):
            return max(0, self.open)
        return max(0, self.open - self.disputed - self.crediting - self.promised)

    def rounds(self, level: str) -> int:
        """Return how often a level was said."""
        return sum(1 for said in self.said if said.level == level)

    def tried(self, level: str, count: int) -> frozenset[tuple[str, str]]:
        """Return channels and marks of the addresses at which a level and round did not arrive."""
        if not self.bounced:
            return frozenset()
        gone = (event for event in self.bounced if (event.level, event.round) == (level, count))
        return frozenset((event.channel, event.address) for event in gone)

    def done(self, level: str) -> bool:
        """Say whether a level was said or passed over."""
        return any(said.level == level for said in self.said) or any(
            name == level for name, _ in self.passed
        )
