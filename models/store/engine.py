"""The two databases behind one door: SQLite (embedded) and PostgreSQL (production).

Both are opened by a URL: ``sqlite+aiosqlite:///books.db`` or
``postgresql+asyncpg://user@host/name``. A process writes to SQLite over one connection
behind a lock, since the file has one writer at a time; readers have their own.
"""

import asyncio
import os
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import aclosing, asynccontextmanager
from itertools import islice
from pathlib import Path
from typing import Any, Final, TypeVar
from urllib.parse import quote

from sqlalchemy import URL, Connection, event, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import (
    ArgumentError,
    DataError,
    DBAPIError,
    DisconnectionError,
    IntegrityError,
    ProgrammingError,
)
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry

from models.errors import RefusedError, UnavailableError
from models.store.direct import connect

#: How long a call waits for a connection or for another writer, in seconds.
WAIT: Final = 2.0
#: How long a statement may take on PostgreSQL, in seconds.
STATEMENT: Final = 3.0
#: How long a bulk writer may hold SQLite, and then pauses, in seconds; PostgreSQL locks rows.
SLICE, LONG_SLICE = 0.02, 0.2
#: After writing to SQLite this long without a rest, others get their turn, in seconds.
RUN, REST = 0.06, 0.012
#: The most and the fewest things a bulk writer takes into one transaction.
_MOST, _FEWEST = 500, 16
_READERS: Final = 4
#: What readers ask of SQLite, and what the writer asks.
_PRAGMAS: Final = (
    (f"busy_timeout={int(WAIT * 1000)}", "query_only=ON"),
    ("journal_mode=WAL", "synchronous=NORMAL", "wal_autocheckpoint=8000", "foreign_keys=ON"),
)

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
        parsed = checked(url)
        self.sqlite = parsed.get_backend_name() == "sqlite"
        self._file = str(parsed.database) if self.sqlite else None
        self._lock = asyncio.Lock()
        self._began = self._ended = 0.0
        if self.sqlite:
            self._writer = _sqlite(parsed, writer=True)
            self._reader = _sqlite(parsed, writer=False)
        else:
            self._writer = self._reader = _postgresql(parsed, pool)

    @property
    def missing(self) -> bool:
        """Whether the database is a file that is not there."""
        return self._file is not None and _identity(self._file) is None

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


def checked(url: str) -> URL:
    """Return a URL that names a file of SQLite or a database of PostgreSQL.

    Raises:
        RefusedError: it does not.
    """
    allowed = "use sqlite+aiosqlite:///FILE or postgresql+asyncpg://USER@HOST/NAME"
    try:
        parsed = make_url(url)
    except ArgumentError as wrong:
        message = f"the database's URL cannot be read: {allowed}"
        raise RefusedError(message) from wrong
    if parsed.drivername not in {"sqlite+aiosqlite", "postgresql+asyncpg"}:
        message = f"the database's URL begins with {parsed.drivername}: {allowed}"
        raise RefusedError(message)
    if parsed.drivername.startswith("sqlite") and parsed.database in {None, "", ":memory:"}:
        message = f"the database must be a file: {allowed}"
        raise RefusedError(message)
    return parsed


def _some(source: Iterable[T], size: int) -> list[T]:
    return list(islice(source, size))


def _sqlite(url: URL, *, writer: bool) -> AsyncEngine:
    path = str(url.database)
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    # A file that is missing is not made: an empty one would hide that the books are gone.
    existing = f"file:{quote(path)}"
    own: dict[str, Any] = {
        "async_creator_fn": lambda *_, **__: connect(f"{existing}?mode=rw", WAIT)
    }
    engine = create_async_engine(
        url.set(database=existing, query={**url.query, "mode": "rw", "uri": "true"}),
        pool_size=1 if writer else _READERS,
        max_overflow=0,
        pool_timeout=WAIT,
        hide_parameters=True,
        connect_args=own if writer else {"isolation_level": None},
    )

    @event.listens_for(engine.sync_engine, "connect")
    def _(driver: DBAPIConnection, record: ConnectionPoolEntry) -> None:
        record.info["file"] = _identity(path)
        cursor = driver.cursor()
        for pragma in _PRAGMAS[writer]:
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine.sync_engine, "checkout")
    def _(_driver: DBAPIConnection, record: ConnectionPoolEntry, _fairy: object) -> None:
        # What is written to a file that was moved away or replaced would be lost.
        if record.info["file"] != _identity(path):
            raise DisconnectionError

    @event.listens_for(engine.sync_engine, "begin")
    def _(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writer else "BEGIN")

    return engine


def _identity(path: str) -> tuple[int, int] | None:
    try:
        found = os.stat(path)  # noqa: PTH116  before each transaction: a Path costs more than it
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _postgresql(url: URL, pool: int) -> AsyncEngine:
    return create_async_engine(
        url,
        pool_size=pool,
        max_overflow=0,
        pool_timeout=WAIT,
        hide_parameters=True,
        connect_args={
            "timeout": WAIT,
            "command_timeout": STATEMENT + 1,
            "server_settings": {
                "statement_timeout": str(int(STATEMENT * 1000)),
                "timezone": "UTC",
                "application_name": "relance",
            },
        },
    )


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
