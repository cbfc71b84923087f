"""Credits that a ledger holds against its debtors, waiting to be applied."""

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import bindparam, insert, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncConnection

from models.ledger.entries import ItemRow
from models.store.owing import Owing
from models.store.running import Run, kind_of
from models.store.tables.money import credits_

_SELECT: Final = select(
    credits_.c.id,
    credits_.c.kind,
    credits_.c.number,
    credits_.c.debtor_id,
    credits_.c.stated,
)
_UPDATE: Final = (
    update(credits_)
    .where(credits_.c.id == bindparam("row_id"))
    .values(left=bindparam("to_left"), stated=bindparam("to_left"))
)


async def keep_credits(
    connection: AsyncConnection, run: Run, rows: Sequence[tuple[ItemRow, Owing]]
) -> None:
    """Write new credits, and what a ledger says is left of known ones when it says it anew."""
    if not rows:
        return
    wanted = [_place(row, owing) for row, owing in rows]
    where = tuple_(credits_.c.debtor_id, credits_.c.kind, credits_.c.number).in_(wanted)
    found = {
        (known.debtor_id, known.kind, known.number): known
        for known in await connection.execute(_SELECT.where(where))
    }
    made, changed = [], []
    for row, owing in rows:
        known = found.get(_place(row, owing))
        if known is None:
            made.append(_row(row, owing))
        elif known.stated != abs(row.open) and not run.older:
            changed.append({"row_id": known.id, "to_left": abs(row.open)})
        else:
            run.result.unchanged += 1
    if made:
        await connection.execute(insert(credits_), made)
    if changed:
        await connection.execute(_UPDATE, changed)
    run.result.new += len(made)
    run.result.changed += len(changed)


def _place(row: ItemRow, owing: Owing) -> tuple[int | None, str, str]:
    return owing.id, kind_of(row).value, row.number


def _row(row: ItemRow, owing: Owing) -> dict[str, Any]:
    return {
        "creditor": row.creditor,
        "number": row.number,
        "kind": kind_of(row).value,
        "debtor_id": owing.id,
        "currency": row.currency,
        "amount": abs(row.amount),
        "left": abs(row.open),
        "stated": abs(row.open),
        "issued": row.issued,
    }
