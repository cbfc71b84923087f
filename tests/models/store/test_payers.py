"""A payer receives the notices of another debtor; what bounces there is bad there."""

import json
from datetime import UTC, date, datetime, timedelta

import pytest

from models.chasing.commands import Bounce
from models.orders import SetDebtor
from models.store.composing import Composing
from models.store.looking import Looking
from models.store.outbox import Outbox
from models.wire import ComposeIn, LookIn

#: Friday noon in Paris; the invoice was due on Monday.
NOW = datetime(2026, 3, 6, 11, tzinfo=UTC)
CHANNELS = frozenset({"email"})


@pytest.fixture
async def said(desk, item, ordered, store, creditors):
    """A reminder of D1's invoice that was sent to its payer, D2; the notice's key."""
    before = NOW - timedelta(days=1)
    await desk.read(
        item(due=date(2026, 3, 2)),
        item("G-1", debtor="D2", debtor_name="Two", email="ap@two.example"),
        at=before,
    )
    await ordered(SetDebtor(payer="D2"), debtor="D1", at=before)
    ask = {"creditor": "acme", "workflow": "w", "run": "r", "look": 0, "now": NOW}
    seen = await Looking(store, creditors, CHANNELS, "test").look(LookIn(number="F-1", **ask))
    composing = Composing(store, creditors, CHANNELS, "test")
    moved = await composing.compose(ComposeIn(debtor=seen.poke.debtor, **ask))
    (delivery,) = moved.composed.deliveries
    outbox = Outbox(store, creditors, CHANNELS)
    await outbox.claim(delivery.notice, "me", NOW)
    await outbox.sent(delivery.notice, "me", "ref", NOW)
    return delivery.notice


async def test_a_notice_goes_to_the_payer_about_its_own_debtor(said, rows):
    (notice,) = await rows("SELECT body FROM notices")
    body = json.loads(notice["body"])
    assert body["to"]["email"] == "ap@two.example"
    assert body["debtor_name"] == "Debtor One"
    assert [line["number"] for line in body["lines"]] == ["F-1"]


async def test_what_bounces_marks_the_payers_address_once_and_asks_for_another(said, ordered, rows):
    await ordered(Bounce(channel="email"), "F-1", at=NOW)
    marked = "SELECT d.code FROM contacts c JOIN debtors d ON d.id = c.debtor_id WHERE c.bad <> ''"
    assert [row["code"] for row in await rows(marked)] == ["D2"]
    tasks = "SELECT id FROM tasks WHERE kind = 'bad-address' AND closed_at IS NULL"
    assert len(await rows(tasks)) == 1
