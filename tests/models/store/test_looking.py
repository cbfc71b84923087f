"""A look says when the next one is taken, and shows the case as it is until then."""

from datetime import UTC, date, datetime, time, timedelta

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
NEAR = Policy.model_validate(
    {**shipped()["standard-b2b"].as_text(), "name": "near", "bundle_days": 5}
)
LATE = Policy.model_validate({**NEAR.as_text(), "name": "late", "opens": time(11)})
BY_LETTER = changed("by-letter", *LEVELS[:2], {**LEVELS[2], "channels": ["letter"]})


@pytest.fixture
def books(store, creditors) -> Books:
    return Books(
        store, creditors, {**shipped(), **{one.name: one for one in (ONE, NEAR, LATE, BY_LETTER)}}
    )


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


async def test_a_level_is_not_shown_as_said_before_its_day(desk, item, look, rows):
    await desk.read(item("F-1", due=TUESDAY))

    seen = (await look(BEFORE - timedelta(hours=23))).looked
    assert (seen.level, seen.until is not None and seen.until < SLOT) == ("", True)
    assert await rows("SELECT * FROM slots") == []

    seen = (await look(seen.until, 1)).looked
    assert (seen.level, [row["level"] for row in await rows("SELECT level FROM slots")]) == (
        "first-reminder",
        ["first-reminder"],
    )


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


async def test_a_look_repeated_wakes_the_debtor_for_the_slot_it_had_registered_and_nobody_else(
    desk, item, look
):
    """The process may have died between the commit and the call that follows it."""
    await desk.read(item("F-1", due=TUESDAY), item("F-2"), at=BEFORE)
    assert (await look(BEFORE, 1, "F-2")).poke is None
    assert (await look(BEFORE, 1, "F-2")).poke is None, "no slot is registered"

    first, again = await look(BEFORE, 2), await look(BEFORE, 2)

    assert (first.poke.at, again.poke) == (SLOT, first.poke)


async def test_two_invoices_of_one_slot_wake_their_debtor_once(desk, item, look):
    await desk.read(item("F-1", due=TUESDAY), item("F-2", due=TUESDAY), at=BEFORE)
    first, second = await look(BEFORE), await look(BEFORE, 1, "F-2")
    assert (first.poke.at, second.poke) == (SLOT, None)

    again = await look(BEFORE + timedelta(minutes=1), 2)

    assert again.poke is None, "its slot is registered and still to come"
    assert again.looked.until == first.looked.until


async def test_what_is_taken_along_before_its_turn_is_looked_at_again_the_same_day(
    desk, item, look, compose
):
    """Its own level comes on Monday; the notice that takes it along is on its way."""
    await desk.read(
        item("F-1", due=TUESDAY, policy="near"),
        item("F-2", due=TUESDAY + timedelta(days=2), policy="near"),
        at=BEFORE - timedelta(days=1),
    )
    debtor = (await look(BEFORE)).poke.debtor
    assert (await look(BEFORE, 1, "F-2")).poke is None
    await compose(debtor)

    looked = (await look(SLOT + timedelta(seconds=1), 2, "F-2")).looked

    assert looked.blockers == ("being-said",)
    assert SLOT < looked.until < SLOT + timedelta(hours=3)


async def test_money_wakes_a_debtor_whose_items_wait_for_more_to_be_owed(desk, item, look, compose):
    """What was too little may be enough, or nothing, now: the sum is weighed again."""
    small = {"due": TUESDAY, "amount": 500}
    await desk.read(item("F-1", **small), item("F-2", **small), at=BEFORE - timedelta(days=1))
    debtor = (await look(BEFORE)).poke.debtor
    await compose(debtor)
    await desk.read(
        item("F-1", **small), item("F-2", due=date(2026, 3, 20), amount=90_000), at=SLOT
    )

    seen = await look(SLOT + timedelta(minutes=1), 1, "F-2")

    assert (seen.poke.debtor, seen.poke.at) == (debtor, SLOT + timedelta(minutes=1))


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
    """What another policy says at eleven is neither said nor put off at nine."""
    late = item("F-2", due=TUESDAY, policy="late")
    await desk.read(item("F-1", due=TUESDAY), late, at=BEFORE - timedelta(days=1))
    debtor = (await look(BEFORE)).poke.debtor
    await look(BEFORE, 1, "F-2")

    assert len((await compose(debtor)).composed.deliveries) == 1

    (slot,) = await rows("SELECT at, blocker FROM slots")
    assert str(slot["at"]).startswith("2026-03-06 10:00")
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
