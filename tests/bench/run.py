"""The benches: how fast the engine is, each figure beside a bare counterpart of the same run.

``make bench`` runs all of it, ``make quickbench`` the small form, and
``python tests/bench/run.py --only climb`` (burst, import, memory, rehearsal) a part. The
figures are kept as JSON in ``var/bench/``. The machine must have nothing else to do: what
others took is shown.
"""

import argparse
import asyncio
import json
import os
import shutil
import signal
import sys
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import climbing
import starting
from processes import HERE, ROOT, Child

#: Invoices of the small form; a burst and a rehearsal are never smaller.
SMALL, BURST, LIVES = 1000, 2000, 10_000
#: How much longer a day is than the bare workflows need when ten times as many climb: at the
#: pace that they can just bear, a lag grows with the time that it has.
EASE = 1.3
#: Where everything is kept.
KEPT = ROOT / "var" / "bench"


@dataclass(frozen=True, slots=True)
class Line:
    """One bound: what was measured, what was wanted, and whether that was met."""

    bound: str
    measured: str
    wanted: str
    met: bool


class Benches:
    """Runs benches in a folder of their own, and keeps what they found."""

    def __init__(self, folder: Path, options: argparse.Namespace) -> None:
        """Choose what is run and how much of it."""
        self._folder = folder
        self._options = options
        self.lines: list[Line] = []
        self.figures: dict[str, Any] = {}

    async def climb(self) -> None:
        """Run the dunning job between two runs of its bare counterpart, each a quarter as many."""
        count = self._options.count or SMALL
        first = await climbing.bare_climb(self._folder / "bare-1", count // 4, count / 240)
        # Days as long as the bare workflows need: then a level that is late is late by little.
        day = self._options.day or count / first.rate
        climbed = await climbing.job(self._folder / "job", count, day, first.starts)
        second = await climbing.bare_climb(self._folder / "bare-2", count // 4, count / 240)
        self._climbed(climbed, (first, second))
        if self._options.full:
            await self._ten_times(count, EASE * day, first.starts)

    def _climbed(
        self, climbed: climbing.Climbed, halves: tuple[climbing.Climbed, climbing.Climbed]
    ) -> None:
        bare = sum(half.levels for half in halves) / sum(half.seconds for half in halves)
        spent = {
            "bare": {
                name: _mean(half.ms(name) for half in halves) for name in ("server", "worker")
            },
            "ours": {name: climbed.ms(name) for name in ("server", "worker", "catcher", "sqlite")},
        }
        ratio = climbed.rate / bare
        self._line(
            f"{climbed.levels // 4} invoices climb four levels by e-mail",
            f"{climbed.rate:.1f} levels/s, bare {bare:.1f}: {ratio:.0%}",
            ">= 80 %",
            ratio >= 0.8,
        )
        costs = [
            f"{name} {_costs(spent[name])} = {spent[name]['server'] + spent[name]['worker']:.1f}"
            for name in spent
        ]
        per = [sum(spent[name][part] for part in ("server", "worker")) for name in ("bare", "ours")]
        self._line(
            "CPU ms a level (sqlite is within worker)",
            "; ".join(costs),
            "side by side",
            met=True,
        )
        self._line(
            "levels a CPU second of server and worker",
            f"{per[0] / per[1]:.0%} of bare",
            "to compare",
            met=True,
        )
        self._line(
            "each debtor one mail a level",
            f"{climbed.mails} mails, {climbed.twice} debtors with one too many",
            f"{climbed.expected}",
            climbed.mails == climbed.expected and not climbed.twice,
        )
        self.figures["climb"] = {
            "rate": climbed.rate,
            "bare": bare,
            "ms": spent,
            "strangers": [climbed.cost.strangers, *(half.cost.strangers for half in halves)],
            "void": climbed.void,
            "looks": climbed.looks,
            "late": climbed.late,
        }

    async def _ten_times(self, count: int, day: float, starts: float) -> None:
        """Run the job and ten times the job, at a pace the bare workflows have room for."""
        small = await climbing.job(self._folder / "job-1", count, day, starts)
        large = await climbing.job(self._folder / "job-10", 10 * count, 10 * day, starts)
        times = large.seconds / small.seconds
        self._line(f"{10 * count} invoices", f"{times:.1f} times as long", "<= 11", times <= 11)
        cost = [sum(run.ms(part) for part in ("server", "worker")) for run in (small, large)]
        self._line(
            "CPU ms a level of server and worker",
            f"{cost[0]:.1f}, of ten times as many {cost[1]:.1f}: {cost[1] / cost[0]:.0%}",
            "<= 110 %",
            cost[1] <= 1.1 * cost[0],
        )
        self._line(
            "the day began late by, looks a level, void",
            f"{large.late:.0f} s, {large.looks / large.levels:.2f}, {large.void}",
            "to compare",
            met=True,
        )
        early, late = _thirds(large.memory)
        self._line(
            "worker memory meanwhile",
            f"{early:.0f} MB, at the end {late:.0f} MB",
            "flat (10 %)",
            late <= 1.1 * early,
        )
        self.figures["ten times"] = {"seconds": large.seconds, "memory": large.memory[::40]}

    async def burst(self) -> None:
        """Count the mails of forty invoices of one debtor."""
        found = await climbing.burst(self._folder / "burst", BURST, 90)
        self._line("40 invoices of a debtor, alone", f"{found.alone} e-mail", "1", found.alone == 1)
        self._line(
            f"within a burst of {BURST}",
            f"{found.within} e-mail, {found.others} to {found.debtors} others",
            f"1 and {found.debtors}",
            found.within == 1 and found.others == found.debtors,
        )
        self.figures["burst"] = {"seconds": found.seconds, "mails": found.within + found.others}

    async def importing(self) -> None:
        """Import a ledger between two halves of bare starts."""
        count = 10_000 if self._options.full else self._options.count or SMALL
        found = await starting.importing(self._folder / "import", count)
        ratio, calls = found.settled / found.bare_settled, found.rate / found.bare
        self._line(
            f"{count} rows: workflows started, asleep",
            f"{found.settled:.0f}/s, bare {found.bare_settled:.0f}: {ratio:.0%}",
            ">= 80 %",
            ratio >= 0.8,
        )
        self._line(
            "the calls that start them alone",
            f"{found.rate:.0f}/s, bare {found.bare:.0f}: {calls:.0%}",
            "to compare",
            met=True,
        )
        half, most = found.promised(0.99), found.promises[-1]
        self._line(
            f"{len(found.promises)} promises meanwhile, seconds",
            f"p50 {found.promised(0.5):.3f}, p99 {half:.3f}, max {most:.3f}",
            "<= 1",
            most <= 1,
        )
        self.figures["import"] = {
            "rate": found.rate,
            "bare": found.bare,
            "settled": [found.settled, found.bare_settled],
            "promises": found.promises,
        }

    async def memory(self) -> None:
        """See that an importer does not grow with its file."""
        small, large = await starting.memory(self._folder / "memory", (2000, 10_000))
        self._line(
            "importer memory, 2,000 and 10,000 rows",
            f"{small:.0f} MB, {large:.0f} MB",
            "the same (10 %)",
            large <= 1.1 * small,
        )
        self.figures["memory"] = [small, large]

    async def rehearsal(self) -> None:
        """Rehearse a year."""
        log = self._folder / "rehearsal.log"
        async with Child([str(HERE / "rehearsing.py"), str(LIVES)], log, {}) as child:
            said = json.loads(await child.heard('"lives"', 300))
        self._line(
            f"rehearsal of {said['lives']} invoices over a year",
            f"{said['rate']:.0f} lives/s of one core",
            ">= 1500",
            said["rate"] >= 1500,
        )
        self.figures["rehearsal"] = said

    def _line(self, bound: str, measured: str, wanted: str, met: bool) -> None:
        line = Line(bound, measured, wanted, met)
        self.lines.append(line)
        print(_row(line), flush=True)


def _mean(values: Any) -> float:
    found = list(values)
    return float(sum(found) / len(found))


def _costs(spent: dict[str, float]) -> str:
    return ", ".join(f"{name} {ms:.1f}" for name, ms in spent.items())


def _thirds(samples: tuple[float, ...]) -> tuple[float, float]:
    """Return the means of the middle and of the last third, when all is warm."""
    third = max(1, len(samples) // 3)
    return _mean(samples[third : 2 * third]), _mean(samples[-third:])


def _row(line: Line) -> str:
    verdict = "met   " if line.met else "MISSED"
    return f"{verdict}  {line.bound:<42} {line.wanted:>14}  {line.measured}"


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Measure how fast the engine is.")
    parser.add_argument("--full", action="store_true", help="ten times as many; takes long")
    parser.add_argument(
        "--only", choices=["climb", "burst", "import", "memory", "rehearsal"], help="one of them"
    )
    parser.add_argument("--count", type=int, default=0, help="invoices of the small form")
    parser.add_argument("--day", type=float, default=0.0, help="seconds a day of the job takes")
    return parser.parse_args()


async def main() -> int:
    """Run what was asked for; return 0 when every bound was met."""
    options, began = _options(), time.monotonic()
    now = datetime.now(UTC)
    folder = KEPT / f"{now:%Y%m%dT%H%M%S}"
    folder.mkdir(parents=True)
    benches = Benches(folder, options)
    runs: dict[str, Callable[[], Awaitable[None]]] = {
        "climb": benches.climb,
        "burst": benches.burst,
        "import": benches.importing,
        "memory": benches.memory,
        "rehearsal": benches.rehearsal,
    }
    task = asyncio.current_task()
    assert task is not None
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, task.cancel)
    for name, run in runs.items():
        if options.only in {None, name}:
            await run()
    shutil.rmtree(folder, ignore_errors=True)
    took = time.monotonic() - began
    report = KEPT / f"{now:%Y%m%dT%H%M%S}.json"
    lines = [{name: getattr(line, name) for name in line.__slots__} for line in benches.lines]
    kept = {"at": now.isoformat(), "seconds": took, "lines": lines, "figures": benches.figures}
    report.write_text(json.dumps(kept, indent=1), "utf-8")
    print(f"\n{took:.0f} seconds; kept in {report.relative_to(ROOT)}", flush=True)
    return 0 if all(line.met for line in benches.lines) else 1


if __name__ == "__main__":
    status = asyncio.run(main())
    sys.stdout.flush()

    os._exit(status)
