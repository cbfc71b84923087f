"""Answers that could not leave in their slot: they go at the next opening."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Row, bindparam, update
from sqlalchemy.ext.asyncio import AsyncConnection

from models.chasing.hours import hours
from models.chasing.notice import dumped, loaded
from models.ledger.creditor import Creditor
from models.store.around import around
from models.store.outgoing import ends
from models.store.policies import policy_of
from models.store.reading import cases_named
from models.store.tables.saying import notices

_MOVE: Final = (
    update(notices)
    .where(notices.c.key == bindparam("row_key"))
    .values(
        at=bindparam("to_at"),
        on=bindparam("to_on"),
        ends=bindparam("to_ends"),
        body=bindparam("to_body"),
    )
)


async def put_off(
    connection: AsyncConnection, row: Row[Any], creditors: Mapping[str, Creditor], now: datetime
) -> None:
    """Plan an answer anew for the debtor's next contact hours."""
    notice = loaded(row.body)
    numbers = [line.number for line in notice.lines]
    cases = await cases_named(connection, notice.creditor, numbers)
    policy = await policy_of(connection, cases[0].case.policy_hash)
    world = await around(connection, creditors[notice.creditor], row.debtor_id)
    open_at = hours(policy, world.debtor.country, world.debtor.zone)
    at = open_at.slot(policy.day(now) + timedelta(days=1), now)
    moved = replace(notice, at=at, on=policy.day(at))
    values = {
        "row_key": row.key,
        "to_at": at,
        "to_on": moved.on,
        "to_ends": ends(policy, moved.on, at),
        "to_body": dumped(moved),
    }
    await connection.execute(_MOVE, values)
