"""A mail server that keeps every mail as a file and delivers none.

File names sort by arrival and end in a hash of the Message-ID, so that a mail that came
twice shows as two files with one ending. ``python -m channels.email.catcher --help``.
"""

import argparse
import asyncio
import hashlib
import re
import signal
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, Self

from aiosmtpd.smtp import SMTP, Envelope, Session

#: Where mails go unless told otherwise, under the folder the program runs in.
FOLDER: Final = Path("var/mail")

_MESSAGE_ID: Final = re.compile(rb"^message-id:\s*(\S+)", re.IGNORECASE | re.MULTILINE)
_LARGEST: Final = 50_000_000


class _ToFiles:
    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def handle_DATA(  # noqa: N802  the name aiosmtpd looks for
        self,
        server: SMTP,  # noqa: ARG002
        session: Session,  # noqa: ARG002
        envelope: Envelope,
    ) -> str:
        data = envelope.content if isinstance(envelope.content, bytes) else b""
        found = _MESSAGE_ID.search(data)
        mark = hashlib.sha256(found[1] if found else data).hexdigest()[:12]
        name = f"{datetime.now(UTC):%Y%m%dT%H%M%S.%fZ}-{mark}"
        part = self._folder / f"{name}.part"
        part.write_bytes(data)
        part.rename(part.with_suffix(".eml"))
        return f"250 2.0.0 Ok: queued as {mark}"


class Catcher:
    """Listens on this machine only; use it as an asynchronous context manager.

    Attributes:
        port: where it listens; given as 0, the system's choice once it runs.
    """

    def __init__(self, folder: Path = FOLDER, port: int = 0, host: str = "127.0.0.1") -> None:
        self._folder = folder
        self._host = host
        self._server: asyncio.Server | None = None
        self.port = port

    async def start(self) -> None:
        """Begin to listen.

        Raises:
            OSError: the port is taken or the folder cannot be made.
        """
        self._folder.mkdir(parents=True, exist_ok=True)
        keep = _ToFiles(self._folder)
        self._server = await asyncio.get_running_loop().create_server(
            lambda: SMTP(
                keep,
                data_size_limit=_LARGEST,
                enable_SMTPUTF8=True,
                hostname="catcher.localhost",
                ident="Relance catcher",
            ),
            self._host,
            self.port,
        )
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Stop listening; mails under way are given up."""
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()
            self._server = None

    async def __aenter__(self) -> Self:
        """Start, and return the running catcher."""
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        """Stop."""
        await self.stop()


def main() -> None:
    """Catch mail until told to stop by an interrupt or by SIGTERM."""
    parser = argparse.ArgumentParser(description="Keep every mail as a file, deliver none.")
    parser.add_argument("--port", type=int, default=1025, help="0 lets the system choose")
    parser.add_argument("--folder", type=Path, default=FOLDER, help="where the mails go")
    given = parser.parse_args()
    try:
        asyncio.run(_until_told(Catcher(given.folder, given.port), given.folder))
    except OSError as error:
        sys.exit(f"relance: the mail catcher cannot start on port {given.port}: {error.strerror}")


async def _until_told(catcher: Catcher, folder: Path) -> None:
    told = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, told.set)
    async with catcher:
        sys.stdout.write(f"catching mail on 127.0.0.1:{catcher.port} into {folder}\n")
        sys.stdout.flush()
        await told.wait()


if __name__ == "__main__":
    main()
