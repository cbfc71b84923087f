"""What a notice that did not arrive says about the address it was sent to."""

from typing import Final

from sqlalchemy import bindparam, desc, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from models.chasing import events as ev
from models.chasing.notice import loaded
from models.store.appending import Growth
from models.store.tables.parties import contacts
from models.store.tables.saying import notice_lines, notices

_NOTICE: Final = (
    select(notices.c.id, notices.c.body)
    .join_from(notices, notice_lines, notice_lines.c.notice_id == notices.c.id)
    .where(
        notice_lines.c.invoice_id == bindparam("invoice_id"),
        notice_lines.c.level == bindparam("level"),
        notice_lines.c.round == bindparam("round"),
        notice_lines.c.channel == bindparam("channel"),
    )
    .order_by(desc(notices.c.id))
    .limit(1)
)
_UNCOUNTED: Final = update(notices).where(notices.c.id == bindparam("row_id")).values(counts=False)
_CONTACT: Final = select(contacts.c.id, contacts.c.bad).where(
    contacts.c.debtor_id == bindparam("debtor_id"), contacts.c.key == bindparam("key")
)
_MARK: Final = (
    update(contacts).where(contacts.c.id == bindparam("row_id")).values(bad=bindparam("to_bad"))
)


async def mark_bad(connection: AsyncConnection, growth: Growth) -> None:
    """Mark the channel bad on which a contact was not reached; the next level goes elsewhere.

    What did not arrive no longer counts as a contact.

    A notice that went out before the case came to us names no contact: nothing is marked.
    """
    for event in (event for event in growth.events if isinstance(event, ev.Bounced)):
        values = {
            "invoice_id": growth.filed.id,
            "level": event.level,
            "round": event.round,
            "channel": event.channel,
        }
        notice = (await connection.execute(_NOTICE, values)).one_or_none()
        if notice is None:
            continue
        await connection.execute(_UNCOUNTED, {"row_id": notice.id})
        place = {"debtor_id": growth.filed.debtor_id, "key": loaded(notice.body).to.contact}
        contact = (await connection.execute(_CONTACT, place)).one_or_none()
        if contact is not None:
            bad = {*filter(None, contact.bad.split(",")), event.channel}
            marked = {"row_id": contact.id, "to_bad": ",".join(sorted(bad))}
            await connection.execute(_MARK, marked)
