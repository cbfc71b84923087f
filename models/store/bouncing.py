"""What a notice that did not arrive says about the address it was sent to."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import bindparam, desc, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from models.chasing import events as ev
from models.chasing.notice import Notice, Recipient, loaded
from models.chasing.reaching import mark
from models.ledger.debtor import Address
from models.orders import Entry
from models.store.appending import Growth
from models.store.reading import Filed, cases_of_debtor
from models.store.tables.parties import contacts, debtors
from models.store.tables.saying import notice_lines, notices
from models.store.tasks import Want, close, open_task

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
_OWNER: Final = debtors.alias()
#: A contact of a debtor, or of its payer when ``owner`` is the payer's key.
_CONTACT: Final = (
    select(contacts)
    .join_from(debtors, _OWNER, _OWNER.c.creditor == debtors.c.creditor)
    .join(contacts, contacts.c.debtor_id == _OWNER.c.id)
    .where(
        debtors.c.id == bindparam("debtor_id"),
        _OWNER.c.key == func.coalesce(func.nullif(bindparam("owner"), ""), debtors.c.key),
        contacts.c.key == bindparam("key"),
    )
)
_MARK: Final = (
    update(contacts).where(contacts.c.id == bindparam("row_id")).values(bad=bindparam("to_bad"))
)
#: Has all cases of a debtor look again, those which nobody tells with the next sweep.
_STIR: Final = (
    update(debtors).where(debtors.c.id == bindparam("row_id")).values(stirred_at=bindparam("to_at"))
)


async def bounced(connection: AsyncConnection, growths: Sequence[Growth]) -> tuple[Entry, ...]:
    """Mark the addresses that cases bounced from; return the debtors' other cases, to be told."""
    for growth in growths:
        await _mark_bad(connection, growth)
    told = {growth.filed.id for growth in growths}
    debtor_ids = sorted({growth.filed.debtor_id for growth in growths})
    theirs = [await cases_of_debtor(connection, debtor_id) for debtor_id in debtor_ids]
    others = [filed.case.invoice for cases in theirs for filed in cases if filed.id not in told]
    return tuple(Entry(invoice.number, "", "facts", invoice.creditor) for invoice in others)


async def _mark_bad(connection: AsyncConnection, growth: Growth) -> None:
    """Take note of what bounced: its address is bad, and it no longer counts as a contact.

    A notice that went out before the case came to us names no contact: nothing is marked.
    """
    grew = zip(growth.events, growth.rows, strict=True)
    for event, row in [(event, row) for event, row in grew if isinstance(event, ev.Bounced)]:
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
        why = f"{event.level} by {event.channel} came back"
        await not_reached(connection, loaded(notice.body), [growth.filed], row["at"], why)


async def not_reached(
    connection: AsyncConnection,
    notice: Notice,
    cases: Iterable[Filed],
    at: datetime,
    why: str,
) -> None:
    """Mark the address bad that a notice went to, and ask for a better one.

    An address that was corrected in the meantime is left alone.
    """
    concerned = list(cases)
    if not concerned:
        return
    debtor_id, channel = concerned[0].debtor_id, notice.channel
    owner, _, key = notice.to.contact.rpartition("/")
    place = {"debtor_id": debtor_id, "owner": owner, "key": key}
    contact = (await connection.execute(_CONTACT, place)).one_or_none()
    if contact is None:
        return
    address = Address(contact.street, contact.postcode, contact.city, contact.country)
    now = Recipient(contact.key, email=contact.email, phone=contact.phone, address=address)
    if mark(notice.to, channel) not in {"", mark(now, channel)}:
        return
    bad = {*filter(None, contact.bad.split(",")), channel}
    await connection.execute(_MARK, {"row_id": contact.id, "to_bad": ",".join(sorted(bad))})
    await connection.execute(_STIR, {"row_id": debtor_id, "to_at": at})
    want = Want(
        "bad-address",
        _key(contact.debtor_id, contact.key, channel),
        "collector",
        notice.on,
        {"why": f"{why}: find the address that is right", "role": contact.role},
    )
    await open_task(connection, want, concerned, at)


async def corrected(
    connection: AsyncConnection,
    debtor_id: int,
    contact: str,
    channels: Iterable[str],
    at: datetime,
) -> None:
    """Close what asked for another address of a contact, since it has one."""
    keys = [_key(debtor_id, contact, channel) for channel in channels]
    await close(connection, keys, "the address has changed", at)


def _key(debtor_id: int, contact: str, channel: str) -> str:
    return f"bad-address/{debtor_id}/{contact}/{channel}"
