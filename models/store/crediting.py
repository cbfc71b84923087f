"""Credits against debtors: those that a ledger holds, and those that a person applies."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any, Final

from sqlalchemy import BigInteger, bindparam, insert, select, tuple_, update
from sqlalchemy import case as when
from sqlalchemy.ext.asyncio import AsyncConnection

from models.chasing import events as ev
from models.chasing.commands import Credit
from models.errors import RefusedError
from models.ledger.entries import ItemRow
from models.ledger.money import Money
from models.store.appending import Growth
from models.store.owing import Owing
from models.store.reading import Filed
from models.store.running import Run, kind_of
from models.store.tables.items import case_events, invoices
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
#: Credits of one number, whichever kind the ledger calls them.
_NUMBERED: Final = select(credits_.c.currency, credits_.c.left).where(
    credits_.c.debtor_id == bindparam("debtor_id"), credits_.c.number == bindparam("number")
)
_APPLIED: Final = (
    select(invoices.c.debtor_id, case_events.c.invoice_id, case_events.c.body)
    .join_from(case_events, invoices, invoices.c.id == case_events.c.invoice_id)
    .where(
        invoices.c.debtor_id.in_(bindparam("ids", expanding=True)),
        case_events.c.kind == "credited",
    )
)

_USE: Final = (
    update(credits_)
    .where(
        credits_.c.debtor_id == bindparam("debtor_id_"),
        credits_.c.number == bindparam("number_"),
    )
    .values(
        left=when(
            (
                credits_.c.left > bindparam("used", type_=BigInteger),
                credits_.c.left - bindparam("used"),
            ),
            else_=0,
        )
    )
)


async def use(connection: AsyncConnection, growth: Growth, note: str) -> None:
    """Take what was credited to a case off the credit of that number, if there is one."""
    used = sum(event.amount for event in growth.events if isinstance(event, ev.Credited))
    values = {"debtor_id_": growth.filed.debtor_id, "number_": note, "used": used}
    await connection.execute(_USE, values)


async def must_be_usable(connection: AsyncConnection, filed: Filed, command: Credit) -> None:
    """Refuse a credit note that was applied already, or has less left than it is to credit.

    Raises:
        RefusedError: why it cannot be applied; under the debtor's lock, which the caller holds.
    """
    case, note = filed.case, command.note
    values = {"debtor_id": filed.debtor_id, "number": note}
    held = (await connection.execute(_NUMBERED, values)).all()
    if not held:
        used = await _applied(connection, [filed.debtor_id])
        if used[filed.debtor_id, filed.id, note]:
            message = f"credit note {note} is applied to invoice {case.invoice.number} already"
            raise RefusedError(message)
        return
    left = sum(row.left for row in held if row.currency == case.invoice.currency)
    if left < command.amount:
        has, wanted = (Money(m, case.invoice.currency) for m in (left, command.amount))
        message = f"credit note {note} has {has} left: {wanted} cannot be applied from it"
        raise RefusedError(message)


async def _applied(
    connection: AsyncConnection, debtor_ids: Iterable[int]
) -> Counter[tuple[int, int, str]]:
    """Return minor units credited so far, by debtor, invoice and number of the note."""
    used: Counter[tuple[int, int, str]] = Counter()
    for row in await connection.execute(_APPLIED, {"ids": list(debtor_ids)}):
        event = ev.loaded(row.body)
        if isinstance(event, ev.Credited) and event.note:
            used[row.debtor_id, row.invoice_id, event.note] += event.amount
    return used


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
        await _less_applied(connection, made)
        await connection.execute(insert(credits_), made)
    if changed:
        await connection.execute(_UPDATE, changed)
    run.result.new += len(made)
    run.result.changed += len(changed)


async def _less_applied(connection: AsyncConnection, made: Sequence[dict[str, Any]]) -> None:
    """Take off new credits what a person applied of them before the ledger brought them."""
    used: Counter[tuple[int, str]] = Counter()
    debtor_ids = {row["debtor_id"] for row in made}
    for (debtor_id, _, note), minor in (await _applied(connection, debtor_ids)).items():
        used[debtor_id, note] += minor
    for row in made:
        row["left"] = max(0, row["left"] - used[row["debtor_id"], row["number"]])


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
