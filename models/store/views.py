"""Read-only lists of the books: what people look at. Nothing here changes anything."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import select, true

from models.chasing.timeline import Entry as Line
from models.store import accounting, attesting, casebook, pending, profiling, saying
from models.store.engine import Store
from models.store.tables.parties import creditors
from models.views import (
    Account,
    Happened,
    Item,
    Profile,
    Reason,
    Selection,
    Sent,
    Slot,
    Task,
    Unallocated,
)


class Views:
    """Lists of the books, each read in a transaction of its own."""

    def __init__(self, store: Store) -> None:
        """Look into these books."""
        self._store = store

    async def items(self, selection: Selection) -> Sequence[Item]:
        """Return invoices, by creditor, then due date and number."""
        async with self._store.reading() as connection:
            return await casebook.items(connection, selection)

    async def happened(self, creditor: str, number: str) -> Sequence[Happened]:
        """Return what happened to an invoice, in order, and to its whole debtor."""
        async with self._store.reading() as connection:
            return await casebook.happened(connection, creditor, number)

    async def reasons(self, creditor: str, number: str, limit: int) -> Sequence[Reason]:
        """Return the last answers about an invoice, newest first; all of them for 0."""
        async with self._store.reading() as connection:
            return await casebook.reasons(connection, creditor, number, limit)

    async def letters(self, creditor: str, number: str) -> Sequence[Reason]:
        """Return the decision that said each notice of an invoice that left, newest first."""
        async with self._store.reading() as connection:
            return await attesting.letters(connection, creditor, number)

    async def slots(self, selection: Selection) -> Sequence[Slot]:
        """Return the levels that are to be said, by their instant."""
        async with self._store.reading() as connection:
            return await casebook.planned(connection, selection)

    async def sent(self, selection: Selection) -> Sequence[Sent]:
        """Return notices in order of their slot; ``states`` and ``level`` are the notices'."""
        async with self._store.reading() as connection:
            return await saying.said(connection, selection)

    async def timeline(self, selection: Selection) -> Sequence[Line]:
        """Return what was said, as a rehearsal would tell it."""
        async with self._store.reading() as connection:
            return await saying.told(connection, selection)

    async def tasks(self, selection: Selection) -> Sequence[Task]:
        """Return open tasks, by the day they are due; ``states`` are kinds of tasks."""
        async with self._store.reading() as connection:
            return await pending.open_tasks(connection, selection)

    async def unallocated(self, creditor: str) -> Sequence[Unallocated]:
        """Return what pays nothing yet; of all creditors when none is named."""
        async with self._store.reading() as connection:
            return await pending.unallocated(connection, creditor)

    async def accounts(self, creditor: str, today: date) -> Sequence[Account]:
        """Return debtors with what they owe; of all creditors when none is named."""
        async with self._store.reading() as connection:
            return await accounting.accounts(connection, creditor, today)

    async def profile(self, creditor: str, debtor: str, today: date) -> Profile:
        """Return what is known of a debtor, by key, code or exact name."""
        async with self._store.reading() as connection:
            return await profiling.profile(connection, creditor, debtor, today)

    async def frozen(self) -> frozenset[str]:
        """Return the creditors whose chasing stands still."""
        async with self._store.reading() as connection:
            found = await connection.execute(
                select(creditors.c.key).where(creditors.c.frozen == true())
            )
            return frozenset(found.scalars())
