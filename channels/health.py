"""A worker's health, over HTTP on loopback or where an operator says."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Final

from models.errors import UnavailableError

#: How long one probe may take, in seconds.
PATIENCE: Final = 2.0
#: The longest request line that is read, in bytes.
_LONGEST: Final = 4096

Check = Callable[[], Awaitable[object]]


class Health:
    """Answers ``/live`` while the process runs, ``/ready`` when every check passes.

    ``/ready`` answers 200 or 503 with one JSON object: each check and whether it passed.
    """

    def __init__(self, checks: Mapping[str, Check], port: int, host: str = "127.0.0.1") -> None:
        """Name the checks and where to listen; port 0 lets the system choose."""
        self._checks = checks
        self._host = host
        self._server: asyncio.Server | None = None
        self.port = port

    async def start(self) -> None:
        """Listen.

        Raises:
            UnavailableError: the port cannot be had.
        """
        try:
            self._server = await asyncio.start_server(self._answer, self._host, self.port)
        except (OSError, OverflowError) as wrong:
            why = getattr(wrong, "strerror", None) or str(wrong)
            message = f"RELANCE_HEALTH_PORT: port {self.port} cannot be used: {why}"
            raise UnavailableError(message) from None
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Listen no more."""
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()
            self._server = None

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            line = await asyncio.wait_for(reader.readuntil(b"\n"), PATIENCE)
            status, body = await self._said(line[:_LONGEST].decode("latin-1"))
            text = json.dumps(body)
            head = f"HTTP/1.1 {status}\r\nContent-Type: application/json\r\n"
            writer.write(
                f"{head}Content-Length: {len(text)}\r\nConnection: close\r\n\r\n{text}".encode()
            )
            await writer.drain()
        except (TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, OSError):
            return
        finally:
            writer.close()

    async def _said(self, line: str) -> tuple[str, dict[str, bool]]:
        path = line.split(" ")[1] if line.count(" ") > 1 else ""
        if path == "/live":
            return "200 OK", {"live": True}
        if path != "/ready":
            return "404 Not Found", {}
        found = {name: await self._passes(check) for name, check in self._checks.items()}
        return "200 OK" if all(found.values()) else "503 Service Unavailable", found

    async def _passes(self, check: Check) -> bool:
        try:
            return bool(await asyncio.wait_for(check(), PATIENCE))
        except Exception:  # noqa: BLE001  a check that fails in any way has not passed
            return False
