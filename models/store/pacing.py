"""A debtor's contacts so far, as the books have them."""

from datetime import date
from typing import Final

from sqlalchemy import bindparam, select
from sqlalchemy.ext.asyncio import AsyncConnection

from models.chasing import events as ev
from models.chasing.pace import MEMORY, Pace
from models.store.tables.items import case_events, invoices
from models.store.tables.saying import notices

#: A call that is asked for takes its day, and counts only once it is made.
_CALL: Final = "call"
_CONTACTS: Final = select(notices.c.on, notices.c.at, notices.c.legal, notices.c.channel).where(
    notices.c.debtor_id == bindparam("debtor_id"),
    notices.c.on >= bindparam("since"),
    notices.c.counts | (notices.c.channel == _CALL),
    notices.c.state.in_(("planned", "sending", "sent", "unknown")),
)
#: Calls to a debtor, whether one was asked for or not.
_CALLS: Final = (
    select(case_events.c.body)
    .join_from(case_events, invoices, invoices.c.id == case_events.c.invoice_id)
    .where(
        invoices.c.debtor_id == bindparam("debtor_id"),
        case_events.c.kind == "call-made",
        case_events.c.on >= bindparam("since"),
    )
)


async def pace_of(connection: AsyncConnection, debtor_id: int, today: date) -> Pace:
    """Return a debtor's contacts: each slot counts once, however many notices it had.

    Calls that reached somebody count once a day, however many invoices they were about.
    """
    values = {"debtor_id": debtor_id, "since": today - MEMORY}
    rows = (await connection.execute(_CONTACTS, values)).all()
    contacts = {row.at: row.on for row in rows if row.channel != _CALL}
    made = [ev.loaded(body) for body in (await connection.execute(_CALLS, values)).scalars()]
    calls = {e.on for e in made if isinstance(e, ev.CallMade) and e.outcome == "reached"}
    alone = [row.on for row in rows if row.legal or row.channel == _CALL]
    return Pace(tuple(sorted([*contacts.values(), *calls])), max(alone, default=None))
