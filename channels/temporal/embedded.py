"""The embedded Temporal server: one child process on loopback, one file of history."""

import asyncio
import os
import signal
import socket
import sys
from asyncio.subprocess import Process
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

from temporalio.api.enums.v1 import IndexedValueType

from channels.temporal.connecting import ATTRIBUTES
from channels.temporal.tether import tethered
from models.errors import UnavailableError

#: How long the server may take to listen, in seconds.
PATIENCE: Final = 30.0
#: How long it may take to stop before it is killed, in seconds.
GRACE: Final = 10.0

#: Timers fire within 10 ms instead of a second; an id is free again at once.
_DYNAMIC: Final = (
    'history.timerProcessorMaxTimeShift="10ms"',
    'history.workflowIdReuseMinimalInterval="0s"',
)
_KINDS: Final = {
    IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD: "Keyword",
    IndexedValueType.INDEXED_VALUE_TYPE_DATETIME: "Datetime",
}


@dataclass(frozen=True, slots=True)
class Ports:
    """The ports of one server, all on loopback."""

    grpc: int
    ui: int
    http: int
    metrics: int


def free_ports(count: int) -> list[int]:
    """Return ports that nobody listens on now."""
    holders = [socket.socket() for _ in range(count)]
    try:
        for holder in holders:
            holder.bind(("127.0.0.1", 0))
        return [holder.getsockname()[1] for holder in holders]
    finally:
        for holder in holders:
            holder.close()


class Embedded:
    """A dev server as a child; its own log goes to a file. Stop it at the end.

    It is killed when this process dies, which its file survives: a second server on the same
    file would not be refused.

    Args:
        folder: where the history's file and the log lie.
        ports: to listen on; free ones are taken for those left at 0.
    """

    def __init__(self, folder: Path, grpc: int = 0, ui: int = 0, *, headless: bool = False) -> None:
        """Choose ports; nothing is started yet."""
        free = free_ports(4)
        self.ports = Ports(grpc or free[0], ui or free[1], free[2], free[3])
        self._folder = folder
        self._headless = headless
        self._child: Process | None = None

    @property
    def address(self) -> str:
        """Where clients connect."""
        return f"127.0.0.1:{self.ports.grpc}"

    @property
    def ui(self) -> str:
        """Where people look."""
        return f"http://127.0.0.1:{self.ports.ui}"

    @property
    def pid(self) -> int | None:
        """The child's process id while it runs."""
        return None if self._child is None else self._child.pid

    @property
    def log(self) -> Path:
        """The file that what it prints goes to."""
        return self._folder / "temporal.log"

    async def ended(self) -> None:
        """Wait until the server ends.

        Raises:
            UnavailableError: it did; says where its log lies.
        """
        if self._child is not None:
            await self._child.wait()
        message = f"the embedded Temporal server ended: {self.log} may say why; start again"
        raise UnavailableError(message)

    async def start(self) -> None:
        """Start the server and return when it listens.

        Raises:
            UnavailableError: it did not; says where its log lies.
        """
        binary = Path(sys.executable).parent / "temporal"
        if not binary.exists():
            message = "the embedded Temporal server is not installed: run `make` again"
            raise UnavailableError(message)
        self._folder.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as sink:
            self._child = await asyncio.create_subprocess_exec(
                *tethered([str(binary), *self._arguments()], signal.SIGKILL),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=sink,
                stderr=sink,
                start_new_session=True,
            )
        await self._listening()

    def _arguments(self) -> list[str]:
        arguments = [
            "server",
            "start-dev",
            "--ip",
            "127.0.0.1",
            "--port",
            str(self.ports.grpc),
            "--http-port",
            str(self.ports.http),
            "--metrics-port",
            str(self.ports.metrics),
            "--db-filename",
            str(self._folder / "temporal.db"),
            "--sqlite-pragma",
            "journal_mode=wal",
            "--sqlite-pragma",
            "synchronous=normal",
            "--log-level",
            "error",
        ]
        for setting in _DYNAMIC:
            arguments += ["--dynamic-config-value", setting]
        for name, kind in ATTRIBUTES.items():
            arguments += ["--search-attribute", f"{name}={_KINDS[kind]}"]
        if self._headless:
            return [*arguments, "--headless"]
        return [*arguments, "--ui-port", str(self.ports.ui)]

    async def _listening(self) -> None:
        for _ in range(int(PATIENCE / 0.1)):
            if self._child is None or self._child.returncode is not None:
                break
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", self.ports.grpc)
            except OSError:
                await asyncio.sleep(0.1)
                continue
            writer.close()
            return
        await self.stop()
        message = f"the embedded Temporal server did not start: {self.log} says why"
        raise UnavailableError(message)

    async def stop(self) -> None:
        """Stop the child by its own id, gently first."""
        child, self._child = self._child, None
        if child is None or child.returncode is not None:
            return
        child.send_signal(signal.SIGTERM)
        try:
            await asyncio.wait_for(child.wait(), GRACE)
        except TimeoutError:
            os.kill(child.pid, signal.SIGKILL)
            await child.wait()

    async def __aenter__(self) -> Self:
        """Start."""
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        """Stop."""
        await self.stop()
