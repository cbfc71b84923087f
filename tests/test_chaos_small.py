"""Processes die at every named point, once, and what reached the debtors is counted.

One world a point, several at a time; each test reads what became of its own.
"""

import asyncio
from dataclasses import dataclass
from pathlib import Path

import pytest

from models import names
from models.wire import Said, Verdict
from tests.chaos.crashing import POINTS
from tests.chaos.world import Count, Server, World, began, item, policy, until, world

#: One level, due since a moment ago, and a day that lasts an hour: nothing has to be waited for.
LEVELS = {"first-reminder": 1}
#: Worlds at once; each has two processes that compute.
AT_ONCE = 3
#: Points of commands; the others are the worker's.
COMMANDS = frozenset({"entered", "paid"})
#: How the mail server behaves until the worker has died; well, at the other points.
MISBEHAVES = {
    "doubted": {"mode": "hang"},
    "refused": {"refused": ["d1@debtor.example"]},
    "deferred": {"mode": "defer"},
}
#: Who is not written to, since the only address was refused.
WITHOUT = {"refused": ("D1",)}
#: Names an order that comes as an update.
ORDER = "the-only-order"
#: Points that a notice passes before it is claimed.
BEFORE_THE_CLAIM = frozenset({"looked", "composed"})


@dataclass
class Ended:
    """What became of a world."""

    kills: list[str]
    workers: int
    count: Count
    story: str
    orders: int


async def _told(on: World, point: str) -> Ended:
    """Import four invoices of two debtors, die at the point, pay one, go on, and count."""
    on.crash(**{point: 1})
    (on.folder / "wait").touch()
    on.mail(**MISBEHAVES.get(point, {}))
    await on.start_worker()
    items = [item(f"F-{n}", "D1" if n < 3 else "D2", amount=10_000 + n) for n in range(1, 5)]
    if point == "entered":
        await on.command("import", items)
    await on.take_in(*items)
    ordering = asyncio.create_task(_ordered(on)) if point == "ordered" else None
    if point == "paid":
        await on.command("pay", "F-2", 10_002)
    else:
        if point not in COMMANDS:
            await until(lambda: _died(on), f"a worker dies at {point}")
        await on.pay("F-2", 10_002)
    on.mail()
    (on.folder / "wait").unlink()
    if ordering is not None:
        assert (await ordering).recorded
    count = await on.settled(tuple(LEVELS), 30, WITHOUT.get(point, ()))
    workers = len((on.folder / "workers.jsonl").read_text().splitlines())
    return Ended(on.kills(), workers, count, on.story(), await on.count_of(ORDER))


async def _ordered(on: World) -> Verdict:
    """Order something of an invoice from the Temporal side, and wait for the verdict."""
    handle = on.client.get_workflow_handle(names.invoice_id("house", "F-4"))
    said = Said(id=ORDER, outcome="reached", actor="chaos")
    return await handle.execute_update("call", said, id=ORDER, result_type=Verdict)


async def _died(on: World) -> bool:
    return bool(on.kills())


@pytest.fixture(scope="module")
async def ended(tmp_path_factory) -> dict[str, Ended]:
    """Every world, lived to its end."""
    room = asyncio.Semaphore(AT_ONCE)
    home: Path = tmp_path_factory.mktemp("chaos")

    async def one(server: Server, point: str) -> Ended:
        async with room:
            rules = policy(3600, LEVELS, began=began(ago=900))
            async with world(home / point, server, point, rules) as on:
                return await _told(on, point)

    async with Server(home / "server") as server, asyncio.TaskGroup() as group:
        lived = {point: group.create_task(one(server, point)) for point in POINTS}
    return {point: task.result() for point, task in lived.items()}


@pytest.fixture(params=POINTS)
def point(request) -> str:
    return request.param


def test_the_process_died_there_once_and_was_started_again(ended, point):
    assert ended[point].kills == [point]
    assert ended[point].workers == (1 if point in COMMANDS else 2)


def test_nothing_is_said_twice_lost_or_said_after_payment(ended, point):
    broken = ended[point].count.broken(tuple(LEVELS), WITHOUT.get(point, ()))
    assert not broken, ended[point].story


def test_an_order_is_carried_out_once(ended):
    assert ended["ordered"].orders == 1


def test_an_outcome_is_unknown_only_between_the_claim_and_its_record(ended, point):
    assert bool(ended[point].count.unknown) == (point in {"claimed", "accepted", "doubted"})


def test_the_case_of_a_paid_invoice_ends_whoever_was_not_told(ended, point):
    assert ended[point].count.closed == {"F-2"}


@pytest.mark.parametrize("point", sorted(BEFORE_THE_CLAIM))
def test_an_invoice_paid_before_the_claim_is_not_in_the_mail(ended, point):
    count = ended[point].count
    said = {number for key in count.mails for number, _, _ in count.lines[key]}
    assert said == {"F-1", "F-3", "F-4"}
