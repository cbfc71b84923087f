"""Records histories of real runs for the replay test: ``python tests/workflows/recording.py``.

Each story is lived on the real development server; what all its workflows left behind is
written to ``tests/workflows/histories/``. Record anew only when a released workflow changed
on purpose: old histories are what running cases will be replayed from.
"""

import asyncio
import json
import os
import sys
import tempfile
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[2]))

from temporalio.client import WorkflowUpdateFailedError

from models import names
from models.chasing import commands as cmd
from models.chasing import events as ev
from models.errors import RefusedError, UnavailableError, UncertainError
from models.wire import FileIn, Said
from tests.workflows.living import HOUSE, Life, living, row
from tests.workflows.test_budget import COURSE

FOLDER = Path(__file__).parent / "histories"
QUICK = {
    **COURSE,
    "statement": "monthly",
    "levels": [
        {"name": "first", "kind": "reminder", "after_days": 1, "channels": ["email", "letter"]},
        {"name": "call", "kind": "call", "after_days": 4, "lapse_days": 1},
        {
            "name": "formal",
            "kind": "formal-notice",
            "after_days": 9,
            "channels": ["registered-letter"],
            "deadline_days": 2,
        },
        {"name": "agency", "kind": "hand-over", "after_previous_days": 1, "approval": "never"},
    ],
}
Story = Callable[[Life], Awaitable[None]]


def nowhere(said: Any) -> Any:
    """Return a history without what names the machine it was recorded on."""
    if isinstance(said, dict):
        gone = {"stackTrace": "", "identity": "recorder"}
        return {
            key: gone.get(key) or nowhere(value)
            for key, value in said.items()
            if gone.get(key) != ""
        }
    if isinstance(said, list):
        return [nowhere(value) for value in said]
    return said


async def reference(life: Life) -> None:
    """Live the reference life: promise broken, dispute settled against, paid."""
    due = life.due_in(2)
    await life.enter(row("F-1", due))
    await life.until_event("F-1", "said first")
    await life.order("F-1", cmd.Promise(parts=(ev.Part(by=due + timedelta(days=5)),)))
    await life.until_event("F-1", "promise-broken")
    await life.until_event("F-1", "said second")
    await life.order("F-1", cmd.Dispute(reason="quality"))
    await life.until_state("F-1", "disputed")
    await life.order("F-1", cmd.Settle(outcome=ev.Outcome.AGAINST))
    await life.until_event("F-1", "said formal")
    await life.order("F-1", cmd.Pay(amount=100_00))
    await life.ended("F-1")


async def asked(life: Life) -> None:
    """Ask for a call and for a yes, hand over, state what is open; sweep."""
    await life.enter(row("F-1", life.due_in(1)))
    await life.until_event("F-1", "call-lapsed")
    await life.until_event("F-1", "approval-asked")
    await life.order("F-1", cmd.Approve(), "manager")
    await life.until_event("F-1", "handed-over")
    await life.client.execute_workflow(names.SWEEP, id="sweep/1", task_queue=names.CORE)
    await life.order("F-1", cmd.Pay(amount=100_00))
    await life.ended("F-1")


async def ordered(life: Life) -> None:
    """Hold, release, promise kept, dispute for the debtor: ordered from Temporal's side."""
    await life.enter(row("F-1", life.due_in(20)), row("F-2", life.due_in(20)))
    handle = life.handle("F-1")
    until = life.today + timedelta(days=40)
    await handle.execute_update("hold", Said(id="u-1", until=until, reason="asked to"))
    await handle.execute_update("release", Said(id="u-2"))
    by = life.today + timedelta(days=3)
    await handle.execute_update("promise", Said(id="u-3", by=by))
    with suppress(WorkflowUpdateFailedError):
        await handle.execute_update("settle", Said(id="u-4", outcome="against"))
    await handle.signal("note", Said(id="s-1", reason="kept"))
    await life.order("F-1", cmd.Pay(amount=100_00))
    await life.ended("F-1")
    second = life.handle("F-2")
    await second.execute_update("dispute", Said(id="u-5", reason="quality"))
    await second.execute_update("settle", Said(id="u-6", outcome="for-debtor"))
    await life.order("F-2", cmd.Credit(amount=100_00))
    await life.ended("F-2")


async def failing(life: Life) -> None:
    """Meet a refusal, an unsure outcome and a mail server that is away."""
    email = life.memories["email"]
    email.fail("", RefusedError("550"))
    await life.enter(row("F-1", life.due_in(1)))
    await life.until_event("F-1", "said first")
    email.fail("", UnavailableError("busy"))
    await life.enter(row("F-2", life.due_in(1), debtor="BORA"))
    await life.until_event("F-2", "said first")
    email.fail("", UncertainError("lost"))
    await life.enter(row("F-3", life.due_in(1), debtor="CIRO"))
    await life.until_event("F-3", "said first")
    for number in ("F-1", "F-2", "F-3"):
        await life.order(number, cmd.WriteOff(reason="small"))
        await life.ended(number)


async def taken_in(life: Life) -> None:
    """Take a file in through its workflow."""
    path = life.house.settings.var / "ledger.csv"
    due = life.due_in(30)
    path.write_text(f"number,due,amount,currency,debtor\nF-1,{due},10.00,EUR,ALBA\n", "utf-8")
    await life.client.execute_workflow(
        names.INTAKE,
        FileIn(path=str(path), creditor=HOUSE),
        id="intake/1",
        task_queue=names.CORE,
        execution_timeout=timedelta(seconds=60),
    )
    await life.until_event("F-1", "entered")
    await life.order("F-1", cmd.Kill(death=ev.Death.CANCELLED))
    await life.ended("F-1")


STORIES: dict[str, tuple[Story, dict]] = {
    "reference": (reference, COURSE),
    "asked": (asked, QUICK),
    "ordered": (ordered, COURSE),
    "failing": (failing, QUICK),
    "taken-in": (taken_in, COURSE),
}


async def record(name: str) -> None:
    """Live a story and keep the histories it left."""
    story, course = STORIES[name]
    with tempfile.TemporaryDirectory() as folder:
        async with living(Path(folder), course) as life:
            await story(life)
            count = 0
            async for one in life.client.list_workflows():
                handle = life.client.get_workflow_handle(one.id, run_id=one.run_id)
                history = await handle.fetch_history()
                kind = one.workflow_type.lower()
                count += 1
                text = json.dumps(nowhere(json.loads(history.to_json())), indent=1)
                (FOLDER / f"{name}-{count:02}-{kind}.json").write_text(f"{text}\n", "utf-8")
    print(f"{datetime.now(UTC):%H:%M:%S} {name}: {count} histories", flush=True)


async def main(wanted: list[str]) -> None:
    """Record the stories named, or all."""
    FOLDER.mkdir(exist_ok=True)
    for name in wanted or STORIES:
        for old in FOLDER.glob(f"{name}-*.json"):
            old.unlink()
        await record(name)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1:]))
    sys.stdout.flush()
    os._exit(0)
