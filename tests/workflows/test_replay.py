"""Histories of real runs replay: what runs today can be gone on with tomorrow."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from temporalio.api.enums.v1 import EventType
from temporalio.client import WorkflowHistory
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.worker import Replayer

from models import names
from models.chasing import blocking, placing
from models.chasing import commands as cmd
from models.chasing.answers import Blocker, State, Wait
from tests.scenarios.staging import at_work, creditor, furnished
from tests.workflows.living import HOUSE, Life, quick, row, server
from tests.workflows.test_budget import COURSE
from workflows.debtor import DebtorWorkflow
from workflows.intake import IntakeWorkflow
from workflows.invoice import InvoiceWorkflow
from workflows.sweep import SweepWorkflow

PATHS = sorted((Path(__file__).parent / "histories").glob("*.json"))
WORKFLOWS = [InvoiceWorkflow, DebtorWorkflow, IntakeWorkflow, SweepWorkflow]


def replayer() -> Replayer:
    return Replayer(workflows=WORKFLOWS, data_converter=pydantic_data_converter)


def recorded(path: Path) -> WorkflowHistory:
    return WorkflowHistory.from_json(path.stem, path.read_text("utf-8"))


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
async def test_a_recorded_history_replays(path):
    await replayer().replay_workflow(recorded(path))


def closing_of_the_books(case, policy, facts, today) -> Wait:
    """Block every case until the month is closed: a rule that was not there before."""
    return Wait("8", "the month is being closed", State.HELD, (Blocker.FROZEN,))


class Shifts:
    """A life whose workers come and go, each without a memory of what went before."""

    def __init__(self, life: Life) -> None:
        self.life = life

    @asynccontextmanager
    async def at_work(self) -> AsyncIterator[Life]:
        """Put a new worker to work, which replays what went before at its first task."""
        async with at_work(self.life.client, self.life.house) as telling:
            self.life.telling = telling
            yield self.life


@pytest.fixture
async def shifts(tmp_path) -> AsyncIterator[Shifts]:
    policy = quick(COURSE)
    books = furnished(tmp_path, {HOUSE: creditor(HOUSE, policy.name)}, {policy.name: policy})
    async with server(tmp_path) as client, books as (house, memories):
        yield Shifts(Life(client, house, None, memories, policy))


async def test_a_changed_rule_does_not_break_a_running_case(  # noqa: PLR0915  a story
    shifts, monkeypatch
):
    """A life under one rule, then under others: the case goes on, and nothing fails."""
    reasons = blocking._REASONS
    async with shifts.at_work() as life:
        due = life.due_in(4)
        await life.enter(row("F-1", due))
        await life.until_event("F-1", "said first")

    monkeypatch.setattr(blocking, "_REASONS", (closing_of_the_books, *reasons))
    async with shifts.at_work() as life:
        await life.order("F-1", cmd.Note(text="rules have changed"))
        await life.until_state("F-1", "held")
        assert (await life.handle("F-1").query("case"))["blockers"] == ["frozen"]
        await life.until_day(due + timedelta(days=12))
        assert "said second" not in await life.events("F-1"), "its old place is behind"

    place = due + timedelta(days=15)
    monkeypatch.setattr(blocking, "_REASONS", reasons)
    monkeypatch.setattr(placing, "_placed", lambda *_: (place, "2", "placed anew"))
    async with shifts.at_work() as life:
        await life.order("F-1", cmd.Note(text="rules have changed again"))
        await life.until_event("F-1", "said second")
        (said,) = [one for one in await life.said("sent") if one.level == "second"]
        await life.order("F-1", cmd.Pay(amount=100_00))
        assert await life.ended("F-1") == "paid"
        history = await life.handle("F-1").fetch_history()

    assert said.on >= place
    failed = EventType.EVENT_TYPE_WORKFLOW_TASK_FAILED
    assert failed not in {event.event_type for event in history.events}
    await replayer().replay_workflow(history)


def test_every_workflow_and_every_activity_occurs_in_a_recorded_history():
    kept = "".join(path.read_text("utf-8") for path in PATHS)
    said = json.dumps([json.loads(path.read_text("utf-8")) for path in PATHS])
    types = {names.INVOICE, names.DEBTOR_RUN, names.INTAKE, names.SWEEP}
    found = {name for name in types if f'"workflowType": {{"name": "{name}"}}' in said}
    assert found == types
    done = {names.DELIVER, names.TAKE_IN, names.SWEEP_UP}
    assert {name for name in done if f'"activityType": {{"name": "{name}"}}' in said} == done
    # Local activities are named inside the markers they leave, in base64.
    assert kept.count("core_local_activity") > 20


def did(path: Path) -> list[str]:
    """Return what happened in a history, in short: events, with the names of what they are of."""
    found = []
    for event in recorded(path).events:
        kind = EventType.Name(event.event_type).removeprefix("EVENT_TYPE_").lower()
        marker = event.marker_recorded_event_attributes
        update = event.workflow_execution_update_accepted_event_attributes.accepted_request
        if kind == "marker_recorded":
            local = json.loads(marker.details["data"].payloads[0].data)["activity_type"]
            kind = f"{local} failed" if marker.HasField("failure") else local
        elif kind == "workflow_execution_update_accepted":
            kind = f"update {update.input.name}"
        elif kind == "timer_started":
            kind = f"timer {event.user_metadata.summary.data.decode()}"
        found.append(kind)
    return found


_ORDERS = [*("approve", "reject", "call", "log_call", "skip", "send", "extend", "write_off")]
_ORDERS += ["change_policy", "rule_delivery", "hold", "release", "promise", "dispute", "settle"]


@pytest.mark.parametrize(
    ("story", "steps"),
    [
        ("unreachable-*-invoice", ["look failed", 'timer "the books do not answer"', "look"]),
        ("unreachable-*-debtor", ["compose failed", 'timer "slot of', "compose"]),
        ("expired-*-debtor", ["activity_task_failed", "expire", "compose", "activity_task_compl"]),
        ("again-*-invoice", ["workflow_execution_started", "workflow_execution_signaled", "look"]),
        *(("*-invoice", [f"update {name}", "record"]) for name in _ORDERS),
    ],
    ids=lambda value: value if isinstance(value, str) else value[0],
)
def test_every_path_occurs_in_a_recorded_history(story, steps):
    """Books that do not answer, a slot that ends, a second cycle, each order by update."""

    def holds(done: list[str]) -> bool:
        """Say whether all steps occur, each after the one before."""
        ahead = iter(done)
        return all(any(one.startswith(step) for one in ahead) for step in steps)

    assert any(holds(did(path)) for path in PATHS if path.match(f"{story}.json"))
