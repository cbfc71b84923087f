"""The engine in processes that kill themselves at named points.

:func:`enter` is what a child does: ``worker`` supervises a worker, forks one, waits, and
forks another when that one was killed, so many times at most; ``import`` and ``pay`` do one
thing and end. ``crash.json`` in the world's folder says where to die: ``{"claimed": 1}`` at
the first passage, once; ``{"claimed": 0.05}`` with this probability at each.

The product knows nothing of it: its own methods are wrapped from outside.
"""

import asyncio
import ctypes
import json
import os
import random
import signal
import sys
import time
import traceback
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from functools import partial, wraps
from pathlib import Path
from typing import Any

from sqlalchemy import select
from temporalio.client import Interceptor, OutboundInterceptor, StartWorkflowInput
from temporalio.common import RetryPolicy

import worker
from channels.email.smtp import Email
from channels.health import Health  # noqa: F401  imported once here, not in every fork
from channels.temporal import connecting, telling
from models.chasing.notice import loaded
from models.ledger.entries import ItemRow
from models.orders import Entry, File, Incoming
from models.store import outbox, sweeping
from models.store.booking import Booking
from models.store.books import Books
from models.store.composing import Composing
from models.store.looking import Looking
from models.store.outbox import Outbox
from models.store.tables.items import invoices
from tests.chaos.mailbox import main as listen
from workflows import patience

#: Open items as keywords, and what is called at each named point.
Rows = Iterable[Mapping[str, Any]]
Pass = Callable[[str], None]

#: Where a process can die, and what has just happened there.
POINTS = {
    "looked": "a look is committed, its debtor not poked",
    "composed": "notices are composed and committed, nothing delivered or told",
    "claimed": "a notice is claimed, the mail server not called",
    "accepted": "the mail server has taken the mail, nothing recorded",
    "recorded": "the notice is recorded as sent, the activity not answered",
    "doubted": "the notice is recorded as unknown, the activity not answered",
    "refused": "the notice is recorded as failed, the activity not answered",
    "deferred": "the notice is put back, the activity not answered",
    "ordered": "an order that came as an update is committed, its verdict not given",
    "entered": "a slice of an import is committed, no workflow started",
    "paid": "a payment is committed, no workflow told",
}


def note(folder: Path, name: str, **what: Any) -> None:
    """Append a line to a log that survives any kill."""
    log = os.open(folder / name, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.write(log, json.dumps({**what, "at": time.time()}).encode() + b"\n")
    os.close(log)


def noted(folder: Path, name: str) -> list[dict[str, Any]]:
    """Return the lines of such a log."""
    try:
        return [json.loads(line) for line in (folder / name).read_text().splitlines()]
    except FileNotFoundError:
        return []


class Crashes:
    """Kills this process where it was told to."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._passages: dict[str, int] = {}
        # Nobody's safety hangs on it, and each fork must draw otherwise.
        self._chance = random.Random(os.getpid())  # noqa: S311
        try:
            self._told = json.loads((folder / "crash.json").read_text())
        except FileNotFoundError:
            self._told = {}
        died = {kill["point"] for kill in noted(folder, "kills.jsonl")}
        self._told = {p: n for p, n in self._told.items() if isinstance(n, float) or p not in died}

    def passed(self, point: str) -> None:
        """Die here if it is time."""
        at = self._told.get(point)
        if at is None:
            return
        self._passages[point] = self._passages.get(point, 0) + 1
        if self._chance.random() < at if isinstance(at, float) else self._passages[point] == at:
            note(self._folder, "kills.jsonl", point=point, pid=os.getpid())
            os.kill(os.getpid(), signal.SIGKILL)

    def after(self, owner: type, name: str, point: str, when: Callable[[Any], bool] = bool) -> None:
        """Make a method of a class pass a point once it has returned."""
        real = getattr(owner, name)

        @wraps(real)
        async def passing(*args: Any, **kwargs: Any) -> Any:
            result = await real(*args, **kwargs)
            if when(result):
                self.passed(point)
            return result

        setattr(owner, name, passing)

    def arm(self) -> None:
        """Wrap every point of a worker."""
        self.after(Looking, "look", "looked", lambda seen: seen.poke is not None)
        self.after(Composing, "compose", "composed", lambda moved: bool(moved.composed.deliveries))
        self.after(Outbox, "claim", "claimed", lambda claim: claim.state == "sending")
        self.after(Email, "send", "accepted")
        self.after(Outbox, "sent", "recorded", lambda state: state == "sent")
        self.after(Outbox, "unknown", "doubted", lambda state: state == "unknown")
        self.after(Outbox, "failed", "refused", lambda state: state == "failed")
        self.after(Outbox, "back", "deferred", lambda _: True)
        self.after(Books, "record_all", "ordered")


def watch_claims(folder: Path) -> None:
    """Write down, inside each claim's transaction, what its invoices owe at that moment."""
    real = outbox.moved

    async def moved(connection: Any, row: Any, state: str, **to: Any) -> None:
        if (row.state, state) == ("planned", "sending"):
            notice = loaded(row.body)
            owed = select(invoices.c.number, invoices.c.open).where(
                invoices.c.creditor == notice.creditor,
                invoices.c.number.in_([line.number for line in notice.lines]),
            )
            now = dict((await connection.execute(owed)).all())
            lines = {line.number: [line.open, now[line.number]] for line in notice.lines}
            note(folder, "claims.jsonl", key=row.key, lines=lines)
        await real(connection, row, state, **to)

    outbox.moved = moved


class ShortTasks(Interceptor):
    """A worker that was killed is missed after four seconds, not after ten."""

    def intercept_client(self, next: OutboundInterceptor) -> OutboundInterceptor:  # noqa: A002
        class Short(OutboundInterceptor):
            async def start_workflow(self, input: StartWorkflowInput) -> Any:  # noqa: A002
                input.task_timeout = timedelta(seconds=4)
                return await super().start_workflow(input)

        return Short(next)


def hurry() -> None:
    """Shorten what the engine waits for, in its proportions, before workflows are imported."""
    outbox.LEASE = timedelta(seconds=5)
    outbox.AGAIN = timedelta(seconds=4)
    patience.ATTEMPT = timedelta(seconds=4.5)
    patience.DELIVERY = RetryPolicy(
        initial_interval=timedelta(seconds=0.3), maximum_interval=timedelta(seconds=2)
    )
    patience.SIGN_OF_LIFE = timedelta(seconds=6)
    patience.PAUSE = timedelta(seconds=1)
    patience.LONGEST_PAUSE = timedelta(seconds=4)
    sweeping.LATE = timedelta(seconds=2)
    connecting.connect = partial(connecting.connect, interceptors=[ShortTasks()])
    worker.STICKY = timedelta(seconds=1)  # type: ignore[misc]


def supervise(folder: Path, most: int) -> int:
    """Keep a worker running; return 0 when it ended as it was told to."""
    told = False

    def stop(*_: Any) -> None:
        nonlocal told
        told = True
        if child:
            os.kill(child, signal.SIGTERM)

    child = 0
    for _ in range(most):
        child = os.fork()
        if child == 0:
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
            die_with_parent()
            work(folder)
        signal.signal(signal.SIGTERM, stop)
        note(folder, "workers.jsonl", pid=child)
        _, status = os.waitpid(child, 0)
        if told or os.WIFEXITED(status):
            return os.waitstatus_to_exitcode(status)
        for _ in range(400):
            if told or not (folder / "wait").exists():
                break
            time.sleep(0.05)
    return 3


def work(folder: Path) -> None:
    """Run a worker in this process, which ends with it."""
    crashes = Crashes(folder)
    crashes.arm()
    watch_claims(folder)
    try:
        asyncio.run(worker.serve(worker.Settings()))
    except BaseException:  # noqa: BLE001  whatever it is, it must be in the log
        traceback.print_exc()
        os._exit(1)
    os._exit(0)


async def take_in(house: worker.House, engine: telling.Telling, rows: Rows, crashes: Pass) -> None:
    """Import open items and start their workflows."""
    at = datetime.now(UTC)
    file = File(name="items", sha256="", content_on=date(2099, 1, 1), actor="chaos", at=at)

    async def tell(entries: Sequence[Entry]) -> None:
        crashes("entered")
        await engine.tell("house", entries)

    items = (ItemRow(**row) for row in rows)
    await Booking(house.books).import_items("house", items, file, reject=print, tell=tell)


async def pay(
    house: worker.House, engine: telling.Telling, number: str, amount: int, crashes: Pass
) -> None:
    """Book a payment and tell of it."""
    at = datetime.now(UTC)
    money = Incoming(
        creditor="house",
        key=f"money-{number}",
        on=at.date(),
        amount=amount,
        currency="EUR",
        actor="chaos",
        at=at,
        numbers=(number,),
    )
    recorded = await house.books.pay(money)
    crashes("paid")
    await engine.tell("house", recorded.entries)


async def command(folder: Path, what: str, *arguments: Any) -> None:
    """Import or pay, as a command of a person does, and die where told."""
    house = worker.opened(worker.Settings())
    engine, crashes = telling.Telling(connecting.connect), Crashes(folder)
    if what == "import":
        await take_in(house, engine, arguments[0], crashes.passed)
    else:
        await pay(house, engine, arguments[0], arguments[1], crashes.passed)
    await house.close()


def die_with_parent() -> None:
    """Let the kernel end this process when the one that started it ends."""
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)


def guard(process: int) -> None:
    """Be a child that ends another process of this test when the test itself is killed."""
    for _ in range(36_000):
        if os.getppid() == 1:
            break
        time.sleep(0.2)
    with suppress(ProcessLookupError):
        os.kill(process, signal.SIGKILL)


def enter(folder: Path, environment: dict[str, str], what: str, *arguments: Any) -> None:
    """Be a child: a group of its own, its own environment and log; ends the process."""
    os.setsid()
    die_with_parent()
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    log = os.open(folder / "children.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(log, 1)
    os.dup2(log, 2)
    os.environ.clear()
    os.environ.update(environment)
    status = 0
    try:
        if what == "mailbox":
            asyncio.run(listen(folder, *arguments))
        elif what == "worker":
            hurry()
            status = supervise(folder, *arguments)
        else:
            hurry()
            asyncio.run(command(folder, what, *arguments))
    except BaseException:  # noqa: BLE001  whatever it is, it must be in the log
        traceback.print_exc()
        status = 1
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)
