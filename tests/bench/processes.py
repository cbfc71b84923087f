"""Child processes, and what they cost: read from /proc, stopped by the ids kept."""

import asyncio
import os
import signal
import sys
from asyncio.subprocess import Process
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Self

HERE = Path(__file__).parent
ROOT = HERE.parents[1]

_TICKS = os.sysconf("SC_CLK_TCK")
_GRACE = 30.0


def cpu(pid: int) -> float:
    """Return the seconds of CPU a process has used, all its threads together."""
    with suppress(FileNotFoundError, ProcessLookupError):
        fields = Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / _TICKS
    return 0.0


def rss(pid: int) -> float:
    """Return the megabytes a process holds in memory."""
    with suppress(FileNotFoundError, ProcessLookupError):
        for line in Path(f"/proc/{pid}/status").read_text("ascii").splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) / 1024
    return 0.0


def machine() -> tuple[float, float]:
    """Return the seconds that all cores have worked, and that they have had."""
    fields = Path("/proc/stat").read_text("ascii").splitlines()[0].split()[1:9]
    spent = [int(field) / _TICKS for field in fields]
    return sum(spent) - spent[3] - spent[4], sum(spent)


@dataclass(frozen=True, slots=True)
class Cost:
    """What named processes and the whole machine have used up to a moment."""

    seconds: Mapping[str, float]
    worked: float
    had: float

    @classmethod
    def of(cls, pids: Mapping[str, int]) -> "Cost":
        """Read it now."""
        worked, had = machine()
        return cls({name: cpu(pid) for name, pid in pids.items()}, worked, had)

    def since(self, earlier: "Cost") -> "Cost":
        """Return what was used since."""
        spent = {name: self.seconds[name] - earlier.seconds.get(name, 0) for name in self.seconds}
        return Cost(spent, self.worked - earlier.worked, self.had - earlier.had)

    @property
    def strangers(self) -> float:
        """Return the share of the machine that others took."""
        return max(0.0, self.worked - sum(self.seconds.values())) / max(self.had, 0.01)


class Child:
    """A Python program as a child; its output goes to a file. Use as a context manager."""

    def __init__(self, arguments: list[str], log: Path, environment: Mapping[str, str]) -> None:
        """Name the program; nothing is started yet."""
        self._arguments = arguments
        self._log = log
        self._environment = {**os.environ, **environment}
        self._child: Process | None = None

    @property
    def pid(self) -> int:
        """The child's process id."""
        assert self._child is not None
        return self._child.pid

    @property
    def said(self) -> str:
        """What the child has written so far."""
        return self._log.read_text("utf-8", errors="replace")

    async def heard(self, word: str, patience: float = 60.0) -> str:
        """Return the first line with a word, once it was written."""
        assert self._child is not None
        for _ in range(int(patience / 0.1)):
            for line in self.said.splitlines():
                if word in line:
                    return line
            if self._child.returncode is not None:
                break
            await asyncio.sleep(0.1)
        message = f"{self._arguments[0]} did not say {word!r}: see {self._log}"
        raise RuntimeError(message)

    async def wait(self, patience: float) -> int:
        """Return the child's status once it ended by itself."""
        assert self._child is not None
        return await asyncio.wait_for(self._child.wait(), patience)

    async def __aenter__(self) -> Self:
        """Start."""
        self._log.parent.mkdir(parents=True, exist_ok=True)
        with self._log.open("wb") as sink:
            self._child = await asyncio.create_subprocess_exec(
                sys.executable,
                *self._arguments,
                cwd=ROOT,
                env=self._environment,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=sink,
                stderr=sink,
                start_new_session=True,
            )
        return self

    async def __aexit__(self, *_: object) -> None:
        """Stop by the id kept, gently first."""
        child = self._child
        if child is None or child.returncode is not None:
            return
        child.send_signal(signal.SIGTERM)
        try:
            await asyncio.wait_for(child.wait(), _GRACE)
        except TimeoutError:
            os.kill(child.pid, signal.SIGKILL)
            await child.wait()
