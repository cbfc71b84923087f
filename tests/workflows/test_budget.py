"""What an invoice's whole life costs its server."""

from datetime import timedelta

from models.chasing import commands as cmd
from models.chasing import events as ev
from tests.workflows.living import cost, living, row

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


async def test_the_reference_life_stays_within_its_budget(tmp_path):
    async with living(tmp_path, COURSE) as life:
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
        spent = await cost(life.handle("F-1"))
    assert spent.events <= 80, spent
    assert spent.acts <= 30, spent
    assert spent.bytes <= 14_000, spent
