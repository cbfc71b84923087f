"""Playing a scenario through the books and the workflows, and reading back what came of it."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import groupby
from pathlib import Path
from typing import Any

from sqlalchemy import select, update
from temporalio.service import RPCError

from models.chasing import commands as cmd
from models.chasing.answers import Contact, Record, Wait
from models.chasing.notice import loaded
from models.chasing.rehearsal import Standing
from models.chasing.story import StoryEvent, orders
from models.chasing.timeline import Entry, Speaker, entries, ordered
from models.errors import RefusedError
from models.ledger.entries import ItemRow, Reject
from models.orders import Entry as Told
from models.orders import File, Incoming, Insolvency, Order
from models.store.foreseeing import foresee
from models.store.returning import meant
from models.store.tables.items import invoices
from models.store.tables.parties import debtors, sources
from models.store.tables.saying import notices
from models.wire import Start
from tests.scenarios.showing import stale
from tests.scenarios.staging import Stage, creditor, stage
from tests.scenarios.telling import Scenario

#: Tellings of a story on servers that come to a standstill.
TRIES = 3
#: The creditor of rows that name none.
HOUSE = "house"


class Played:
    """What the workflows told."""

    def __init__(self) -> None:
        """Begin with nothing told."""
        self.timeline: list[Entry] = []
        self.standings: list[Standing] = []
        self.refused: list[str] = []
        self.stale: list[str] = []


async def played(scenario: Scenario, folder: Path) -> Played:
    """Play a scenario from its first to the end of its last day.

    The server of whose clock we dispose comes to a standstill now and then, whatever is played
    on it; then the story is told again, from its beginning.
    """
    for attempt in range(TRIES):
        room = folder / f"try-{attempt}"
        room.mkdir()
        try:
            return await _played(scenario, room)
        except (RPCError, TimeoutError):
            if attempt == TRIES - 1:
                raise
    raise AssertionError


async def _played(scenario: Scenario, folder: Path) -> Played:
    rows = [row for row in scenario.items(folder) if isinstance(row, ItemRow)]
    keys = {row.creditor or HOUSE for row in rows}
    declared = ("ledger",) if any(e.event == "books" for e in scenario.story) else ()
    creditors = {key: creditor(key, scenario.policy.name, declared) for key in keys}
    result = Played()
    async with stage(folder, creditors, scenario.policies, scenario.policy) as on:
        people = scenario.people(folder)
        for day, starting, happening in _days(scenario, rows):
            await on.sleep_to_day(day)
            await _enter(on, scenario, starting, people if starting else [])
            for event in happening:
                await _happen(on, event, keys, result)
            await on.settle()
        await on.sleep_to_day(scenario.until + timedelta(days=1))
        result.timeline = await _timeline(on)
        result.standings = await _standings(on, scenario)
        result.stale = await stale(on, result.standings)
    return result


def _days(
    scenario: Scenario, rows: Sequence[ItemRow]
) -> Iterable[tuple[date, list[ItemRow], list[StoryEvent]]]:
    """Yield the days on which something enters or happens, in order."""
    enters: dict[date, list[ItemRow]] = {}
    for row in rows:
        first = max(row.issued or scenario.since, scenario.since)
        if row.amount < 0:
            first = scenario.since
        enters.setdefault(first, []).append(row)
    told: dict[date, list[StoryEvent]] = {}
    for event in sorted(scenario.story, key=lambda e: (e.on, e.line)):
        told.setdefault(max(event.on, scenario.since), []).append(event)
    for day in sorted({*enters, *told}):
        if day <= scenario.until:
            yield day, enters.get(day, []), told.get(day, [])


async def _enter(on: Stage, scenario: Scenario, rows: list[ItemRow], people: list[Any]) -> None:
    """Take in what enters today, and start its workflows."""
    if not rows:
        return
    at = await on.now()
    rejected: list[Reject] = []
    found: list[Any] = []

    async def tell(batch: Sequence[Any]) -> None:
        found.extend(batch)

    today = on.policy.day(at)
    for key, group in groupby(sorted(rows, key=_house), key=_house):
        mine = [replace(row, creditor=key, issued=row.issued) for row in group]
        file = File(name="ledger.csv", sha256=f"{today}", content_on=today, actor="story", at=at)
        await on.booking.import_items(key, iter(mine), file, reject=rejected.append, tell=tell)
        if people:
            await on.booking.import_contacts(
                key,
                iter(people),
                replace(file, name="contacts.csv"),
                reject=lambda _: None,
            )
        starts = [Start(creditor=key, number=row.number) for row in mine if row.amount > 0]
        await _known(on, scenario)
        async with on.house.store.writing() as connection:
            await connection.execute(update(sources).values(covered_until=date(2099, 1, 1)))
        await on.telling.start(starts)
    assert not rejected, [str(reject) for reject in rejected]


def _house(row: ItemRow) -> str:
    return row.creditor or HOUSE


async def _known(on: Stage, scenario: Scenario) -> None:
    """Write what no ledger says of a debtor."""
    for code, facts in scenario.debtors.items():
        values = dict(facts)
        if "payment_days" in values:
            values["payment_days"] = ",".join(str(day) for day in values["payment_days"])
        async with on.house.store.writing() as connection:
            await connection.execute(update(debtors).where(debtors.c.code == code).values(**values))


async def _happen(on: Stage, event: StoryEvent, keys: set[str], result: Played) -> None:
    at = await on.now()
    if event.event == "books":
        await _covered(on, event)
        return
    try:
        for key in await _creditors(on, event, keys):
            if await _taken_back(on, event, key, at):
                continue
            for count, order in enumerate(await _orders(on, event, key, at)):
                recorded = await on.books.record(
                    replace(order, event_id=f"story-{event.line}{'.' * count}")
                )
                await on.telling.tell(key, recorded.entries)
                for elsewhere in recorded.elsewhere:
                    await on.telling.tell(elsewhere.creditor, elsewhere.entries)
    except RefusedError as refused:
        result.refused.append(f"line {event.line}: {refused}")
    await on.settle()


async def _covered(on: Stage, event: StoryEvent) -> None:
    """Say how far the books of every creditor cover, and let everybody look again."""
    async with on.house.store.writing() as connection:
        await connection.execute(update(sources).values(covered_until=event.until))
    async with on.house.store.reading() as connection:
        found = (await connection.execute(select(invoices.c.creditor, invoices.c.number))).all()
    for key, number in found:
        await on.telling.tell(key, [Told(number, "", "facts")])
    await on.settle()


async def _creditors(on: Stage, event: StoryEvent, keys: set[str]) -> list[str]:
    if event.creditor:
        return [event.creditor]
    if not event.invoices:
        async with on.house.store.reading() as connection:
            found = await connection.execute(
                select(debtors.c.creditor).where(
                    (debtors.c.code == event.debtor) | (debtors.c.name == event.debtor)
                )
            )
            return sorted(set(found.scalars()))
    async with on.house.store.reading() as connection:
        found = await connection.execute(
            select(invoices.c.creditor).where(invoices.c.number.in_(event.invoices))
        )
        return sorted(set(found.scalars())) or sorted(keys)[:1]


async def _orders(on: Stage, event: StoryEvent, key: str, at: Any) -> list[Order]:
    """Return the orders of an event, as the command line would give them."""
    currency = event.currency or await _currency(on, event, key)
    base = Order(
        creditor=key,
        command=cmd.Note(text=""),
        actor=event.actor,
        at=at,
        event_id="",
        invoices=event.invoices,
        debtor=event.debtor,
        amount=event.minor(currency) if event.amount else None,
    )
    match event.event:
        case "reversal" if await _debit(on, event, key):
            return [replace(base, command=cmd.RejectDebit())]
        case "credit-note":
            return await _credit(on, event, base)
        case "payment" | "reversal":
            return [replace(base, command=await _money(on, event, key, currency))]
        case "insolvency":
            return [replace(base, command=Insolvency(judged_on=event.on))]
        case "release" if not event.invoices:
            return [replace(base, command=cmd.Release(reason=event.reason))]
        case _:
            plain = replace(event, amount="" if len(event.invoices) != 1 else event.amount)
            commands = orders(plain, currency)
            takes = event.event in {"promise", "dispute", "call", "settle"}
            return [
                replace(base, command=command, amount=base.amount if takes else None)
                for command in commands
            ]


async def _money(on: Stage, event: StoryEvent, key: str, currency: str) -> cmd.Command:
    amount = event.minor(currency)
    if amount is None:
        amount = await _open(on, event, key)
    if event.event == "payment":
        return cmd.Pay(amount=amount, on=event.on)
    return cmd.Reverse(amount=event.minor(currency))


async def _taken_back(on: Stage, event: StoryEvent, key: str, at: datetime) -> bool:
    """Book a reversal as the bank tells it, when a payment is known that it can mean."""
    if event.event != "reversal" or not event.amount:
        return False
    about = await _meant(on, event, key)
    if not about:
        return False
    currency = event.currency or about[0].currency
    taken = Incoming(
        creditor=key,
        key=f"story-{event.line}",
        on=event.on,
        amount=-(event.minor(currency) or 0),
        currency=currency,
        actor=event.actor,
        at=at,
        numbers=event.invoices,
        debtor=about[0].code,
    )
    async with on.house.store.reading() as connection:
        if await meant(connection, taken) is None:
            return False
    recorded = await on.books.pay(taken)
    await on.telling.tell(key, recorded.entries)
    return True


async def _credit(on: Stage, event: StoryEvent, base: Order) -> list[Order]:
    """Return the order that applies a credit note; what it leaves enters as a credit."""
    meant = await _meant(on, event, base.creditor)
    currency = event.currency or (meant[0].currency if meant else "EUR")
    owed = [row for row in meant if row.currency == currency and row.open > 0]
    open_ = sum(row.open for row in owed)
    amount = event.minor(currency)
    amount = open_ if amount is None else amount
    if amount > open_ and meant:
        rest, today = amount - open_, on.policy.day(base.at)
        number = f"CN-{event.line}"
        facts = {"line": 1, "due": None, "currency": currency, "debtor": meant[0].code}
        row = ItemRow(number=number, amount=-rest, open=-rest, creditor=base.creditor, **facts)
        file = File(name=number, sha256=number, content_on=today, actor="story", at=base.at)

        async def tell(batch: Sequence[Any]) -> None:
            await on.telling.tell(base.creditor, batch)

        rejected: list[Reject] = []
        await on.booking.import_items(
            base.creditor, iter([row]), file, reject=rejected.append, tell=tell
        )
        assert not rejected, [str(reject) for reject in rejected]
        if not open_:
            return []
    numbers = tuple(row.number for row in owed) if event.invoices else ()
    command = cmd.Credit(amount=min(amount, open_))
    return [replace(base, command=command, amount=None, invoices=numbers or base.invoices)]


async def _debit(on: Stage, event: StoryEvent, key: str) -> bool:
    return any(row.method == "direct-debit" for row in await _meant(on, event, key))


async def _meant(on: Stage, event: StoryEvent, key: str) -> list[Any]:
    async with on.house.store.reading() as connection:
        rows = select(
            invoices.c.number,
            invoices.c.open,
            invoices.c.currency,
            invoices.c.method,
            debtors.c.code,
        ).join_from(invoices, debtors, debtors.c.id == invoices.c.debtor_id)
        rows = rows.where(invoices.c.creditor == key)
        if event.invoices:
            rows = rows.where(invoices.c.number.in_(event.invoices))
        else:
            rows = rows.where((debtors.c.code == event.debtor) | (debtors.c.name == event.debtor))
        return list((await connection.execute(rows)).all())


async def _currency(on: Stage, event: StoryEvent, key: str) -> str:
    meant = await _meant(on, event, key)
    return str(meant[0].currency) if meant else "EUR"


async def _open(on: Stage, event: StoryEvent, key: str) -> int:
    return sum(max(0, row.open) for row in await _meant(on, event, key))


async def _timeline(on: Stage) -> list[Entry]:
    """Return what was said, from the outbox."""
    async with on.house.store.reading() as connection:
        rows = (
            await connection.execute(
                select(notices, debtors.c.code, debtors.c.name)
                .join_from(notices, debtors, debtors.c.id == notices.c.debtor_id)
                .where(notices.c.state.in_(("sent", "unknown")))
                .order_by(notices.c.id)
            )
        ).all()
    first: dict[tuple[int, int], int] = {}
    # The first notice of a contact is the contact; the same on other channels goes beside it.
    contacts: dict[tuple[int, int], list[Any]] = {}
    for row in rows:
        contacts.setdefault((row.debtor_id, row.contact_number), []).append(row)
    told: list[Entry] = []
    for first, *others in contacts.values():
        beside = tuple(row.channel for row in others)
        speaker = Speaker("", first.code or first.name, first.channel, beside)
        told.extend(entries(loaded(first.body), speaker, ""))
    return ordered(told)


async def _standings(on: Stage, scenario: Scenario) -> list[Standing]:
    """Return how each invoice stands as of the end of the last day."""
    end = on.policy.closing(scenario.until) + timedelta(hours=4)
    found = []
    async with on.house.store.reading() as connection:
        owing = (await connection.execute(select(debtors.c.id, debtors.c.creditor))).all()
        for debtor_id, key in owing:
            house = on.books.creditors[key]
            prospects = await foresee(connection, house, debtor_id, frozenset(on.memories), end)
            for number, prospect in prospects.items():
                answer = prospect.answer
                blockers = answer.blockers if isinstance(answer, Wait) else ()
                next_on = None
                if isinstance(answer, Contact):
                    next_on = answer.on
                if isinstance(answer, Wait):
                    next_on = answer.next_on
                assert not isinstance(answer, Record)
                found.append(
                    Standing(
                        key,
                        number,
                        answer.state.value,
                        prospect.case.open,
                        prospect.case.invoice.currency,
                        prospect.case.level,
                        next_on,
                        tuple(blocker.value for blocker in blockers),
                    )
                )
    return found
