"""The one place where workflows, activities, channels and the books are introduced.

``relance`` enters here: :func:`main` reads the command, :func:`serve` runs a worker.
"""

import asyncio
import os
import signal
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import structlog
from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict
from temporalio.client import Client
from temporalio.worker import Worker

from activities.booking import Booking
from activities.deciding import Deciding
from activities.sending import Sending
from activities.sweeping import Sweeper
from channels.email import smtp
from channels.health import Health
from channels.templates.writer import Templates
from channels.temporal.connecting import connect, register
from channels.temporal.telling import Telling
from models import creditors, names, policies
from models.chasing.policy import Policy
from models.ledger.creditor import Creditor
from models.ports import Channel
from models.store.books import Books
from models.store.composing import Composing
from models.store.currencies import Currencies
from models.store.engine import Store
from models.store.looking import Looking
from models.store.outbox import Outbox
from models.store.sweeping import Sweeping
from workflows.debtor import DebtorWorkflow
from workflows.intake import IntakeWorkflow
from workflows.invoice import InvoiceWorkflow
from workflows.sweep import SweepWorkflow

#: Names this build in the journal.
ENGINE = "0.1.0"

_log = structlog.get_logger(__name__)


class Settings(BaseSettings):
    """How this process runs: ``RELANCE_*``. Doors have settings of their own.

    Attributes:
        var: folder of everything embedded: database, history, mails, rejects.
        database: URL; empty for ``relance.db`` in ``var``.
        channels: names of the channels to connect, comma-separated.
        health_port: 0 lets the system choose.
        workflow_tasks: at once; few on purpose, a burst waits instead of timing out.
        sends: at once on each channel.
        cached: workflows kept in memory.
        grace: seconds that work under way has to end at shutdown.
        patience: seconds to wait for Temporal at start-up.
    """

    model_config = SettingsConfigDict(env_prefix="RELANCE_", extra="ignore")

    var: Path = Path("var")
    database: str = ""
    channels: str = "email"
    health_port: int = 0
    workflow_tasks: int = Field(default=20, ge=2)
    sends: int = Field(default=8, ge=1)
    cached: int = Field(default=1000, ge=0)
    grace: float = Field(default=20.0, ge=0)
    patience: float = Field(default=60.0, ge=0)

    @property
    def url(self) -> str:
        """The database's URL."""
        return self.database or f"sqlite+aiosqlite:///{self.var / 'relance.db'}"


@dataclass(slots=True)
class House:
    """Everything a process is made of, opened once."""

    settings: Settings
    creditors: Mapping[str, Creditor]
    policies: Mapping[str, Policy]
    channels: Mapping[str, Channel]
    store: Store
    books: Books
    closers: list[object] = field(default_factory=list)

    @property
    def connected(self) -> frozenset[str]:
        """Names of the channels that are connected."""
        return frozenset(self.channels)


def opened(settings: Settings) -> House:
    """Return a house with the shipped and the configured creditors, policies and channels."""
    known = creditors.shipped()
    rules = policies.shipped()
    writer = Templates(known)
    doors: dict[str, Channel] = {}
    for name in filter(None, settings.channels.split(",")):
        if name == "email":
            doors[name] = smtp.connect(writer, known)
    store = Store(settings.url)
    books = Books(store, known, rules, frozenset(doors))
    return House(settings, known, rules, doors, store, books)


def workers(client: Client, house: House, telling: Telling) -> list[Worker]:
    """Return the core's worker and one per channel, each on its own task queue."""
    settings = house.settings
    tools = (house.store, house.creditors, house.connected)
    deciding = Deciding(Looking(*tools, ENGINE), Composing(*tools, ENGINE), telling)
    sending = Sending(Outbox(*tools), house.channels)
    booking = Booking(house.books, Currencies(house.store))
    sweeper = Sweeper(Sweeping(house.store), telling)
    grace = timedelta(seconds=settings.grace)
    core = Worker(
        client,
        task_queue=names.CORE,
        workflows=[InvoiceWorkflow, DebtorWorkflow, IntakeWorkflow, SweepWorkflow],
        activities=[
            deciding.look,
            deciding.compose,
            booking.record,
            sending.expire,
            sweeper.sweep_up,
        ],
        max_concurrent_workflow_tasks=settings.workflow_tasks,
        max_concurrent_local_activities=settings.workflow_tasks,
        max_cached_workflows=settings.cached,
        graceful_shutdown_timeout=grace,
    )
    return [core] + [
        Worker(
            client,
            task_queue=names.channel_queue(name),
            activities=[sending.deliver],
            max_concurrent_activities=settings.sends,
            graceful_shutdown_timeout=grace,
        )
        for name in house.channels
    ]


async def serve(settings: Settings, stop: asyncio.Event | None = None) -> None:
    """Run a worker until told to stop; what is under way may end first."""
    stop = stop or _on_signals()
    house = opened(settings)
    client = await connect(settings.patience)
    await register(client)

    async def known() -> Client:
        return client

    async def books_answer() -> bool:
        async with house.store.reading():
            return True

    health = Health(
        {"books": books_answer, "temporal": client.service_client.check_health},
        settings.health_port,
    )
    await health.start()
    running = workers(client, house, Telling(known))
    _log.info(
        "worker started", queues=[worker.task_queue for worker in running], health=health.port
    )
    tasks = [asyncio.create_task(worker.run()) for worker in running]
    waiting = asyncio.create_task(stop.wait())
    await asyncio.wait([*tasks, waiting], return_when=asyncio.FIRST_COMPLETED)
    await asyncio.gather(*(worker.shutdown() for worker in running))
    await asyncio.gather(*tasks)
    await health.stop()
    await house.store.close()


def _on_signals() -> asyncio.Event:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    return stop


def now() -> datetime:
    """Return the instant; the only clock outside workflows."""
    return datetime.now(UTC)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run a command and leave with its status, at once: see the exit of Temporal's client."""
    arguments = sys.argv[1:] if arguments is None else list(arguments)
    status = 0
    if arguments[:1] == ["worker"]:
        asyncio.run(serve(Settings()))
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)
