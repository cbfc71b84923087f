"""What an invoice's whole life costs its server."""

from datetime import timedelta
from pathlib import Path

import pytest

from models.chasing import commands as cmd
from models.chasing import events as ev
from models.errors import RelanceError
from tests.workflows.living import Cost, cost, living, row

#: Four levels, as close together as their gaps allow.
COURSE = {
    "gap_days": 2,
    "contact_gap_days": 1,
    "contacts_per_week": 7,
    "grace_days": 1,
    "levels": [
        {"name": "courtesy", "kind": "courtesy", "after_days": -2, "channels": ["email"]},
        {"name": "first", "kind": "reminder", "after_days": 1, "channels": ["email"]},
        {"name": "second", "kind": "reminder", "after_days": 8, "channels": ["email"]},
        {
            "name": "formal",
            "kind": "formal-notice",
            "after_days": 15,
            "channels": ["registered-letter"],
            "approval": "never",
            "deadline_days": 15,
        },
        {"name": "hand-over", "kind": "hand-over", "after_previous_days": 30},
    ],
}


#: Lengths of a day to try, in seconds. Where a day is over before a busy machine has done its
#: work, the life is another one: orders miss their moment, and looks come that none needs.
DAYS = (0.5, 1.5, 4.0)


async def reference_life(folder: Path, seconds: float) -> Cost:
    """Live the reference life and return what it cost the server."""
    async with living(folder, COURSE, seconds) as life:
        due = life.due_in(6)
        await life.enter(row("F-1", due))
        await life.until_event("F-1", "said courtesy")
        await life.until_event("F-1", "said first")
        # The promise outlasts the place of the next level, as most do.
        await life.order("F-1", cmd.Promise(parts=(ev.Part(by=due + timedelta(days=6)),)))
        await life.until_event("F-1", "promise-broken")
        await life.until_event("F-1", "said second")
        await life.order("F-1", cmd.Dispute(reason="quality"))
        await life.until_state("F-1", "disputed")
        await life.until_day(due + timedelta(days=12))
        await life.order("F-1", cmd.Settle(outcome=ev.Outcome.AGAINST))
        await life.until_event("F-1", "said second", times=2)
        await life.until_event("F-1", "said formal")
        await life.order("F-1", cmd.Pay(amount=100_00))
        assert await life.ended("F-1") == "paid"
        return await cost(life.handle("F-1"))


@pytest.mark.timeout(600)
async def test_the_reference_life_stays_within_its_budget(tmp_path):
    """At most 80 events, 30 actions and 14 kB, as the server counts them."""
    missed: list[str] = []
    for seconds in DAYS:
        folder = tmp_path / f"day-{seconds}"
        folder.mkdir()
        try:
            spent = await reference_life(folder, seconds)
        except (AssertionError, TimeoutError, RelanceError) as late:
            missed.append(f"{seconds} s a day: {late}")
            continue
        if spent.events <= 80 and spent.acts <= 30 and spent.bytes <= 14_000:
            return
        missed.append(f"{seconds} s a day: {spent}")
    pytest.fail("; ".join(missed))
