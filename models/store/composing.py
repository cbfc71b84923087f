"""One moment of a debtor: decide over all its cases, compose, write the notices."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Row, bindparam, select

from models.chasing.answering import Heard
from models.chasing.answers import Close
from models.chasing.composing import compose
from models.chasing.dunning import settle
from models.chasing.moment import Composition, Look, Position
from models.ledger.creditor import Creditor
from models.store.appending import append, grown
from models.store.around import around, credits_of
from models.store.attesting import decided
from models.store.describing import journalled
from models.store.engine import Store
from models.store.finding import debtor_named
from models.store.handing import handed_over
from models.store.outgoing import Outgoing, deliveries, planned
from models.store.pacing import pace_of
from models.store.policies import policy_of
from models.store.reading import cases_of_debtor
from models.store.sitting import Sitting, free, to_tell
from models.store.statements import insert_new
from models.store.stating import STATEMENT, registered, stated
from models.store.stating import due as due_statement
from models.store.tables.records import journal
from models.store.tables.saying import slots
from models.wire import Composed, ComposeIn

_SLOTS: Final = select(slots).where(slots.c.debtor_id == bindparam("debtor_id"))


@dataclass(frozen=True, slots=True)
class Moved:
    """What a composition came to, and the invoices whose workflows must be told."""

    composed: Composed
    tell: tuple[str, ...] = ()


class Composing:
    """Composes for debtors. ``engine`` names this build in the journal."""

    def __init__(
        self,
        store: Store,
        creditors: Mapping[str, Creditor],
        channels: frozenset[str],
        engine: str,
    ) -> None:
        """Compose with these creditors and connected channels."""
        self._store = store
        self._creditors = creditors
        self._channels = channels
        self._engine = engine

    async def compose(self, ask: ComposeIn) -> Moved:
        """Compose for a debtor. Idempotent: what was composed is not due any more.

        Raises:
            UnavailableError: the books do not answer; nothing was written.
        """
        async with self._store.writing() as connection:
            debtor_id = await debtor_named(connection, ask.creditor, ask.debtor)
            creditor = self._creditors[ask.creditor]
            world = await around(connection, creditor, debtor_id, lock=True)
            rows = (await connection.execute(_SLOTS, {"debtor_id": debtor_id})).all()
            waiting = await planned(connection, debtor_id)
            due = [row.at for row in rows if row.at is not None and row.at <= ask.now]
            if not due:
                return Moved(_composed(waiting, rows, ask))
            sitting = Sitting(connection, ask, creditor, world, rows, ask.now)
            await self._settled(sitting, max(due))
            return await self._carried_out(sitting)

    async def _settled(self, sitting: Sitting, slot: datetime) -> None:
        """Look at every open case, as of the slot when it is still the slot's day."""
        connection, ask, world = sitting.connection, sitting.ask, sitting.world
        grown_cases = []
        for filed in await cases_of_debtor(connection, world.debtor_id, lock=True):
            policy = await policy_of(connection, filed.case.policy_hash)
            if not sitting.filed:
                sitting.now = _as_of(policy.day(ask.now) == policy.day(slot), slot, ask.now)
            facts = world.facts(filed.id, policy, self._channels, sitting.now)
            case, events, answer = settle(filed.case, policy, facts, sitting.now)
            growth = grown(filed, events, sitting.stamp("look"))
            grown_cases.append(growth)
            number = case.invoice.number
            sitting.filed[number] = growth.filed
            if not isinstance(answer, Close):
                sitting.looks.append(Look(case, policy, facts, answer))
        await append(connection, grown_cases)

    async def _carried_out(self, sitting: Sitting) -> Moved:
        connection, world, ask = sitting.connection, sitting.world, sitting.ask
        pace = await pace_of(connection, world.debtor_id, ask.now.date())
        position = Position(await credits_of(connection, world.debtor_id))
        # A statement's slot brings no level with it, which might be put off or taken along.
        levels = [row.at for row in sitting.slots if row.level != STATEMENT and row.at is not None]
        result = Composition()
        if any(at <= ask.now for at in levels):
            result = compose(tuple(sitting.looks), pace, position, sitting.now)
        late = {row.invoice_id for row in sitting.slots if row.blocker}
        outgoing = Outgoing(connection, sitting.creditor, world, sitting.filed, ask.now)
        said = []
        for draft in result.drafts:
            said.append(decided(draft, await outgoing.write(draft), sitting.looks))
            await handed_over(connection, draft, sitting.filed, ask.now)
        if due_statement(sitting.slots, sitting.now):
            await self._stated(sitting, outgoing)
        growths = [
            grown(sitting.filed[number], events, sitting.stamp("composed"))
            for number, events in result.events.items()
        ]
        await append(connection, growths)
        for growth in growths:
            sitting.filed[growth.filed.case.invoice.number] = growth.filed
        await free(sitting, result)
        await self._journalled(sitting, result, said)
        rows = (await connection.execute(_SLOTS, {"debtor_id": world.debtor_id})).all()
        waiting = await planned(connection, world.debtor_id)
        tell = to_tell(sitting, result, late)
        return Moved(_composed(waiting, rows, ask), tell)

    async def _stated(self, sitting: Sitting, outgoing: Outgoing) -> None:
        """Write the statement whose slot has come, and register the next one's."""
        heard = [Heard(look.case, look.policy, look.facts, ()) for look in sitting.looks]
        debtor_id = sitting.world.debtor_id
        drafts = await stated(sitting.connection, debtor_id, heard, sitting.now)
        if not drafts:
            return
        for draft in drafts:
            await outgoing.write(draft)
        look = sitting.looks[0]
        today = look.policy.day(sitting.now)
        filed = sitting.filed[look.number]
        await registered(sitting.connection, filed, look.policy, today, sitting.now)

    async def _journalled(
        self, sitting: Sitting, result: Composition, said: Sequence[dict[str, Any]]
    ) -> None:
        ask = sitting.ask
        if not sitting.looks:
            return
        waits = {number: wait.why for number, wait in result.waits.items()}
        first = sitting.looks[0]
        row = {
            **journalled(first.policy, first.answer),
            "workflow": ask.workflow,
            "run": ask.run,
            "look": ask.look,
            "debtor_id": sitting.world.debtor_id,
            "at": ask.now,
            "rule": "17",
            "why": f"{len(result.drafts)} notices composed, {len(waits)} cases wait",
            "blockers": "",
            "facts": json.dumps({"cases": len(sitting.looks), "as_of": sitting.now.isoformat()}),
            "answer": json.dumps({"said": said, "waits": waits}),
            "engine": self._engine,
        }
        await sitting.connection.execute(insert_new(sitting.connection, journal), row)


def _as_of(same_day: bool, slot: datetime, now: datetime) -> datetime:  # noqa: FBT001
    """Return the slot itself while its day lasts, so that answers name the planned instant."""
    return slot if same_day else now


def _composed(waiting: Sequence[Row[Any]], rows: Sequence[Row[Any]], ask: ComposeIn) -> Composed:
    """Return what to hand over now, and when the next slot or planned answer comes."""
    now = deliveries(waiting, ask.now)
    ahead = [row.at for row in (*rows, *waiting) if row.at is not None and row.at > ask.now]
    at = min(ahead, default=None)
    lines = [f"- {delivery.summary}" for delivery in now]
    if at is not None:
        lines.append(f"- next slot: {at.isoformat(timespec='minutes')}")
    return Composed(deliveries=now, at=at, card="\n".join(lines) or "nothing is due")
