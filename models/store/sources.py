"""How far ledgers and banks have been read, and which cases wait for more."""

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import bindparam, false, select
from sqlalchemy.ext.asyncio import AsyncConnection

from models.chasing.answers import Blocker
from models.orders import File
from models.store.statements import upsert
from models.store.tables.items import invoices
from models.store.tables.parties import sources

_STALE: Final = select(invoices.c.number).where(
    invoices.c.creditor == bindparam("creditor"),
    invoices.c.closed == false(),
    invoices.c.blockers.contains(Blocker.BOOKS_STALE.value),
)


async def cover(connection: AsyncConnection, creditor: str, source: str, file: File) -> None:
    """Note the last day that a source covers; an older file takes nothing back."""
    insertion = upsert(connection, sources)
    later = insertion.on_conflict_do_update(
        index_elements=["creditor", "source"],
        set_={"covered_until": insertion.excluded.covered_until, "read_at": file.at},
        where=sources.c.covered_until <= insertion.excluded.covered_until,
    )
    row: dict[str, Any] = {
        "creditor": creditor,
        "source": source,
        "covered_until": file.content_on,
        "read_at": file.at,
    }
    await connection.execute(later, row)


async def stale(connection: AsyncConnection, creditor: str) -> Sequence[str]:
    """Return the numbers of invoices that wait for fresh books."""
    return (await connection.execute(_STALE, {"creditor": creditor})).scalars().all()
