"""One moment of a debtor: decide over all its cases, compose, write the notices."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import Row, bindparam, delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from models.chasing import events as ev
from models.chasing.answering import Heard
from models.chasing.answers import Close, Contact
from models.chasing.composing import compose
from models.chasing.dunning import settle
from models.chasing.moment import Composition, Look, Position
from models.chasing.pace import MEMORY, Pace
from models.ledger.creditor import Creditor
from models.store.appending import Stamp, append, grown
from models.store.around import Around, around, credits_of
from models.store.describing import journalled
from models.store.engine import Store
from models.store.finding import debtor_named
from models.store.outgoing import Outgoing, deliveries, planned
from models.store.policies import policy_of
from models.store.reading import Filed, cases_of_debtor
from models.store.statements import insert_new
from models.store.stating import STATEMENT, registered, stated
from models.store.stating import due as due_statement
from models.store.tables.items import case_events, invoices
from models.store.tables.records import journal
from models.store.tables.saying import notices, slots
from models.wire import Composed, ComposeIn

#: Marks a slot that pace has put off.
PACE: Final = "pace"

_SLOTS: Final = select(slots).where(slots.c.debtor_id == bindparam("debtor_id"))
_DROP: Final = delete(slots).where(
    slots.c.invoice_id == bindparam("row_id"),
    slots.c.level == bindparam("row_level"),
    slots.c.round == bindparam("row_round"),
)
_PUT_OFF: Final = (
    update(slots)
    .where(
        slots.c.invoice_id == bindparam("row_id"),
        slots.c.level == bindparam("row_level"),
        slots.c.round == bindparam("row_round"),
    )
    .values(at=bindparam("to_at"), blocker=bindparam("to_blocker"))
)
_CONTACTS: Final = select(notices.c.on, notices.c.at, notices.c.legal).where(
    notices.c.debtor_id == bindparam("debtor_id"),
    notices.c.on >= bindparam("since"),
    notices.c.counts,
    notices.c.channel != "call",
    notices.c.state.in_(("planned", "sending", "sent", "unknown")),
)
#: Calls to a debtor, whether one was asked for or not.
_CALLS: Final = (
    select(case_events.c.body)
    .join_from(case_events, invoices, invoices.c.id == case_events.c.invoice_id)
    .where(
        invoices.c.debtor_id == bindparam("debtor_id"),
        case_events.c.kind == "call-made",
        case_events.c.on >= bindparam("since"),
    )
)


@dataclass(frozen=True, slots=True)
class Moved:
    """What a composition came to, and the invoices whose workflows must be told."""

    composed: Composed
    tell: tuple[str, ...] = ()


@dataclass(slots=True)
class _Sitting:
    """All that one composition works on, under the debtor's and its invoices' locks."""

    connection: AsyncConnection
    ask: ComposeIn
    creditor: Creditor
    world: Around
    slots: Sequence[Row[Any]]
    now: datetime
    filed: dict[str, Filed] = field(default_factory=dict)
    looks: list[Look] = field(default_factory=list)

    def stamp(self, suffix: str) -> Stamp:
        """Return who records, in this composition."""
        place = f"{self.ask.workflow}/{self.ask.run}/{self.ask.look}"
        return Stamp(f"compose/{place}/{suffix}", "system", self.ask.now)


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
            sitting = _Sitting(connection, ask, creditor, world, rows, ask.now)
            await self._settled(sitting, max(due))
            return await self._carried_out(sitting)

    async def _settled(self, sitting: _Sitting, slot: datetime) -> None:
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

    async def _carried_out(self, sitting: _Sitting) -> Moved:
        connection, world, ask = sitting.connection, sitting.world, sitting.ask
        pace = await pace_of(connection, world.debtor_id, ask.now.date())
        position = Position(await credits_of(connection, world.debtor_id))
        result = compose(tuple(sitting.looks), pace, position, sitting.now)
        late = {row.invoice_id for row in sitting.slots if row.blocker}
        outgoing = Outgoing(connection, sitting.creditor, world, sitting.filed, ask.now)
        for draft in result.drafts:
            await outgoing.write(draft)
        if due_statement(sitting.slots, sitting.now):
            await self._stated(sitting, outgoing)
        growths = [
            grown(sitting.filed[number], events, sitting.stamp("composed"))
            for number, events in result.events.items()
        ]
        await append(connection, growths)
        for growth in growths:
            sitting.filed[growth.filed.case.invoice.number] = growth.filed
        await self._slots(sitting, result)
        await self._journalled(sitting, result)
        rows = (await connection.execute(_SLOTS, {"debtor_id": world.debtor_id})).all()
        waiting = await planned(connection, world.debtor_id)
        tell = _to_tell(sitting, result, late)
        return Moved(_composed(waiting, rows, ask), tell)

    async def _stated(self, sitting: _Sitting, outgoing: Outgoing) -> None:
        """Write the statement whose slot has come, and register the next one's."""
        heard = [Heard(look.case, look.policy, look.facts, ()) for look in sitting.looks]
        debtor_id = sitting.world.debtor_id
        draft = await stated(sitting.connection, debtor_id, heard, sitting.now)
        if draft is None:
            return
        await outgoing.write(draft)
        look = sitting.looks[0]
        today = look.policy.day(sitting.now)
        filed = sitting.filed[look.number]
        await registered(sitting.connection, filed, look.policy, today, sitting.now)

    async def _slots(self, sitting: _Sitting, result: Composition) -> None:
        """Drop the slots that were used or are moot; put off those that composing held."""
        said = {line.number for draft in result.drafts for line in draft.lines}
        by_id = {filed.id: number for number, filed in sitting.filed.items()}
        answers = {look.number: look.answer for look in sitting.looks}
        for row in sitting.slots:
            if row.level == STATEMENT:
                continue
            number = by_id.get(row.invoice_id, "")
            place = {"row_id": row.invoice_id, "row_level": row.level, "row_round": row.round}
            wait = result.waits.get(number)
            asked = number in result.events
            due = row.at is not None and row.at <= sitting.now
            answer = answers.get(number)
            moot = due and not isinstance(answer, Contact)
            if number in said or moot or (wait is not None and asked):
                await sitting.connection.execute(_DROP, place)
            elif due and wait is None and isinstance(answer, Contact) and answer.at > sitting.now:
                values = {**place, "to_at": answer.at, "to_blocker": ""}
                await sitting.connection.execute(_PUT_OFF, values)
            elif wait is not None:
                blocker = wait.blockers[0].value if wait.blockers else PACE
                values = {**place, "to_at": wait.until, "to_blocker": blocker}
                await sitting.connection.execute(_PUT_OFF, values)

    async def _journalled(self, sitting: _Sitting, result: Composition) -> None:
        ask = sitting.ask
        if not sitting.looks:
            return
        said = [
            {
                "level": draft.level,
                "channel": draft.route.channel,
                "invoices": [line.number for line in draft.lines],
                "also_open": [item.number for item in draft.also_open],
                "totals": {total.currency: total.net for total in draft.totals},
            }
            for draft in result.drafts
        ]
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


async def pace_of(connection: AsyncConnection, debtor_id: int, today: date) -> Pace:
    """Return a debtor's contacts: each slot counts once, however many notices it had.

    Calls that reached somebody count once a day, however many invoices they were about.
    """
    values = {"debtor_id": debtor_id, "since": today - MEMORY}
    rows = (await connection.execute(_CONTACTS, values)).all()
    contacts = {row.at: row.on for row in rows}
    made = [ev.loaded(body) for body in (await connection.execute(_CALLS, values)).scalars()]
    calls = {e.on for e in made if isinstance(e, ev.CallMade) and e.outcome == "reached"}
    legal = [row.on for row in rows if row.legal]
    return Pace(tuple(sorted([*contacts.values(), *calls])), max(legal, default=None))


def _to_tell(sitting: _Sitting, result: Composition, late: set[int]) -> tuple[str, ...]:
    """Return the invoices for which it went otherwise than their last look foresaw."""
    lines = {line.number: line for draft in result.drafts for line in draft.lines}
    levels = [row for row in sitting.slots if row.level != STATEMENT]
    foreseen = {(row.invoice_id, row.level, row.round) for row in levels}
    due = {row.invoice_id for row in levels if row.at is not None and row.at <= sitting.now}
    numbers = {*result.waits, *result.events}
    for number, filed in sitting.filed.items():
        line = lines.get(number)
        if line is None:
            otherwise = filed.id in due
        else:
            otherwise = filed.id in late or (filed.id, line.level, line.round) not in foreseen
        if otherwise:
            numbers.add(number)
    return tuple(sorted(numbers))


def _composed(waiting: Sequence[Row[Any]], rows: Sequence[Row[Any]], ask: ComposeIn) -> Composed:
    """Return what to hand over now, and when the next slot or planned answer comes."""
    now = deliveries(waiting, ask.now)
    ahead = [row.at for row in (*rows, *waiting) if row.at is not None and row.at > ask.now]
    at = min(ahead, default=None)
    lines = [f"- {delivery.summary}" for delivery in now]
    if at is not None:
        lines.append(f"- next slot: {at.isoformat(timespec='minutes')}")
    return Composed(deliveries=now, at=at, card="\n".join(lines) or "nothing is due")
