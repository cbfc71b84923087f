"""Reading files in: open items, contacts, payments. The same file twice changes nothing."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import bindparam, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from models.ledger.entries import ContactRow, ItemRow, PaymentRow, Reject
from models.orders import Entry, File, Imported
from models.store import completing
from models.store.appending import Stamp
from models.store.banking import Statement
from models.store.books import Books
from models.store.contacting import keep_contacts
from models.store.entering import enter
from models.store.running import Run
from models.store.sources import cover, stale
from models.store.tables.records import imports
from models.store.widening import ensure_creditor

Tell = Callable[[Sequence[Entry]], Awaitable[None]]
Refuse = Callable[[Reject], None]

_LAST: Final = select(func.max(imports.c.content_on)).where(
    imports.c.creditor == bindparam("creditor"),
    imports.c.kind == bindparam("kind"),
    imports.c.state != "running",
)
#: How many workflows are told of at a time.
_BATCH: Final = 500
#: How many batches may be written before the first of them is told of.
_AHEAD: Final = 3


class Booking:
    """Reads files into the books in short transactions, and says whom to tell."""

    def __init__(self, books: Books) -> None:
        self._books = books
        self._store = books.store

    async def import_items(
        self,
        creditor: str,
        rows: Iterator[ItemRow | Reject],
        file: File,
        *,
        reject: Refuse,
        tell: Tell,
    ) -> Imported:
        """Read a ledger's open items in.

        Args:
            creditor: whose items rows are that name none.
            rows: in file order; read in a thread, a slice at a time.
            file: what it is and which day it covers.
            reject: is handed every row that cannot be taken in.
            tell: is handed the invoices to start or to tell, in batches, after commit.

        Raises:
            UnknownError: there is no such creditor.
            UnavailableError: the books do not answer; read the file again later.
        """
        run = await self._begun(creditor, "items", file, reject)

        async def write(
            connection: AsyncConnection, some: list[ItemRow | Reject]
        ) -> tuple[Entry, ...]:
            return await enter(connection, run, some)

        await _told(self._store.bulk(rows, write), tell)
        if file.complete:
            await self._complete(run, tell)
        elif run.older:
            run.result.why = completing.doubt(run, 0, 0)
        await self._ended(run, "ledger")
        await self._wake(run, tell)
        return run.result

    async def import_contacts(
        self, creditor: str, rows: Iterator[ContactRow | Reject], file: File, *, reject: Refuse
    ) -> Imported:
        """Read contacts in; their debtors' cases look again when something changed.

        Raises:
            UnknownError: there is no such creditor.
            UnavailableError: the books do not answer; read the file again later.
        """
        run = await self._begun(creditor, "contacts", file, reject)

        async def write(connection: AsyncConnection, some: list[ContactRow | Reject]) -> None:
            await keep_contacts(connection, run, some)

        async for _ in self._store.bulk(rows, write):
            pass
        await self._ended(run)
        return run.result

    async def import_payments(
        self,
        creditor: str,
        rows: Iterator[PaymentRow | Reject],
        file: File,
        *,
        reject: Refuse,
        tell: Tell,
    ) -> Imported:
        """Read payments in; see :meth:`import_items` for the arguments.

        Raises:
            UnknownError: there is no such creditor.
            UnavailableError: the books do not answer; read the file again later.
        """
        run = await self._begun(creditor, "payments", file, reject)
        # Each payment locks its own debtors, in order: on PostgreSQL one is enough at a time.
        most = 500 if self._store.sqlite else 1
        await _told(self._store.bulk(rows, Statement(run).keep, most), tell)
        await self._ended(run, "bank")
        await self._wake(run, tell)
        return run.result

    async def confirm(self, import_id: int, actor: str, at: datetime, *, tell: Tell) -> int:
        """Say yes to a complete file that waits; return how many items it settled.

        Raises:
            UnknownError: there is no such import.
            RefusedError: it does not wait, or a later file has been read since.
        """
        async with self._store.reading() as connection:
            _, items = await completing.waiting(connection, import_id)
        stamp = Stamp(f"import-{import_id}", actor, at)
        await _told(completing.settle(self._store, items, stamp), tell)
        async with self._store.writing() as connection:
            await connection.execute(
                update(imports)
                .where(imports.c.id == import_id)
                .values(state="done", settled=imports.c.settled + len(items))
            )
            await completing.answered(connection, import_id, at)
        return len(items)

    async def _complete(self, run: Run, tell: Tell) -> None:
        absent, total = await completing.gone(self._store, run)
        run.result.why = completing.doubt(run, len(absent), total)
        if run.result.why and not run.file.accepted:
            run.result.waiting = len(absent)
            run.result.state = "waiting-for-yes"
            await completing.wait(self._store, run, absent)
            async with self._store.writing() as connection:
                await completing.ask(connection, run)
            return
        stamp = Stamp(f"import-{run.result.import_id}", run.file.actor, run.file.at)
        await _told(completing.settle(self._store, absent, stamp), tell)
        run.result.settled += len(absent)
        async with self._store.writing() as connection:
            await completing.drop_credits(connection, run)

    async def _begun(self, creditor: str, kind: str, file: File, reject: Refuse) -> Run:
        """Open the record of an import."""
        self._books.creditor(creditor)
        row = {
            "creditor": creditor,
            "kind": kind,
            "name": file.name,
            "sha256": file.sha256,
            "complete": file.complete,
            "content_on": file.content_on,
            "at": file.at,
        }
        async with self._store.writing() as connection:
            await ensure_creditor(connection, creditor)
            last = await connection.execute(_LAST, {"creditor": creditor, "kind": kind})
            if kind == "items":
                await completing.overtaken(connection, creditor, file.at)
            made = await connection.execute(insert(imports).returning(imports.c.id), row)
            return Run(
                creditor=creditor,
                creditors=self._books.creditors,
                policies=self._books.policies,
                file=file,
                reject=reject,
                result=Imported(import_id=made.scalar_one()),
                last_on=last.scalar_one_or_none(),
            )

    async def _ended(self, run: Run, source: str = "") -> None:
        """Close the record of an import, and say how far its source is read now."""
        names = ("rows", "new", "changed", "unchanged", "settled", "rejected", "state")
        async with self._store.writing() as connection:
            await connection.execute(
                update(imports)
                .where(imports.c.id == run.result.import_id)
                .values({name: getattr(run.result, name) for name in names})
            )
            for creditor in sorted({*run.begun, run.creditor}) if source else ():
                await cover(connection, creditor, source, run.file)

    async def _wake(self, run: Run, tell: Tell) -> None:
        """Tell the cases that wait for fresh books."""
        event = f"import-{run.result.import_id}"
        for creditor in sorted({*run.begun, run.creditor}):
            async with self._store.reading() as connection:
                numbers = await stale(connection, creditor)
            for start in range(0, len(numbers), _BATCH):
                some = numbers[start : start + _BATCH]
                await tell([Entry(number, event, "books-read", creditor) for number in some])


async def _told(batches: AsyncIterator[tuple[Entry, ...]], tell: Tell) -> None:
    """Tell of each batch once it is committed, while the next ones are written."""
    telling: deque[asyncio.Task[None]] = deque()
    try:
        async for entries in batches:
            if entries:
                telling.append(asyncio.create_task(_tell(tell, entries)))
            while len(telling) > _AHEAD:
                await telling.popleft()
    finally:
        await asyncio.gather(*telling)


async def _tell(tell: Tell, entries: Sequence[Entry]) -> None:
    await tell(entries)
