"""A look says when the next one is taken, and shows the case as it is until then."""

from datetime import UTC, date, datetime, timedelta

import pytest

from models.chasing.commands import SendNow
from models.chasing.policy import Policy
from models.policies import shipped
from models.store.books import Books
from models.store.composing import Composing
from models.store.looking import Looking
from models.wire import ComposeIn, LookIn

#: Friday, 8:30 in Paris: the reminder of an invoice due on Tuesday has its slot at 9:00.
BEFORE = datetime(2026, 3, 6, 7, 30, tzinfo=UTC)
SLOT = datetime(2026, 3, 6, 8, tzinfo=UTC)
TUESDAY = date(2026, 3, 3)
CHANNELS = frozenset({"email", "letter"})
LEVELS = shipped()["standard-b2b"].as_text()["levels"]


def changed(name: str, *levels: dict) -> Policy:
    """Return the standard policy with other levels."""
    said = {**shipped()["standard-b2b"].as_text(), "name": name, "levels": list(levels)}
    return Policy.model_validate(said)


ONE = changed("one", *LEVELS[:2])
BY_LETTER = changed("by-letter", *LEVELS[:2], {**LEVELS[2], "channels": ["letter"]})


@pytest.fixture
def books(store, creditors) -> Books:
    return Books(store, creditors, {**shipped(), ONE.name: ONE, BY_LETTER.name: BY_LETTER})


@pytest.fixture
def look(store, creditors):
    """Take a look at F-1, or at another."""
    looking = Looking(store, creditors, CHANNELS, "test")

    async def taken(now, count=0, number="F-1"):
        place = {"workflow": "i", "run": "r", "look": count, "now": now}
        return await looking.look(LookIn(creditor="acme", number=number, **place))

    return taken


@pytest.fixture
def compose(store, creditors):
    """Compose for a debtor at the slot; return what came of it."""
    composing = Composing(store, creditors, CHANNELS, "test")

    async def made(debtor, now=SLOT):
        place = {"workflow": "d", "run": "r", "look": 0, "now": now}
        return await composing.compose(ComposeIn(creditor="acme", debtor=debtor, **place))

    return made


@pytest.mark.parametrize("policy", ["one", "by-letter"])
async def test_what_a_level_leaves_to_a_person_is_seen_on_its_own_day(desk, item, look, policy):
    """Nothing left to say, or nobody to be reached: the look after it opens the task."""
    await desk.read(item(due=TUESDAY, policy=policy), at=BEFORE - timedelta(days=1))

    looked = (await look(BEFORE)).looked

    assert looked.next_at == SLOT
    assert SLOT < looked.until < SLOT + timedelta(hours=3)
    assert looked.state == "open"


async def test_a_level_that_is_followed_by_another_costs_no_look_between(desk, item, look):
    await desk.read(item(due=TUESDAY), at=BEFORE - timedelta(days=1))

    assert (await look(BEFORE)).looked.until > SLOT + timedelta(days=5)


async def test_a_look_while_a_level_is_being_said_sees_it_as_said(desk, item, look, compose, rows):
    """A look that happens to fall between composing and sending shows no blocker for days."""
    await desk.read(item(due=TUESDAY), at=BEFORE - timedelta(days=1))
    seen = await look(BEFORE)
    assert (await compose(seen.poke.debtor)).composed.deliveries

    between = await look(SLOT + timedelta(seconds=1), 1)

    assert between.looked.blockers == ()
    assert between.looked.level == "first-reminder"
    assert between.looked.until == seen.looked.until
    assert between.poke is None
    assert not await rows("SELECT at FROM slots"), "it is not registered a second time"


async def test_what_is_too_little_to_write_about_waits_and_says_so(desk, item, look, compose, rows):
    await desk.read(item(amount=500, due=TUESDAY), at=BEFORE - timedelta(days=1))
    seen = await look(BEFORE)
    assert (await compose(seen.poke.debtor)).tell == ("F-1",)

    looked = (await look(SLOT, 1)).looked

    assert (looked.state, looked.blockers) == ("waiting", ("minimum",))
    (row,) = await rows("SELECT state, blockers FROM invoices")
    assert row == {"state": "waiting", "blockers": "minimum"}


async def test_a_look_at_what_is_not_in_the_books_ends_its_workflow(look, rows):
    looked = (await look(BEFORE)).looked

    assert (looked.closed, looked.state, looked.until) == (True, "unknown", None)
    assert await rows("SELECT look FROM journal") == []


async def test_another_level_takes_the_place_of_the_slot_that_was_registered(
    desk, item, look, ordered, rows
):
    await desk.read(item(due=TUESDAY), at=BEFORE - timedelta(days=1))
    await look(BEFORE)
    await ordered(SendNow(level="second-reminder", reason="they asked"), "F-1", at=BEFORE)

    seen = await look(BEFORE + timedelta(minutes=1), 1)

    assert seen.looked.waits_for == "second-reminder on 2026-03-06"
    (slot,) = await rows("SELECT level FROM slots")
    assert slot["level"] == "second-reminder"


async def test_composing_leaves_a_slot_alone_whose_time_has_not_come(
    desk, item, look, compose, rows
):
    """Tomorrow's level of another invoice is neither said nor put off today."""
    thursday = BEFORE - timedelta(days=1)
    today = thursday + timedelta(minutes=31)
    late = item("F-1", due=TUESDAY - timedelta(days=1))
    await desk.read(late, item("F-2", due=TUESDAY), at=thursday - timedelta(days=1))
    debtor = (await look(thursday)).poke.debtor
    await look(today, 1, "F-2")
    assert len(await rows("SELECT at FROM slots")) == 2

    await compose(debtor, today)

    (slot,) = await rows("SELECT at, blocker FROM slots")
    assert str(slot["at"]).startswith("2026-03-06 08:00")
    assert slot["blocker"] == ""


async def test_a_slot_that_goes_by_unheard_is_asked_for_ever_more_rarely(desk, item, look):
    """An engine with too much to do is not kept from it by those who wait."""
    await desk.read(item(due=TUESDAY, policy="one"), at=BEFORE - timedelta(days=1))
    now, waits = (await look(BEFORE)).looked.until, []

    for count in range(1, 4):
        seen = await look(now, count)
        assert seen.poke is not None, "whoever should compose is woken again"
        waits.append(seen.looked.until - now)
        now = seen.looked.until

    assert waits[1] >= 2 * waits[0]
    assert waits[2] >= 2 * waits[1]
    assert now < SLOT + timedelta(days=1)
