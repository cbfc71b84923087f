"""SQLite on the event loop's own thread, for the one connection that writes.

A statement of a small transaction takes some ten microseconds; handing it to a thread and
back takes ten times that, four times a statement. What can really take long is waiting for
another process's transaction, which is done asleep, and for the disk, in a thread.
"""

import asyncio
import sqlite3
import time
from collections.abc import Iterable, Sequence
from itertools import chain, repeat
from typing import Any, Final, Self

#: Seconds between two tries to become the writer: short at first, for the usual short wait.
_PAUSES: Final = (0.001, 0.002, 0.004, 0.008)
#: Commits after which the log is moved into the file. A commit alone waits for no disk.
_CHECKPOINT: Final = 200
_BUSY: Final = {"SQLITE_BUSY", "SQLITE_BUSY_SNAPSHOT"}


class DirectCursor:
    """A cursor with the asynchronous face that SQLAlchemy expects of a driver."""

    def __init__(self, cursor: sqlite3.Cursor, wait: float) -> None:
        self._cursor = cursor
        self._wait = wait

    async def __aenter__(self) -> Self:
        return self

    @property
    def description(self) -> object:
        """Columns of the last statement."""
        return self._cursor.description

    @property
    def rowcount(self) -> int:
        """Rows that the last statement changed."""
        return self._cursor.rowcount

    @property
    def lastrowid(self) -> int | None:
        """Row that was inserted last."""
        return self._cursor.lastrowid

    async def execute(self, sql: str, parameters: Sequence[Any] = ()) -> Self:
        """Run a statement; to become the writer, wait as long as the database may take."""
        if sql.startswith("BEGIN IMMEDIATE"):
            await self._become_writer(sql)
        else:
            self._cursor.execute(sql, parameters)
        return self

    async def executemany(self, sql: str, parameters: Iterable[Sequence[Any]]) -> Self:
        """Run a statement for many rows."""
        self._cursor.executemany(sql, parameters)
        return self

    async def fetchall(self) -> list[Any]:
        """Return the rows that are left."""
        return self._cursor.fetchall()

    async def close(self) -> None:
        """Forget the rows."""
        self._cursor.close()

    async def _become_writer(self, sql: str) -> None:
        ends = time.perf_counter() + self._wait
        pauses = chain(_PAUSES, repeat(_PAUSES[-1]))
        while True:
            try:
                self._cursor.execute(sql)
            except sqlite3.OperationalError as refused:
                if refused.sqlite_errorname not in _BUSY or time.perf_counter() > ends:
                    raise
                await asyncio.sleep(next(pauses))
            else:
                return


class DirectConnection:
    """A connection with the asynchronous face that SQLAlchemy expects of a driver."""

    def __init__(self, connection: sqlite3.Connection, wait: float) -> None:
        self._connection: sqlite3.Connection | None = connection
        self._wait = wait
        self._commits = 0

    def cursor(self) -> DirectCursor:
        """Return a new cursor."""
        return DirectCursor(self._open.cursor(), self._wait)

    async def create_function(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401  passed on
        """Give SQL a function written in Python."""
        self._open.create_function(*args, **kwargs)

    async def commit(self) -> None:
        """Commit; now and then, move what was written to its place, which takes the disk."""
        self._open.commit()
        self._commits += 1
        if self._commits % _CHECKPOINT == 0:
            await asyncio.to_thread(_checkpoint, self._open)

    async def rollback(self) -> None:
        """Undo what is not committed."""
        self._open.rollback()

    async def close(self) -> None:
        """Close; again is no error."""
        self.stop()

    def stop(self) -> None:
        """Close at once."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    @property
    def _open(self) -> sqlite3.Connection:
        if self._connection is None:
            message = "connection closed"
            raise ValueError(message)
        return self._connection


def _checkpoint(connection: sqlite3.Connection) -> None:
    # A row left behind would keep the statement, and with it the next commit, from ending.
    connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()


async def connect(path: str, wait: float) -> DirectConnection:
    """Open a file for writing.

    Args:
        path: of the file, or a URI that says how to open it.
        wait: seconds to wait for another process that writes.
    """
    # Transactions begin and end as they are told to: no isolation level of the driver's.
    driver = sqlite3.connect(
        path, isolation_level=None, check_same_thread=False, timeout=0, uri=path.startswith("file:")
    )
    return DirectConnection(driver, wait)
