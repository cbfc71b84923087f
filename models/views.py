"""What people look at, as the books show it: plain values, amounts in minor units."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from models.chasing.resting import Rest


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """Which invoices, tasks or notices to look at; what is empty does not narrow.

    Attributes:
        debtor: our key, the ledger's code or the exact name.
        closed: those that are over as well.
        limit: the most to return; 0 for all.
    """

    creditor: str = ""
    numbers: tuple[str, ...] = ()
    debtor: str = ""
    states: tuple[str, ...] = ()
    blocker: str = ""
    level: str = ""
    due_before: date | None = None
    closed: bool = False
    limit: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """An invoice with what its last look came to; amounts in minor units.

    Attributes:
        debtor: our own key; ``code`` is the ledger's.
        why: what the last look answered, in words; ``rule`` it names.
        looked_at: ``None`` before the first look.
        behind: events that no look has seen yet.
        extended: the later due date that was agreed on, from which chasing counts.
        rests: promises, disputes and holds, where the item was asked for as it stands now.
    """

    creditor: str
    number: str
    debtor: str
    code: str
    name: str
    issued: date | None
    due: date
    amount: int
    open: int
    currency: str
    state: str
    level: str | None
    next_at: datetime | None
    next_on: date | None
    blockers: tuple[str, ...]
    policy: str
    closed: bool
    why: str = ""
    rule: str = ""
    looked_at: datetime | None = None
    behind: int = 0
    extended: date | None = None
    rests: tuple[Rest, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Happened:
    """An event of a case: ``facts`` are its own, such as amount, until, reason."""

    at: datetime
    on: date
    kind: str
    actor: str
    facts: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """A notice and what became of it."""

    key: str
    creditor: str
    debtor: str
    name: str
    kind: str
    level: str
    channel: str
    language: str
    state: str
    at: datetime
    on: date
    sent_at: datetime | None
    to: str
    numbers: tuple[str, ...]
    failure: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """One answer of the journal: what was answered, and from what."""

    at: datetime
    rule: str
    why: str
    policy: str
    version: int
    hash: str
    blockers: tuple[str, ...]
    facts: Mapping[str, Any]
    answer: Mapping[str, Any]
    engine: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """Something a person must do.

    Attributes:
        numbers: of the invoices it is about.
        asked: how often it was asked for.
    """

    id: int
    creditor: str
    kind: str
    numbers: tuple[str, ...]
    debtor: str
    name: str
    owner: str
    due: date | None
    opened_at: datetime
    facts: Mapping[str, Any]
    asked: int = 1

    @property
    def number(self) -> str:
        """The first of its invoices; empty for none."""
        return next(iter(self.numbers), "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Unallocated:
    """Money or a credit that pays nothing yet; minor units."""

    creditor: str
    kind: str
    key: str
    on: date | None
    amount: int
    left: int
    currency: str
    debtor: str = ""
    name: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A debtor with what it owes; sums in minor units by currency.

    Attributes:
        debtor: our own key; ``code`` is the ledger's.
        invoices: how many are open.
        oldest_due: of the invoices open.
        overdue: the part of ``open`` whose due date is past.
        credits: what is not applied yet: credits and payments.
    """

    creditor: str
    debtor: str
    code: str
    name: str
    country: str
    standing: str
    thaws_on: date | None
    invoices: int = 0
    oldest_due: date | None = None
    open: Mapping[str, int] = field(default_factory=dict)
    overdue: Mapping[str, int] = field(default_factory=dict)
    credits: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Whom notices to a debtor go to; ``bad`` and ``quiet`` are channels that do not."""

    role: str
    name: str
    email: str
    phone: str
    address: str
    language: str
    bad: tuple[str, ...]
    quiet: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """What is known of a debtor beside its items.

    Attributes:
        contacts: its payer's when it has one, since they receive the notices.
        payer: by the ledger's code, or our key where there is none; ``parent`` likewise.
    """

    account: Account
    legal_id: str
    language: str
    zone: str
    segment: str
    policy: str
    internal: bool
    payment_days: tuple[int, ...]
    quiet: tuple[str, ...]
    payer: str
    parent: str
    insolvent_on: date | None
    contacts: tuple[Person, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """A level that is to be said; ``at`` is missing while something blocks it."""

    creditor: str
    number: str
    debtor: str
    level: str
    round: int
    at: datetime | None
    blocker: str
