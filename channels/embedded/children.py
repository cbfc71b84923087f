"""Processes of our own on this machine: started, waited for, stopped by the id that was kept."""

import asyncio
import os
import signal
import sys
from asyncio.subprocess import Process
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from typing import Final

from models.errors import UnavailableError

#: How long a child may take to be ready, and to stop before it is killed, in seconds.
PATIENCE: Final = 60.0
GRACE: Final = 30.0


class Child:
    """A Python module of ours that runs beside us; what it prints goes to a file."""

    def __init__(
        self, name: str, module: Sequence[str], log: Path, environment: Mapping[str, str]
    ) -> None:
        """Name it, its module with arguments, its log, and what its environment adds."""
        self.name = name
        self._module = module
        self._log = log
        self._environment = environment
        self._process: Process | None = None

    @property
    def pid(self) -> int | None:
        """Its process id while it runs."""
        process = self._process
        return process.pid if process is not None and process.returncode is None else None

    async def start(self, ready: Callable[[], Awaitable[bool]]) -> None:
        """Start it and return when it is ready.

        Raises:
            UnavailableError: it ended, or is not ready in time; says where its log lies.
        """
        self._log.parent.mkdir(parents=True, exist_ok=True)
        with self._log.open("ab") as sink:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                *self._module,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=sink,
                stderr=sink,
                env={**os.environ, **self._environment},
                start_new_session=True,
            )
        for _ in range(int(PATIENCE / 0.1)):
            if self._process.returncode is not None:
                break
            if await ready():
                return
            await asyncio.sleep(0.1)
        await self.stop()
        message = f"the {self.name} did not start: {self._log} says why"
        raise UnavailableError(message)

    async def ended(self) -> int:
        """Wait until it ends; return its exit status."""
        return -1 if self._process is None else await self._process.wait()

    async def stop(self) -> None:
        """Stop it by its own id, gently first."""
        process, self._process = self._process, None
        if process is None or process.returncode is not None:
            return
        process.send_signal(signal.SIGTERM)
        try:
            await asyncio.wait_for(process.wait(), GRACE)
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
