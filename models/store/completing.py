"""Complete ledgers: what they no longer hold is settled, unless that is too much to believe."""

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Row, bindparam, false, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from models.chasing import events as ev
from models.errors import RefusedError, UnknownError
from models.orders import Entry
from models.store.appending import Stamp, append, grown
from models.store.engine import Store
from models.store.finding import locked_ids
from models.store.policies import policy_of
from models.store.running import Run
from models.store.tables.items import invoices
from models.store.tables.money import credits_
from models.store.tables.records import imports, missing
from models.store.tasks import Want, close, open_general

#: A file that would settle more than one item in so many waits for a yes.
SHARE: Final = 5
_PAGE: Final = 1000
Item = Row[*tuple[Any, ...]]

_OPEN: Final = (
    select(invoices.c.id, invoices.c.debtor_id, invoices.c.number)
    .where(
        invoices.c.creditor == bindparam("creditor"),
        invoices.c.closed == false(),
        invoices.c.ledger_open > 0,
        invoices.c.open > 0,
        invoices.c.id > bindparam("after"),
    )
    .order_by(invoices.c.id)
    .limit(_PAGE)
)
_SETTLED: Final = update(invoices).where(invoices.c.id == bindparam("row_id")).values(ledger_open=0)
_WAITED: Final = select(imports.c.id).where(
    imports.c.creditor == bindparam("creditor"), imports.c.state == "waiting-for-yes"
)
_WAITING: Final = (
    select(invoices.c.id, invoices.c.debtor_id, invoices.c.number)
    .join_from(missing, invoices, invoices.c.id == missing.c.invoice_id)
    .where(missing.c.import_id == bindparam("import_id"), invoices.c.ledger_open > 0)
    .order_by(invoices.c.id)
)


async def gone(store: Store, run: Run) -> tuple[list[Item], int]:
    """Return the open invoices that the file does not hold, and how many are open in all."""
    absent: list[Item] = []
    total, after = 0, 0
    while True:
        async with store.reading() as connection:
            values = {"creditor": run.creditor, "after": after}
            page = (await connection.execute(_OPEN, values)).all()
        total += len(page)
        absent.extend(item for item in page if not run.held(run.creditor, item.number))
        if len(page) < _PAGE:
            return absent, total
        after = page[-1].id


def doubt(run: Run, absent: int, total: int) -> str:
    """Return why a complete file must wait for a yes before it settles anything."""
    if run.late:
        return f"a file that covers {run.last_on} was read before this one of {run.file.content_on}"
    if absent * SHARE > total:
        return f"{absent} of {total} open items are not in the file"
    return ""


async def settle(store: Store, items: list[Item], stamp: Stamp) -> AsyncIterator[tuple[Entry, ...]]:
    """Record that the ledger settled these items; yield whom to tell, slice by slice."""

    async def write(connection: AsyncConnection, some: list[Item]) -> tuple[Entry, ...]:
        cases = await locked_ids(
            connection, {item.debtor_id for item in some}, [item.id for item in some]
        )
        growths = []
        for filed in cases:
            if filed.case.open > 0:
                policy = await policy_of(connection, filed.case.policy_hash)
                settled = ev.LedgerSettled(on=policy.day(stamp.at))
                growths.append(grown(filed, (settled,), stamp))
        await connection.execute(_SETTLED, [{"row_id": item.id} for item in some])
        return await append(connection, growths)

    async for entries in store.bulk(items, write):
        yield entries


async def wait(store: Store, run: Run, items: list[Item]) -> None:
    """Remember what a file would settle, until somebody says yes."""

    async def write(connection: AsyncConnection, some: list[Item]) -> None:
        rows = [{"import_id": run.result.import_id, "invoice_id": item.id} for item in some]
        await connection.execute(insert(missing), rows)

    async for _ in store.bulk(items, write):
        pass


async def ask(connection: AsyncConnection, run: Run) -> None:
    """Make it somebody's task to say yes to what a file would settle."""
    items = f"{run.result.waiting} item{'s' if run.result.waiting > 1 else ''}"
    why = f"{run.file.name} would settle {items}: {run.result.why}"
    body = {"import": run.result.import_id, "why": why}
    want = Want("import", _key(run.result.import_id), "collector", run.file.at.date(), body)
    await open_general(connection, want, run.creditor, run.file.at)


async def answered(connection: AsyncConnection, import_id: int, at: datetime) -> None:
    """Close the task to say yes to a file."""
    await close(connection, [_key(import_id)], "somebody said yes", at)


async def overtaken(connection: AsyncConnection, creditor: str, at: datetime) -> None:
    """Close the tasks to say yes to earlier files of a creditor, which no longer count."""
    waited = (await connection.execute(_WAITED, {"creditor": creditor})).scalars()
    await close(connection, [_key(one) for one in waited], "a newer file came", at)


def _key(import_id: int) -> str:
    return f"import/{import_id}"


async def drop_credits(connection: AsyncConnection, run: Run) -> None:
    """Let go of the credits that a complete file no longer holds."""
    found = select(credits_.c.id, credits_.c.kind, credits_.c.number).where(
        credits_.c.creditor == run.creditor, credits_.c.left != 0
    )
    rows = (await connection.execute(found)).all()
    lost = [row.id for row in rows if not run.holds_credit(row.kind, row.number)]
    if lost:
        await connection.execute(
            update(credits_).where(credits_.c.id.in_(lost)).values(left=0, stated=0)
        )


async def waiting(connection: AsyncConnection, import_id: int) -> tuple[str, list[Item]]:
    """Return the creditor of a file that waits for a yes, and what it would settle.

    Raises:
        UnknownError: there is no such import.
        RefusedError: it does not wait, or a later file has been read since.
    """
    row = (await connection.execute(select(imports).where(imports.c.id == import_id))).one_or_none()
    if row is None:
        message = f"no import has the number {import_id}"
        raise UnknownError(message)
    if row.state != "waiting-for-yes":
        message = f"import {import_id} does not wait for a yes: it is {row.state}"
        raise RefusedError(message)
    later = await connection.execute(
        select(func.max(imports.c.id)).where(
            imports.c.creditor == row.creditor, imports.c.kind == "items"
        )
    )
    if (newest := later.scalar_one()) != import_id:
        message = f"import {newest} has come since: import {import_id} no longer says what is open"
        raise RefusedError(message)
    items = (await connection.execute(_WAITING, {"import_id": import_id})).all()
    return row.creditor, list(items)
