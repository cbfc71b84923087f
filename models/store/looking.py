"""One look at a case: fold, decide, journal, register a slot; one transaction."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

from sqlalchemy import bindparam, delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from models.chasing import events as ev
from models.chasing.answers import Blocker, Close, Contact, Wait
from models.chasing.dunning import settle
from models.chasing.folding import after
from models.ledger.creditor import Creditor
from models.store.appending import Growth, Stamp, append, grown
from models.store.around import Around, around
from models.store.describing import View, as_if_said, described, journalled, put_off, told
from models.store.engine import Store
from models.store.policies import policy_of
from models.store.reading import cases_named
from models.store.statements import insert_new, upsert
from models.store.stating import STATEMENT, registered
from models.store.tables.items import invoices
from models.store.tables.records import journal
from models.store.tables.saying import notices, slots
from models.store.wanting import wanted
from models.wire import DebtorRef, Looked, LookIn

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
_LOOKED: Final = (
    update(invoices)
    .where(invoices.c.id == bindparam("row_id"))
    .values(
        {
            name: bindparam(f"to_{name}")
            for name in (
                "state",
                "next_at",
                "next_on",
                "wakes_at",
                "blockers",
                "looked",
                "looked_at",
                "started",
            )
        }
    )
)


@dataclass(frozen=True, slots=True)
class Seen:
    """What a look came to, and the debtor to poke; ``None`` when nobody need be."""

    looked: Looked
    poke: DebtorRef | None = None


class Looking:
    """Takes looks at cases. ``engine`` names this build in the journal."""

    def __init__(
        self,
        store: Store,
        creditors: Mapping[str, Creditor],
        channels: frozenset[str],
        engine: str,
    ) -> None:
        """Look with these creditors and connected channels."""
        self._store = store
        self._creditors = creditors
        self._channels = channels
        self._engine = engine

    async def look(self, ask: LookIn) -> Seen:
        """Take a look. Idempotent: a look repeated finds what the first one left.

        Raises:
            UnavailableError: the books do not answer; nothing was written.
        """
        async with self._store.writing() as connection:
            found = await cases_named(connection, ask.creditor, [ask.number], lock=True)
            if not found:
                return Seen(Looked(closed=True, state="unknown"))
            filed = found[0]
            creditor = self._creditors[ask.creditor]
            world = await around(connection, creditor, filed.debtor_id)
            policy = await policy_of(connection, filed.case.policy_hash)
            facts = world.facts(filed.id, policy, self._channels, ask.now)
            case, events, answer = settle(filed.case, policy, facts, ask.now)
            if isinstance(answer, Close) and case.closed is None:
                closed = ev.Closed(on=policy.day(ask.now), state=answer.state.value)
                case, events = after(case, closed), [*events, closed]
            view = View(filed, case, policy, facts, answer, ask.now)
            growth = grown(filed, events, _stamp(ask))
            await append(connection, [growth])
            seen = await _carried_out(connection, view, world)
            if growth.filed.events > filed.looked and seen.poke is None:
                seen = replace(seen, poke=await _reweighed(connection, view, world))
            if policy.statement != "never" and not seen.looked.closed:
                seen = await _stated(connection, view, world, seen)
            new = await self._written(connection, ask, view, growth, seen.looked)
            if not new and seen.poke is None:
                # The first time, the process may have died before it could wake the debtor.
                seen = replace(seen, poke=await _poked_for(connection, view, world))
            await wanted(connection, view)
            return seen

    async def _written(
        self,
        connection: AsyncConnection,
        ask: LookIn,
        view: View,
        growth: Growth,
        looked: Looked,
    ) -> bool:
        """Write a look down; say whether it is new, not one that is repeated."""
        written = await connection.execute(
            insert_new(connection, journal),
            {
                **journalled(view.policy, view.answer),
                "workflow": ask.workflow,
                "run": ask.run,
                "look": ask.look,
                "invoice_id": view.filed.id,
                "debtor_id": view.filed.debtor_id,
                "at": ask.now,
                "facts": told(view.facts, view.case),
                "engine": self._engine,
            },
        )
        await connection.execute(
            _LOOKED,
            {
                "row_id": view.filed.id,
                "to_state": looked.state,
                "to_next_at": looked.next_at,
                "to_next_on": None if looked.next_at is None else view.policy.day(looked.next_at),
                "to_wakes_at": looked.until,
                "to_blockers": ",".join(looked.blockers),
                "to_looked": growth.filed.events,
                "to_looked_at": ask.now,
                "to_started": not looked.closed,
            },
        )
        return written.rowcount > 0


def _stamp(ask: LookIn) -> Stamp:
    return Stamp(f"look/{ask.workflow}/{ask.run}/{ask.look}", "system", ask.now)


async def _carried_out(connection: AsyncConnection, view: View, world: Around) -> Seen:
    """Register or drop the case's slot, and say when to look again."""
    answer = view.answer
    if isinstance(answer, Close):
        await connection.execute(_GONE, {"row_id": view.filed.id})
        return Seen(described(view, closed=True))
    rows = (await connection.execute(_OF_CASE, {"row_id": view.filed.id})).all()
    if not isinstance(answer, Contact) or answer.at - view.now > view.policy.scaled(SOON):
        if rows:
            await connection.execute(_GONE, {"row_id": view.filed.id})
        until = answer.until if isinstance(answer, Wait) else None
        if isinstance(answer, Contact):
            until = answer.at - view.lead
        return Seen(described(view, until=until))
    mine = next((row for row in rows if (row.level, row.round) == answer.step), None)
    if mine is not None and mine.blocker:
        return Seen(put_off(view, mine.at, mine.blocker))
    if mine is not None and (mine.at == answer.at or mine.at <= view.now):
        return Seen(as_if_said(view, answer))
    if rows:
        await connection.execute(_GONE, {"row_id": view.filed.id})
    return Seen(as_if_said(view, answer), await _registered(connection, view, world, answer))


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


async def _poked_for(connection: AsyncConnection, view: View, world: Around) -> DebtorRef | None:
    """Return the debtor to wake for its first slot, if it has one."""
    first = (await connection.execute(_FIRST, {"debtor_id": view.filed.debtor_id})).scalar()
    if first is None:
        return None
    return DebtorRef(creditor=view.case.invoice.creditor, debtor=world.debtor.key, at=first)


async def _stated(connection: AsyncConnection, view: View, world: Around, seen: Seen) -> Seen:
    """See that the debtor's next statement has its slot; today's only before it opens."""
    today = view.policy.day(view.now)
    after = today - timedelta(days=view.now < view.policy.opening(today))
    at = await registered(connection, view.filed, view.policy, after, view.now)
    if at is None or (seen.poke is not None and seen.poke.at is not None and seen.poke.at <= at):
        return seen
    ref = DebtorRef(creditor=view.case.invoice.creditor, debtor=world.debtor.key, at=at)
    return replace(seen, poke=ref)


async def _reweighed(connection: AsyncConnection, view: View, world: Around) -> DebtorRef | None:
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
