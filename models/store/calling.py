"""What a call that was made means for the debtor's pace: it counts once somebody is reached."""

from collections.abc import Iterable
from typing import Final

from sqlalchemy import bindparam, desc, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from models.chasing import events as ev
from models.store.tables.saying import notice_lines, notices

_ASKED: Final = (
    select(notices.c.id)
    .join_from(notices, notice_lines, notice_lines.c.notice_id == notices.c.id)
    .where(
        notice_lines.c.invoice_id == bindparam("row_invoice"),
        notice_lines.c.level == bindparam("row_level"),
        notices.c.channel == "call",
    )
    .order_by(desc(notices.c.id))
    .limit(1)
)
_COUNTS: Final = (
    update(notices)
    .where(notices.c.id == bindparam("row_id"))
    .values(counts=True, reached_on=bindparam("to_on"))
)


async def reached(connection: AsyncConnection, invoice_id: int, events: Iterable[ev.Event]) -> None:
    """Let calls that reached somebody count as contacts, on the day of the call."""
    for event in events:
        if not isinstance(event, ev.CallMade) or event.outcome != "reached":
            continue
        values = {"row_invoice": invoice_id, "row_level": event.level}
        notice_id = (await connection.execute(_ASKED, values)).scalar_one_or_none()
        if notice_id is not None:
            await connection.execute(_COUNTS, {"row_id": notice_id, "to_on": event.on})
