"""Starting the embedded engine, keeping it up, and saying where it runs to other commands."""

import asyncio
import os
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Final

from channels.embedded.children import Child, listens
from channels.embedded.keeping import keep
from channels.embedded.running import LOCK, Running, held
from channels.temporal.connecting import connect
from channels.temporal.embedded import Embedded, free_ports
from channels.temporal.scheduling import ensure_sweep
from models.errors import UnavailableError

#: How often the embedded engine looks for what was forgotten.
SWEEP: Final = timedelta(minutes=1)
#: Seconds beyond its own grace in which a worker gives back what it holds.
ROOM: Final = 10.0
#: Seconds for the server to answer, once it listens.
PATIENCE: Final = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What to start, and how.

    Attributes:
        var: folder of everything embedded.
        fresh: forget what the folder holds.
        migrate: brings the database up to date.
        worker: module and arguments that run a worker.
        environment: what the worker's environment adds.
        grace: seconds the worker may take to end what is under way.
        mail_server: where mails go, for people; empty for a catcher that keeps them.
        ui_port: another is taken when it is in use.
        health_port: where the worker's health is asked for; 0 for a free one.
    """

    var: Path
    fresh: bool
    migrate: Callable[[], Awaitable[None]]
    worker: tuple[str, ...]
    environment: Mapping[str, str]
    grace: float
    mail_server: str
    ui_port: int
    health_port: int
    say: Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Raised:
    """An embedded engine that runs.

    Attributes:
        mails: where a catcher keeps what it gets.
        mail: where mails go, in a sentence.
        keepers: each ends only when its part of the engine is lost for good.
        say: is told when that happens, since stopping the others may take a while.
    """

    temporal: str
    ui: str
    mails: Path
    mail: str
    keepers: Sequence[asyncio.Task[None]]
    say: Callable[[str], None]

    async def until(self, ending: Awaitable[object]) -> None:
        """Wait for something.

        Raises:
            UnavailableError: a part of the engine was lost for good before; names its log.
        """
        waiting = asyncio.ensure_future(ending)
        await asyncio.wait([waiting, *self.keepers], return_when=asyncio.FIRST_COMPLETED)
        if not waiting.done():
            waiting.cancel()
        for keeper in self.keepers:
            if keeper.done():
                self.say("A part that cannot be replaced has ended; stopping the others.")
                await keeper


@asynccontextmanager
async def raised(plan: Plan) -> AsyncIterator[Raised]:
    """Start Temporal, mail catcher and worker as children; stop them at the end.

    A worker or catcher that ends is started again.

    Raises:
        UnavailableError: the folder or a port is in use, or a part does not start; says
            where its log lies.
    """
    async with AsyncExitStack() as stack:
        running = stack.enter_context(held(plan.var))
        await running.end_orphans(plan.grace + ROOM, plan.say)
        if plan.fresh:
            _emptied(plan.var)
        plan.say("Preparing the database.")
        await plan.migrate()
        plan.say("Starting the embedded Temporal server.")
        temporal = await stack.enter_async_context(await _server(plan))
        running.note("Temporal server", temporal.pid)
        os.environ["TEMPORAL_ADDRESS"] = temporal.address
        await ensure_sweep(await connect(PATIENCE), SWEEP)
        mails, mail = plan.var / "mail", _mail(plan)
        plan.say(f"Starting the worker. {mail}")
        children = _children(plan, mails)
        for child in children:
            stack.push_async_callback(child.stop)
            await child.start()
            _note(running, child)
        stack.callback(running.unreachable)
        running.reachable(temporal.address, temporal.ui)
        keepers = _keepers(plan, running, temporal, children)
        stack.push_async_callback(_cancelled, keepers)
        yield Raised(
            temporal=temporal.address,
            ui=temporal.ui,
            mails=mails,
            mail=mail,
            keepers=keepers,
            say=plan.say,
        )


def _mail(plan: Plan) -> str:
    if plan.mail_server:
        return f"Mails leave through your mail server, {plan.mail_server}."
    return f"No mail leaves this machine: a catcher keeps each in {plan.var / 'mail'}."


async def _server(plan: Plan) -> Embedded:
    if plan.health_port and await listens(plan.health_port):
        message = f"RELANCE_HEALTH_PORT: port {plan.health_port} is in use: choose another"
        raise UnavailableError(message)
    return Embedded(plan.var, ui=0 if await listens(plan.ui_port) else plan.ui_port)


def _children(plan: Plan, mails: Path) -> list[Child]:
    """Return the catcher, unless mails leave, and the worker."""
    mail_port, spare = free_ports(2)
    health_port = plan.health_port or spare
    logs = plan.var / "log"
    environment = {**plan.environment, "RELANCE_HEALTH_PORT": str(health_port)}
    children = []
    if not plan.mail_server:
        environment |= {
            "RELANCE_EMAIL_HOST": "127.0.0.1",
            "RELANCE_EMAIL_PORT": str(mail_port),
            "RELANCE_EMAIL_TLS": "none",
            # The catcher knows nobody, and takes no log-in.
            "RELANCE_EMAIL_USER": "",
            "RELANCE_EMAIL_PASSWORD": "",
        }
        children.append(
            Child(
                name="mail catcher",
                module=("channels.email.catcher", f"--port={mail_port}", f"--folder={mails}"),
                log=logs / "catcher.log",
                ready=partial(listens, mail_port),
            )
        )
    worker = Child(
        name="worker",
        module=plan.worker,
        log=logs / "worker.log",
        ready=partial(listens, health_port),
        environment=environment,
        grace=plan.grace + ROOM,
    )
    return [*children, worker]


def _keepers(
    plan: Plan, running: Running, temporal: Embedded, children: Sequence[Child]
) -> list[asyncio.Task[None]]:
    note = partial(_note, running)
    keeping = (keep(child, plan.say, note) for child in children)
    return [asyncio.create_task(work) for work in (temporal.ended(), *keeping)]


def _note(running: Running, child: Child) -> None:
    running.note(child.name, child.pid)


def _emptied(folder: Path) -> None:
    """Remove what is in a folder but for its lock, which this process holds."""
    for path in folder.iterdir():
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        elif path.name != LOCK:
            path.unlink()


async def _cancelled(tasks: Sequence[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
