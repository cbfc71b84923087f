"""The slots of a case: registered before a contact, dropped when moot, weighed anew."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import bindparam, delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from models.chasing.answers import Blocker, Close, Contact, Wait
from models.chasing.dunning import settle
from models.store.around import Around
from models.store.describing import View, as_if_said, described, put_off
from models.store.statements import upsert
from models.store.stating import STATEMENT, registered
from models.store.tables.saying import notices, slots
from models.wire import DebtorRef, Looked

#: A slot that comes within this time is registered by whatever look sees it: no second one.
SOON: Final = timedelta(days=1)

_OF_CASE: Final = select(slots).where(
    slots.c.invoice_id == bindparam("row_id"), slots.c.level != STATEMENT
)
_FIRST: Final = select(func.min(slots.c.at)).where(slots.c.debtor_id == bindparam("debtor_id"))
_ANSWER: Final = select(func.min(notices.c.at)).where(
    notices.c.debtor_id == bindparam("row_debtor"), notices.c.state == "planned"
)
#: Slots that wait for the debtor's sum to change.
_REWEIGH: Final = (
    update(slots)
    .where(
        slots.c.debtor_id == bindparam("row_debtor"),
        slots.c.blocker.in_((Blocker.MINIMUM.value, Blocker.NET_CREDIT.value)),
    )
    .values(at=bindparam("to_at"))
)
_GONE: Final = delete(slots).where(
    slots.c.invoice_id == bindparam("row_id"), slots.c.level != STATEMENT
)


@dataclass(frozen=True, slots=True)
class Seen:
    """What a look came to, and the debtor to poke; ``None`` when nobody need be."""

    looked: Looked
    poke: DebtorRef | None = None


async def carried_out(connection: AsyncConnection, view: View, world: Around) -> Seen:
    """Register or drop the case's slot, and say when to look again."""
    answer = view.answer
    if isinstance(answer, Close):
        await connection.execute(_GONE, {"row_id": view.filed.id})
        return Seen(described(view, closed=True))
    rows = (await connection.execute(_OF_CASE, {"row_id": view.filed.id})).all()
    leaving = _leaving(view)
    if leaving is not None and not rows:
        return Seen(leaving)
    if not isinstance(answer, Contact) or not _soon(view, answer):
        if rows:
            await connection.execute(_GONE, {"row_id": view.filed.id})
        until = answer.at - view.lead if isinstance(answer, Contact) else _until(answer, view)
        return Seen(described(view, until=until))
    mine = next((row for row in rows if (row.level, row.round) == answer.step), None)
    if mine is not None and mine.blocker:
        return Seen(put_off(view, mine.at, mine.blocker))
    if mine is not None and (mine.at == answer.at or mine.at <= view.now):
        late = max(view.now - mine.at, timedelta(0))
        return Seen(as_if_said(view, answer, late), _late(view, world, mine.at))
    if rows:
        await connection.execute(_GONE, {"row_id": view.filed.id})
    return Seen(as_if_said(view, answer), await _registered(connection, view, world, answer))


def _soon(view: View, answer: Contact) -> bool:
    """Say whether a slot is registered now; until its own day a level is not shown as said."""
    left = answer.at - view.now
    if view.policy.day(view.now) != answer.on:
        return left <= view.lead
    return left <= view.policy.scaled(SOON)


def _until(answer: Wait, view: View) -> datetime | None:
    """Return when to look again; what is on its way out of its turn is soon said."""
    if answer.until is not None and answer.blockers == (Blocker.BEING_SAID,):
        return min(answer.until, view.now + view.lead)
    return answer.until


def _leaving(view: View) -> Looked | None:
    """Return the look of a case whose level is being said at this moment, as if it were said."""
    answer = view.answer
    if not isinstance(answer, Wait) or answer.blockers != (Blocker.BEING_SAID,):
        return None
    facts = replace(view.facts, being_said=False)
    said = settle(view.case, view.policy, facts, view.now)[2]
    if not isinstance(said, Contact) or said.at > view.now:
        return None
    return as_if_said(replace(view, answer=said, facts=facts), said)


def _late(view: View, world: Around, at: datetime) -> DebtorRef | None:
    """Return the debtor to wake again for a slot whose time is over and that is still there."""
    if at > view.now:
        return None
    return DebtorRef(creditor=view.case.invoice.creditor, debtor=world.debtor.key, at=at)


async def _registered(
    connection: AsyncConnection, view: View, world: Around, answer: Contact
) -> DebtorRef | None:
    """Register a slot; return the debtor to poke when no earlier slot of it is."""
    place = {"debtor_id": view.filed.debtor_id}
    first = (await connection.execute(_FIRST, place)).scalar()
    row = {
        "invoice_id": view.filed.id,
        "cycle": view.case.cycle,
        "level": answer.level,
        "round": answer.round,
        "debtor_id": view.filed.debtor_id,
        "at": answer.at,
        "blocker": "",
        "registered_at": view.now,
    }
    statement = upsert(connection, slots).values(row)
    await connection.execute(
        statement.on_conflict_do_update(
            index_elements=["invoice_id", "cycle", "level", "round"],
            set_={"at": answer.at, "blocker": ""},
        )
    )
    if first is not None and first <= answer.at:
        return None
    return DebtorRef(creditor=view.case.invoice.creditor, debtor=world.debtor.key, at=answer.at)


async def poked_for(connection: AsyncConnection, view: View, world: Around) -> DebtorRef | None:
    """Return the debtor to wake for its first slot, if it has one."""
    first = (await connection.execute(_FIRST, {"debtor_id": view.filed.debtor_id})).scalar()
    if first is None:
        return None
    return DebtorRef(creditor=view.case.invoice.creditor, debtor=world.debtor.key, at=first)


async def stated(connection: AsyncConnection, view: View, world: Around, seen: Seen) -> Seen:
    """See that the debtor's next statement has its slot; today's only before it opens."""
    today = view.policy.day(view.now)
    after = today - timedelta(days=view.now < view.policy.opening(today))
    at = await registered(connection, view.filed, view.policy, after, view.now)
    if at is None or (seen.poke is not None and seen.poke.at is not None and seen.poke.at <= at):
        return seen
    ref = DebtorRef(creditor=view.case.invoice.creditor, debtor=world.debtor.key, at=at)
    return replace(seen, poke=ref)


async def reweighed(connection: AsyncConnection, view: View, world: Around) -> DebtorRef | None:
    """Weigh again what waits for the debtor's sum, since something has changed.

    Returns the debtor to wake for it, or for an answer that is planned.
    """
    at = view.facts.hours.slot(view.policy.day(view.now), view.now)
    values = {"row_debtor": view.filed.debtor_id, "to_at": at}
    changed = await connection.execute(_REWEIGH, values)
    planned = (await connection.execute(_ANSWER, {"row_debtor": view.filed.debtor_id})).scalar()
    if not changed.rowcount and planned is None:
        return None
    wakes = min(filter(None, (at if changed.rowcount else None, planned)))
    return DebtorRef(creditor=view.case.invoice.creditor, debtor=world.debtor.key, at=wakes)
