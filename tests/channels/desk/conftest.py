"""A desk as worker.py builds it: the real reader, the real books in a temporary folder."""

import asyncio
import json
import shutil
from collections.abc import Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest

from channels.desk.cli.app import run
from channels.desk.ports import Desk, Files, Opened
from channels.intake.csv_ledger import connect, mapping, reader, rejects
from channels.templates.writer import Templates
from models.creditors import shipped as creditors
from models.policies import shipped as policies
from models.store.asking import Asking
from models.store.booking import Booking
from models.store.books import Books
from models.store.composing import Composing
from models.store.engine import Store
from models.store.looking import Looking
from models.store.migrating import migrate
from models.store.outbox import Outbox
from models.store.tasks import Tasks
from models.store.views import Views
from models.views import Selection
from models.wire import ComposeIn, DebtorRef, FileIn, LookIn

#: Monday, 11:00 in Paris.
NOON = datetime(2026, 3, 2, 10, tzinfo=UTC)
CHANNELS = frozenset({"email"})

LEDGER = """\
number;due;amount;currency;debtor;debtor_name;email
F-1;2026-03-20;1.000,00;EUR;D1;Musterbau;ap@musterbau.example
F-2;2026-03-25;200,00;EUR;D1;Musterbau;ap@musterbau.example
F-3;2026-03-20;300,00;USD;D2;Example Inc;ap@inc.example
F-4;2026-02-10;450,00;EUR;D3;Spätzahl;sp@spaet.example
"""


@dataclass
class Answer:
    """What a command came to."""

    status: int
    out: str
    err: str

    @property
    def lines(self) -> list[dict]:
        """The answer as JSON, one object a line."""
        return [json.loads(line) for line in self.out.splitlines()]


@dataclass
class Engine:
    """Takes note of what it is told; ``gone`` is a Temporal that is not there."""

    gone: bool = False
    told: list[tuple[str, str, str]] = field(default_factory=list)
    asked: int = 0
    swept: int = 0
    poked: list[DebtorRef] = field(default_factory=list)
    files: list[FileIn] = field(default_factory=list)

    async def start(self, starts) -> int:
        return 0 if self.gone else len(starts)

    async def tell(self, creditor, entries) -> int:
        self.asked += 1
        if self.gone:
            return 0
        self.told += [(creditor, entry.number, entry.kind) for entry in entries]
        return len({entry.number for entry in entries})

    async def poke(self, ref) -> bool:
        self.poked += [] if self.gone else [ref]
        return not self.gone

    async def take_in(self, file, contents) -> str:
        self.files += [] if self.gone else [file]
        return "" if self.gone else f"intake/{file.creditor}/{contents[:4]}"

    async def sweep(self) -> bool:
        self.swept += not self.gone
        return not self.gone


@dataclass
class Time:
    """A clock that tests set."""

    now: datetime = NOON

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture(scope="session")
def emptied(tmp_path_factory) -> Path:
    """Books without an entry, to copy."""
    path = tmp_path_factory.mktemp("desk") / "books.db"
    asyncio.run(migrate(f"sqlite+aiosqlite:///{path}"))
    return path


def made(path: Path, engine: Engine, time: Time) -> Desk:
    """A desk over real books; what runs for long is not here."""

    async def never(_options) -> int:
        raise AssertionError

    @asynccontextmanager
    async def opened():
        store = Store(f"sqlite+aiosqlite:///{path}")
        books = Books(store, creditors(), policies(), CHANNELS)
        try:
            asking = Asking(store, books.creditors, books.channels)
            parts = (books, Booking(books), engine, Views(store), asking)
            yield Opened(*parts, Tasks(store), Templates(books.creditors))
        finally:
            await store.close()

    return Desk(
        files=Files(
            connect(), reader.found, mapping.load, mapping.save, rejects.write, reader.filled
        ),
        policies=policies(),
        creditors=creditors(),
        clock=time,
        var=path.parent / "var",
        connected=CHANNELS,
        open=opened,
        up=never,
        demo=never,
        worker=never,
        install=never,
    )


@pytest.fixture(scope="session")
def filled(emptied, tmp_path_factory) -> Path:
    """Books with the ledger above, of atelier-nord and thawed, to copy."""
    path = tmp_path_factory.mktemp("filled") / "books.db"
    shutil.copyfile(emptied, path)
    ledger = path.with_name("first.csv")
    ledger.write_text(LEDGER, "utf-8")
    desk = made(path, Engine(), Time())
    for words in (
        ["import", "invoices", str(ledger), "--creditor", "atelier-nord"],
        ["thaw", "atelier-nord"],
    ):
        assert run(words, lambda: desk) == 0
    return path


@pytest.fixture
def path(emptied, tmp_path) -> Path:
    """Where this test's books lie."""
    return Path(shutil.copyfile(emptied, tmp_path / "books.db"))


@pytest.fixture
def thawed(filled, path) -> None:
    """Have the ledger in the books."""
    shutil.copyfile(filled, path)


@pytest.fixture
def engine() -> Engine:
    return Engine()


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def desk(path, engine, time) -> Desk:
    return made(path, engine, time)


@pytest.fixture
def relance(desk, capsys, monkeypatch) -> Callable[..., Answer]:
    """Type a command."""
    monkeypatch.setenv("RELANCE_ACTOR", "clerk")

    def typed(*argv: object) -> Answer:
        capsys.readouterr()
        status = run([str(word) for word in argv], lambda: desk)
        said = capsys.readouterr()
        return Answer(status, said.out, said.err)

    return typed


@pytest.fixture
def written(tmp_path) -> Callable[[str, str], Path]:
    """Write a file and return its path."""

    def write(name: str, text: str) -> Path:
        path = tmp_path / name
        path.write_text(text, "utf-8")
        return path

    return write


@pytest.fixture
def look(path, time) -> Callable[..., None]:
    """Let the engine look at invoices of atelier-nord, as its workflows do."""

    async def looking(*numbers: str) -> None:
        store = Store(f"sqlite+aiosqlite:///{path}")
        tools = (store, creditors(), CHANNELS, "test")
        looks, composes = Looking(*tools), Composing(*tools)
        for count, number in enumerate(numbers):
            ask = LookIn(
                creditor="atelier-nord",
                number=number,
                workflow=f"invoice/atelier-nord/{number}",
                run=time.now.isoformat(),
                look=count,
                now=time.now,
            )
            seen = await looks.look(ask)
            if seen.poke is not None:
                await composes.compose(
                    ComposeIn(
                        creditor="atelier-nord",
                        debtor=seen.poke.debtor,
                        workflow=f"debtor/{seen.poke.debtor}",
                        run=time.now.isoformat(),
                        look=count,
                        now=seen.poke.at,
                    )
                )
        await store.close()

    return lambda *numbers: asyncio.run(looking(*numbers))


@pytest.fixture
def deliver(path) -> Callable[..., list[str]]:
    """Let what is planned go out at its slot, or into doubt, or on its way; return the keys."""

    async def delivering(outcome: str) -> list[str]:
        store = Store(f"sqlite+aiosqlite:///{path}")
        outbox = Outbox(store, creditors(), CHANNELS)
        leaving = await Views(store).sent(Selection(states=("planned", "sending")))
        for notice in leaving:
            await outbox.claim(notice.key, "test", notice.at)
            if outcome == "sent":
                await outbox.sent(notice.key, "test", "taken", notice.at)
            if outcome == "unknown":
                await outbox.unknown(notice.key, "test", "it broke off", notice.at)
        await store.close()
        return [notice.key for notice in leaving]

    return lambda outcome="sent": asyncio.run(delivering(outcome))
