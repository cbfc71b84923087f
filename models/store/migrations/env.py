"""Runs migrations for Alembic, on either database, one process at a time."""

import asyncio
from typing import Literal

from alembic import context
from sqlalchemy import Connection, event, text
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool
from sqlmodel import AutoString

from models.store.opening import checked
from models.store.tables import items, money, parties, records, saying
from models.store.tables.columns import Instant, Row

#: Tables belong to the metadata once their files are imported.
SUBJECTS = (items, money, parties, records, saying)

#: Any number, the same for every process that migrates these books.
LOCK = 7_351_204


def run(connection: Connection) -> None:
    """Bring the books up to date in the transaction that ``connection`` is in."""
    context.configure(
        connection=connection,
        target_metadata=Row.metadata,
        render_as_batch=True,
        include_object=_ours,
        render_item=_plain,
        compare_type=True,
    )
    with context.begin_transaction():
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
        context.run_migrations()


def _ours(_: object, name: str | None, kind: str, reflected: bool, __: object) -> bool:  # noqa: FBT001  Alembic calls it so
    """Leave tables that others keep in the same database alone."""
    return not (kind == "table" and reflected and name not in Row.metadata.tables)


def _plain(kind: str, item: object, _: object) -> str | Literal[False]:
    """Write columns without our own types, so that a migration outlives them."""
    if kind == "type" and isinstance(item, Instant):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(item, AutoString):
        return "sa.String()"
    return False


async def main(url: str) -> None:
    """Open the database for this one purpose and migrate it."""
    engine = create_async_engine(checked(url), poolclass=NullPool, hide_parameters=True)
    if engine.dialect.name == "sqlite":

        @event.listens_for(engine.sync_engine, "connect")
        def _(driver: DBAPIConnection, _record: object) -> None:
            driver.isolation_level = None
            cursor = driver.cursor()
            cursor.execute("PRAGMA journal_mode=WAL")
            cursor.execute("PRAGMA busy_timeout=30000")
            cursor.close()

        @event.listens_for(engine.sync_engine, "begin")
        def _(connection: Connection) -> None:
            connection.exec_driver_sql("BEGIN IMMEDIATE")

    async with engine.begin() as connection:
        await connection.run_sync(run)
    await engine.dispose()


asyncio.run(main(context.config.attributes["url"]))
