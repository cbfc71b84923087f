"""One look at a case: fold, decide, journal, register a slot; one transaction."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from zlib import crc32

from sqlalchemy import bindparam, delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from models.chasing import events as ev
from models.chasing.answers import Answer, Close, Contact, Record, Wait
from models.chasing.case import Case
from models.chasing.dunning import settle
from models.chasing.facts import Facts
from models.chasing.folding import after
from models.chasing.level import LevelKind
from models.chasing.policy import Policy
from models.ledger.creditor import Creditor
from models.ledger.money import Money
from models.store.appending import Growth, Stamp, append, grown
from models.store.around import Around, around
from models.store.engine import Store
from models.store.policies import policy_of
from models.store.reading import Filed, cases_named
from models.store.statements import insert_new, upsert
from models.store.tables.items import invoices
from models.store.tables.records import journal
from models.store.tables.saying import slots
from models.store.wanting import wanted
from models.wire import DebtorRef, Looked, LookIn

#: How long before a slot a case looks and registers it, before jitter.
LEAD: Final = timedelta(hours=2)

_OF_CASE: Final = select(slots).where(slots.c.invoice_id == bindparam("row_id"))
_FIRST: Final = select(func.min(slots.c.at)).where(slots.c.debtor_id == bindparam("debtor_id"))
_GONE: Final = delete(slots).where(slots.c.invoice_id == bindparam("row_id"))
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


@dataclass(frozen=True, slots=True)
class _View:
    """A case at a look: after what there was to record, with the answer."""

    filed: Filed
    case: Case
    policy: Policy
    facts: Facts
    answer: Answer
    now: datetime

    @property
    def lead(self) -> timedelta:
        """Return how long before its slots this case looks: always the same for a case."""
        share = 0.5 + crc32(self.case.invoice.number.encode()) % 1000 / 2000
        return self.policy.scaled(LEAD * share)


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
            view = _View(filed, case, policy, facts, answer, ask.now)
            growth = grown(filed, events, _stamp(ask))
            await append(connection, [growth])
            seen = await _carried_out(connection, view, world)
            await self._written(connection, ask, view, growth, seen.looked)
            await wanted(connection, view.filed, case, answer, ask.now)
            return seen

    async def _written(
        self,
        connection: AsyncConnection,
        ask: LookIn,
        view: _View,
        growth: Growth,
        looked: Looked,
    ) -> None:
        await connection.execute(
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
                "to_blockers": ",".join(looked.blockers),
                "to_looked": growth.filed.events,
                "to_looked_at": ask.now,
                "to_started": not looked.closed,
            },
        )


def _stamp(ask: LookIn) -> Stamp:
    return Stamp(f"look/{ask.workflow}/{ask.run}/{ask.look}", "system", ask.now)


def journalled(policy: Policy, answer: Answer) -> dict[str, Any]:
    """Return the columns of the journal that say what was answered and under which policy."""
    blockers = answer.blockers if isinstance(answer, Wait) else ()
    return {
        "policy": policy.name,
        "version": policy.version,
        "hash": policy.hash,
        "rule": answer.rule,
        "why": answer.why,
        "blockers": ",".join(blockers),
        "answer": json.dumps(_plain(answer)),
    }


def _plain(answer: Answer) -> dict[str, Any]:
    said: dict[str, Any] = {"kind": answer.kind}
    if isinstance(answer, Record):
        return said
    said["state"] = answer.state.value
    if isinstance(answer, Contact):
        said |= {
            "level": answer.level,
            "round": answer.round,
            "at": answer.at.isoformat(),
            "on": answer.on.isoformat(),
            "amount": answer.amount,
        }
    if isinstance(answer, Wait):
        said |= {
            "level": answer.level,
            "until": None if answer.until is None else answer.until.isoformat(),
            "next_on": None if answer.next_on is None else answer.next_on.isoformat(),
        }
    return said


def told(facts: Facts, case: Case) -> str:
    """Return the facts of a look as JSON, for the journal; without personal data."""
    holds = [*facts.debtor_holds, *facts.creditor_holds, *case.holds]
    said = {
        "open": case.open,
        "chaseable": case.chaseable,
        "events": case.count,
        "fresh": facts.fresh,
        "standing": facts.standing.value,
        "insolvent_on": None if facts.insolvent_on is None else facts.insolvent_on.isoformat(),
        "frozen": facts.frozen,
        "thaws_on": None if facts.thaws_on is None else facts.thaws_on.isoformat(),
        "holds": sorted({"for ever" if h.until is None else h.until.isoformat() for h in holds}),
        "being_said": facts.being_said,
        "unknown": facts.unknown,
        "servicer": case.invoice.servicer or "us",
        "channels": sorted(facts.channels),
    }
    return json.dumps(said)


async def _carried_out(connection: AsyncConnection, view: _View, world: Around) -> Seen:
    """Register or drop the case's slot, and say when to look again."""
    answer = view.answer
    if isinstance(answer, Close):
        await connection.execute(_GONE, {"row_id": view.filed.id})
        return Seen(_looked(view, closed=True))
    rows = (await connection.execute(_OF_CASE, {"row_id": view.filed.id})).all()
    if not isinstance(answer, Contact) or answer.at - view.now > view.lead:
        if rows:
            await connection.execute(_GONE, {"row_id": view.filed.id})
        if isinstance(answer, Contact):
            return Seen(_looked(view, until=answer.at - view.lead))
        return Seen(_looked(view, until=answer.until if isinstance(answer, Wait) else None))
    mine = [row for row in rows if (row.level, row.round) == (answer.level, answer.round)]
    if mine and mine[0].blocker:
        return Seen(_put_off(view, mine[0].at, mine[0].blocker))
    if mine and mine[0].at == answer.at:
        return Seen(_as_if_said(view, answer))
    if rows:
        await connection.execute(_GONE, {"row_id": view.filed.id})
    first = (await connection.execute(_FIRST, {"debtor_id": view.filed.debtor_id})).scalar()
    await _registered(connection, view, answer)
    poke = None
    if first is None or first > answer.at:
        poke = DebtorRef(creditor=view.case.invoice.creditor, debtor=world.debtor.key, at=answer.at)
    return Seen(_as_if_said(view, answer), poke)


async def _registered(connection: AsyncConnection, view: _View, answer: Contact) -> None:
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


def _as_if_said(view: _View, answer: Contact) -> Looked:
    """Return the look after the slot, as if the level is said there.

    Whatever goes otherwise tells the case, so a level costs it one wake-up.
    """
    level = view.policy.level(answer.level)
    if level.kind is LevelKind.CALL:
        lapses = view.policy.working_days.after(answer.on, level.lapse_days)
        happened: ev.Event = ev.CallAsked(
            on=answer.on, level=level.name, round=answer.round, lapses_on=lapses
        )
    elif level.kind is LevelKind.HAND_OVER:
        happened = ev.HandedOver(on=answer.on, level=level.name)
    else:
        deadline = None
        if level.deadline_days:
            deadline = answer.on + timedelta(days=level.deadline_days)
        happened = ev.Said(on=answer.on, level=level.name, round=answer.round, deadline=deadline)
    case, _, then = settle(after(view.case, happened), view.policy, view.facts, answer.at)
    until: datetime | None = None
    if isinstance(then, Contact):
        until = max(then.at - view.lead, answer.at)
    elif isinstance(then, Wait):
        until = then.until
    looked = _looked(view, until=until)
    return looked.model_copy(
        update={"level": case.level or level.name, "waits_for": f"{level.name} on {answer.on}"}
    )


def _put_off(view: _View, at: datetime | None, blocker: str) -> Looked:
    """Return the look of a case whose slot composing has put off; composing tells it."""
    looked = _looked(view, until=None)
    blockers = () if blocker == "pace" else (blocker,)
    return looked.model_copy(update={"next_at": at, "blockers": blockers})


def _looked(view: _View, *, until: datetime | None = None, closed: bool = False) -> Looked:
    case, answer = view.case, view.answer
    next_at: datetime | None = None
    blockers: Sequence[str] = ()
    waits_for = ""
    if isinstance(answer, Contact):
        next_at = answer.at
        waits_for = f"{answer.level} on {answer.on}"
    elif isinstance(answer, Wait):
        next_at = until
        if answer.next_on is not None:
            next_at = view.policy.opening(answer.next_on)
        blockers = [blocker.value for blocker in answer.blockers]
        waits_for = answer.why
    return Looked(
        closed=closed,
        until=until,
        waits_for=waits_for[:180],
        state="open" if isinstance(answer, Record) else answer.state.value,
        level=case.level or "",
        debtor=case.invoice.debtor,
        due=case.due,
        next_at=next_at,
        blockers=tuple(blockers),
        card=_card(view, blockers),
    )


def _card(view: _View, blockers: Sequence[str]) -> str:
    """Return the case as a card of Markdown, for the Temporal UI; no personal data."""
    case, answer = view.case, view.answer
    currency = case.invoice.currency
    lines = [
        f"**{Money(case.open, currency)} open** of {Money(case.amount, currency)}, due {case.due}",
        f"- policy: {case.policy} version {case.policy_version} ({case.policy_hash})",
        f"- level: {case.level or 'none yet'}",
    ]
    if isinstance(answer, Contact):
        lines.append(f"- next: {answer.level} on {answer.on}")
    if isinstance(answer, Wait) and answer.next_on is not None:
        lines.append(f"- next: {answer.level or 'a look'} on {answer.next_on}")
    if blockers:
        lines.append(f"- blocked by: {', '.join(blockers)}")
    lines.append(f"- why: {answer.why} (rule {answer.rule})")
    return "\n".join(lines)
