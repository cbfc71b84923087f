"""Python programs of ours as children: started, waited for, stopped by the id that was kept."""

import asyncio
import os
import signal
import sys
from asyncio.subprocess import Process
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from channels.temporal.tether import tethered
from models.errors import UnavailableError

#: How long a child may take to be ready, in seconds.
PATIENCE: Final = 60.0


@dataclass(kw_only=True)
class Child:
    """A Python module of ours that runs beside us and ends when we do.

    Attributes:
        name: what it is, for people.
        module: its name and arguments.
        log: the file that what it prints goes to.
        ready: says whether it is at work.
        environment: what it gets beside our own.
        grace: seconds it may take to stop before it is killed.
    """

    name: str
    module: Sequence[str]
    log: Path
    ready: Callable[[], Awaitable[bool]]
    environment: Mapping[str, str] = field(default_factory=dict)
    grace: float = 10.0
    _process: Process | None = field(default=None, init=False)

    @property
    def pid(self) -> int | None:
        """Its process id while it runs."""
        process = self._process
        return process.pid if process is not None and process.returncode is None else None

    async def start(self) -> None:
        """Start it and return when it is ready.

        Raises:
            UnavailableError: it ended, or is not ready in time; says where its log lies.
        """
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as sink:
            self._process = await asyncio.create_subprocess_exec(
                *tethered([sys.executable, "-m", *self.module], signal.SIGTERM),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=sink,
                stderr=sink,
                env={**os.environ, **self.environment},
                start_new_session=True,
            )
        for _ in range(int(PATIENCE / 0.1)):
            if self._process.returncode is not None:
                break
            if await self.ready():
                return
            await asyncio.sleep(0.1)
        await self.stop()
        message = f"the {self.name} did not start: {self.log} says why"
        raise UnavailableError(message)

    async def ended(self) -> str:
        """Wait until it ends; return how, for people."""
        status = 0 if self._process is None else await self._process.wait()
        return f"status {status}" if status >= 0 else signal.Signals(-status).name

    async def stop(self) -> None:
        """Stop it by its own id, gently first."""
        process = self._process
        if process is None or process.returncode is not None:
            return
        process.send_signal(signal.SIGTERM)
        try:
            await asyncio.wait_for(process.wait(), self.grace)
        except TimeoutError:
            os.kill(process.pid, signal.SIGKILL)
            await process.wait()


async def listens(port: int, host: str = "127.0.0.1") -> bool:
    """Say whether somebody listens on a port."""
    try:
        _, writer = await asyncio.open_connection(host, port)
    except OSError:
        return False
    writer.close()
    return True
