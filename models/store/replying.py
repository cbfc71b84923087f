"""Answers to what a debtor said: planned in the transaction that records it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import bindparam, select
from sqlalchemy.ext.asyncio import AsyncConnection

from models.chasing import events as ev
from models.chasing.answering import Heard, answers
from models.ledger.creditor import Creditor
from models.orders import Entry
from models.store.around import around
from models.store.outgoing import Outgoing
from models.store.policies import policy_of
from models.store.reading import Filed, cases_named
from models.store.tables.items import case_events

#: Kinds of event that may be answered.
_ANSWERED: Final = frozenset({"promised", "disputed", "dispute-ruled", "paid", "call-made"})
_EVENTS: Final = select(case_events.c.invoice_id, case_events.c.body).where(
    case_events.c.event_id.in_(bindparam("ids", expanding=True))
)


async def reply(
    connection: AsyncConnection,
    creditor: Creditor,
    channels: frozenset[str],
    entries: Sequence[Entry],
    at: datetime,
) -> list[str]:
    """Plan what answers the events just recorded; return the keys of the notices.

    One message for all invoices of a debtor that an order concerned.
    """
    ids = [entry.event_id for entry in entries if entry.kind in _ANSWERED]
    if not ids or not channels:
        return []
    made: dict[int, list[ev.Event]] = {}
    for invoice_id, body in await connection.execute(_EVENTS, {"ids": ids}):
        made.setdefault(invoice_id, []).append(ev.loaded(body))
    numbers = {entry.number for entry in entries}
    cases = await cases_named(connection, creditor.key, numbers, lock=True)
    keys = []
    for debtor_id in sorted({filed.debtor_id for filed in cases}):
        mine = [filed for filed in cases if filed.debtor_id == debtor_id]
        keys += await _to_debtor(connection, creditor, channels, (mine, made), at)
    return keys


async def _to_debtor(
    connection: AsyncConnection,
    creditor: Creditor,
    channels: frozenset[str],
    what: tuple[list[Filed], dict[int, list[ev.Event]]],
    at: datetime,
) -> list[str]:
    cases, made = what
    world = await around(connection, creditor, cases[0].debtor_id, lock=True)
    heard = []
    for filed in cases:
        policy = await policy_of(connection, filed.case.policy_hash)
        facts = world.facts(filed.id, policy, channels, at)
        heard.append(Heard(filed.case, policy, facts, tuple(made.get(filed.id, ()))))
    by_number = {filed.case.invoice.number: filed for filed in cases}
    outgoing = Outgoing(connection, creditor, world, by_number, at)
    for draft in answers(heard, at):
        await outgoing.write(draft)
    return outgoing.written
