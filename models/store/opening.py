"""How each of the two databases is opened."""

import os
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from sqlalchemy import URL, Connection, event, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import ArgumentError, DisconnectionError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry

from models.errors import RefusedError
from models.store.direct import connect

#: How long a call waits for a connection or for another writer, in seconds.
WAIT: Final = 2.0
#: How long a statement may take on PostgreSQL, in seconds.
STATEMENT: Final = 3.0
_READERS: Final = 4
#: What readers ask of SQLite, and what the writer asks.
_PRAGMAS: Final = (
    (f"busy_timeout={int(WAIT * 1000)}", "query_only=ON"),
    ("journal_mode=WAL", "synchronous=NORMAL", "wal_autocheckpoint=8000", "foreign_keys=ON"),
)


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


def sqlite(url: URL, *, writer: bool) -> AsyncEngine:
    """Return what opens a file of SQLite, for the one that writes or for readers."""
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
        record.info["file"] = identity(path)
        cursor = driver.cursor()
        for pragma in _PRAGMAS[writer]:
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine.sync_engine, "checkout")
    def _(_driver: DBAPIConnection, record: ConnectionPoolEntry, _fairy: object) -> None:
        # What is written to a file that was moved away or replaced would be lost.
        if record.info["file"] != identity(path):
            raise DisconnectionError

    @event.listens_for(engine.sync_engine, "begin")
    def _(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writer else "BEGIN")

    return engine


def identity(path: str) -> tuple[int, int] | None:
    """Return what names a file as long as it is not replaced; ``None`` when it is gone."""
    try:
        found = os.stat(path)  # noqa: PTH116  before each transaction: a Path costs more than it
    except OSError:
        return None
    return found.st_dev, found.st_ino


def postgresql(url: URL, pool: int) -> AsyncEngine:
    """Return what opens a database of PostgreSQL."""
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
