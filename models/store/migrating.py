"""Bringing a database to the tables of this release."""

import asyncio
from pathlib import Path
from threading import Lock
from typing import Final

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from asyncpg import PostgresError
from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from models.errors import UnavailableError
from models.store.engine import Store

_HERE: Final = Path(__file__).parent / "migrations"
#: Alembic keeps its context in a module; processes wait for each other in the database.
_ONE_AT_A_TIME: Final = Lock()


def config(url: str) -> Config:
    """Return Alembic's configuration for a database."""
    settings = Config()
    settings.set_main_option("script_location", str(_HERE))
    settings.set_main_option("path_separator", "os")
    settings.attributes["url"] = url
    return settings


async def migrate(url: str) -> None:
    """Bring a database up to date; create its tables when it is empty.

    Safe to call from several processes at once, and again.

    Raises:
        RefusedError: the URL names no database that the engine knows.
        UnavailableError: it does not answer, lets us not in, or has tables of another release.
    """
    try:
        await asyncio.to_thread(_upgrade, url)
    except (OSError, SQLAlchemyError, PostgresError, CommandError) as broken:
        # Its own words may hold the URL, and with it a password.
        cause = getattr(broken, "strerror", None) or type(broken).__name__
        message = (
            f"the database cannot be brought up to date ({cause}): see that it is up and that "
            "RELANCE_DATABASE names it, its user and its password, then try again"
        )
        raise UnavailableError(message) from None


async def pending(url: str) -> bool:
    """Say whether a database must be migrated before it can be used.

    Raises:
        UnavailableError: it cannot be asked.
    """
    store = Store(url, pool=1)
    if store.missing:
        return True
    try:
        async with store.reading() as connection:
            found = await connection.run_sync(_heads)
    finally:
        await store.close()
    return found != set(ScriptDirectory.from_config(config(url)).get_heads())


def _upgrade(url: str) -> None:
    with _ONE_AT_A_TIME:
        command.upgrade(config(url), "head")


def _heads(connection: Connection) -> set[str]:
    return set(MigrationContext.configure(connection).get_current_heads())
