"""A stage for stories of several workflows on one clock: server, worker, books, channels.

The server's clock starts at the real now and only goes forward; ``sleep`` is all that moves
it, so stories live in a year far ahead and each has a server of its own.
"""

import asyncio
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path

from sqlalchemy import select
from temporalio.api.operatorservice.v1 import AddSearchAttributesRequest
from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.testing import WorkflowEnvironment

import worker
from channels.memory import Memory
from channels.temporal.connecting import ATTRIBUTES
from channels.temporal.telling import Telling
from models.chasing.policy import Policy
from models.ledger.creditor import Creditor
from models.orders import Entry
from models.ports import Channel
from models.store.booking import Booking
from models.store.books import Books
from models.store.engine import Store
from models.store.migrating import migrate
from models.store.tables.items import invoices

#: Channels a story can speak by.
CHANNELS = ("email", "sms", "letter", "registered-letter")
#: Every call to the server ends within this time.
PATIENCE = 25.0
#: A case that wakes within this time is left to wake: so many naps of so many seconds.
ABOUT_NOW = timedelta(seconds=1)
NAPS = 50
NAP = 0.02


@dataclass
class Stage:
    """What a story is told on."""

    env: WorkflowEnvironment
    books: Books
    booking: Booking
    telling: Telling
    house: worker.House
    memories: Mapping[str, Memory]
    policy: Policy
    log: list[str] = field(default_factory=list)

    async def now(self) -> datetime:
        """Return the server's clock."""
        return await asyncio.wait_for(self.env.get_current_time(), PATIENCE)

    async def sleep_to(self, instant: datetime) -> None:
        """Move the clock to an instant; never back."""
        left = instant - await self.now()
        if left > timedelta(0):
            await asyncio.wait_for(self.env.sleep(left), PATIENCE)

    async def sleep_to_day(self, day: date) -> None:
        """Move the clock to the start of a day in the policy's zone."""
        await self.sleep_to(self.policy.instant(day, time(0)))

    async def settle(self) -> None:
        """Let what was said be heard, within a few virtual minutes."""
        await asyncio.wait_for(self.env.sleep(timedelta(minutes=2)), PATIENCE)


def creditor(key: str, policy: str, sources: tuple[str, ...] = ()) -> Creditor:
    """Return a creditor of a story that declares sources; nothing is frozen."""
    return Creditor(
        key=key,
        name=key.title(),
        country="FR",
        zone="Europe/Paris",
        calendar="FR",
        language="en",
        mail_from=f"{key} <dunning@{key}.example>",
        default_policy=policy,
        freeze_first_import=False,
        sources=sources,
    )


@asynccontextmanager
async def furnished(
    folder: Path,
    creditors: Mapping[str, Creditor],
    policies: Mapping[str, Policy],
    others: Mapping[str, Channel] | None = None,
) -> AsyncIterator[tuple[worker.House, Mapping[str, Memory]]]:
    """Open a house on a SQLite file in ``folder`` that speaks by channels which only keep.

    ``others`` take the places of channels of their names.
    """
    url = f"sqlite+aiosqlite:///{folder / 'books.db'}"
    await migrate(url)
    store = Store(url)
    memories = {name: Memory() for name in CHANNELS}
    doors: dict[str, Channel] = {**memories, **(others or {})}
    books = Books(store, creditors, policies, frozenset(doors))
    settings = worker.Settings(var=folder, grace=0)
    try:
        house = worker.House(settings, creditors, policies, frozenset(doors), store, books)
        house.channels = doors
        yield house, memories
    finally:
        await store.close()


class Patient(Telling):
    """Tells a case that is about to wake by itself only once it is awake.

    The server whose clock we move never again serves a workflow whose timer fires while a
    task that ends this timer is under way (temporalio/sdk-java issues 2606 and 3088).
    Waits and slots end at the same hours, so that stories would meet this all the time.
    """

    def __init__(self, env: WorkflowEnvironment, house: worker.House) -> None:
        """Tell the workflows of a house on a server."""

        async def connected() -> Client:
            return env.client

        super().__init__(connected)
        self._env = env
        self._house = house

    async def _tell(self, creditor: str, entry: Entry, signal: str) -> None:
        for _ in range(NAPS):
            if not await self._about_to_wake(creditor, entry.number):
                break
            await asyncio.sleep(NAP)
        await super()._tell(creditor, entry, signal)

    async def _about_to_wake(self, creditor: str, number: str) -> bool:
        known = select(invoices.c.wakes_at).where(
            invoices.c.creditor == creditor, invoices.c.number == number
        )
        async with self._house.store.reading() as connection:
            wakes = (await connection.execute(known)).scalar()
        return wakes is not None and wakes - await self._env.get_current_time() < ABOUT_NOW


@asynccontextmanager
async def at_work(
    client: Client, house: worker.House, telling: Telling | None = None
) -> AsyncIterator[Telling]:
    """Run the house's workers; stop them at the end."""

    async def connected() -> Client:
        return client

    telling = telling or Telling(connected)
    running = worker.workers(client, house, telling)
    tasks = [asyncio.create_task(one.run()) for one in running]
    try:
        yield telling
    finally:
        await asyncio.gather(*(one.shutdown() for one in running))
        await asyncio.gather(*tasks)


@asynccontextmanager
async def skipping() -> AsyncIterator[WorkflowEnvironment]:
    """Start a server of whose clock only ``sleep`` disposes; stop it at the end."""
    binary = Path(sys.executable).parent / "temporal-test-server"
    env = await WorkflowEnvironment.start_time_skipping(
        test_server_existing_path=str(binary),
        data_converter=pydantic_data_converter,
    )
    try:
        await env.client.operator_service.add_search_attributes(
            AddSearchAttributesRequest(namespace="default", search_attributes=ATTRIBUTES)
        )
        with env.auto_time_skipping_disabled():
            yield env
    finally:
        await env.shutdown()


@asynccontextmanager
async def stage(
    folder: Path, creditors: Mapping[str, Creditor], policies: Mapping[str, Policy], policy: Policy
) -> AsyncIterator[Stage]:
    """Set a stage on a SQLite file in ``folder``; take it down at the end."""
    async with (
        furnished(folder, creditors, policies) as (house, memories),
        skipping() as env,
        at_work(env.client, house, Patient(env, house)) as telling,
    ):
        yield Stage(env, house.books, Booking(house.books), telling, house, memories, policy)
