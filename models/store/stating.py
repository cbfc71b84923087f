"""Statements on a debtor's calendar: a slot like any other, of no invoice's level."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import bindparam, delete, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from models.chasing.answering import Heard, statement, statement_on
from models.chasing.moment import Draft
from models.chasing.policy import Policy
from models.store.reading import Filed
from models.store.statements import insert_new
from models.store.tables.saying import slots

#: Stands in the place of a level; no policy can have a level of this name.
STATEMENT: Final = "~statement"

_KNOWN: Final = select(func.count()).where(
    slots.c.debtor_id == bindparam("row_debtor"), slots.c.level == STATEMENT
)
_DONE: Final = delete(slots).where(
    slots.c.debtor_id == bindparam("row_debtor"), slots.c.level == STATEMENT
)


async def registered(
    connection: AsyncConnection, filed: Filed, policy: Policy, after: date, now: datetime
) -> datetime | None:
    """See that a debtor's next statement has its slot; return it when it is new."""
    on = statement_on(policy, after)
    if on is None:
        return None
    known = await connection.execute(_KNOWN, {"row_debtor": filed.debtor_id})
    if known.scalar_one():
        return None
    at = policy.opening(on)
    row = {
        "invoice_id": filed.id,
        "cycle": filed.case.cycle,
        "level": STATEMENT,
        "round": on.toordinal(),
        "debtor_id": filed.debtor_id,
        "at": at,
        "blocker": "",
        "registered_at": now,
    }
    await connection.execute(insert_new(connection, slots), row)
    return at


async def stated(
    connection: AsyncConnection, debtor_id: int, heard: Sequence[Heard], at: datetime
) -> Draft | None:
    """Return the statement whose slot has come, and free its slot."""
    await connection.execute(_DONE, {"row_debtor": debtor_id})
    return statement(heard, at)


def due(rows: Sequence[Any], now: datetime) -> bool:
    """Say whether a statement's slot has come."""
    return any(row.level == STATEMENT and row.at <= now for row in rows)
