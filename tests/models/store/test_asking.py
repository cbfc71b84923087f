"""What would be answered now: asked of the books alone, and nothing is written."""

from datetime import date, timedelta

import pytest

from models.chasing.commands import Extend, Hold, Pay, SendNow, WriteOff
from models.errors import UnknownError
from models.policies import shipped
from models.store.asking import Asking
from models.store.finding import debtor_named
from models.store.foreseeing import foresee
from models.views import Selection
from tests.models.store.keeping import NOW, House

CHANNELS = frozenset({"email"})
BEFORE = NOW - timedelta(days=2)
DUE = date(2026, 3, 2)


@pytest.fixture
def house(store, creditors) -> House:
    return House(store, creditors)


@pytest.fixture
def asked(store, creditors, house):
    """Ask about invoices as they stand; return each with its answer."""
    asking = Asking(store, creditors, CHANNELS)

    async def ask(*numbers, under=None, now=NOW):
        items = await house.views.items(Selection(numbers=numbers, closed=True))
        return await asking.answered(items, now, under)

    return ask


@pytest.fixture
def foreseen(store, creditors):
    """Foresee what follows for D1's invoices."""

    async def found(now=NOW):
        async with store.reading() as connection:
            debtor_id = await debtor_named(connection, "acme", "D1")
            return await foresee(connection, creditors["acme"], debtor_id, CHANNELS, now)

    return found


async def test_a_case_that_no_look_has_seen_is_answered_as_the_engine_would(
    desk, item, asked, rows
):
    await desk.read(item(due=DUE), at=BEFORE)

    ((shown, reason),) = await asked("F-1")

    assert (shown.state, shown.level, shown.next_on) == ("open", None, NOW.date())
    assert (reason.answer["kind"], reason.answer["level"]) == ("contact", "first-reminder")
    assert (reason.rule, reason.policy, reason.facts["open"]) == ("2", "standard-b2b", 10_000)
    assert await rows("SELECT kind FROM case_events WHERE kind <> 'entered'") == []
    assert await rows("SELECT look FROM journal") == []


async def test_another_policy_is_asked_as_if_the_case_were_moved_to_it(desk, item, asked, rows):
    await desk.read(item(due=DUE), at=BEFORE)
    other = shipped()["key-account"]

    ((shown, reason),) = await asked("F-1", under=other)

    assert (shown.policy, reason.hash) == ("key-account", other.hash)
    assert await rows("SELECT kind FROM case_events WHERE kind = 'policy-changed'") == []


async def test_what_is_closed_has_no_answer_and_an_extension_is_shown(
    desk, item, asked, house, ordered
):
    await desk.read(item(due=DUE), item("F-2", due=DUE), at=BEFORE)
    await ordered(WriteOff(reason="small"), "F-1", at=NOW)
    await house.look("F-1")
    await ordered(Extend(due=date(2026, 4, 1)), "F-2", at=NOW)

    shown = {item_.number: (item_.extended, reason) for item_, reason in await asked("F-1", "F-2")}

    assert shown["F-1"] == (None, None)
    assert shown["F-2"][0] == date(2026, 4, 1)
    assert shown["F-2"][1] is not None


async def test_a_creditor_whose_file_is_gone_is_named(desk, item, house, store):
    await desk.read(item(due=DUE), at=BEFORE)
    items = await house.views.items(Selection())
    with pytest.raises(UnknownError, match="'acme' any more: put it back"):
        await Asking(store, {}, CHANNELS).answered(items, NOW)


async def test_too_little_to_write_about_is_shown_as_what_waits_for_more(
    desk, item, asked, house, foreseen
):
    await desk.read(item(amount=500, due=DUE), at=BEFORE)
    await house.look()
    assert await house.compose() == []

    ((shown, _),) = await asked("F-1")
    answer = (await foreseen())["F-1"].answer

    assert (shown.state, shown.blockers) == ("waiting", ("minimum",))
    assert (answer.why, answer.next_on) == ("first-reminder waits: minimum", None)


async def test_what_the_debtors_pace_put_off_is_shown_on_its_day_until_another_level_is_ordered(  # noqa: PLR0917
    desk, item, asked, house, ordered, foreseen
):
    """A letter went out yesterday; what a person orders instead is not what was put off."""
    yesterday = item("F-0", due=DUE)
    await desk.read(yesterday, item("F-1", due=DUE + timedelta(days=1)), at=BEFORE)
    await house.speak("F-0", now=NOW - timedelta(days=1))
    await house.look("F-1")
    assert await house.compose() == []

    ((shown, _),) = await asked("F-1")
    answer = (await foreseen())["F-1"].answer

    assert (shown.state, shown.blockers, shown.next_on) == ("open", (), date(2026, 3, 9))
    assert (answer.blockers, answer.next_on) == ((), date(2026, 3, 9))
    await ordered(SendNow(level="second-reminder", reason="they asked"), "F-1", at=NOW)
    ((shown, reason),) = await asked("F-1")
    assert (shown.next_on, reason.answer["level"]) == (NOW.date(), "second-reminder")


async def test_each_invoice_of_a_debtor_is_answered_for_itself(desk, item, asked, ordered):
    await desk.read(item(due=DUE), item("F-2", due=DUE), at=BEFORE)
    await ordered(Hold(until=date(2026, 3, 9)), "F-1", at=NOW)

    shown = {one.number: one.blockers for one, _ in await asked("F-1", "F-2")}

    assert shown == {"F-1": ("hold",), "F-2": ()}


async def test_what_follows_is_foreseen_for_paid_invoices_too(desk, item, ordered, foreseen):
    await desk.read(item(due=DUE), item("F-2", due=DUE), at=BEFORE)
    await ordered(Pay(amount=10_000), "F-1", at=NOW)

    found = await foreseen()

    kinds = {number: prospect.answer.kind for number, prospect in found.items()}
    assert kinds == {"F-1": "close", "F-2": "contact"}
