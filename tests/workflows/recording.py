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
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[2]))

from temporalio.client import WorkflowUpdateFailedError

from models import names
from models.chasing import commands as cmd
from models.chasing import events as ev
from models.errors import RefusedError, UnavailableError, UncertainError
from models.wire import DebtorRef, FileIn, Said
from tests.workflows.living import HOUSE, Life, living, quick, row
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


async def steered(life: Life) -> None:
    """Extend, call, skip, send, reject, approve, rule, move to another policy, give up."""
    other = quick(QUICK, life.policy.day_seconds).model_copy(update={"name": "other"})
    life.house.books.policies = {**life.house.books.policies, other.name: other}
    life.memories["registered-letter"].fail("", UncertainError("lost"))
    await life.enter(row("F-1", life.due_in(20)))
    handle, ids = life.handle("F-1"), count(1)

    async def say(what: str, **given: Any) -> None:
        order = Said(id=f"u-{next(ids)}", **{"actor": "clerk", "reason": "told to", **given})
        await handle.execute_update(what, order)

    await say("extend", until=life.today + timedelta(days=60))
    await say("log_call", outcome="no-answer")
    await say("call", outcome="reached")
    await say("skip", level="formal")
    await say("change_policy", policy=other.name)
    for answer, given in (("reject", {"outcome": "hold"}), ("approve", {"actor": "manager"})):
        await say("send", level="formal")
        await life.until_event("F-1", "approval-asked", times=1 + (answer == "approve"))
        await say(answer, **given)
        if answer == "reject":
            await say("release")
    await life.until_state("F-1", "waiting")
    await say("rule_delivery", outcome="arrived")
    await life.until_event("F-1", "said formal")
    await say("write_off")
    await life.ended("F-1")


async def unreachable(life: Life) -> None:  # noqa: PLR0915  a story
    """Meet books that do not answer, at a look and at a composition, and wait for them."""
    store = life.house.store
    writing, away = store.writing, False

    @asynccontextmanager
    async def hesitant() -> AsyncIterator[Any]:
        if away:
            message = "the books do not answer"
            raise UnavailableError(message)
        async with writing() as connection:
            yield connection

    store.writing = hesitant  # type: ignore[method-assign]
    await life.enter(row("F-1", life.due_in(3)))
    handle = life.handle("F-1")

    async def looked() -> bool:
        return bool((await handle.query("case"))["until"])

    await life.until(looked, "a first look")
    away = True
    debtor = DebtorRef(creditor=HOUSE, debtor=await life.debtor_key("F-1"))
    await handle.signal("facts", Said(event="1"))
    assert await life.telling.poke(debtor)
    composing = life.client.get_workflow_handle(names.debtor_id(HOUSE, debtor.debtor))

    async def missed() -> bool:
        case, slot = await handle.query("case"), await composing.query("next_slot")
        return "books-unreachable" in case["blockers"] and slot > datetime.now(UTC).isoformat()

    await life.until(missed, "both to wait for the books")
    away = False
    await life.until_event("F-1", "said first", patience=120)
    await life.order("F-1", cmd.Pay(amount=100_00))
    await life.ended("F-1")


async def expired(life: Life) -> None:
    """A mail server that is away until the slot is over: the level leaves in the next one."""
    life.memories["email"].fail("", UnavailableError("away"), times=3)
    await life.enter(row("F-1", life.due_in(1)))
    await life.until_event("F-1", "said first")
    assert await life.said("void"), "a slot ended"
    await life.order("F-1", cmd.Pay(amount=100_00))
    await life.ended("F-1")


async def again(life: Life) -> None:
    """A payment taken back after the case was closed: the next cycle goes on with the levels."""
    await life.enter(row("F-1", life.due_in(3)))
    await life.until_event("F-1", "said first")
    await life.order("F-1", cmd.Pay(amount=100_00))
    await life.ended("F-1")
    await life.order("F-1", cmd.Reverse(amount=None))
    await life.until_event("F-1", "said second")
    await life.order("F-1", cmd.Pay(amount=100_00))
    await life.ended("F-1")


STORIES: dict[str, tuple[Story, dict]] = {
    "reference": (reference, COURSE),
    "asked": (asked, QUICK),
    "ordered": (ordered, COURSE),
    "failing": (failing, QUICK),
    "taken-in": (taken_in, COURSE),
    "steered": (steered, QUICK),
    "unreachable": (unreachable, COURSE),
    "expired": (expired, COURSE),
    "again": (again, COURSE),
}
#: Seconds of a day where half a second is not enough.
LONG_DAYS = {"expired": 6.0}


async def record(name: str) -> None:
    """Live a story and keep the histories it left."""
    story, course = STORIES[name]
    with tempfile.TemporaryDirectory() as folder:
        async with living(Path(folder), course, LONG_DAYS.get(name, 0.5)) as life:
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
