"""What is said to a debtor: the frozen snapshot from which every byte of a notice derives."""

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from functools import cache

from pydantic import TypeAdapter

from models.ledger.debtor import Address


class NoticeKind(StrEnum):
    """What a notice is. The last five are answers: they do not count as contacts."""

    COURTESY = "courtesy"
    REMINDER = "reminder"
    FORMAL_NOTICE = "formal-notice"
    CALL = "call"
    HAND_OVER = "hand-over"
    PROMISE_CONFIRMED = "promise-confirmed"
    DISPUTE_CONFIRMED = "dispute-confirmed"
    THANKS = "thanks"
    STATEMENT = "statement"
    HOLD_CONFIRMED = "hold-confirmed"

    @property
    def answers(self) -> bool:
        """Whether it answers the debtor instead of contacting it."""
        return self in _ANSWERS


_ANSWERS = frozenset(
    {
        NoticeKind.PROMISE_CONFIRMED,
        NoticeKind.DISPUTE_CONFIRMED,
        NoticeKind.THANKS,
        NoticeKind.STATEMENT,
        NoticeKind.HOLD_CONFIRMED,
    }
)


@dataclass(frozen=True, slots=True)
class Line:
    """An invoice whose level a notice says.

    Attributes:
        amount: minor units chased: open, neither disputed nor promised.
        open: minor units open in all.
        total: gross amount of the invoice, minor units.
        days_late: calendar days since the due date; negative before it.
        first: whether nothing was written about the invoice before.
    """

    number: str
    currency: str
    level: str
    round: int
    amount: int
    open: int
    total: int
    due: date
    issued: date | None = None
    days_late: int = 0
    charges: str = "none"
    cycle: int = 1
    first: bool = False


@dataclass(frozen=True, slots=True)
class AlsoOpen:
    """An overdue item a notice mentions; ``state`` is open, promised, disputed, held….

    Attributes:
        open: minor units open in all.
        chased: the part of them neither disputed nor promised, which the totals count.
    """

    number: str
    currency: str
    open: int
    due: date
    state: str
    chased: int | None = None


@dataclass(frozen=True, slots=True)
class Total:
    """One currency's sum: ``net`` is lines and also open less unapplied credits, minor units."""

    currency: str
    lines: int
    also_open: int
    credits: int
    net: int


@dataclass(frozen=True, slots=True)
class Recipient:
    """Where a notice goes. ``contact`` names the contact without personal data."""

    contact: str
    role: str = ""
    name: str = ""
    email: str = ""
    phone: str = ""
    address: Address = field(default_factory=Address)

    @property
    def pays_for_another(self) -> bool:
        """Whether it is a contact of the debtor's payer, whose key leads its own."""
        return "/" in self.contact


@dataclass(frozen=True, slots=True)
class Instalment:
    """A part of a promise, as its confirmation states it; minor units."""

    by: date
    amount: int
    currency: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """One message to one debtor, as it was composed.

    Attributes:
        key: creditor, debtor, contact number, channel and try: names it everywhere.
        level: the highest level it says. Empty for answers.
        tone: how firmly a reminder whose level has no words of its own speaks: the name
            of shipped words, by its place among its policy's reminders.
        at: the slot for which it was composed; ``on`` is its day in the policy's zone.
        language: ISO 639-1 of the text.
        totals: one per currency.
        deadline: last day given by a legal notice.
        payee: account to pay to; empty for the creditor's own account per currency.
        blind: people in the house who get a copy that the debtor does not see.
        template: version of the texts it is written with.
        thread: how many notices this debtor had on this channel before.
    """

    key: str
    creditor: str
    debtor: str
    debtor_name: str
    kind: NoticeKind
    channel: str
    language: str
    at: datetime
    on: date
    to: Recipient
    cc: tuple[Recipient, ...] = ()
    level: str = ""
    tone: str = ""
    policy: str = ""
    country: str = ""
    lines: tuple[Line, ...] = ()
    also_open: tuple[AlsoOpen, ...] = ()
    totals: tuple[Total, ...] = ()
    deadline: date | None = None
    instalments: tuple[Instalment, ...] = ()
    reason: str = ""
    payee: str = ""
    owner: str = ""
    template: str = ""
    thread: tuple[str, ...] = ()
    try_: int = 0
    blind: tuple[Recipient, ...] = ()


@cache
def _wire() -> TypeAdapter[Notice]:
    """Return how notices are written; made when first needed, since it takes a while."""
    return TypeAdapter(Notice)


def dumped(notice: Notice) -> str:
    """Return a notice as JSON, as the outbox keeps it."""
    return _wire().dump_json(notice).decode()


def loaded(text: str) -> Notice:
    """Return the notice that :func:`dumped` wrote."""
    return _wire().validate_json(text)
