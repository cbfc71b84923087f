"""Items that the books know already: what a ledger says now that it did not say before."""

from collections.abc import Sequence
from datetime import date
from typing import Any, Final

from sqlalchemy import Row, bindparam, func, null, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from models.chasing import events as ev
from models.ledger.entries import ItemRow
from models.orders import Entry
from models.store.appending import Stamp, append, grown
from models.store.finding import locked_ids
from models.store.policies import policy_of
from models.store.reading import Filed
from models.store.righting import keep_rights, moves
from models.store.running import Run
from models.store.tables.items import invoices
from models.store.tables.money import allocations, payments

Known = Row[*tuple[Any, ...]]

_PLAIN: Final = ("method", "discount", "discount_until", "collector", "salesperson")
_STATED: Final = ("ledger_due", "ledger_amount", "ledger_open")
#: What a row is compared with.
KNOWN: Final = select(
    invoices.c.id,
    invoices.c.creditor,
    invoices.c.number,
    invoices.c.debtor_id,
    invoices.c.rights,
    *(invoices.c[name] for name in (*_STATED, *_PLAIN)),
)
_RESTATE: Final = (
    update(invoices)
    .where(invoices.c.id == bindparam("row_id"))
    .values({name: bindparam(f"to_{name}") for name in (*_STATED, *_PLAIN, "rights")})
)
#: What came in after the day a ledger covers: it cannot know of it.
_LATER: Final = (
    select(allocations.c.invoice_id, func.sum(allocations.c.amount))
    .join_from(allocations, payments, payments.c.id == allocations.c.payment_id)
    .where(
        allocations.c.invoice_id.in_(bindparam("ids", expanding=True)),
        allocations.c.reversed_at == null(),
        payments.c.on > bindparam("covered"),
    )
    .group_by(allocations.c.invoice_id)
)


async def restate(
    connection: AsyncConnection, run: Run, rows: Sequence[tuple[ItemRow, Known]]
) -> tuple[Entry, ...]:
    """Record what changed of known items; a ledger that repeats itself changes nothing.

    What counts is what the ledger said the last time, not what was recorded since: a
    payment from the bank is not undone by a ledger that does not show it yet.
    """
    rights = await moves(connection, rows, run.file.content_on)
    changed = [] if run.older else [(r, k) for r, k in rows if differs(r, k) or k.id in rights]
    run.result.unchanged += len(rows) - len(changed)
    run.result.changed += len(changed)
    if not changed:
        return ()
    ids = {known.id for _, known in changed}
    cases = await locked_ids(connection, {known.debtor_id for _, known in changed}, ids)
    values = {"ids": list(ids), "covered": run.file.content_on}
    later = {key: int(amount) for key, amount in await connection.execute(_LATER, values)}
    stamp = Stamp(f"import-{run.result.import_id}", run.file.actor, run.file.at)
    by_id = {filed.id: filed for filed in cases}
    growths, entries = [], []
    for row, known in changed:
        filed = by_id[known.id]
        today = (await policy_of(connection, filed.case.policy_hash)).day(run.file.at)
        growth = grown(filed, _events(row, known, filed, (today, later.get(known.id, 0))), stamp)
        growths.append(growth)
        run.result.settled += any(isinstance(event, ev.LedgerSettled) for event in growth.events)
        if not growth.rows:
            creditor = filed.case.invoice.creditor
            entries.append(Entry(row.number, stamp.order, "restated", creditor))
    await connection.execute(_RESTATE, [_values(r, k, k.id in rights) for r, k in changed])
    await keep_rights(connection, list(rights.values()))
    return await append(connection, growths) + tuple(entries)


def differs(row: ItemRow, known: Known) -> bool:
    """Say whether a row differs from what the ledger said the last time."""
    stated = (row.due or known.ledger_due, row.amount, row.open)
    if stated != (known.ledger_due, known.ledger_amount, known.ledger_open):
        return True
    return any(_given(row, name) not in {None, getattr(known, name)} for name in _PLAIN)


def _given(row: ItemRow, name: str) -> Any:  # noqa: ANN401  a column of any type
    """Return what a row says of a plain fact; ``None`` when it leaves it out."""
    return getattr(row, name) or None


def _values(row: ItemRow, known: Known, moved: bool) -> dict[str, Any]:  # noqa: FBT001  one call
    values = {
        "ledger_due": row.due or known.ledger_due,
        "ledger_amount": row.amount,
        "ledger_open": max(0, row.open),
        "rights": known.rights + moved,
    }
    for name in _PLAIN:
        given = _given(row, name)
        values[name] = getattr(known, name) if given is None else given
    return {"row_id": known.id, **{f"to_{name}": value for name, value in values.items()}}


def _events(
    row: ItemRow, known: Known, filed: Filed, place: tuple[date, int]
) -> tuple[ev.Event, ...]:
    """Return what is to be recorded; ``place`` is the day, and what came in since the file's."""
    today, later = place
    case = filed.case
    events: list[ev.Event] = []
    due = row.due if row.due not in {None, known.ledger_due, case.due} else None
    amount = row.amount if row.amount not in {known.ledger_amount, case.amount} else None
    open_ = None
    if row.open != known.ledger_open and row.open > 0:
        open_ = row.open - later if row.open - later != case.open else None
    if (due, amount, open_) != (None, None, None):
        events.append(ev.Corrected(on=today, due=due, amount=amount, open=open_))
    if row.open <= 0 < known.ledger_open and case.open > 0:
        events.append(ev.LedgerSettled(on=today))
    return tuple(events)
