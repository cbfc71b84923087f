"""Orders that come through Temporal: what they need, what they become, how they are refused."""

from datetime import UTC, date, datetime

import pytest

from activities.booking import Booking
from models.chasing.commands import ChangePolicy
from models.errors import RefusedError
from models.orders import Recorded, RuleDelivery
from models.policies import shipped
from models.wire import RecordIn, Said

NOW = datetime(2026, 3, 2, 10, tzinfo=UTC)
UNTIL = date(2026, 3, 20)


class Books:
    """Takes every order and keeps it."""

    policies = shipped()

    def __init__(self) -> None:
        self.orders = []

    async def record_all(self, orders):
        self.orders += orders
        return [Recorded(creditor=order.creditor) for order in orders]

    async def currency(self, creditor, number):
        return "EUR"


@pytest.fixture
def books() -> Books:
    return Books()


@pytest.fixture
def say(books):
    """Order something of F-1, through Temporal."""

    async def said(what, **given):
        order = Said(id="o-1", **given)
        ask = RecordIn(creditor="acme", number="F-1", what=what, said=order, now=NOW)
        return await Booking(books, books).record(ask)

    return said


@pytest.mark.parametrize(
    ("what", "given"),
    [
        ("hold", {"until": UNTIL}),
        ("skip", {}),
        ("send", {"level": "second-reminder"}),
        ("extend", {"until": UNTIL}),
        ("write-off", {}),
        ("dispute", {}),
        ("promise", {"by": UNTIL, "accepted": True}),
    ],
)
async def test_what_departs_from_the_policy_needs_a_reason_from_temporals_side_too(
    say, books, what, given
):
    refused = await say(what, **given)

    assert (refused.recorded, books.orders) == (False, [])
    assert refused.sentence == f"{what} needs a reason: say in a few words why"
    assert (await say(what, **given, reason="agreed")).recorded


@pytest.mark.parametrize("what", ["release", "approve", "reject", "note", "call"])
async def test_what_needs_no_reason_is_taken_without_one(say, books, what):
    assert (await say(what)).recorded
    assert [order.event_id for order in books.orders] == ["o-1"]


async def test_a_policy_is_named_and_its_version_and_hash_are_those_on_offer(say, books):
    policy = shipped()["key-account"]

    assert (await say("change-policy", policy="key-account")).recorded

    (order,) = books.orders
    assert order.command == ChangePolicy(policy="key-account", version=1, hash=policy.hash)
    assert order.invoices == ("F-1",)


async def test_a_policy_that_is_not_on_offer_is_refused_with_those_that_are(say, books):
    refused = await say("change-policy", policy="lenient")

    assert (refused.recorded, books.orders) == (False, [])
    assert refused.sentence.startswith("no policy 'lenient' is on offer; there are deposit, ")


@pytest.mark.parametrize("outcome", ["arrived", "lost"])
async def test_a_person_rules_on_a_delivery_by_its_outcome(say, books, outcome):
    assert (await say("rule-delivery", outcome=outcome, reason="the debtor says so")).recorded

    (order,) = books.orders
    assert order.command == RuleDelivery(arrived=outcome == "arrived", reason="the debtor says so")


async def test_a_ruling_without_its_outcome_is_refused(say, books):
    refused = await say("rule-delivery", outcome="perhaps")

    assert (refused.recorded, books.orders) == (False, [])
    assert refused.sentence == "outcome 'perhaps' is not arrived or lost"


async def test_a_refusal_does_not_repeat_who_ordered_or_why(say, books, monkeypatch):
    async def refuse(orders):
        message = f"invoice F-1 cannot be approved by {orders[0].actor!r}: a manager may"
        raise RefusedError(message)

    monkeypatch.setattr(books, "record_all", refuse)
    refused = await say("approve", actor="Tarquin Ployer", reason="she asked")

    assert (
        refused.sentence == "invoice F-1 cannot be approved by 'whoever ordered it': a manager may"
    )


async def test_what_is_no_order_is_refused_with_what_is_one(say):
    refused = await say("dance")

    assert refused.sentence.startswith("'dance' is not an order; known are payment, ")
    assert refused.sentence.endswith("change-policy, rule-delivery")
