"""What a person rules on a notice that may or may not have arrived."""

from typing import Final

from sqlalchemy import bindparam, select
from sqlalchemy.ext.asyncio import AsyncConnection

from models.chasing import events as ev
from models.chasing.notice import Notice, loaded
from models.errors import RefusedError
from models.orders import Entry, Order, Recorded, RuleDelivery
from models.store.appending import Stamp, append, grown
from models.store.leasing import locked, moved
from models.store.outcomes import cases_of_notice, say, uncount
from models.store.policies import policy_of
from models.store.recording import meant
from models.store.tables.saying import notice_lines, notices

_UNKNOWN: Final = (
    select(notices.c.key)
    .distinct()
    .join_from(notices, notice_lines, notice_lines.c.notice_id == notices.c.id)
    .where(
        notice_lines.c.invoice_id.in_(bindparam("ids", expanding=True)),
        notices.c.state == "unknown",
    )
    .order_by(notices.c.key)
)


async def rule_delivery(
    connection: AsyncConnection, order: Order, command: RuleDelivery
) -> Recorded:
    """Take a person's word on every notice of unknown outcome of the invoices meant.

    A legal notice that arrived is said as of its day; one that did not may be sent again.
    A friendly one counts as said already; when it did not arrive it is said once more.

    Raises:
        RefusedError: none of the invoices has such a notice.
        UnknownError: an invoice or the debtor is not in the books.
    """
    about = await meant(connection, order)
    ids = [filed.id for filed in about.cases]
    keys = (await connection.execute(_UNKNOWN, {"ids": ids})).scalars().all()
    if not keys:
        message = "nothing here was sent whose arrival is in doubt: relance notices shows all"
        raise RefusedError(message)
    entries: dict[str, Entry] = {}
    for key in keys:
        for entry in await _ruled(connection, order, command, key):
            entries[entry.number] = entry
    return Recorded(creditor=order.creditor, entries=tuple(entries.values()))


async def _ruled(
    connection: AsyncConnection, order: Order, command: RuleDelivery, key: str
) -> list[Entry]:
    row = await locked(connection, key)
    notice = loaded(row.body)
    told = [Entry(line.number, order.event_id, "ruled", notice.creditor) for line in notice.lines]
    if command.arrived:
        await moved(connection, row, "sent", reference="ruled", sent_at=order.at)
        if row.legal:
            await say(connection, notice, row.debtor_id, order.at)
        return told
    await moved(connection, row, "failed", failure="ruled: it did not arrive")
    await uncount(connection, row.id)
    if not row.legal and not notice.kind.answers:
        await _said_once_more(connection, order, notice, row.debtor_id)
    return told


async def _said_once_more(
    connection: AsyncConnection, order: Order, notice: Notice, debtor_id: int
) -> None:
    """Order the levels again that were counted as said and did not arrive."""
    growths = []
    cases = await cases_of_notice(connection, notice, debtor_id)
    for line in notice.lines:
        filed = cases.get(line.number)
        if filed is None or filed.case.closed is not None or filed.case.level != line.level:
            continue
        policy = await policy_of(connection, filed.case.policy_hash)
        gone = ev.Directed(
            on=policy.day(order.at),
            level=line.level,
            reason="the notice did not arrive",
            by=order.actor,
            keeps_gap=False,
        )
        growths.append(grown(filed, [gone], Stamp(order.event_id, order.actor, order.at)))
    await append(connection, growths)
