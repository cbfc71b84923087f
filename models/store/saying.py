"""What was said: notices as people look them up, and as a rehearsal would tell them."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import Row, Select, exists, select
from sqlalchemy.ext.asyncio import AsyncConnection

from models.chasing.notice import Notice, loaded
from models.chasing.timeline import Entry, Speaker, entries, ordered
from models.store.selecting import about_debtor, limited
from models.store.tables.items import invoices
from models.store.tables.parties import debtors
from models.store.tables.saying import notice_lines, notices
from models.views import Selection, Sent

_n = notices.c
_NOTICES: Final = (
    select(
        _n.id,
        _n.key,
        _n.debtor_id,
        _n.contact_number,
        _n.channel,
        _n.level,
        _n.at,
        _n.on,
        _n.state,
        _n.body,
        _n.sent_at,
        _n.failure,
        debtors.c.creditor,
        debtors.c.key.label("debtor"),
        debtors.c.code,
        debtors.c.name,
    )
    .join_from(notices, debtors, debtors.c.id == _n.debtor_id)
    .order_by(_n.at, _n.id)
)
#: What counts as said: also what may have been.
_SAID: Final = ("sending", "sent", "unknown")
Found = Row[*tuple[Any, ...]]


async def said(connection: AsyncConnection, wanted: Selection) -> Sequence[Sent]:
    """Return notices in order of their slot, whatever became of them."""
    statement = limited(_chosen(wanted), wanted)
    if wanted.states:
        statement = statement.where(_n.state.in_(wanted.states))
    return [_sent(row, loaded(row.body)) for row in await connection.execute(statement)]


async def told(connection: AsyncConnection, wanted: Selection) -> Sequence[Entry]:
    """Return what was said as lines of a timeline, one per contact and currency.

    The same said beside on another channel is part of its contact.
    """
    contacts: dict[tuple[int, int], list[Found]] = defaultdict(list)
    for row in await connection.execute(_chosen(wanted).where(_n.state.in_(_SAID))):
        contacts[row.debtor_id, row.contact_number].append(row)
    lines: list[Entry] = []
    for rows in contacts.values():
        first, *beside = sorted(rows, key=lambda row: row.id)
        notice = loaded(first.body)
        channels = tuple(row.channel for row in beside)
        name = first.code or first.name
        speaker = Speaker(first.creditor, name, first.channel, channels)
        lines.extend(entries(notice, speaker, notice.reason))
    return ordered(lines)


def _chosen(wanted: Selection) -> Select[Any]:
    statement = _NOTICES
    if wanted.creditor:
        statement = statement.where(debtors.c.creditor == wanted.creditor)
    if wanted.debtor:
        statement = statement.where(about_debtor(wanted.debtor))
    if wanted.level:
        statement = statement.where(_n.level == wanted.level)
    if wanted.numbers:
        line = (
            select(notice_lines.c.id)
            .join(invoices, invoices.c.id == notice_lines.c.invoice_id)
            .where(notice_lines.c.notice_id == _n.id, invoices.c.number.in_(wanted.numbers))
        )
        statement = statement.where(exists(line))
    return statement


def _sent(row: Found, notice: Notice) -> Sent:
    to = notice.to
    return Sent(
        key=row.key,
        creditor=row.creditor,
        debtor=row.debtor,
        name=row.name,
        kind=notice.kind.value,
        level=row.level,
        channel=row.channel,
        language=notice.language,
        state=row.state,
        at=row.at,
        on=row.on,
        sent_at=row.sent_at,
        to=to.email or to.phone or to.name or to.contact,
        numbers=tuple(line.number for line in notice.lines),
        failure=row.failure,
    )
