"""The one place where workflows, activities, channels and the books are introduced.

``relance`` enters here: :func:`main` hands a desk to the command, :func:`serve` runs a
worker, :func:`raised` starts everything embedded. Heavy parts are imported where they are
first needed, so that a command without them starts at once.
"""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, cast
from urllib.parse import quote

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from channels.desk.ports import (
    Asking,
    Booking,
    Desk,
    Files,
    Opened,
    Options,
    Tasks,
    Views,
)
from channels.texts import read_creditor, read_policy
from models import creditors, names, policies
from models.chasing.policy import Policy
from models.errors import RefusedError, RelanceError
from models.ledger.creditor import Creditor
from models.ports import Channel, Engine, Writer

if TYPE_CHECKING:
    from temporalio.client import Client
    from temporalio.worker import Worker

    from channels.embedded.raising import Raised
    from channels.temporal.telling import Telling
    from models.store.books import Books
    from models.store.engine import Store

#: Names this build in the journal.
ENGINE: Final = "0.1.0"
#: Channels that can be connected.
DOORS: Final = frozenset({"email", "memory"})
#: Seconds the core's work has to end at shutdown: done again, it does nothing twice.
CORE_GRACE: Final = 20.0
#: How long a step waits for the worker that has its workflow in memory before any may take
#: it. When there is much to do, steps that give up early are replayed elsewhere, which gives
#: all of them more to do; chasing by the day can wait for a worker that is gone.
STICKY: Final = timedelta(seconds=90)
#: Calls that ask for a workflow's next step at once.
POLLS: Final = 10
#: Seconds in which a mail server of yours should answer when the engine starts.
MAIL_PATIENCE: Final = 5.0
#: How often an engine that is not embedded looks for what was forgotten.
SWEEP: Final = timedelta(hours=1)


class Settings(BaseSettings):
    """How this process runs: ``RELANCE_*``. Doors have settings of their own.

    Attributes:
        var: folder of everything embedded: database, history, mails, logs.
        config: folder with ``creditors/*.toml`` and ``policies/*.toml`` of your own.
        database: URL; empty for ``relance.db`` in ``var``.
        channels: names of the channels to connect, comma-separated.
        health_port: 0 lets the system choose.
        workflow_tasks: at once; few on purpose, a burst waits instead of timing out.
        sends: at once on each channel.
        cached: workflows kept in memory.
        grace: seconds that sends under way have to end at shutdown, which waits for nothing
            else. As it stands it outlasts any send; with less, a mail that a slow server has
            not yet acknowledged stays in doubt, and whoever stops the process (systemd,
            Kubernetes, Docker) must wait longer than this before killing it.
        patience: seconds to wait for Temporal at start-up.
        ui_port: of the embedded Temporal UI; another is taken when it is in use.
    """

    model_config = SettingsConfigDict(env_prefix="RELANCE_", extra="ignore")

    var: Path = Path("var")
    config: Path = Path("config")
    database: str = ""
    channels: str = "email"
    health_port: int = Field(default=0, ge=0, le=65535)
    workflow_tasks: int = Field(default=20, ge=2)
    sends: int = Field(default=8, ge=1)
    cached: int = Field(default=1000, ge=0)
    grace: float = Field(default=135.0, ge=0)
    patience: float = Field(default=60.0, ge=0)
    ui_port: int = Field(default=8233, ge=0, le=65535)
    log_level: str = "INFO"

    @property
    def url(self) -> str:
        """The database's URL."""
        return self.database or f"sqlite+aiosqlite:///{self.var / 'relance.db'}"

    @property
    def database_named(self) -> str:
        """The database as it may be shown: a URL of yours may hold a password."""
        return "that of RELANCE_DATABASE" if self.database else self.url

    def known_creditors(self) -> Mapping[str, Creditor]:
        """Return your own creditors; the shipped examples when there are none."""
        own = [read_creditor(path) for path in sorted((self.config / "creditors").glob("*.toml"))]
        return {creditor.key: creditor for creditor in own} or creditors.shipped()

    def known_policies(self) -> Mapping[str, Policy]:
        """Return the shipped policies and your own; yours first under the same name."""
        own = [read_policy(path) for path in sorted((self.config / "policies").glob("*.toml"))]
        return {**policies.shipped(), **{policy.name: policy for policy in own}}


@dataclass
class House:
    """Everything a process is made of, opened once.

    Attributes:
        connected: names of the channels that are connected.
    """

    settings: Settings
    creditors: Mapping[str, Creditor]
    policies: Mapping[str, Policy]
    connected: frozenset[str]
    store: "Store"
    books: "Books"

    @cached_property
    def channels(self) -> Mapping[str, Channel]:
        """The connected channels; made when first needed, since few processes send."""
        return {name: _door(name, self.creditors) for name in sorted(self.connected)}

    async def answers(self) -> bool:
        """Say that the books answer; raises when they do not."""
        async with self.store.reading() as connection:
            await connection.exec_driver_sql("SELECT 1")
        return True

    async def close(self) -> None:
        """Give back connections."""
        for channel in self.__dict__.get("channels", {}).values():
            closing = getattr(channel, "close", None)
            if closing is not None:
                await closing()
        await self.store.close()


def opened(settings: Settings, rules: Mapping[str, Policy] | None = None) -> House:
    """Return a house with the configured creditors and channels, and policies on offer.

    Raises:
        RelanceError: a file or a setting is wrong; names it.
    """
    from models.store.books import Books
    from models.store.engine import Store

    known = settings.known_creditors()
    rules = settings.known_policies() if rules is None else rules
    _chosen(known, rules)
    connected = frozenset(filter(None, settings.channels.split(",")))
    for name in sorted(connected - DOORS):
        message = f"RELANCE_CHANNELS: no channel is called {name!r}; use email"
        raise RelanceError(message)
    store = Store(settings.url)
    books = Books(store, known, rules, connected)
    return House(settings, known, rules, connected, store, books)


def _writer(known: Mapping[str, Creditor]) -> Writer:
    from channels.templates.writer import Templates

    return Templates(known)


def _chosen(known: Mapping[str, Creditor], rules: Mapping[str, Policy]) -> None:
    """See that the policies which creditors choose are on offer.

    Raises:
        RelanceError: one is not; names creditor and policy.
    """
    for creditor in known.values():
        for name in (creditor.default_policy, *(rule.policy for rule in creditor.rules)):
            if name not in rules:
                message = (
                    f"creditor {creditor.key} chooses the policy {name!r}, "
                    f"and there is none of that name: use {', '.join(rules)}"
                )
                raise RelanceError(message)


def _door(name: str, known: Mapping[str, Creditor]) -> Channel:
    from channels.email import smtp
    from channels.memory import Memory
    from channels.templates.writer import Templates

    return smtp.connect(Templates(known), known) if name == "email" else Memory()


def files() -> Files:
    """Return how files are read."""
    from channels.intake import csv_ledger
    from channels.intake.csv_ledger import mapping, reader, rejects

    return Files(
        reader=csv_ledger.connect(),
        found=reader.found,
        load=mapping.load,
        save=mapping.save,
        keep=rejects.write,
        fill=reader.filled,
    )


def workers(client: "Client", house: House, telling: "Telling") -> list["Worker"]:
    """Return the core's worker and one per channel, each on its own task queue."""
    from temporalio.worker import UnsandboxedWorkflowRunner, Worker

    from activities import booking, deciding, reading, sending, sweeping
    from models.store.composing import Composing
    from models.store.currencies import Currencies
    from models.store.looking import Looking
    from models.store.outbox import Outbox
    from models.store.sweeping import Sweeping
    from workflows.debtor import DebtorWorkflow
    from workflows.intake import IntakeWorkflow
    from workflows.invoice import InvoiceWorkflow
    from workflows.sweep import SweepWorkflow

    settings, read = house.settings, files()
    tools = (house.store, house.creditors, house.connected)
    decide = deciding.Deciding(Looking(*tools, ENGINE), Composing(*tools, ENGINE), telling)
    send = sending.Sending(Outbox(*tools), house.channels)
    book = booking.Booking(house.books, Currencies(house.store))
    sweep = sweeping.Sweeper(Sweeping(house.store), telling)
    take = reading.Reading(
        house.books, reading.Files(read.reader, read.load, read.keep, read.fill), telling, now
    )
    grace = timedelta(seconds=settings.grace)
    core = Worker(
        client,
        task_queue=names.CORE,
        workflows=[InvoiceWorkflow, DebtorWorkflow, IntakeWorkflow, SweepWorkflow],
        activities=[
            decide.look,
            decide.compose,
            book.record,
            send.expire,
            sweep.sweep_up,
            take.take_in,
        ],
        # Workflows import nothing but names and values, which the linter sees to; a sandbox
        # around each would take a third of the worker's time.
        workflow_runner=UnsandboxedWorkflowRunner(),
        max_concurrent_workflow_tasks=settings.workflow_tasks,
        max_concurrent_local_activities=settings.workflow_tasks,
        max_cached_workflows=settings.cached,
        # A debtor's slot is a new workflow, which must not wait behind the timers of those in
        # memory: the kit's one poller in five for it is too few when there is much to do.
        max_concurrent_workflow_task_polls=POLLS,
        nonsticky_to_sticky_poll_ratio=0.4,
        sticky_queue_schedule_to_start_timeout=STICKY,
        graceful_shutdown_timeout=min(grace, timedelta(seconds=CORE_GRACE)),
    )
    doors = [
        Worker(
            client,
            task_queue=names.channel_queue(name),
            activities=[send.deliver],
            max_concurrent_activities=settings.sends,
            graceful_shutdown_timeout=grace,
        )
        for name in house.channels
    ]
    return [core, *doors]


async def serve(settings: Settings, stop: asyncio.Event | None = None) -> None:
    """Run a worker until told to stop by an event or a signal; what is under way may end.

    Raises:
        RelanceError: it cannot start: a setting is wrong, or nothing answers.
    """
    import structlog

    from channels import logs
    from channels.health import Health
    from channels.temporal.connecting import connect, register
    from channels.temporal.telling import Telling

    logs.configure(settings.log_level)
    stop = stop or _on_signals()
    house = opened(settings)
    client = await connect(settings.patience)
    await register(client)

    async def connected() -> "Client":
        return client

    checks = {"books": house.answers, "temporal": client.service_client.check_health}
    health = Health(checks, settings.health_port)
    await health.start()
    running = workers(client, house, Telling(connected))
    queues = [worker.task_queue for worker in running]
    structlog.get_logger(__name__).info("worker started", queues=queues, health=health.port)
    await _until(stop, running)
    await health.stop()
    await house.close()


async def _until(stop: asyncio.Event, running: list["Worker"]) -> None:
    """Run workers until told to stop, or until one of them fails."""
    tasks = [asyncio.create_task(worker.run()) for worker in running]
    waiting = asyncio.create_task(stop.wait())
    await asyncio.wait([*tasks, waiting], return_when=asyncio.FIRST_COMPLETED)
    waiting.cancel()
    await asyncio.gather(*(worker.shutdown() for worker in running))
    await asyncio.gather(*tasks)


def _on_signals() -> asyncio.Event:
    """Return what is set by a first signal; a second Ctrl-C ends the process at once."""
    stop = asyncio.Event()

    def interrupted() -> None:
        if stop.is_set():
            # Whatever was under way is in doubt, as after a kill, and is looked up later.
            os._exit(130)
        stop.set()

    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGTERM, stop.set)
    loop.add_signal_handler(signal.SIGINT, interrupted)
    return stop


def now() -> datetime:
    """Return the instant: the only clock outside workflows."""
    return datetime.now(UTC)


def raised(
    settings: Settings, options: Options, *, demo: bool = False
) -> AbstractAsyncContextManager["Raised"]:
    """Start everything embedded; see :func:`channels.embedded.raising.raised`.

    Args:
        settings: say where, and what the worker is told.
        options: say how to speak.
        demo: begin anew, and let no mail leave.

    Raises:
        RefusedError: the settings of the mail server cannot be used.
    """
    from channels.embedded.raising import Plan, raised
    from models.store.migrating import migrate

    async def prepare() -> None:
        if demo:
            settings.config.mkdir(parents=True, exist_ok=True)
        await migrate(settings.url)

    config = {"RELANCE_CONFIG": str(settings.config)} if demo or settings.config.is_dir() else {}
    plan = Plan(
        var=settings.var,
        fresh=demo,
        migrate=prepare,
        worker=("worker", "worker"),
        environment={
            "RELANCE_VAR": str(settings.var),
            **config,
            "RELANCE_DATABASE": settings.database,
            "RELANCE_CHANNELS": settings.channels,
        },
        grace=settings.grace,
        mail_server="" if demo else _mail_server(),
        ui_port=settings.ui_port,
        health_port=settings.health_port,
        say=options.say,
    )
    return raised(plan)


def _mail_server() -> str:
    """Return the mail server that the environment names, for people; nothing when none."""
    from channels.email.settings import Settings as Mail

    try:
        mail = Mail()
    except ValidationError as wrong:
        first = wrong.errors(include_input=False, include_url=False)[0]
        setting = "".join(f"RELANCE_EMAIL_{key}: ".upper() for key in first["loc"])
        message = f"{setting}{first['msg'].removeprefix('Value error, ')}"
        raise RefusedError(message) from None
    if "host" not in mail.model_fields_set or not mail.host:
        return ""
    return f"{mail.place} (RELANCE_EMAIL_TLS={mail.tls})"


async def _silent_mail() -> str:
    """Return what is to be said of a mail server of yours that nobody reaches."""
    from channels.email.settings import Settings as Mail

    if not _mail_server():
        return ""
    mail = Mail()
    try:
        async with asyncio.timeout(MAIL_PATIENCE):
            _, writer = await asyncio.open_connection(mail.host, mail.port)
    except (OSError, TimeoutError):
        return (
            f"Your mail server does not answer at {mail.place}: mails wait until it does, "
            "each until the end of its day. See RELANCE_EMAIL_HOST and _PORT."
        )
    writer.close()
    return ""


async def up(settings: Settings, options: Options) -> int:
    """Run everything embedded until interrupted; return the exit status."""
    stop = _on_signals()
    if "TEMPORAL_ADDRESS" in os.environ:
        options.say(
            "TEMPORAL_ADDRESS is set and not used here: relance up starts a server of its own, "
            "relance worker uses yours."
        )
    async with raised(settings, options) as at:
        options.say(f"Ready. The invoices in the Temporal UI: {_page(at.ui)}")
        named = settings.database_named
        options.say(f"{at.mail} The database is {named}.")
        if silent := await _silent_mail():
            options.say(silent)
        options.say("Import a ledger in another terminal; Ctrl-C stops everything.")
        await at.until(stop.wait())
        options.say("Stopping; a mail that is under way may end first. Ctrl-C again ends at once.")
    return 0


def _page(ui: str) -> str:
    """Return the page of the UI that lists invoices: sweeps and slots would hide them."""
    query = quote(f'WorkflowType="{names.INVOICE}"', safe="")
    return f"{ui}/namespaces/default/workflows?query={query}"


async def work(settings: Settings, _: Options) -> int:
    """Run a worker against the Temporal server of the environment."""
    await serve(settings)
    return 0


async def install(settings: Settings, options: Options) -> int:
    """Bring the database, the namespace and the schedule up to date; safe to repeat."""
    from channels.temporal.connecting import connect, register
    from channels.temporal.scheduling import ensure_sweep
    from models.store.migrating import migrate

    await migrate(settings.url)
    options.say(f"The database is up to date: {settings.database_named}")
    client = await connect(settings.patience)
    await register(client)
    await ensure_sweep(client, SWEEP)
    options.say("Search attributes and the hourly sweep are in place.")
    return 0


async def demo(settings: Settings, options: Options) -> int:
    """Tell the demo's story on books of its own, made anew; return the exit status."""
    from channels.desk.demo.scene import Scene
    from channels.desk.demo.staging import clockwork, hurried
    from channels.desk.demo.story import tell

    folder = settings.var / "demo"
    alone = {"var": folder, "config": folder / "config", "database": "", "channels": "email"}
    own = settings.model_copy(update=alone)
    stop = _on_signals()
    stay = sys.stdout.isatty() if options.stay is None else options.stay
    async with raised(own, options, demo=True) as at:
        work = clockwork(now(), options.day_seconds)
        rules = hurried(policies.shipped(), work)
        told = Scene(
            desk=desk(own, rules),
            work=work,
            mails=at.mails,
            ui=_page(at.ui) if stay else "",
            database=own.url,
            say=options.say,
        )
        telling = asyncio.create_task(tell(told))
        stopping = asyncio.create_task(stop.wait())
        either = asyncio.wait([telling, stopping], return_when=asyncio.FIRST_COMPLETED)
        await at.until(either)
        if telling.done():
            await telling
        telling.cancel()
        if stay and not stop.is_set():
            options.say("Everything stays up for you to look at; Ctrl-C stops it.")
            await at.until(stop.wait())
        stopping.cancel()
    return 0


@asynccontextmanager
async def _desk_opened(
    settings: Settings, rules: Mapping[str, Policy] | None
) -> AsyncIterator[Opened]:
    from channels.embedded.running import find
    from models.store.version import current

    address = find(settings.var)
    if address and "TEMPORAL_ADDRESS" not in os.environ:
        os.environ["TEMPORAL_ADDRESS"] = address
    if not await current(settings.url):
        from models.store.migrating import migrate

        await migrate(settings.url)
    house = opened(settings, rules)
    try:
        yield Opened(
            house.books,
            cast("Booking", Later(lambda: _booking(house))),
            cast("Engine", Later(_telling)),
            cast("Views", Later(lambda: _views(house))),
            cast("Asking", Later(lambda: _asking(house))),
            cast("Tasks", Later(lambda: _tasks(house))),
            cast("Writer", Later(lambda: _writer(house.creditors))),
        )
    finally:
        await house.close()


class Later:
    """A part that is made when it is first used: most commands need only some of them."""

    def __init__(self, make: Callable[[], object]) -> None:
        """Make it with ``make``, once."""
        self._make = cache(make)

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401  whatever the part has
        """Return what the part has by this name."""
        return getattr(self._make(), name)


def _booking(house: House) -> object:
    from models.store.booking import Booking

    return Booking(house.books)


def _telling() -> object:
    from channels.temporal.connecting import connect
    from channels.temporal.telling import Telling

    return Telling(connect)


def _views(house: House) -> object:
    from models.store.views import Views

    return Views(house.store)


def _tasks(house: House) -> object:
    from models.store.tasks import Tasks

    return Tasks(house.store)


def _asking(house: House) -> object:
    from models.store.asking import Asking

    return Asking(house.store, house.creditors, house.connected)


def _settings() -> Settings:
    """Return the settings of the environment.

    Raises:
        RelanceError: one is wrong; names it and what is allowed, never its value.
    """
    try:
        own = Settings()
    except ValidationError as wrong:
        first = wrong.errors(include_input=False, include_url=False)[0]
        name = f"RELANCE_{'_'.join(map(str, first['loc'])).upper()}"
        message = f"{name} is wrong: {first['msg']}"
        raise RelanceError(message) from None
    if "config" in own.model_fields_set and not own.config.is_dir():
        raise RelanceError(f"RELANCE_CONFIG is wrong: there is no folder {own.config}")
    return own


def desk(settings: Settings | None = None, rules: Mapping[str, Policy] | None = None) -> Desk:
    """Return what commands work with; nothing is opened yet.

    Raises:
        RelanceError: a file or a setting is wrong; names it.
    """
    own = settings or _settings()
    return Desk(
        files=files(),
        policies=own.known_policies() if rules is None else rules,
        creditors=own.known_creditors(),
        clock=now,
        var=own.var,
        connected=frozenset(filter(None, own.channels.split(","))),
        open=lambda: _desk_opened(own, rules),
        up=lambda options: up(own, options),
        demo=lambda options: demo(own, options),
        worker=lambda options: work(own, options),
        install=lambda options: install(own, options),
    )


def main(arguments: Sequence[str] | None = None) -> None:
    """Run a command and leave with its status at once.

    A short-lived process that used Temporal's client can crash while the interpreter ends,
    after its work is done: so nothing is left to the interpreter.
    """
    from channels.desk.cli import app

    status = app.run(sys.argv[1:] if arguments is None else arguments, desk)
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)


if __name__ == "__main__":
    main()
