"""Behind each letter that left stands the decision that said it: rule, policy, facts."""

from datetime import UTC, date, datetime

import pytest

from models.chasing.policy import Policy
from models.policies import shipped
from models.store.books import Books
from models.store.composing import Composing
from models.store.looking import Looking
from models.store.outbox import Outbox
from models.store.views import Views
from models.wire import ComposeIn, LookIn

#: Friday noon in Paris; the first invoice was due a month before, on a Monday.
NOW = datetime(2026, 3, 6, 11, tzinfo=UTC)
CHANNELS = frozenset({"email", "sms"})
STANDARD = shipped()["standard-b2b"].as_text()
LEVELS = {level["name"]: level for level in STANDARD["levels"]}
FORMAL = {
    **LEVELS["formal-notice"],
    "channels": ["email"],
    "also": ["sms"],
    "approval": "never",
    "covers": "overdue",
}
COVERING = Policy.model_validate(
    {**STANDARD, "name": "covering", "levels": [LEVELS["second-reminder"], FORMAL]}
)


@pytest.fixture
def books(store, creditors) -> Books:
    return Books(store, creditors, {**shipped(), "covering": COVERING})


@pytest.fixture
async def keys(desk, item, store, creditors):
    """A formal notice that covers what else is overdue, by mail and beside it by SMS."""
    past = {"policy": "covering", "phone": "+33612345678", "level": "second-reminder"}
    await desk.read(
        item("F-1", due=date(2026, 2, 2), issued=None, level_on=date(2026, 2, 17), **past),
        item("F-2", 7_000, due=date(2026, 2, 27), issued=None, policy="covering"),
        at=NOW,
    )
    tools = (store, creditors, CHANNELS, "build-7")
    ask = {"creditor": "acme", "run": "r", "look": 0, "now": NOW}
    seen = await Looking(*tools).look(LookIn(number="F-1", workflow="i", **ask))
    ask["now"] = seen.poke.at
    ask["debtor"] = seen.poke.debtor
    moved = await Composing(*tools).compose(ComposeIn(workflow="d", **ask))
    return [delivery.notice for delivery in moved.composed.deliveries]


@pytest.fixture
def views(store) -> Views:
    return Views(store)


async def test_what_has_not_left_was_said_by_nobody(keys, views):
    assert len(keys) == 2
    assert await views.letters("acme", "F-1") == []


async def test_each_notice_names_the_rule_policy_and_facts_that_said_its_line(
    keys, views, store, creditors
):
    outbox = Outbox(store, creditors, CHANNELS)
    for key in keys:
        await outbox.claim(key, "me", NOW)
    mail, text = keys
    await outbox.sent(mail, "me", "ok", NOW)
    await outbox.unknown(text, "me", "broke off", NOW)

    beside, own = await views.letters("acme", "F-1")

    assert [one.answer["notice"] for one in (beside, own)] == [text, mail]
    assert [one.answer["state"] for one in (beside, own)] == ["unknown", "sent"]
    assert own.answer["level"] == "formal-notice"
    assert own.rule == "2"
    assert own.why.startswith("formal-notice")
    assert (own.policy, own.version, own.hash) == ("covering", 1, COVERING.hash)
    assert (own.facts["open"], own.engine, own.blockers) == (10_000, "build-7", ())

    _, covered = await views.letters("acme", "F-2")
    assert (covered.rule, covered.answer["level"]) == ("18", "formal-notice")
    assert covered.why == "formal-notice covers what else is overdue"
    assert (covered.facts["open"], covered.answer["amount"]) == (7_000, 7_000)
    assert await views.letters("other", "F-1") == []
