"""The dunning job against four bare timers and activities; and forty invoices, one e-mail."""

import asyncio
import time
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import bare
import ledgers
from places import Place, place
from processes import Cost, rss
from temporalio.service import RPCError

#: Invoices a debtor has.
EACH = 4
#: Groups of debtors whose days begin one after the other.
PHASES = 10
#: Calls under way at once when bare workflows are started, as many as Relance allows itself.
AT_ONCE = 20


@dataclass(slots=True)
class Climbed:
    """What a climb came to."""

    levels: int
    seconds: float
    cost: Cost
    sqlite: float = 0.0
    mails: int = 0
    expected: int = 0
    twice: int = 0
    void: int = 0
    looks: int = 0
    late: float = 0.0
    starts: float = 60.0
    memory: tuple[float, ...] = ()

    @property
    def rate(self) -> float:
        """Level changes a second."""
        return self.levels / self.seconds

    def ms(self, name: str) -> float:
        """Milliseconds of CPU a level change of one process."""
        spent = self.sqlite if name == "sqlite" else self.cost.seconds[name]
        return 1000 * spent / self.levels


async def at_once(calls: list[Callable[[], Coroutine[Any, Any, Any]]]) -> None:
    """Make calls, some at once."""
    room = asyncio.Semaphore(AT_ONCE)

    async def one(call: Callable[[], Coroutine[Any, Any, Any]]) -> None:
        async with room:
            await call()

    await asyncio.gather(*(one(call) for call in calls))


async def until(
    done: Callable[[], int], wanted: int, patience: float, watch: Callable[[], None] = lambda: None
) -> float:
    """Return when a count reached what is wanted; a stall of ``patience`` seconds ends it."""
    best, moved = -1, time.monotonic()
    while time.monotonic() - moved < patience:
        found = done()
        if found >= wanted:
            return time.monotonic()
        if found > best:
            best, moved = found, time.monotonic()
        watch()
        await asyncio.sleep(0.25)
    message = f"{best} of {wanted} after {patience:g} s without any more"
    raise RuntimeError(message)


async def bare_climb(folder: Path, count: int, day: float) -> Climbed:
    """Let bare workflows climb on a server of their own."""
    async with place(folder, max(1000, 2 * count)) as at:
        go = datetime.now(UTC) + timedelta(seconds=4 + count / 60)

        def start(number: int) -> Callable[[], Coroutine[Any, Any, Any]]:
            first = go + timedelta(seconds=day * (number % PHASES) / PHASES)
            return lambda: at.client.start_workflow(
                bare.BareClimb.run,
                bare.Climb(first, day),
                id=f"bare-{number}",
                task_queue=bare.QUEUE,
            )

        began = time.monotonic()
        await at_once([start(number) for number in range(count)])
        starts = count / (time.monotonic() - began)
        late = await _go(go)
        before, began = at.cost(), time.monotonic()
        left = count
        while left:
            await asyncio.sleep(0.5)
            running = await at.client.count_workflows(
                "WorkflowType='BareClimb' AND ExecutionStatus='Running'"
            )
            left = running.count
        took = time.monotonic() - began
        return Climbed(4 * count, took, at.cost().since(before), late=late, starts=starts)


async def _go(go: datetime) -> float:
    """Sleep until an instant; return by how many seconds it was missed."""
    left = (go - datetime.now(UTC)).total_seconds()
    await asyncio.sleep(max(0.0, left))
    return max(0.0, -left)


async def job(folder: Path, count: int, day: float, starts: float) -> Climbed:
    """Let invoices climb four levels by e-mail, everything real.

    The first day begins when the import should be over, at some share of the rate of
    ``starts`` that bare workflows had; by how much it was not is in ``late``.
    """
    async with place(folder, max(1000, 2 * count)) as at:
        go = datetime.now(UTC) + timedelta(seconds=6 + 4 * count / starts)
        rules = ledgers.policies(go, day, PHASES)
        at.keep(rules)
        sizes = [EACH] * (count // EACH)
        ledger = folder / "climb.csv"
        ledgers.write(ledger, sizes, ledgers.monday(go.date()), list(rules))
        async with at.importer(ledger) as importing:
            await importing.wait(600)
        looked = "select count(*) from invoices where looked > 0"
        await until(lambda: at.count(looked), count, 60)
        late = await _go(go - timedelta(seconds=day / 12))
        before, inside, began = at.cost(), at.spent("seconds"), time.monotonic()
        memory = [rss(at.pids["worker"])]
        said = "select count(*) from case_events where kind = 'said'"
        sweeping = asyncio.create_task(_sweeping(at))
        ended = await until(
            lambda: at.count(said),
            4 * count,
            max(60.0, 3 * day),
            lambda: memory.append(rss(at.pids["worker"])),
        )
        spent = at.cost().since(before)
        await asyncio.sleep(1.5)
        sweeping.cancel()
        mails = at.mails("climb.example")
        return Climbed(
            levels=4 * count,
            seconds=ended - began,
            cost=spent,
            sqlite=at.spent("seconds") - inside,
            mails=mails.total(),
            expected=4 * len(sizes),
            twice=sum(1 for number in mails.values() if number > 4),
            void=at.count("select count(*) from notices where state = 'void'"),
            looks=at.count("select count(*) from journal where invoice_id is not null"),
            late=late,
            memory=tuple(memory),
        )


async def _sweeping(at: Place) -> None:
    """Sweep each minute, as the embedded server's schedule does."""
    while True:
        await asyncio.sleep(60)
        try:
            await at.sweep()
        except (RPCError, TimeoutError) as late:
            # The next minute's sweep does what this one did not, as the schedule's would.
            print(f"a sweep failed: {late!r}", flush=True)


@dataclass(slots=True)
class Burst:
    """How many mails forty invoices of one debtor were, alone and within a burst."""

    alone: int
    within: int
    others: int
    debtors: int
    seconds: float


async def burst(folder: Path, count: int, day: float) -> Burst:
    """Let everything fall due on one day: forty invoices alone, then within many others."""
    async with place(folder) as at:
        alone = await _due_at_once(at, "alone", [40], day)
        began = time.monotonic()
        sizes = [40] + [EACH] * ((count - 40) // EACH)
        within = await _due_at_once(at, "burst", sizes, day)
        took = time.monotonic() - began
        heavy = max(within, key=lambda to: to.startswith("d00000@") or "d00000@" in to)
        return Burst(
            alone=sum(alone.values()),
            within=within[heavy],
            others=within.total() - within[heavy],
            debtors=len(sizes) - 1,
            seconds=took,
        )


async def _due_at_once(at: Place, name: str, sizes: list[int], day: float) -> Any:
    """Import a ledger that falls due on one day; return its mails once all is said."""
    count = sum(sizes)
    go = datetime.now(UTC) + timedelta(seconds=4 + count / 60)
    rules = ledgers.policies(go, day, 1, levels=1)
    at.keep(rules)
    ledger = at.folder / f"{name}.csv"
    ledgers.write(ledger, sizes, ledgers.monday(go.date()), list(rules))
    already = at.count("select count(*) from case_events where kind = 'said'")
    async with at.importer(ledger) as importing:
        await importing.wait(600)
    said = "select count(*) from case_events where kind = 'said'"
    await until(lambda: at.count(said) - already, count, 2 * day)
    await asyncio.sleep(1)
    return at.mails(f"{name}.example")
