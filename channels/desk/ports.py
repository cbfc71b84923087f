"""What the desk needs of the rest of Relance; ``worker.py`` hands it in.

Building a :class:`Desk` must cost nothing: no database is opened, no server is asked and
nothing of either is imported before :attr:`Desk.open` is entered.
"""

from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Protocol

from models.chasing.notice import Notice
from models.chasing.policy import Policy
from models.chasing.timeline import Entry as Line
from models.ledger.creditor import Creditor
from models.ledger.entries import ContactRow, ItemRow, PaymentRow, Reject
from models.orders import Entry, File, Imported, Incoming, Order, Recorded
from models.ports import Clock, Engine, Locale, Reader, Writer
from models.views import (
    Account,
    Happened,
    Item,
    Profile,
    Reason,
    Selection,
    Sent,
    Task,
    Unallocated,
)

Tell = Callable[[Sequence[Entry]], Awaitable[None]]
Refuse = Callable[[Reject], None]


@dataclass(frozen=True, slots=True)
class Files:
    """How files are read, and how what was found out about them is kept.

    Attributes:
        found: the form of a file, from what is known and what is items, contacts or payments.
        load: the form that a mapping file states.
        save: writes such a mapping file.
        keep: writes rejects as a file to correct and import again; returns how many.
        fill: gives the rejects of a file the cells that they lack.
    """

    reader: Reader
    found: Callable[[Path, Locale, str], Locale]
    load: Callable[[Path], Locale]
    save: Callable[[Path, Locale], None]
    keep: Callable[[Iterable[Reject], Path], int]
    fill: Callable[[Path, Locale, str, Sequence[Reject]], list[Reject]]


class Books(Protocol):
    """The one way in for orders and money; see :mod:`models.store.books`."""

    async def record(self, order: Order) -> Recorded:
        """Carry out an order, once per event id; RefusedError says why not."""
        ...

    async def record_all(self, orders: Sequence[Order]) -> list[Recorded]:
        """Carry out what was said in one breath: every order in turn, or none of them."""
        ...

    async def pay(self, incoming: Incoming, *, strict: bool = False) -> Recorded:
        """Book money that came in; a known key changes nothing."""
        ...

    def today(self, creditor: Creditor, at: datetime) -> date:
        """Return the day of a creditor at an instant."""
        ...


class Booking(Protocol):
    """The way in for files; see :mod:`models.store.booking`."""

    async def import_items(
        self,
        creditor: str,
        rows: Iterator[ItemRow | Reject],
        file: File,
        *,
        reject: Refuse,
        tell: Tell,
    ) -> Imported:
        """Read a ledger's open items in."""
        ...

    async def import_contacts(
        self,
        creditor: str,
        rows: Iterator[ContactRow | Reject],
        file: File,
        *,
        reject: Refuse,
    ) -> Imported:
        """Read contacts in."""
        ...

    async def import_payments(
        self,
        creditor: str,
        rows: Iterator[PaymentRow | Reject],
        file: File,
        *,
        reject: Refuse,
        tell: Tell,
    ) -> Imported:
        """Read payments in."""
        ...

    async def confirm(self, import_id: int, actor: str, at: datetime, *, tell: Tell) -> int:
        """Say yes to a complete file that waits; return how many items it settled."""
        ...


class Views(Protocol):
    """What people look at. Nothing here changes anything."""

    async def items(self, selection: Selection) -> Sequence[Item]:
        """Return invoices, by creditor, then due date and number."""
        ...

    async def happened(self, creditor: str, number: str) -> Sequence[Happened]:
        """Return what happened to an invoice, in order."""
        ...

    async def reasons(self, creditor: str, number: str, limit: int) -> Sequence[Reason]:
        """Return the last answers about an invoice, newest first."""
        ...

    async def letters(self, creditor: str, number: str) -> Sequence[Reason]:
        """Return the decision that said each notice of an invoice that left, newest first."""
        ...

    async def sent(self, selection: Selection) -> Sequence[Sent]:
        """Return notices, in order of their slot."""
        ...

    async def tasks(self, selection: Selection) -> Sequence[Task]:
        """Return open tasks, by the day they are due."""
        ...

    async def unallocated(self, creditor: str) -> Sequence[Unallocated]:
        """Return what pays nothing yet; of all creditors when none is named."""
        ...

    async def frozen(self) -> frozenset[str]:
        """Return the creditors whose chasing stands still."""
        ...

    async def accounts(self, creditor: str, today: date) -> Sequence[Account]:
        """Return debtors with what they owe; of all creditors when none is named."""
        ...

    async def profile(self, creditor: str, debtor: str, today: date) -> Profile:
        """Return what is known of a debtor, by key, code or exact name."""
        ...

    async def timeline(self, selection: Selection) -> Sequence[Line]:
        """Return what was said, as a rehearsal would tell it."""
        ...


class Asking(Protocol):
    """What would be answered now; see :mod:`models.store.asking`."""

    async def answered(
        self, items: Iterable[Item], now: datetime, under: Policy | None = None
    ) -> Sequence[tuple[Item, Reason | None]]:
        """Return items as they stand at an instant, each with the answer it would get.

        ``under`` shows them as if they were moved to another policy now.
        """
        ...

    async def notice(self, creditor: str, number: str, now: datetime) -> Notice | None:
        """Return the notice to which an invoice awaits a yes, as it would leave now."""
        ...


class Tasks(Protocol):
    """What people have done; see :mod:`models.store.tasks`."""

    async def done(self, task: int, outcome: str, actor: str, at: datetime) -> bool:
        """Close a task by its number; say whether it was open. RefusedError says why not."""
        ...


@dataclass(frozen=True, slots=True)
class Opened:
    """What is there once the books are open."""

    books: Books
    booking: Booking
    engine: Engine
    views: Views
    asking: Asking
    tasks: Tasks
    writer: Writer


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How a command that stays up is asked to run.

    Attributes:
        stay: stay up at the end of the demo; ``None`` for only in a terminal.
        day_seconds: how long a day of the demo takes.
    """

    stay: bool | None = None
    day_seconds: float = 8.0
    say: Callable[[str], None] = lambda _: None


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """Everything that commands work with.

    Attributes:
        var: the folder of what Relance keeps on this machine.
        open: opens books and engine; entering it needs the database, not Temporal.
        connected: names of the channels that are connected.
        install: creates or updates the database; safe to repeat.
    """

    files: Files
    policies: Mapping[str, Policy]
    creditors: Mapping[str, Creditor]
    clock: Clock
    var: Path
    connected: frozenset[str]
    open: Callable[[], AbstractAsyncContextManager[Opened]]
    up: Callable[[Options], Awaitable[int]]
    demo: Callable[[Options], Awaitable[int]]
    worker: Callable[[Options], Awaitable[int]]
    install: Callable[[Options], Awaitable[int]]
