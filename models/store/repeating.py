"""The same word given twice: it changes nothing, and is not confirmed again."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import bindparam, select
from sqlalchemy.ext.asyncio import AsyncConnection

from models.chasing import events as ev
from models.chasing.commands import Promise
from models.ledger.creditor import same_name
from models.orders import Order
from models.store.appending import Growth
from models.store.reading import Filed
from models.store.tables.items import case_events

_PROMISED: Final = select(case_events.c.body, case_events.c.actor).where(
    case_events.c.invoice_id == bindparam("invoice_id"),
    case_events.c.kind == "promised",
    case_events.c.on == bindparam("today"),
)


async def news(
    connection: AsyncConnection, order: Order, cases: Sequence[Filed], growths: Sequence[Growth]
) -> list[Growth]:
    """Return which cases grow by a promise that this person has not recorded today already.

    The same days and amounts of the same invoice are the same word, unless a manager
    accepts now what was only announced.

    Args:
        connection: in the order's transaction.
        order: of a promise.
        cases: as they stood before it.
        growths: what it made of some of them.
    """
    before = {filed.id: filed for filed in cases}
    return [
        growth
        for growth in growths
        if not await _known(connection, order, before[growth.filed.id], growth)
    ]


async def _known(connection: AsyncConnection, order: Order, before: Filed, growth: Growth) -> bool:
    made = growth.filed.case.promises[-1]
    values = {"invoice_id": before.id, "today": made.on}
    mine = {
        event.promise
        for row in await connection.execute(_PROMISED, values)
        if isinstance(event := ev.loaded(row.body), ev.Promised)
        and same_name(row.actor, order.actor)
    }
    accepts = isinstance(order.command, Promise) and order.command.accepted
    return any(
        promise.key in mine - {order.event_id}
        and promise.state == "active"
        and promise.parts == made.parts
        and not (accepts and promise.announced)
        for promise in before.case.promises
    )
