"""Where a bench runs: an embedded server, a mail catcher, a worker, books; all its own."""

import asyncio
import json
import os
import sqlite3
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from email import policy as mail_policy
from email.parser import BytesHeaderParser
from pathlib import Path

from processes import HERE, Child, Cost
from temporalio.client import Client

from channels.temporal.connecting import connect, register
from channels.temporal.embedded import Embedded
from models.chasing.policy import Policy
from models.store.migrating import migrate
from models.store.policies import dumped


@dataclass(slots=True)
class Place:
    """A running world; its books are read over a connection of our own, never written."""

    folder: Path
    client: Client
    address: str
    pids: Mapping[str, int]
    books: sqlite3.Connection

    @property
    def database(self) -> str:
        """The books' URL."""
        return f"sqlite+aiosqlite:///{self.folder / 'relance.db'}"

    def cost(self) -> Cost:
        """Return what server, worker and catcher have used so far."""
        return Cost.of(self.pids)

    def spent(self, name: str) -> float:
        """Return what the worker has counted so far: seconds, statements or nothing."""
        path = self.folder / "spent.json"
        try:
            return float(json.loads(path.read_text("utf-8"))[name])
        except (OSError, ValueError):
            return 0.0

    def count(self, question: str) -> int:
        """Return the one number that a question to the books asks for."""
        return int(self.books.execute(question).fetchone()[0] or 0)

    def mails(self, domain: str) -> Counter[str]:
        """Return how many mails each address of a domain was sent."""
        parser = BytesHeaderParser(policy=mail_policy.SMTP)
        found: Counter[str] = Counter()
        for path in (self.folder / "mail").glob("*.eml"):
            to = str(parser.parsebytes(path.read_bytes())["To"])
            if domain in to:
                found[to] += 1
        return found

    async def sweep(self) -> None:
        """Do what the schedule of the embedded server does each minute."""
        handle = await self.client.start_workflow(
            "Sweep", id="sweep-bench", task_queue="relance", execution_timeout=None
        )
        await asyncio.wait_for(handle.result(), 120)

    def keep(self, policies: Mapping[str, Policy]) -> Path:
        """Write policies where an importer reads them."""
        path = self.folder / "policies.json"
        self.write(path, policies)
        return path

    @staticmethod
    def write(path: Path, policies: Mapping[str, Policy]) -> None:
        """Write policies as an importer reads them."""
        path.write_text(json.dumps([dumped(policy) for policy in policies.values()]), "utf-8")

    def importer(self, ledger: Path, *more: str) -> Child:
        """Return an importer of a ledger, not started yet."""
        arguments = [str(ledger), str(self.folder / "policies.json"), self.database, *more]
        log = self.folder / f"import-{ledger.stem}.log"
        return Child(
            [str(HERE / "importing.py"), *arguments], log, {"TEMPORAL_ADDRESS": self.address}
        )


@asynccontextmanager
async def place(folder: Path, cached: int = 1000) -> AsyncIterator[Place]:
    """Set up a world in an empty folder; take it down at the end.

    Args:
        folder: is made.
        cached: workflows the worker keeps in memory; one that was let go is replayed when
            it wakes, which costs a third more.
    """
    folder.mkdir(parents=True)  # noqa: ASYNC240  once
    url = f"sqlite+aiosqlite:///{folder / 'relance.db'}"
    await migrate(url)
    catching = ["-m", "channels.email.catcher", "--port", "0", "--folder", str(folder / "mail")]
    async with (
        Embedded(folder / "temporal", headless=True) as server,
        Child(catching, folder / "catcher.log", {}) as catcher,
    ):
        port = (await catcher.heard("catching mail on")).split()[3].rpartition(":")[2]
        environment = {
            "TEMPORAL_ADDRESS": server.address,
            "RELANCE_VAR": str(folder),
            "RELANCE_CACHED": str(cached),
            "RELANCE_EMAIL_PORT": port,
        }
        arguments = [str(HERE / "serving.py"), str(folder / "spent.json")]
        async with Child(arguments, folder / "worker.log", environment) as serving:
            await serving.heard("bare worker started")
            client = await connect_to(server.address)
            await register(client)
            assert server.pid is not None
            pids = {"server": server.pid, "worker": serving.pid, "catcher": catcher.pid}
            books = sqlite3.connect(f"file:{folder / 'relance.db'}?mode=ro", uri=True, timeout=5)
            try:
                yield Place(folder, client, server.address, pids, books)
            finally:
                books.close()


async def connect_to(address: str) -> Client:
    """Return a client of a server, as the product makes them."""
    os.environ["TEMPORAL_ADDRESS"] = address
    return await connect(30.0)
