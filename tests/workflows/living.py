"""Living in real time on the real development server, with days of less than a second.

A ``Life`` is a house at work on a server of its own: rows enter, orders are recorded and
told as every door does it, and :meth:`Life.until` waits for what must come.
"""

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

from sqlalchemy import select
from temporalio.api.enums.v1 import EventType
from temporalio.client import Client, WorkflowHandle, WorkflowHistory

import worker
from channels.memory import Memory
from channels.temporal import connecting
from channels.temporal.embedded import Embedded
from channels.temporal.telling import Telling
from models import names
from models.chasing.commands import Command
from models.chasing.policy import Policy
from models.ledger.entries import ItemRow, Reject
from models.orders import File, Order, Recorded
from models.ports import Channel
from models.store.booking import Booking
from models.store.tables.items import case_events, invoices
from models.store.tables.parties import debtors
from models.store.tables.saying import notices
from models.wire import Start
from tests.scenarios.staging import at_work, creditor, furnished

#: Every wait ends within so many seconds.
PATIENCE = 60.0
#: The creditor of all that enters.
HOUSE = "house"
#: The first day of a life: a Monday far from any holiday.
FIRST = date(2031, 3, 3)


def quick(policy: Mapping[str, Any], seconds: float = 0.5) -> Policy:
    """Return a policy whose days are short and open from their first minute to their last."""
    said = {
        "name": "quick",
        "zone": "UTC",
        "calendar": "FR",
        "opens": "00:15:00",
        "closes": "23:59:00",
        "day_seconds": seconds,
        "origin": datetime.now(UTC).isoformat(),
        "origin_day": FIRST.isoformat(),
        **policy,
    }
    return Policy.model_validate(said)


@dataclass
class Life:
    """A house at work on a server of its own."""

    client: Client
    house: worker.House
    telling: Telling
    memories: Mapping[str, Memory]
    policy: Policy
    _count: count = field(default_factory=lambda: count(1))

    @property
    def today(self) -> date:
        """Return the day it is under the policy."""
        return self.policy.day(datetime.now(UTC))

    def due_in(self, days: int) -> date:
        """Return a Sunday at least so many days ahead, so that weekends fall alike."""
        day = self.today + timedelta(days=days)
        return day + timedelta(days=6 - day.weekday())

    async def enter(self, *rows: ItemRow, start: bool = True) -> None:
        """Take rows in, and start their workflows."""
        rejected: list[Reject] = []

        async def told(_: Sequence[Any]) -> None:
            """Leave the telling to the start below."""

        at = datetime.now(UTC)
        file = File(
            name="ledger.csv",
            sha256=str(next(self._count)),
            content_on=self.policy.day(at),
            actor="life",
            at=at,
        )
        booking = Booking(self.house.books)
        await booking.import_items(HOUSE, iter(rows), file, reject=rejected.append, tell=told)
        assert not rejected, [str(reject) for reject in rejected]
        if start:
            starts = [Start(creditor=HOUSE, number=row.number, due=row.due) for row in rows]
            assert await self.telling.start(starts) == len(rows)

    async def order(self, number: str, command: Command, actor: str = "clerk") -> Recorded:
        """Record an order about an invoice and tell its workflow."""
        recorded = await self.record(number, command, actor)
        await self.telling.tell(HOUSE, recorded.entries)
        return recorded

    async def record(self, number: str, command: Command, actor: str = "clerk") -> Recorded:
        """Record an order about an invoice, and tell nobody."""
        return await self.house.books.record(
            Order(
                creditor=HOUSE,
                command=command,
                actor=actor,
                at=datetime.now(UTC),
                event_id=f"order-{next(self._count)}",
                invoices=(number,),
            )
        )

    async def events(self, number: str) -> list[str]:
        """Return the kinds of what happened to an invoice, in order; levels with their name."""
        statement = (
            select(case_events.c.kind, case_events.c.body)
            .join_from(case_events, invoices, invoices.c.id == case_events.c.invoice_id)
            .where(invoices.c.number == number)
            .order_by(case_events.c.seq)
        )
        async with self.house.store.reading() as connection:
            rows = (await connection.execute(statement)).all()
        return [
            f"said {json.loads(row.body)['level']}" if row.kind == "said" else row.kind
            for row in rows
        ]

    async def rows(self, statement: Any) -> list[Any]:
        """Return what the books answer to a question in SQL."""
        async with self.house.store.reading() as connection:
            return list((await connection.execute(statement)).all())

    async def said(self, *states: str) -> list[Any]:
        """Return the notices in these states, oldest first."""
        statement = select(notices).where(notices.c.state.in_(states)).order_by(notices.c.id)
        return await self.rows(statement)

    async def until(
        self, holds: Callable[[], Awaitable[object]], what: str, patience: float = PATIENCE
    ) -> None:
        """Wait until something holds.

        Raises:
            AssertionError: it did not within ``patience`` seconds.
        """
        loop = asyncio.get_running_loop()
        end = loop.time() + patience
        while not await holds():
            assert loop.time() < end, f"waited {patience} s in vain for {what}"
            await asyncio.sleep(0.03)

    async def debtor_key(self, number: str) -> str:
        """Return our own key of the debtor of an invoice."""
        statement = select(debtors.c.key).join_from(
            debtors, invoices, invoices.c.debtor_id == debtors.c.id
        )
        return str((await self.rows(statement.where(invoices.c.number == number)))[0].key)

    async def until_event(
        self, number: str, kind: str, times: int = 1, patience: float = PATIENCE
    ) -> None:
        """Wait until something happened to an invoice."""

        async def happened() -> bool:
            return (await self.events(number)).count(kind) >= times

        try:
            await self.until(happened, f"{kind} of {number}", patience)
        except AssertionError as vain:
            told = ", ".join(await self.events(number))
            message = f"{vain}; on {self.today} it has: {told}"
            raise AssertionError(message) from None

    async def until_state(self, number: str, state: str) -> None:
        """Wait until a look has found an invoice in a state."""
        statement = select(invoices.c.state).where(invoices.c.number == number)

        async def found() -> bool:
            return (await self.rows(statement))[0].state == state

        await self.until(found, f"{number} {state}")

    async def until_day(self, day: date) -> None:
        """Wait for the opening of a day."""
        left = self.policy.opening(day) - datetime.now(UTC)
        await asyncio.sleep(max(0.0, left.total_seconds()))

    def handle(self, number: str) -> WorkflowHandle[Any, Any]:
        """Return the handle of an invoice's workflow."""
        return self.client.get_workflow_handle(names.invoice_id(HOUSE, number))

    async def ended(self, number: str) -> str:
        """Wait for the end of an invoice's workflow and return its result."""
        return str(await asyncio.wait_for(self.handle(number).result(), PATIENCE))


@asynccontextmanager
async def server(folder: Path) -> AsyncIterator[Client]:
    """Start a development server without its UI; stop it at the end."""
    async with Embedded(folder, headless=True) as embedded:
        yield await connected(embedded.address)


async def connected(address: str) -> Client:
    """Return a client of a server that listens already but may not answer yet."""
    for _ in range(100):
        try:
            client = await Client.connect(
                address, data_converter=connecting.pydantic_data_converter
            )
            await connecting.register(client)
        except Exception as failed:  # noqa: BLE001  whatever a server says while it starts
            last = failed
            await asyncio.sleep(0.1)
        else:
            return client
    raise last


@asynccontextmanager
async def living(
    folder: Path,
    course: Mapping[str, Any],
    seconds: float = 0.5,
    others: Mapping[str, Channel] | None = None,
) -> AsyncIterator[Life]:
    """Open a house under a quick policy, at work on a server of its own."""
    async with server(folder) as client:
        policy = quick(course, seconds)
        house_of = {HOUSE: creditor(HOUSE, policy.name)}
        async with (
            furnished(folder, house_of, {policy.name: policy}, others) as (house, memories),
            at_work(client, house) as telling,
        ):
            yield Life(client, house, telling, memories, policy)


def row(number: str, due: date, amount: int = 100_00, **facts: Any) -> ItemRow:
    """Return an item that is due on a day."""
    said: dict[str, Any] = {
        "line": 1,
        "number": number,
        "due": due,
        "issued": FIRST - timedelta(days=30),
        "amount": amount,
        "open": amount,
        "currency": "EUR",
        "debtor": "ALBA",
        "email": "accounts@alba.example",
        "street": "1 rue de la Paix",
        "postcode": "75002",
        "city": "Paris",
        "country": "FR",
        **facts,
    }
    return ItemRow(**said)


#: Kinds of events in a history that are an action each.
_ACTIONS = {
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_STARTED: "start",
    EventType.EVENT_TYPE_TIMER_STARTED: "timer",
    EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED: "activity",
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED: "signal",
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ACCEPTED: "update",
    EventType.EVENT_TYPE_UPSERT_WORKFLOW_SEARCH_ATTRIBUTES: "upsert",
}


@dataclass(frozen=True)
class Cost:
    """What a workflow's life cost its server."""

    events: int
    bytes: int
    actions: Mapping[str, int]
    kinds: Mapping[str, int]

    @property
    def acts(self) -> int:
        """Return how many actions there were."""
        return sum(self.actions.values())


async def cost(handle: WorkflowHandle[Any, Any]) -> Cost:
    """Return what a workflow cost, as its server counts it."""
    described = await handle.describe()
    raw = described.raw_description.workflow_execution_info
    history = await handle.fetch_history()
    assert len(history.events) == raw.history_length
    return Cost(
        events=raw.history_length,
        bytes=raw.history_size_bytes,
        actions=actions(history),
        kinds=Counter(EventType.Name(event.event_type)[11:].lower() for event in history.events),
    )


def actions(history: WorkflowHistory) -> Mapping[str, int]:
    """Count the actions of a history; local activities that end together are one."""
    found: Counter[str] = Counter()
    batch = 0
    for event in history.events:
        if event.event_type == EventType.EVENT_TYPE_MARKER_RECORDED:
            completed = event.marker_recorded_event_attributes.workflow_task_completed_event_id
            found["local"] += completed != batch
            batch = completed
        elif event.event_type in _ACTIONS:
            found[_ACTIONS[event.event_type]] += 1
    return found
