"""What the engine asks of the world: one protocol per kind of door."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Protocol

from models.chasing.notice import Notice
from models.ledger.entries import ContactRow, ItemRow, PaymentRow, Reject
from models.orders import Entry
from models.wire import DebtorRef, FileIn, InvoiceRef, Start


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that goes with a notice."""

    name: str
    mime: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Written:
    """A notice in words; ``template`` is name, version and hash of the texts used."""

    subject: str
    text: str
    html: str
    template: str
    attachments: tuple[Attachment, ...] = ()


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a channel answered: the reference under which the other side knows the notice."""

    reference: str
    detail: str = ""


class Writer(Protocol):
    """Puts a notice into words."""

    def write(self, notice: Notice) -> Written:
        """Return the words of a notice. The same notice gives the same words.

        Raises:
            RefusedError: a template is missing or fails; names template and line.
        """
        ...


class Channel(Protocol):
    """A way to reach a debtor: one module or package under ``channels/``."""

    async def send(self, notice: Notice) -> Receipt:
        """Hand a notice over, once; the caller has claimed its key.

        Raises:
            RefusedError: certainly not accepted, and it never will be this way.
            UnavailableError: certainly not accepted; the same call may succeed later.
            UncertainError: it may have been accepted.
        """
        ...

    async def sent(self, notice: Notice) -> bool | None:
        """Say whether a notice of unknown outcome went out; ``None`` when nobody can say."""
        ...


@dataclass(frozen=True, slots=True)
class Locale:
    """How a file writes numbers and dates; empty fields are found out from the file.

    Attributes:
        encoding: such as ``cp1252``.
        separator: between columns.
        decimal: ``,`` or ``.``.
        dates: ``ymd``, ``dmy`` or ``mdy``.
        columns: the file's column names to ours.
    """

    encoding: str = ""
    separator: str = ""
    decimal: str = ""
    dates: str = ""
    columns: dict[str, str] = field(default_factory=dict)


class Reader(Protocol):
    """An input format: one module under ``channels/intake/``. A bad row never hides a good one."""

    def items(self, path: Path, locale: Locale) -> Iterator[ItemRow | Reject]:
        """Yield open items in file order, without holding the file in memory.

        Raises:
            RefusedError: the file as a whole cannot be read.
        """
        ...

    def contacts(self, path: Path, locale: Locale) -> Iterator[ContactRow | Reject]:
        """Yield contacts in file order."""
        ...

    def payments(self, path: Path, locale: Locale) -> Iterator[PaymentRow | Reject]:
        """Yield payments in file order."""
        ...


class Clock(Protocol):
    """Tells the instant, for code outside workflows."""

    def __call__(self) -> datetime:
        """Return now, aware, in UTC."""
        ...


class Engine(Protocol):
    """The way from the books to the workflows.

    A call that cannot reach Temporal returns False or a smaller count and never fails
    its caller: the sweep does later what was not done.
    """

    async def start(self, starts: Sequence[Start]) -> int:
        """See that a workflow runs for each invoice; return for how many it is sure."""
        ...

    async def tell(self, creditor: str, entries: Sequence[Entry]) -> int:
        """Tell invoices' workflows of committed events; return how many were told.

        ``creditor`` is that of entries which name none.
        """
        ...

    async def poke(self, ref: DebtorRef) -> bool:
        """Wake a debtor's workflow for a slot."""
        ...

    async def take_in(self, file: FileIn, contents: str) -> str:
        """Let a worker read a file in; return the workflow's id, or nothing when not reached.

        ``contents`` is a digest of it: the same file given twice while it is read is read
        once.
        """
        ...

    async def running(self, refs: Sequence[InvoiceRef]) -> frozenset[InvoiceRef] | None:
        """Return the invoices whose workflow runs; ``None`` when Temporal cannot be asked."""
        ...

    async def sweep(self) -> bool:
        """Wake whatever has something to look at, now: after an order about a whole creditor."""
        ...
