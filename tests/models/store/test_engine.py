"""The two databases: what they are opened by, how they fail, how migrations keep up."""

import asyncio
import sqlite3
from datetime import UTC, datetime, timedelta, timezone

import pytest
from alembic import command
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError, StatementError

from models.errors import RefusedError, UnavailableError
from models.store import opening
from models.store.direct import connect
from models.store.engine import Store
from models.store.migrating import config, migrate, pending
from models.store.tables.parties import creditors

NOON = datetime(2026, 3, 2, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    "url",
    [
        "no url at all",
        "sqlite:///books.db",
        "sqlite+aiosqlite://",
        "sqlite+aiosqlite:///:memory:",
        "mysql://root@host/books",
    ],
)
def test_a_database_that_cannot_be_used_is_refused(url):
    with pytest.raises(RefusedError, match=r"use sqlite\+aiosqlite:///FILE"):
        Store(url)


async def test_a_migrated_database_waits_for_nothing(url):
    assert not await pending(url)
    await migrate(url)


async def test_the_migrations_make_the_tables_of_this_release(url):
    """Alembic raises when the tables of the code are not those of the database."""
    await asyncio.to_thread(command.check, config(url))


async def test_the_migrations_go_back_and_forth(tmp_path):
    url = f"sqlite+aiosqlite:///{tmp_path / 'new' / 'books.db'}"
    assert await pending(url)
    await asyncio.gather(migrate(url), migrate(url))
    await asyncio.to_thread(command.downgrade, config(url), "base")
    assert await pending(url)


async def test_instants_come_back_aware_and_in_utc(store):
    tokyo = NOON.astimezone(timezone(timedelta(hours=9)))
    async with store.writing() as connection:
        await connection.execute(creditors.insert(), {"key": "a", "stirred_at": tokyo})
    async with store.reading() as connection:
        (found,) = (await connection.execute(select(creditors.c.stirred_at))).scalars()
    assert found == NOON
    assert found.utcoffset() == timedelta(0)


async def test_an_instant_without_a_zone_is_refused(store):
    naive = NOON.replace(tzinfo=None)
    with pytest.raises(StatementError, match="has no time zone"):
        async with store.writing() as connection:
            await connection.execute(creditors.insert(), {"key": "a", "stirred_at": naive})


async def test_what_fails_is_not_written(store, rows):
    async def fails():
        async with store.writing() as connection:
            await connection.execute(creditors.insert(), {"key": "a"})
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fails()
    assert await rows("SELECT key FROM creditors") == []


async def test_a_defect_is_not_taken_for_a_failure_of_the_database(store):
    with pytest.raises(IntegrityError):
        async with store.writing() as connection:
            await connection.execute(creditors.insert(), [{"key": "a"}, {"key": "a"}])


async def test_reading_cannot_write(store):
    if not store.sqlite:
        pytest.skip("PostgreSQL reads and writes over one pool")
    with pytest.raises(UnavailableError, match="SQLITE_READONLY"):
        async with store.reading() as connection:
            await connection.execute(creditors.insert(), {"key": "a"})


async def test_a_locked_file_is_said_without_data(url, store, monkeypatch):
    if not store.sqlite:
        pytest.skip("only SQLite locks its file")
    monkeypatch.setattr(opening, "WAIT", 0.05)
    other = sqlite3.connect(url.removeprefix("sqlite+aiosqlite:///"), isolation_level=None)
    impatient = Store(url)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(UnavailableError) as told:
        async with impatient.writing() as connection:
            await connection.execute(creditors.insert(), {"key": "secret"})
    other.execute("ROLLBACK")
    other.close()
    await impatient.close()
    message = "the books do not answer (SQLITE_BUSY): the same call may succeed later"
    assert str(told.value) == message
    assert told.value.__cause__ is None


async def test_books_put_in_the_place_of_others_are_read_and_written_from_then_on(tmp_path):
    """A backup that is put back while Relance runs: what is written goes into it, not beside."""
    paths = [tmp_path / "books.db", tmp_path / "backup.db"]
    urls = [f"sqlite+aiosqlite:///{path}" for path in paths]
    keys = select(creditors.c.key).order_by(creditors.c.key)
    for url, key in zip(urls, ("now", "then"), strict=True):
        await migrate(url)
        filling = Store(url)
        async with filling.writing() as connection:
            await connection.execute(creditors.insert(), {"key": key})
        await filling.close()
    running = Store(urls[0])
    async with running.writing() as connection:
        assert (await connection.execute(keys)).scalars().all() == ["now"]
    async with running.reading() as connection:
        assert (await connection.execute(keys)).scalars().all() == ["now"]

    for beside in tmp_path.glob("books.db-*"):
        beside.unlink()
    paths[1].replace(paths[0])

    async with running.writing() as connection:
        await connection.execute(creditors.insert(), {"key": "since"})
    async with running.reading() as connection:
        assert (await connection.execute(keys)).scalars().all() == ["since", "then"]
    await running.close()


async def test_a_slow_statement_is_given_up(url, store, monkeypatch):
    if store.sqlite:
        pytest.skip("SQLite has no statement timeout")
    monkeypatch.setattr(opening, "STATEMENT", 0.2)
    hurried = Store(url, pool=1)
    with pytest.raises(UnavailableError, match="57014"):
        async with hurried.writing() as connection:
            await connection.execute(text("SELECT pg_sleep(5)"))
    await hurried.close()


async def test_a_lost_connection_is_given_up_and_replaced(url, store):
    if store.sqlite:
        pytest.skip("SQLite has no connection to lose")

    async def loses_it():
        async with store.writing() as connection:
            mine = (await connection.execute(text("SELECT pg_backend_pid()"))).scalar_one()
            other = Store(url, pool=1)
            async with other.writing() as killer:
                await killer.execute(text(f"SELECT pg_terminate_backend({mine})"))
            await other.close()
            await connection.execute(text("SELECT 1"))

    with pytest.raises(UnavailableError, match="do not answer"):
        await loses_it()
    async with store.writing() as connection:
        assert (await connection.execute(text("SELECT 1"))).scalar_one() == 1


async def test_an_unreachable_server_is_unavailable(tmp_path):
    gone = Store(f"postgresql+asyncpg://nobody@/books?host={tmp_path}", pool=1)
    with pytest.raises(UnavailableError, match="do not answer"):
        async with gone.writing() as connection:
            await connection.execute(text("SELECT 1"))
    await gone.close()


async def test_waiting_for_a_connection_has_an_end(url, store, monkeypatch):
    if store.sqlite:
        pytest.skip("SQLite's writers wait for each other behind a lock")
    monkeypatch.setattr(opening, "WAIT", 0.1)
    narrow = Store(url, pool=1)
    async with narrow.writing():
        with pytest.raises(UnavailableError, match="TimeoutError"):
            async with narrow.writing():
                pass
    await narrow.close()


async def test_bulk_writes_leave_room_for_others(store):
    begun = 0

    async def write(connection, some):
        nonlocal begun
        begun += 1
        await connection.execute(creditors.insert(), [{"key": f"k{n}"} for n in some])
        return len(some)

    sizes = [size async for size in store.bulk(range(100), write, most=40)]

    assert sum(sizes) == 100
    assert max(sizes) <= 40
    assert begun == len(sizes) > 2


async def test_a_closed_writer_says_so(tmp_path):
    writer = await connect(str(tmp_path / "x.db"), 0.1)
    await writer.rollback()
    await writer.close()
    await writer.close()
    with pytest.raises(ValueError, match="connection closed"):
        writer.cursor()
