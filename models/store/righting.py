"""Who owns a claim, is paid and chases it, and whether the debtor knows: ledgers say, dated."""

from collections.abc import Sequence
from datetime import date
from typing import Any, Final

from sqlalchemy import Row, bindparam, select
from sqlalchemy.ext.asyncio import AsyncConnection

from models.ledger.entries import ItemRow
from models.store.statements import upsert
from models.store.tables.items import claim_rights

_UNSAID: Final = {"owner": "", "payee": "", "servicer": "", "disclosed": False}
NAMES: Final = tuple(_UNSAID)
_HELD: Final = (
    select(claim_rights)
    .where(claim_rights.c.invoice_id.in_(bindparam("ids", expanding=True)))
    .order_by(claim_rights.c.invoice_id, claim_rights.c.since)
)


def stated(row: ItemRow) -> dict[str, Any]:
    """Return what a row says of its claim's rights; what it leaves out is not there."""
    return {name: getattr(row, name) for name in NAMES if getattr(row, name) not in ("", None)}


async def moves(
    connection: AsyncConnection,
    rows: Sequence[tuple[ItemRow, Row[*tuple[Any, ...]]]],
    since: date,
) -> dict[int, dict[str, Any]]:
    """Return the changes that rows state of known invoices, by the invoice's id."""
    saying = {known.id: stated(row) for row, known in rows if stated(row)}
    held: dict[int, dict[str, Any]] = {key: {} for key in saying}
    if moved := [known.id for _, known in rows if known.id in saying and known.rights]:
        for change in (await connection.execute(_HELD, {"ids": moved})).mappings():
            said = {name: change[name] for name in NAMES if change[name] is not None}
            held[change["invoice_id"]].update(said)
    return {
        key: {"invoice_id": key, "since": since, **dict.fromkeys(NAMES), **said}
        for key, said in saying.items()
        if any(held[key].get(name, _UNSAID[name]) != value for name, value in said.items())
    }


async def keep_rights(connection: AsyncConnection, rows: Sequence[dict[str, Any]]) -> None:
    """Write what rows state; a second word of the same day replaces the first."""
    if rows:
        insertion = upsert(connection, claim_rights)
        said = {name: insertion.excluded[name] for name in NAMES}
        await connection.execute(
            insertion.on_conflict_do_update(index_elements=["invoice_id", "since"], set_=said),
            list(rows),
        )
