"""A long run in which everything dies: nothing twice, nothing lost, nothing after payment.

Four reminders to each of fifty debtors, four invoices each, on four working days that last
less than a minute. All the while, the worker kills itself at every named point with a chance of
one in twenty, debtors pay, and the mail server is slow, defers, hangs and goes down; in the
middle the Temporal server is killed. What the mail server took is counted at the end.

``make chaos``, or ``python tests/chaos/run.py --seed 7``. Ends with 1 when a promise is broken.
"""

import argparse
import asyncio
import os
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

from models.errors import UnavailableError
from models.store.sweeping import Sweeping
from tests.chaos.crashing import POINTS, noted
from tests.chaos.world import MONDAY, Count, Server, World, began, item, policy, until, world

LEVELS = {"first": 1, "second": 2, "third": 3, "fourth": 4}
#: Monday is the day after the due date.
DUE = MONDAY - timedelta(days=1)
#: Seconds before Monday, in which the ledger is read in.
HEAD_START = 12
#: Points of the worker, which die by chance.
WORKER = [point for point in POINTS if point not in {"entered", "paid", "ordered"}]
#: Who has an address that the mail server does not know.
REFUSED = ("D7", "D8")
#: Seconds after the last day in which everything must have come to rest.
LAST = 240
#: Workers that may be started.
MOST = 150


@dataclass
class Run:
    """What a run was told to do, and what it does while it goes on."""

    debtors: int
    day: float
    chance: float
    seed: int
    paid: int = 0
    server_kills: int = 0

    async def play(self, on: World, server: Server) -> Count:
        """Read the ledger in, let everything happen, wait for rest, count."""
        chance = Random(self.seed)  # noqa: S311  a seed says who pays when
        owed = {
            f"F-{d}-{n}": item(f"F-{d}-{n}", f"D{d}", due=DUE, amount=1_000 * n + d)
            for d in range(1, self.debtors + 1)
            for n in range(1, 5)
        }
        self._mail(on, "ok")
        await on.start_worker(MOST)
        await on.take_in(*owed.values())
        say(f"{len(owed)} invoices of {self.debtors} debtors are in; Monday comes")
        on.crash(**dict.fromkeys(WORKER, self.chance))
        # What runs now knows nothing of dying: the next one does.
        await until(lambda: _started(on), "a worker runs")
        os.kill(noted(on.folder, "workers.jsonl")[-1]["pid"], signal.SIGKILL)
        payers = chance.sample(sorted(owed), k=len(owed) // 4)
        async with asyncio.TaskGroup() as group:
            group.create_task(self._pay(on, chance, {n: owed[n]["amount"] for n in payers}))
            group.create_task(self._misbehave(on))
            group.create_task(self._kill(server))
            group.create_task(self._tell(on))
        self._mail(on, "ok")
        say("the week is over; what is left is said, while workers die on")
        return await on.settled(tuple(LEVELS), LAST, without=REFUSED)

    async def _until(self, day: float) -> None:
        """Sleep until so many days after the start of Monday."""
        await asyncio.sleep(max(0.0, self.monday + day * self.day - time.monotonic()))

    def begin(self) -> datetime:
        """Say that Monday begins soon; return when."""
        self.monday = time.monotonic() + HEAD_START
        return began(ago=-HEAD_START)

    async def _pay(self, on: World, chance: Random, owed: dict[str, int]) -> None:
        moments = sorted((chance.uniform(0, 4.5), number) for number in owed)
        for moment, number in moments:
            await self._until(moment)
            for _ in range(20):
                try:
                    await on.pay(number, owed[number])
                except UnavailableError:
                    await asyncio.sleep(0.2)
                else:
                    self.paid += 1
                    break

    def _mail(self, on: World, mode: str, **manner: float) -> None:
        refused = [f"{debtor.lower()}@debtor.example" for debtor in REFUSED]
        on.mail(mode, refused=refused, **manner)

    async def _misbehave(self, on: World) -> None:
        """Let the mail server have a bad week."""
        week = [
            (0.0, "slow"),
            (0.5, "ok"),
            (1.0, "defer"),
            (1.3, "ok"),
            (2.02, "hang"),
            (2.15, "swallow"),
            (2.25, "ok"),
            (3.0, "down"),
            (3.3, "ok"),
            (4.2, "slow"),
            (4.5, "ok"),
        ]
        for moment, mode in week:
            await self._until(moment)
            say(f"the mail server is {mode}")
            if mode == "down":
                await on.close_mailbox()
                continue
            self._mail(on, mode, delay=0.4)
            if on.mailbox is not None and on.mailbox.exitcode is not None:
                await on.open_mailbox()

    async def _kill(self, server: Server) -> None:
        """Kill the Temporal server in the middle of a day's sends; start it again."""
        await self._until(1.4 if self.debtors < 10 else 2.1)
        await server.kill()
        self.server_kills += 1
        say("the Temporal server is killed")
        await asyncio.sleep(2)
        await server.start()
        say("the Temporal server is back")

    async def _tell(self, on: World) -> None:
        """Say from time to time how far it is."""
        for half in range(10):
            await self._until(half / 2)
            say(f"{len(on.mails())} mails, {len(on.kills())} workers died, {self.paid} payments")


async def _started(on: World) -> bool:
    return bool(noted(on.folder, "workers.jsonl"))


def say(what: str) -> None:
    """Tell the reader."""
    print(f"{datetime.now(UTC):%H:%M:%S} {what}", flush=True)


def table(run: Run, on: World, count: Count, took: float, left: list[str]) -> list[str]:
    """Print what came of it; return the promises that were broken."""
    unsaid = count.unsaid(tuple(LEVELS), without=REFUSED)
    refused = [key for key, state in count.states.items() if state == "failed"]
    deaths = Counter(on.kills())
    figures = {
        "sends begun": len(noted(on.folder, "claims.jsonl")),
        "mails that arrived": sum(count.mails.values()),
        "notices": len(count.states),
        "  void, composed anew": sum(state == "void" for state in count.states.values()),
        "  certainly refused": len(refused),
        "payments all the while": run.paid,
        "workers killed": sum(deaths.values()),
        **{f"  {point}": deaths[point] for point in WORKER},
        "Temporal server killed": run.server_kills,
        "said twice": len(count.twice),
        "lost": sum(len(levels) for levels in unsaid.values()) + len(count.vanished),
        "claimed after a payment": len(count.after_payment),
        "arrived, not recorded": len(count.unrecorded),
        "unknown (reported)": len(count.unknown),
        "  of which arrived": sum(count.mails[key] > 0 for key in count.unknown),
        "left for a sweep": len(left),
        "seconds": round(took),
    }
    print()
    for what, figure in figures.items():
        print(f"{what:<28}{figure:>8}")
    print()
    broken = count.broken(tuple(LEVELS), without=REFUSED)
    return broken + [f"left for a sweep: {what}" for what in left]


async def main(run: Run, folder: Path) -> int:
    """Run, print, and return the exit status."""
    start = time.monotonic()
    async with Server(folder / "server") as server:
        rules = policy(run.day, LEVELS, began=run.begin())
        async with world(folder / "world", server, "chaos", rules) as on:
            on.sends = 4
            count = await run.play(on, server)
            forgotten = await Sweeping(on.house.store).forgotten(datetime.now(UTC))
            left = [str(ref) for ref in (*forgotten.starts, *forgotten.tells, *forgotten.pokes)]
            broken = table(run, on, count, time.monotonic() - start, left)
    for promise in broken:
        print(f"BROKEN  {promise}")
    print(f"seed {run.seed}: " + ("a promise was broken" if broken else "every promise was kept"))
    return 1 if broken else 0


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Kill everything, count what arrived.")
    parser.add_argument("--debtors", type=int, default=50, help="each has four invoices")
    parser.add_argument("--day", type=float, default=40.0, help="seconds of a day")
    parser.add_argument("--chance", type=float, default=0.05, help="of dying at a point")
    parser.add_argument("--seed", type=int, default=1, help="of who pays when")
    parser.add_argument("--keep", type=Path, help="a new folder to keep everything in")
    given = parser.parse_args()
    home = given.keep or Path(tempfile.mkdtemp(prefix="relance-chaos-"))
    home.mkdir(parents=True, exist_ok=True)
    ended = asyncio.run(main(Run(given.debtors, given.day, given.chance, given.seed), home))
    if ended:
        print(f"everything is kept in {home}")
    elif given.keep is None:
        shutil.rmtree(home, ignore_errors=True)
    sys.stdout.flush()
    os._exit(ended)
