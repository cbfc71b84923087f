"""Nothing is claimed after what stops it was committed, whoever came first to the locks."""

import asyncio
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import update

from models.chasing.commands import Hold
from models.orders import Freeze, Order
from models.store.composing import Composing
from models.store.engine import Store
from models.store.looking import Looking
from models.store.outbox import Outbox
from models.store.tables.saying import notices
from models.store.widening import freeze
from models.wire import ComposeIn, LookIn

#: Friday noon in Paris, and the invoice was due on Monday.
NOW = datetime(2026, 3, 6, 11, tzinfo=UTC)
CHANNELS = frozenset({"email"})


@pytest.fixture
async def planned(desk, item, store, creditors, rows):
    """A reminder that is composed and waits to be claimed: its key."""
    await desk.read(item(due=date(2026, 3, 2)), at=NOW - timedelta(days=1))
    looking = Looking(store, creditors, CHANNELS, "test")
    ask = {"creditor": "acme", "workflow": "w", "run": "r", "look": 0, "now": NOW}
    seen = await looking.look(LookIn(number="F-1", **ask))
    composing = Composing(store, creditors, CHANNELS, "test")
    moved = await composing.compose(ComposeIn(debtor=seen.poke.debtor, **ask))
    (delivery,) = moved.composed.deliveries
    return delivery.notice


@pytest.fixture
def outbox(store, creditors):
    return Outbox(store, creditors, CHANNELS)


async def test_a_claim_that_meets_a_freeze_waits_for_it_and_finds_it(
    planned, outbox, url, creditors
):
    other = Store(url, pool=1)
    order = Order(creditor="acme", command=Freeze(), actor="clerk", at=NOW, event_id="freeze")
    async with other.writing() as connection:
        await freeze(connection, order)
        claiming = asyncio.create_task(outbox.claim(planned, "me", NOW))
        await asyncio.sleep(0.2)
        assert not claiming.done()
    await other.close()

    assert (await claiming).state == "void"


@pytest.mark.parametrize("whom", ["invoice", "debtor", "creditor"])
async def test_what_is_on_hold_is_not_claimed_and_is_composed_anew(
    planned, outbox, ordered, rows, whom
):
    held = Hold(until=date(2026, 3, 20))
    if whom == "invoice":
        await ordered(held, "F-1")
    else:
        await ordered(held, **({"debtor": "D1"} if whom == "debtor" else {}))

    assert (await outbox.claim(planned, "me", NOW)).state == "void"
    assert [slot["at"] for slot in await rows("SELECT at FROM slots")]


async def test_the_same_notice_is_claimed_once_and_then_looked_up(planned, outbox, store):
    assert (await outbox.claim(planned, "one", NOW)).state == "sending"
    leased = await outbox.claim(planned, "two", NOW)
    assert (leased.state, leased.wait > timedelta(0)) == ("leased", True)
    assert (await outbox.expire(planned, NOW)).state == "leased"

    async with store.writing() as connection:
        await connection.execute(update(notices).values(lease_until=NOW - timedelta(days=300)))

    assert (await outbox.claim(planned, "two", NOW)).state == "lookup"
    assert await outbox.sent(planned, "one", "late", NOW) == "sending"
    assert await outbox.unknown(planned, "two", "nobody knows", NOW) == "unknown"


async def test_a_notice_that_was_put_back_is_left_to_its_next_attempt(planned, outbox, rows):
    await outbox.claim(planned, "one", NOW)
    await outbox.back(planned, "two")
    assert [n["state"] for n in await rows("SELECT state FROM notices")] == ["sending"]

    await outbox.back(planned, "one")

    (notice,) = await rows("SELECT state, lease_until FROM notices")
    assert notice["state"] == "planned"
    assert notice["lease_until"] is not None


async def test_a_slot_that_is_over_makes_what_was_planned_void_and_what_left_unknown(
    planned, outbox, store
):
    assert (await outbox.expire(planned, NOW)).state == "void"
    assert (await outbox.expire(planned, NOW)).state == "void"
    async with store.writing() as connection:
        lease = {"lease_until": NOW - timedelta(days=300), "owner": "one"}
        await connection.execute(update(notices).values(state="sending", **lease))

    assert (await outbox.expire(planned, NOW)).state == "unknown"
