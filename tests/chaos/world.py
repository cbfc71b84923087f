"""A whole engine in processes of its own, and the count of what reached the debtors.

One Temporal server may carry several worlds, each in a namespace of its own. Children are
ended by the ids kept here; everything listens on loopback, at ports the system chose.
"""

import asyncio
import json
import multiprocessing
import os
import signal
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any, Self

from google.protobuf.duration_pb2 import Duration
from sqlalchemy import func, select
from temporalio.api.workflowservice.v1 import RegisterNamespaceRequest
from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.service import RPCError

import worker
from channels.email.message import token
from channels.temporal.connecting import register
from channels.temporal.embedded import Embedded, free_ports
from channels.temporal.scheduling import ensure_sweep
from channels.temporal.telling import Telling
from models import names
from models.chasing.notice import loaded
from models.chasing.policy import Policy
from models.chasing.policy import parsed as policy_of
from models.errors import UnavailableError
from models.orders import Entry
from models.store.migrating import migrate
from models.store.reading import cases_named
from models.store.tables.items import case_events, invoices
from models.store.tables.parties import debtors
from models.store.tables.saying import notices
from tests.chaos.crashing import ShortTasks, enter, guard, noted, pay, take_in

#: Imports the engine once; each child is a fork of that.
_FORKS = multiprocessing.get_context("forkserver")
_FORKS.set_forkserver_preload(["tests.chaos.crashing"])
#: A Monday after which nobody has a holiday for five weeks.
MONDAY = date(2024, 9, 2)
#: Seconds that a child may take to be there or to be gone.
PATIENCE = 60.0
#: How often what was forgotten is looked for.
SWEEP = timedelta(seconds=2)
#: Alembic knows one migration at a time in a process.
_MIGRATING = asyncio.Lock()

CREDITOR = """
key = "house"
name = "House"
country = "FR"
zone = "Europe/Paris"
calendar = "FR"
language = "en"
mail_from = "House <dunning@house.example>"
default_policy = "chaos"
freeze_first_import = false
"""

#: Contact is possible on every working day, all day long.
POLICY = """
name = "chaos"
zone = "UTC"
calendar = "FR"
opens = 00:00:00
closes = 23:59:00
gap_days = 1
contact_gap_days = 0
contacts_per_week = 20
day_seconds = {day_seconds}
origin = {origin}
origin_day = {origin_day}
"""

REMINDER = """
[[levels]]
name = "{name}"
kind = "reminder"
after_days = {after}
channels = {channels}
"""


def policy(
    day_seconds: float,
    levels: Mapping[str, int],
    *,
    began: datetime,
    channels: Sequence[str] = ("email",),
) -> str:
    """Return a policy of reminders whose days are short; the first is a Monday."""
    head = POLICY.format(
        day_seconds=float(day_seconds), origin=began.isoformat(), origin_day=MONDAY
    )
    return head + "".join(
        REMINDER.format(name=name, after=after, channels=json.dumps(list(channels)))
        for name, after in levels.items()
    )


def item(
    number: str, debtor: str, due: date = MONDAY - timedelta(days=3), **facts: Any
) -> dict[str, Any]:
    """Return an open item of 100 euros, as keywords."""
    amount = facts.pop("amount", 10_000)
    return {
        "line": 2,
        "number": number,
        "due": due,
        "amount": amount,
        "open": amount,
        "currency": "EUR",
        "debtor": debtor,
        "debtor_name": f"Debtor {debtor}",
        "email": f"{debtor.lower()}@debtor.example",
        "country": "FR",
        "language": "en",
        **facts,
    }


_OWED = select(invoices.c.number, invoices.c.open, invoices.c.closed, debtors.c.code).join_from(
    invoices, debtors, debtors.c.id == invoices.c.debtor_id
)


@dataclass
class Count:
    """What reached the debtors, against what the books say.

    Attributes:
        mails: how often each notice arrived, by its key.
        states: of every notice, by key.
        said: levels each invoice has said, in order.
        open: minor units each invoice still owes.
        closed: invoices whose case has ended.
        debtor: of each invoice, by the ledger's code.
        lines: what each notice says: number, level and round.
        after_payment: claims made although a line was paid before.
        strange: mails of no notice.
    """

    mails: Counter[str]
    states: dict[str, str]
    said: dict[str, list[str]]
    open: dict[str, int]
    closed: set[str]
    debtor: dict[str, str]
    lines: dict[str, list[tuple[str, str, int]]]
    after_payment: list[Any] = field(default_factory=list)
    strange: list[str] = field(default_factory=list)

    @property
    def twice(self) -> list[str]:
        """Notices that arrived more than once, and levels that two notices said."""
        said: Counter[tuple[str, str, int]] = Counter()
        for key in self.mails:
            said.update(set(self.lines[key]))
        again = [str(line) for line, times in said.items() if times > 1]
        return [key for key, times in self.mails.items() if times > 1] + again

    @property
    def unknown(self) -> list[str]:
        """Notices of which nobody can say whether they went out."""
        return sorted(key for key, state in self.states.items() if state == "unknown")

    @property
    def vanished(self) -> list[str]:
        """Notices that count as sent and never arrived."""
        return [k for k, state in self.states.items() if state == "sent" and not self.mails[k]]

    @property
    def unrecorded(self) -> list[str]:
        """Notices that arrived, although the books say that they certainly did not."""
        settled = {"sent", "unknown"}
        return [key for key in self.mails if self.states[key] not in settled]

    def unsaid(self, levels: Sequence[str], without: Sequence[str] = ()) -> dict[str, list[str]]:
        """Return which levels open invoices have not said; ``without`` some debtors'."""
        missing = {
            number: [level for level in levels if level not in said]
            for number, said in self.said.items()
            if self.open[number] > 0 and self.debtor[number] not in without
        }
        return {number: left for number, left in missing.items() if left}

    def broken(self, levels: Sequence[str], without: Sequence[str] = ()) -> list[str]:
        """Return the promises that were broken, one sentence each."""
        found = {
            "said twice": self.twice,
            "counted as sent, never arrived": self.vanished,
            "arrived, not recorded": self.unrecorded,
            "never said": sorted(self.unsaid(levels, without).items()),
            "claimed after a payment": self.after_payment,
            "mails of no notice": self.strange,
        }
        return [f"{what}: {which}" for what, which in found.items() if which]


class Server:
    """The Temporal server of some worlds; it can be killed, and never outlives the test."""

    def __init__(self, folder: Path) -> None:
        """Keep its history in a folder; nothing is started yet."""
        self._embedded = Embedded(folder, headless=True)
        self._guard: BaseProcess | None = None

    @property
    def address(self) -> str:
        """Where clients connect."""
        return self._embedded.address

    async def start(self) -> None:
        """Start it, again with the same history at the same port."""
        await self._embedded.start()
        self._guard = _FORKS.Process(target=guard, args=(self._embedded.pid,), daemon=True)
        await asyncio.to_thread(self._guard.start)

    async def kill(self) -> None:
        """Kill it by its id."""
        if self._embedded.pid is not None:
            os.kill(self._embedded.pid, signal.SIGKILL)
        await self.stop()

    async def stop(self) -> None:
        """Stop it, and whoever guards it."""
        await self._embedded.stop()
        await _ended(self._guard, signal.SIGKILL)

    async def __aenter__(self) -> Self:
        """Start."""
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        """Stop."""
        await self.stop()


class _Silent(Telling):
    """Tells nobody."""

    def __init__(self, client: Client) -> None:
        async def known() -> Client:
            return client

        super().__init__(known)

    async def tell(self, creditor: str, entries: Sequence[Entry]) -> int:
        return 0


@dataclass
class World:
    """One engine: its folder, its namespace, its children."""

    folder: Path
    address: str
    namespace: str
    client: Client
    house: worker.House
    engine: Telling
    policy: Policy
    url: str
    mail_port: int
    sends: int = 1
    children: list[BaseProcess] = field(default_factory=list)
    mailbox: BaseProcess | None = None
    worker: BaseProcess | None = None

    @property
    def environment(self) -> dict[str, str]:
        """What children find in their environment."""
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("RELANCE_", "TEMPORAL_"))}
        return {
            **kept,
            "TEMPORAL_ADDRESS": self.address,
            "TEMPORAL_NAMESPACE": self.namespace,
            "RELANCE_VAR": str(self.folder),
            "RELANCE_CONFIG": str(self.folder / "config"),
            "RELANCE_DATABASE": self.url,
            "RELANCE_EMAIL_PORT": str(self.mail_port),
            "RELANCE_EMAIL_TIMEOUT": "2",
            "RELANCE_EMAIL_PATIENCE": "3.5",
            "RELANCE_SENDS": str(self.sends),
        }

    async def spawn(self, what: str, *arguments: Any) -> BaseProcess:
        """Start a child; what it prints goes to ``children.log``."""
        given = (self.folder, self.environment, what, *arguments)
        child = _FORKS.Process(target=enter, args=given, daemon=False)
        await asyncio.to_thread(child.start)
        self.children.append(child)
        return child

    def crash(self, **points: float) -> None:
        """Say where processes started from now on die."""
        (self.folder / "crash.json").write_text(json.dumps(points))

    def mail(self, mode: str = "ok", **manner: Any) -> None:
        """Say how the mail server behaves from now on."""
        part = self.folder / "mail.part"
        part.write_text(json.dumps({"mode": mode, **manner}))
        part.rename(self.folder / "mail.json")

    async def open_mailbox(self) -> None:
        """Start the mail server, again at its old port."""
        self.mailbox = await self.spawn("mailbox", self.mail_port)
        await until(lambda: _listens(self.mail_port), "the mail server listens")

    async def close_mailbox(self) -> None:
        """Kill the mail server."""
        await _ended(self.mailbox, signal.SIGKILL)

    async def start_worker(self, most: int = 3) -> None:
        """Start a supervised worker that may die so many times less one."""
        self.worker = await self.spawn("worker", most)

    async def stop_worker(self) -> int:
        """Stop the worker gently; return its exit status."""
        return await _ended(self.worker, signal.SIGTERM)

    async def command(self, *arguments: Any) -> int:
        """Import or pay in a child; return its exit status."""
        child = await self.spawn(*arguments)
        await asyncio.to_thread(child.join, PATIENCE)
        return 0 if child.exitcode == 0 else child.exitcode or 1

    async def take_in(self, *items: Mapping[str, Any], tell: bool = True) -> None:
        """Import open items; without telling, as if the process had died after each commit."""
        engine = self.engine if tell else _Silent(self.client)
        await take_in(self.house, engine, items, lambda _: None)

    async def pay(self, number: str, amount: int) -> None:
        """Book a payment."""
        await pay(self.house, self.engine, number, amount, lambda _: None)

    def kills(self) -> list[str]:
        """Return the points at which processes died."""
        return [kill["point"] for kill in noted(self.folder, "kills.jsonl")]

    def mails(self) -> list[dict[str, Any]]:
        """Return the mails that arrived, in order."""
        return noted(self.folder, "mails.jsonl")

    async def count_of(self, event: str) -> int:
        """Return how many events of cases an order has made."""
        made = select(func.count()).where(case_events.c.event_id.startswith(event))
        async with self.house.store.reading() as connection:
            return int((await connection.execute(made)).scalar_one())

    async def end_debtors(self) -> None:
        """End the workflows of all debtors, as an operator might by mistake."""
        running = f"WorkflowType = '{names.DEBTOR_RUN}' AND ExecutionStatus = 'Running'"
        await asyncio.sleep(1.5)  # visibility follows within a second
        async for found in self.client.list_workflows(running):
            await self.client.get_workflow_handle(found.id).terminate("by mistake")

    async def in_state(self, *states: str) -> bool:
        """Say whether the notices are in these states, and there are no others."""
        async with self.house.store.reading() as connection:
            found = (await connection.execute(select(notices.c.state))).scalars().all()
        return sorted(found) == sorted(states)

    async def put_back(self, number: int) -> bool:
        """Say whether so many notices were tried in vain."""
        planned = (notices.c.state == "planned") & notices.c.lease_until.is_not(None)
        async with self.house.store.reading() as connection:
            found = (await connection.execute(select(notices.c.key).where(planned))).all()
        return len(found) >= number

    async def given_up(self, number: int) -> bool:
        """Say whether so many notices are void."""
        count = await self.count()
        return list(count.states.values()).count("void") >= number

    async def claimed(self, number: int) -> bool:
        """Say whether so many claims were made."""
        return len(noted(self.folder, "claims.jsonl")) >= number

    async def count(self) -> Count:
        """Count what arrived, and read what the books say about it."""
        for _ in range(20):
            with suppress(UnavailableError):
                return await self._counted()
        return await self._counted()

    async def _counted(self) -> Count:
        async with self.house.store.reading() as connection:
            rows = (await connection.execute(select(notices.c.key, notices.c.state))).all()
            bodies = (await connection.execute(select(notices.c.key, notices.c.body))).all()
            owed = (await connection.execute(_OWED)).all()
            numbers = [row.number for row in owed]
            cases = await cases_named(connection, "house", numbers)
        keys = {token(row.key): row.key for row in rows}
        ids = [mail["id"].strip("<").partition(".")[0] for mail in self.mails()]
        claims = noted(self.folder, "claims.jsonl")
        return Count(
            mails=Counter(keys[one] for one in ids if one in keys),
            states={row.key: row.state for row in rows},
            said={f.case.invoice.number: [s.level for s in f.case.said] for f in cases},
            open={row.number: row.open for row in owed},
            debtor={row.number: row.code for row in owed},
            closed={row.number for row in owed if row.closed},
            lines={
                row.key: [(ln.number, ln.level, ln.round) for ln in loaded(row.body).lines]
                for row in bodies
            },
            after_payment=[
                claim
                for claim in claims
                if any(now < then for then, now in claim["lines"].values())
            ],
            strange=[one for one in ids if one not in keys],
        )

    async def settled(
        self, levels: Sequence[str], seconds: float = PATIENCE, without: Sequence[str] = ()
    ) -> Count:
        """Wait until open invoices have said these levels, paid ones closed, and all is sent."""
        count = await self.count()
        for _ in range(int(seconds / 0.2)):
            if not count.unsaid(levels, without) and not self._under_way(count):
                break
            await asyncio.sleep(0.2)
            count = await self.count()
        return count

    def _under_way(self, count: Count) -> bool:
        paid = {number for number, left in count.open.items() if left <= 0}
        on_their_way = any(state in {"planned", "sending"} for state in count.states.values())
        return on_their_way or not paid <= count.closed

    async def close(self) -> None:
        """End every child by its id."""
        await self.stop_worker()
        for child in self.children:
            await _ended(child, signal.SIGKILL)
        await self.house.close()

    def story(self) -> str:
        """Return what the children printed last, for a test that fails."""
        log = self.folder / "children.log"
        return log.read_text()[-6000:] if log.exists() else ""


@asynccontextmanager
async def world(
    folder: Path,
    server: Server,
    name: str,
    rules: str,
    url: str = "",
) -> AsyncIterator[World]:
    """Build a world in a namespace of its own: books, mail server, schedule; no worker yet."""
    for kind, text in (("creditors", CREDITOR), ("policies", rules)):
        place = folder / "config" / kind
        place.mkdir(parents=True, exist_ok=True)
        (place / f"{'house' if kind == 'creditors' else 'chaos'}.toml").write_text(text)
    client = await connected(server.address, name)
    await register(client)
    url = url or f"sqlite+aiosqlite:///{folder / 'relance.db'}"
    async with _MIGRATING:
        await migrate(url)

    async def known() -> Client:
        return client

    made = World(
        folder=folder,
        address=server.address,
        namespace=name,
        client=client,
        house=worker.opened(worker.Settings(var=folder, config=folder / "config", database=url)),
        engine=Telling(known),
        policy=policy_of(rules, "chaos.toml"),
        url=url,
        mail_port=free_ports(1)[0],
    )
    try:
        await made.open_mailbox()
        await ensure_sweep(client, SWEEP)
        yield made
    finally:
        await made.close()


async def connected(address: str, namespace: str) -> Client:
    """Return a client of a namespace, which is made when it is missing."""
    first = await Client.connect(address)
    with suppress(RPCError):
        await first.workflow_service.register_namespace(
            RegisterNamespaceRequest(
                namespace=namespace,
                workflow_execution_retention_period=Duration(seconds=86_400),
            )
        )
    for _ in range(100):
        try:
            client = await Client.connect(
                address,
                namespace=namespace,
                data_converter=pydantic_data_converter,
                interceptors=[ShortTasks()],
            )
            await client.count_workflows()
        except (RPCError, RuntimeError):
            await asyncio.sleep(0.1)
        else:
            return client
    message = f"namespace {namespace} does not come up"
    raise TimeoutError(message)


async def until(true: Callable[[], Awaitable[bool]], what: str, seconds: float = PATIENCE) -> None:
    """Wait until something is true, asking ten times a second."""
    for _ in range(int(seconds / 0.1)):
        if await true():
            return
        await asyncio.sleep(0.1)
    message = f"not within {seconds:g} s: {what}"
    raise TimeoutError(message)


def began(ago: float = 0.0) -> datetime:
    """Return the origin of a policy whose first day began so many seconds ago."""
    return datetime.now(UTC) - timedelta(seconds=ago)


async def _listens(port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    writer.close()
    return True


async def _ended(child: BaseProcess | None, number: int) -> int:
    """End a child by its id; kill it when it does not go."""
    if child is None or child.pid is None:
        return 0
    if child.exitcode is None:
        with suppress(ProcessLookupError):
            os.kill(child.pid, number)
        await asyncio.to_thread(child.join, PATIENCE / 2)
        if child.exitcode is None:
            child.kill()
        await asyncio.to_thread(child.join, PATIENCE / 2)
    return child.exitcode or 0
