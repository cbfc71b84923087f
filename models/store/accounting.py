"""Debtors with what they owe: the sums of their open invoices and of their credits."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from typing import Any, Final

from sqlalchemy import bindparam, case, false, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from models.store.matters import STANDING
from models.store.tables.items import invoices
from models.store.tables.money import credits_, payments
from models.store.tables.parties import debtors
from models.views import Account

_DEBTORS: Final = select(
    debtors.c.id,
    debtors.c.creditor,
    debtors.c.key.label("debtor"),
    debtors.c.code,
    debtors.c.name,
    debtors.c.country,
    STANDING,
    debtors.c.thaws_on,
).order_by(debtors.c.creditor, debtors.c.name_key, debtors.c.id)
_OWED: Final = (
    select(
        invoices.c.debtor_id,
        invoices.c.currency,
        func.count().label("count"),
        func.min(invoices.c.due).label("oldest"),
        func.sum(invoices.c.open).label("open"),
        func.sum(case((invoices.c.due < bindparam("today"), invoices.c.open), else_=0)).label(
            "overdue"
        ),
    )
    .where(invoices.c.closed == false(), invoices.c.open > 0)
    .group_by(invoices.c.debtor_id, invoices.c.currency)
    .order_by(invoices.c.currency)
)
_LEFT: Final = tuple(
    select(table.c.debtor_id, table.c.currency, func.sum(table.c.left).label("left"))
    .where(table.c.left != 0)
    .group_by(table.c.debtor_id, table.c.currency)
    for table in (credits_, payments)
)


async def accounts(
    connection: AsyncConnection, creditor: str, today: date, only: int | None = None
) -> Sequence[Account]:
    """Return debtors by creditor and name; of every creditor when none is named.

    With ``only``, the one debtor of that id.
    """
    owed: dict[int, list[Any]] = defaultdict(list)
    theirs = _OWED if only is None else _OWED.where(invoices.c.debtor_id == only)
    for row in await connection.execute(theirs, {"today": today}):
        owed[row.debtor_id].append(row)
    left: dict[int, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for statement in _LEFT:
        for row in await connection.execute(statement):
            if row.debtor_id is not None:
                left[row.debtor_id][row.currency] += int(row.left)
    wanted = _DEBTORS.where(debtors.c.creditor == creditor) if creditor else _DEBTORS
    wanted = wanted if only is None else wanted.where(debtors.c.id == only)
    return [
        Account(
            creditor=row.creditor,
            debtor=row.debtor,
            code=row.code,
            name=row.name,
            country=row.country,
            standing=row.standing,
            thaws_on=row.thaws_on,
            invoices=sum(one.count for one in owed[row.id]),
            oldest_due=min((one.oldest for one in owed[row.id]), default=None),
            open={one.currency: int(one.open) for one in owed[row.id]},
            overdue={one.currency: int(one.overdue) for one in owed[row.id] if one.overdue},
            credits=dict(left[row.id]),
        )
        for row in await connection.execute(wanted)
    ]
