"""Starting the embedded engine, and saying where it runs to other commands."""

import json
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Final

from channels.embedded.children import Child, listens
from channels.embedded.running import RUNNING, refuse_twice
from channels.temporal.connecting import connect
from channels.temporal.embedded import Embedded, free_ports
from channels.temporal.scheduling import ensure_sweep

#: How often the embedded engine looks for what was forgotten.
SWEEP: Final = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What to start, and how.

    Attributes:
        var: folder of everything embedded.
        migrate: brings the database up to date.
        worker: module and arguments that run a worker.
        environment: what the worker's environment adds.
        ui_port: another is taken when it is in use.
    """

    var: Path
    migrate: Callable[[], Awaitable[None]]
    worker: tuple[str, ...]
    environment: Mapping[str, str]
    ui_port: int
    say: Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where the embedded parts are."""

    temporal: str
    ui: str
    mails: Path


@asynccontextmanager
async def raised(plan: Plan) -> AsyncIterator[Addresses]:
    """Start Temporal, mail catcher and worker as children; stop them at the end.

    Raises:
        UnavailableError: a part does not start; says where its log lies.
    """
    running = plan.var / RUNNING
    refuse_twice(running)
    plan.var.mkdir(parents=True, exist_ok=True)
    plan.say("Preparing the database.")
    await plan.migrate()
    mail_port, health_port, spare = free_ports(3)
    ui_port = spare if await listens(plan.ui_port) else plan.ui_port
    async with AsyncExitStack() as stack:
        plan.say("Starting the embedded Temporal server.")
        temporal = await stack.enter_async_context(Embedded(plan.var, ui=ui_port))
        os.environ["TEMPORAL_ADDRESS"] = temporal.address
        await ensure_sweep(await connect(), SWEEP)
        plan.say("Starting the mail catcher and the worker.")
        mails = plan.var / "mail"
        catcher, worker = _children(plan, mails, (mail_port, health_port))
        stack.push_async_callback(catcher.stop)
        await catcher.start(lambda: listens(mail_port))
        stack.push_async_callback(worker.stop)
        await worker.start(lambda: listens(health_port))
        stack.callback(running.unlink, missing_ok=True)
        said = {"temporal": temporal.address, "ui": temporal.ui, "pid": os.getpid()}
        running.write_text(json.dumps(said), "utf-8")
        yield Addresses(temporal.address, temporal.ui, mails)


def _children(plan: Plan, mails: Path, ports: tuple[int, int]) -> tuple[Child, Child]:
    mail_port, health_port = ports
    logs = plan.var / "log"
    catching = ("channels.email.catcher", "--port", str(mail_port), "--folder", str(mails))
    environment = {
        **plan.environment,
        "RELANCE_HEALTH_PORT": str(health_port),
        "RELANCE_EMAIL_HOST": "127.0.0.1",
        "RELANCE_EMAIL_PORT": str(mail_port),
        "RELANCE_EMAIL_TLS": "none",
    }
    catcher = Child("mail catcher", catching, logs / "catcher.log", {})
    return catcher, Child("worker", plan.worker, logs / "worker.log", environment)
