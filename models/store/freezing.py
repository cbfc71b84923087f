"""Standing still, and beginning again some debtors a day: rule 8."""

from datetime import date, timedelta
from typing import Final

from sqlalchemy import bindparam, false, func, select, true, update
from sqlalchemy.ext.asyncio import AsyncConnection

from models.errors import RefusedError
from models.ledger.creditor import Creditor
from models.ledger.days import calendar
from models.orders import Order, Recorded
from models.store.policies import policy_of
from models.store.tables.items import invoices
from models.store.tables.parties import creditors, debtors

#: By debtor and policy, the due date of the oldest open invoice.
_OLDEST: Final = (
    select(invoices.c.debtor_id, invoices.c.policy_hash, func.min(invoices.c.due))
    .where(
        invoices.c.creditor == bindparam("creditor"),
        invoices.c.closed == false(),
        invoices.c.open > 0,
    )
    .group_by(invoices.c.debtor_id, invoices.c.policy_hash)
)


async def freeze(connection: AsyncConnection, order: Order) -> Recorded:
    """Let everything of a creditor stand still.

    Raises:
        RefusedError: it does already.
    """
    frozen = await connection.execute(
        update(creditors)
        .where(creditors.c.key == order.creditor, creditors.c.frozen == false())
        .values(frozen=True, stirred_at=order.at)
    )
    if frozen.rowcount == 0:
        message = f"creditor {order.creditor} is frozen already"
        raise RefusedError(message)
    return Recorded(creditor=order.creditor)


async def thaw(
    connection: AsyncConnection, order: Order, creditor: Creditor, today: date
) -> Recorded:
    """Let chasing begin again: so many debtors a working day, the oldest overdue first.

    Raises:
        RefusedError: the creditor is not frozen.
    """
    thawed = await connection.execute(
        update(creditors)
        .where(creditors.c.key == order.creditor, creditors.c.frozen == true())
        .values(frozen=False, thawed_on=today, stirred_at=order.at)
    )
    if thawed.rowcount == 0:
        message = f"creditor {order.creditor} is not frozen"
        raise RefusedError(message)
    turns = await _turns(connection, creditor, today)
    await connection.execute(
        update(debtors).where(debtors.c.creditor == order.creditor).values(thaws_on=None)
    )
    if turns:
        await connection.execute(
            update(debtors)
            .where(debtors.c.id == bindparam("row_id"))
            .values(thaws_on=bindparam("to_day")),
            [{"row_id": debtor_id, "to_day": day} for debtor_id, day in turns],
        )
    return Recorded(creditor=order.creditor)


async def _turns(
    connection: AsyncConnection, creditor: Creditor, today: date
) -> list[tuple[int, date]]:
    """Return the day of each debtor to whom something could be said today, oldest due first."""
    oldest: dict[int, date] = {}
    found = await connection.execute(_OLDEST, {"creditor": creditor.key})
    for debtor_id, digest, due in found.all():
        policy = await policy_of(connection, digest)
        if due + timedelta(days=policy.levels[0].after_days or 0) <= today:
            oldest[debtor_id] = min(due, oldest.get(debtor_id, due))
    working = calendar(creditor.calendar)
    day = working.first(today)
    turns = []
    for place, debtor_id in enumerate(sorted(oldest, key=lambda key: (oldest[key], key))):
        if place and place % creditor.first_contacts_per_day == 0:
            day = working.after(day, 1)
        turns.append((debtor_id, day))
    return sorted(turns)
