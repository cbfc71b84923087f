"""A sweep finds what the books alone cannot know: workflows that are gone, or run for nothing."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from temporalio.client import Schedule, ScheduleActionStartWorkflow, ScheduleSpec, WorkflowHandle
from temporalio.testing import ActivityEnvironment
from temporalio.worker import Worker

from activities.sweeping import Sweeper
from models import names
from models.chasing import commands as cmd
from models.store import sweeping
from models.store.looking import Looking
from models.store.sweeping import Sweeping
from models.wire import LookIn, Start, Swept
from tests.workflows.living import HOUSE, Life, living, row
from tests.workflows.test_budget import COURSE
from workflows.sweep import SweepWorkflow


@pytest.fixture
async def life(tmp_path, monkeypatch):
    """A life whose sweeps take everything for late that is not of this moment."""
    monkeypatch.setattr(sweeping, "LATE", timedelta(0))
    async with living(tmp_path, COURSE) as lived:
        yield lived


async def sweep(life: Life) -> Swept:
    return await life.client.execute_workflow(
        names.SWEEP, id="sweep/1", task_queue=names.CORE, result_type=Swept
    )


async def held(life: Life, *numbers: str) -> None:
    """Take invoices in and hold them for ever: each workflow looks once and waits for a word."""
    await life.enter(*(row(number, life.due_in(20)) for number in numbers), start=False)
    for number in numbers:
        await life.record(number, cmd.Hold(until=None))
    await life.telling.start([Start(creditor=HOUSE, number=number) for number in numbers])
    for number in numbers:
        await life.until_state(number, "held")


async def listed(life: Life, handle: WorkflowHandle, status: str) -> None:
    """Wait until the server lists a workflow under a status."""

    async def is_so() -> bool:
        query = f"WorkflowId = '{handle.id}' AND ExecutionStatus = '{status}'"
        return (await life.client.count_workflows(query)).count > 0

    await life.until(is_so, f"{handle.id} listed as {status}")


async def test_an_open_invoice_whose_workflow_is_gone_gets_one_again(life):
    """It waits for a word, not for an instant: no clock would ever have found it."""
    await held(life, "F-1", "F-2")
    await life.handle("F-1").terminate("an accident")
    await listed(life, life.handle("F-1"), "Terminated")

    swept = await sweep(life)

    assert (swept.restarted, swept.ended) == (1, 0)
    await life.order("F-1", cmd.Pay(amount=100_00))
    assert await life.ended("F-1") == "paid"
    await life.order("F-2", cmd.Pay(amount=100_00))
    assert await life.ended("F-2") == "paid"


async def test_a_workflow_that_still_runs_for_a_closed_case_ends(life):
    """The books closed the case while nobody told its workflow."""
    await held(life, "F-1")
    await life.record("F-1", cmd.Pay(amount=100_00))
    house = life.house
    looking = Looking(house.store, house.creditors, frozenset(house.channels), "test")
    place = {"workflow": "elsewhere", "run": "r", "look": 0, "now": datetime.now(UTC)}
    seen = await looking.look(LookIn(creditor=HOUSE, number="F-1", **place))
    assert seen.looked.closed
    await listed(life, life.handle("F-1"), "Running")

    swept = await sweep(life)

    assert (swept.restarted, swept.ended) == (0, 1)
    assert await life.ended("F-1") == "paid"


@dataclass
class Server:
    """Runs no workflow at all, and starts what it is asked to; ``silent`` it says nothing."""

    silent: bool = False
    asked: list[list[str]] = field(default_factory=list)
    begun: list[str] = field(default_factory=list)

    async def running(self, refs):
        self.asked.append([ref.number for ref in refs])
        return None if self.silent else frozenset()

    async def start(self, starts):
        self.begun += [start.number for start in starts]
        return len(starts)


async def test_a_sweep_asks_for_so_many_workflows_and_the_next_one_goes_on(
    life, tmp_path, monkeypatch
):
    """Scheduled sweeps hand on how far they came; what cannot be asked is asked again."""
    monkeypatch.setattr(sweeping, "WATCHED", 2)
    numbers = [f"F-{number}" for number in range(1, 6)]
    await held(life, *numbers)
    asked = Server()
    sweeper = Sweeper(Sweeping(life.house.store), asked)
    schedule = Schedule(
        action=ScheduleActionStartWorkflow(names.SWEEP, id="sweep", task_queue="sweeps"),
        spec=ScheduleSpec(),
    )
    handle = await life.client.create_schedule("sweep", schedule)

    async def swept(times: int) -> None:
        await handle.trigger()

        async def done() -> bool:
            query = "WorkflowType = 'Sweep' AND ExecutionStatus = 'Completed'"
            return (await life.client.count_workflows(query)).count >= times

        await life.until(done, f"sweep {times}")

    workers = {"task_queue": "sweeps", "workflows": [SweepWorkflow]}
    async with Worker(life.client, activities=[sweeper.sweep_up], **workers):
        for times in range(1, 5):
            asked.silent = times == 2
            await swept(times)

    assert asked.asked == [numbers[:2], numbers[2:4], numbers[2:4], numbers[4:]]
    assert asked.begun == [*numbers[:2], *numbers[2:4], *numbers[4:]]


class _Asked:
    """Keeps the instants for which a sweep asks, and wakes nobody."""

    def __init__(self):
        self.instants = []

    async def forgotten(self, now, past):
        self.instants.append(now)
        return sweeping.Forgotten((), {}, (), None)

    async def watched(self, now, past):
        self.instants.append(now)
        return sweeping.Watch((), (), (0, 0))

    async def start(self, _):
        return 0


async def test_what_all_workflows_wait_for_is_not_taken_for_forgotten():
    asked, now = _Asked(), datetime(2026, 3, 2, 9, tzinfo=UTC)

    await ActivityEnvironment().run(Sweeper(asked, asked).sweep_up, now, (0, 0), 60.0)

    assert asked.instants == [now - timedelta(seconds=120)] * 2
