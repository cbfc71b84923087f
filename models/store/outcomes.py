"""What an outcome means for the cases of a notice: its levels are said, or free again."""

from datetime import datetime
from typing import Any, Final

from sqlalchemy import Row, bindparam, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from models.chasing import events as ev
from models.chasing.notice import Notice, loaded
from models.chasing.reaching import mark
from models.store.appending import Stamp, append, grown
from models.store.bouncing import not_reached
from models.store.reading import Filed, cases_of_debtor
from models.store.tables.items import invoices
from models.store.tables.saying import notices

_UNCOUNT: Final = update(notices).where(notices.c.id == bindparam("row_id")).values(counts=False)
#: A case that had seen everything foresaw that its level would be said.
_FORESEEN: Final = (
    update(invoices)
    .where(invoices.c.id == bindparam("row_id"), invoices.c.looked == bindparam("before"))
    .values(looked=bindparam("after"))
)

_mine, _first = notices.alias("mine"), notices.alias("first")
#: The notice of a contact that leads; the same on other channels goes beside it.
_LEADING: Final = (
    select(_first.c.key, _first.c.body)
    .join_from(
        _mine,
        _first,
        (_first.c.debtor_id == _mine.c.debtor_id)
        & (_first.c.contact_number == _mine.c.contact_number),
    )
    .where(
        _mine.c.key == bindparam("row_key"),
        _first.c.state.in_(("planned", "sending", "sent", "unknown")),
    )
    .order_by(_first.c.id)
    .limit(1)
)


async def say(connection: AsyncConnection, notice: Notice, debtor_id: int, now: datetime) -> None:
    """Record the levels a notice said on its cases; the same beside it says nothing new.

    Whichever of them is first, the level is said by the one that leads: it is what bounces.
    """
    if notice.kind.answers:
        return
    found = (await connection.execute(_LEADING, {"row_key": notice.key})).one_or_none()
    leads = notice if found is None or found.key == notice.key else loaded(found.body)
    cases = await cases_of_notice(connection, notice, debtor_id)
    growths = []
    for line in notice.lines:
        filed = cases.get(line.number)
        if filed is None or _already(filed, line.level, line.round):
            continue
        said = ev.Said(
            on=notice.on,
            level=line.level,
            round=line.round,
            notice=leads.key,
            channel=leads.channel,
            address=mark(leads.to, leads.channel),
            deadline=notice.deadline,
        )
        growths.append(grown(filed, [said], _stamp(notice, "said", now)))
    await append(connection, growths)
    for growth in growths:
        count = growth.filed.events
        values = {"row_id": growth.filed.id, "before": count - 1, "after": count}
        await connection.execute(_FORESEEN, values)


async def refuse(connection: AsyncConnection, notice: Notice, row: Row[Any], now: datetime) -> None:
    """Record a certain refusal: its address is bad, and the lines are free for another."""
    cases = await cases_of_notice(connection, notice, row.debtor_id)
    growths = []
    for line in notice.lines:
        filed = cases.get(line.number)
        if filed is None or notice.kind.answers:
            continue
        gone = ev.Bounced(
            on=notice.on,
            level=line.level,
            round=line.round,
            channel=notice.channel,
            address=mark(notice.to, notice.channel),
        )
        growths.append(grown(filed, [gone], _stamp(notice, "refused", now)))
    await append(connection, growths)
    what = notice.level or notice.kind.value
    why = f"{what} by {notice.channel} was refused"
    await not_reached(connection, notice, cases.values(), now, why)


async def uncount(connection: AsyncConnection, notice_id: int) -> None:
    """Let a notice that reached nobody no longer count for the debtor's pace."""
    await connection.execute(_UNCOUNT, {"row_id": notice_id})


async def cases_of_notice(
    connection: AsyncConnection, notice: Notice, debtor_id: int
) -> dict[str, Filed]:
    """Return the open cases of a notice's lines by number, locked."""
    numbers = {line.number for line in notice.lines}
    cases = await cases_of_debtor(connection, debtor_id, lock=True)
    return {
        filed.case.invoice.number: filed for filed in cases if filed.case.invoice.number in numbers
    }


def _already(filed: Filed, level: str, count: int) -> bool:
    return any(said.level == level and said.round == count for said in filed.case.said)


def _stamp(notice: Notice, what: str, now: datetime) -> Stamp:
    return Stamp(f"{what}/{notice.key}", "system", now)
