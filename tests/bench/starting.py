"""Import of a ledger against the bare start of as many workflows; promises meanwhile."""

import asyncio
import json
import statistics
import time
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import bare
import ledgers
from climbing import EACH, at_once, until
from places import Place, place
from processes import HERE, Child

from channels.temporal.telling import Telling
from models import creditors, policies
from models.chasing import events as ev
from models.chasing.commands import Promise
from models.orders import Order
from models.store.books import Books
from models.store.engine import Store
from models.store.migrating import migrate

#: Invoices that are there before, and are promised while others come in.
BEFORE = 200
#: Seconds between two promises.
PAUSE = 0.2


@dataclass(slots=True)
class Started:
    """What an import came to; rates are workflows a second.

    Attributes:
        rate: of the calls that start them, which run ahead of the server's own work.
        settled: until each had taken its first look, or its local activity, and slept.
        promises: seconds that each promise took, sorted.
    """

    rows: int
    rate: float
    settled: float
    bare: float
    bare_settled: float
    promises: list[float]

    def promised(self, share: float) -> float:
        """Return the time within which a share of the promises was answered."""
        return self.promises[min(len(self.promises) - 1, int(share * len(self.promises)))]


async def importing(folder: Path, count: int) -> Started:
    """Start bare workflows, import, start bare workflows again: all with one worker."""
    async with place(folder) as at:
        at.keep(policies.shipped())
        await _import(at, "before", BEFORE)
        first = await _bare(at, "first", count // 2)
        promising = asyncio.create_task(_promising(at))
        rate, settled = await _import(at, "import", count)
        promising.cancel()
        promises = await promising
        second = await _bare(at, "second", count // 2)
        return Started(
            rows=count,
            rate=rate,
            settled=settled,
            bare=statistics.harmonic_mean((first[0], second[0])),
            bare_settled=statistics.harmonic_mean((first[1], second[1])),
            promises=sorted(promises),
        )


async def _import(at: Place, name: str, count: int) -> tuple[float, float]:
    """Import a ledger; return the rates of starts and of first looks."""
    ledger = at.folder / f"{name}.csv"
    due = datetime.now(UTC).date() + timedelta(days=30)
    ledgers.write(ledger, [EACH] * (count // EACH), due, ["standard-b2b"])
    looked = "select count(*) from invoices where looked > 0"
    already = at.count(looked)
    async with at.importer(ledger) as child:
        await child.heard("begun")
        began = time.monotonic()
        said = json.loads(await child.heard('"rows"', 900))
        settled = await until(lambda: at.count(looked) - already, count, 60)
    assert said["started"] == count, said
    return count / said["seconds"], count / (settled - began)


async def _bare(at: Place, name: str, count: int) -> tuple[float, float]:
    """Start bare workflows as fast as they go; return the same two rates."""

    def start(number: int) -> Callable[[], Coroutine[Any, Any, Any]]:
        return lambda: at.client.start_workflow(
            bare.BareStart.run, name, id=f"{name}-{number}", task_queue=bare.QUEUE
        )

    already = at.spent("nothing")
    began = time.monotonic()
    await at_once([start(number) for number in range(count)])
    started = time.monotonic() - began
    settled = await until(lambda: int(at.spent("nothing") - already), count, 60)
    return count / started, count / (settled - began)


async def _promising(at: Place) -> list[float]:
    """Promise as the command does, in a process that is not the importer's."""

    async def client() -> Any:
        return at.client

    store = Store(at.database)
    books = Books(store, creditors.shipped(), policies.shipped())
    telling, took = Telling(client), []
    try:
        for number in range(1, BEFORE + 1):
            now = datetime.now(UTC)
            parts = (ev.Part(by=now.date() + timedelta(days=10)),)
            order = Order(
                creditor=ledgers.CREDITOR,
                command=Promise(parts=parts),
                actor="bench",
                at=now,
                event_id=f"promise-{number}",
                invoices=(f"before-{number:05}",),
            )
            began = time.monotonic()
            recorded = await books.record(order)
            told = await telling.tell(ledgers.CREDITOR, recorded.entries)
            took.append(time.monotonic() - began)
            assert told
            await asyncio.sleep(PAUSE)
    except asyncio.CancelledError:
        return took
    finally:
        await store.close()
    return took


async def memory(folder: Path, counts: tuple[int, int]) -> tuple[float, ...]:
    """Return the importer's megabytes at the end of a small file and of a large one."""
    found = []
    for count in counts:
        here = folder / str(count)
        here.mkdir(parents=True)
        database = f"sqlite+aiosqlite:///{here / 'relance.db'}"
        await migrate(database)
        kept = here / "policies.json"
        Place.write(kept, policies.shipped())
        ledger = here / "ledger.csv"
        due = datetime.now(UTC).date() + timedelta(days=30)
        ledgers.write(ledger, [EACH] * (count // EACH), due, ["standard-b2b"])
        arguments = [str(HERE / "importing.py"), str(ledger), str(kept), database, "books"]
        async with Child(arguments, here / "import.log", {}) as child:
            said = json.loads(await child.heard('"rows"', 300))
        assert said["new"] == count, said
        found.append(said["after"])
    return tuple(found)
