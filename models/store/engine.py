"""The two databases behind one door: SQLite (embedded) and PostgreSQL (production).

Both are opened by a URL: ``sqlite+aiosqlite:///books.db`` or
``postgresql+asyncpg://user@host/name``. A process writes to SQLite over one connection
behind a lock, since the file has one writer at a time; readers have their own.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import aclosing, asynccontextmanager
from itertools import islice
from typing import TypeVar

from sqlalchemy.exc import (
    DataError,
    DBAPIError,
    IntegrityError,
    ProgrammingError,
)
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from models.errors import UnavailableError
from models.store import opening

#: How long a bulk writer may hold SQLite, and then pauses, in seconds; PostgreSQL locks rows.
SLICE, LONG_SLICE = 0.02, 0.2
#: After writing to SQLite this long without a rest, others get their turn, in seconds.
RUN, REST = 0.06, 0.012
#: The most and the fewest things a bulk writer takes into one transaction.
_MOST, _FEWEST = 500, 16

T = TypeVar("T")
R = TypeVar("R")


class Store:
    """Opens transactions. One per process and event loop; close it at the end."""

    def __init__(self, url: str, pool: int = 10) -> None:
        """Name the database; nothing is opened yet.

        Args:
            url: of SQLAlchemy, with an asynchronous driver.
            pool: connections to PostgreSQL; SQLite has one writer.

        Raises:
            RefusedError: the URL names no database that the engine knows.
        """
        parsed = opening.checked(url)
        self.sqlite = parsed.get_backend_name() == "sqlite"
        self._file = str(parsed.database) if self.sqlite else None
        self._lock = asyncio.Lock()
        self._began = self._ended = 0.0
        if self.sqlite:
            self._writer = opening.sqlite(parsed, writer=True)
            self._reader = opening.sqlite(parsed, writer=False)
        else:
            self._writer = self._reader = opening.postgresql(parsed, pool)

    @property
    def missing(self) -> bool:
        """Whether the database is a file that is not there."""
        return self._file is not None and opening.identity(self._file) is None

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[AsyncConnection]:
        """Give a connection in a transaction that commits at the end, or not at all.

        Raises:
            UnavailableError: the database is locked, slow or gone; nothing was written.
        """
        if not self.sqlite:
            async with _translated(), _opened(self._writer) as connection, connection.begin():
                yield connection
            return
        async with self._lock:
            await self._rested()
            try:
                async with _translated(), _opened(self._writer) as connection, connection.begin():
                    yield connection
            finally:
                self._ended = time.perf_counter()

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncConnection]:
        """Give a connection in a transaction that sees one state of the books.

        Raises:
            UnavailableError: the database is slow or gone.
        """
        async with _translated(), _opened(self._reader) as connection:
            yield connection

    async def bulk(
        self,
        things: Iterable[T],
        write: Callable[[AsyncConnection, list[T]], Awaitable[R]],
        most: int = _MOST,
    ) -> AsyncIterator[R]:
        """Write many things in short transactions, and leave room for others in between.

        Args:
            things: taken in order, in a thread, so that they may come from a file.
            write: writes some of them in one transaction.
            most: how many may share one.

        Yields:
            What ``write`` returned, after each commit.
        """
        source = iter(things)
        size = min(_FEWEST, most)
        slice_ = SLICE if self.sqlite else LONG_SLICE
        while batch := await asyncio.to_thread(_some, source, size):
            began = time.perf_counter()
            async with self.writing() as connection:
                result = await write(connection, batch)
            took = time.perf_counter() - began
            wanted = int(size * slice_ / max(took, 0.001))
            size = min(most, 2 * size, max(wanted, _FEWEST))
            yield result
            if self.sqlite:
                await asyncio.sleep(max(took, SLICE))

    async def _rested(self) -> None:
        """Leave the file to other processes for a moment after a run of writing.

        Who waits for SQLite looks from time to time: without a rest, it would find the
        file locked each time that it looks.
        """
        now = time.perf_counter()
        if now - self._ended >= REST:
            self._began = now
        elif now - self._began > RUN:
            await asyncio.sleep(REST)
            self._began = time.perf_counter()

    async def close(self) -> None:
        """Give back every connection."""
        await self._writer.dispose()
        if self.sqlite:
            await self._reader.dispose()


def _some(source: Iterable[T], size: int) -> list[T]:
    return list(islice(source, size))


@asynccontextmanager
async def _opened(engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    """Give a connection; a server that cannot be reached is unavailable."""
    try:
        connection = await engine.connect()
    except OSError as unreachable:
        raise _unavailable(unreachable) from None
    async with aclosing(connection):
        yield connection


@asynccontextmanager
async def _translated() -> AsyncIterator[None]:
    """Turn a driver's failure into a sentence that names no data; defects stay as they are."""
    try:
        yield
    except (IntegrityError, ProgrammingError, DataError):
        raise
    except DBAPIError as broken:
        raise _unavailable(broken.orig or broken) from None
    except (PoolTimeoutError, ConnectionError, TimeoutError) as broken:
        raise _unavailable(broken) from None


def _unavailable(broken: BaseException) -> UnavailableError:
    name = getattr(broken, "sqlite_errorname", None) or getattr(broken, "sqlstate", None)
    cause = name or type(broken).__name__
    return UnavailableError(f"the books do not answer ({cause}): the same call may succeed later")
