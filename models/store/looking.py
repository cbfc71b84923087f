"""One look at a case: fold, decide, journal, register a slot; one transaction."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from sqlalchemy import bindparam, update
from sqlalchemy.ext.asyncio import AsyncConnection

from models.chasing import events as ev
from models.chasing.answers import Close
from models.chasing.dunning import settle
from models.chasing.folding import after
from models.ledger.creditor import Creditor
from models.store.appending import Growth, Stamp, append, grown
from models.store.around import around
from models.store.describing import View, journalled, told
from models.store.engine import Store
from models.store.policies import policy_of
from models.store.reading import cases_named
from models.store.slotting import Seen, carried_out, poked_for, reweighed, stated
from models.store.statements import insert_new
from models.store.tables.items import invoices
from models.store.tables.records import journal
from models.store.wanting import wanted
from models.wire import Looked, LookIn

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
            seen = await carried_out(connection, view, world)
            if growth.filed.events > filed.looked and seen.poke is None:
                seen = replace(seen, poke=await reweighed(connection, view, world))
            if policy.statement != "never" and not seen.looked.closed:
                seen = await stated(connection, view, world, seen)
            new = await self._written(connection, ask, view, growth, seen.looked)
            if not new and seen.poke is None:
                # The first time, the process may have died before it could wake the debtor.
                seen = replace(seen, poke=await poked_for(connection, view, world))
            await wanted(connection, view, seen.looked.blockers)
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
