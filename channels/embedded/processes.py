"""Processes that are not our children: known again by id and birth, and ended."""

import asyncio
import os
import signal
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

_PROC: Final = Path("/proc")
_BOOT: Final = _PROC / "sys/kernel/random/boot_id"
#: Where a process's state and its start, in ticks since boot, stand behind its name.
_STATE, _START = 0, 19
_PAUSE: Final = 0.1


def born(pid: int) -> str:
    """Return what tells a process from others that had or will have its id; empty when none.

    A process that has ended and only waits for its parent to notice is none.
    """
    try:
        fields = (_PROC / str(pid) / "stat").read_text("latin-1").rpartition(")")[2].split()
        boot = _BOOT.read_text("ascii").strip()
    except OSError:
        return ""
    return "" if fields[_STATE] in "ZX" else f"{boot}/{fields[_START]}"


@dataclass(frozen=True, slots=True)
class Known:
    """A process as it was noted down.

    Attributes:
        name: what it is, for people.
        born: see :func:`born`.
    """

    name: str
    pid: int
    born: str

    @classmethod
    def now(cls, name: str, pid: int) -> Self:
        """Note down a process that runs."""
        return cls(name, pid, born(pid))

    @property
    def lives(self) -> bool:
        """Whether it runs, and is not another that was given its id."""
        return bool(self.born) and born(self.pid) == self.born

    async def end(self, grace: float) -> None:
        """End it, gently for so many seconds; return when it is gone."""
        for number, patience in ((signal.SIGTERM, grace), (signal.SIGKILL, grace)):
            if self.lives:
                with suppress(ProcessLookupError):
                    os.kill(self.pid, number)
            for _ in range(max(1, int(patience / _PAUSE))):
                if not self.lives:
                    return
                await asyncio.sleep(_PAUSE)
