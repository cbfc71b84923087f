"""Tasks that looks open and end: for whom, about what, asked again when, closed by what."""

from datetime import UTC, date, datetime, timedelta

import pytest

from models.chasing.commands import (
    Bounce,
    Credit,
    Dispute,
    LogCall,
    Pay,
    Present,
    Promise,
    Settle,
    Skip,
    WriteOff,
)
from models.chasing.events import Outcome, Part
from models.chasing.policy import parsed as policy
from models.errors import RefusedError, UnknownError
from models.ledger.entries import ContactRow
from models.store.asking import Asking
from tests.models.store.keeping import NOW, House

HEAD = 'zone = "Europe/Paris"\ncalendar = "FR"\n'
MAILS = f"""
name = "mails"
{HEAD}
[[levels]]
name = "first"
kind = "reminder"
after_days = 3
channels = ["email", "letter"]

[[levels]]
name = "second"
kind = "reminder"
after_days = 10
channels = ["email", "letter"]
"""
CALLS = f"""
name = "calls"
{HEAD}
[[levels]]
name = "phone"
kind = "call"
after_days = 3
lapse_days = 2

[[levels]]
name = "first"
kind = "reminder"
after_days = 12
channels = ["email"]
"""
GIVES = f"""
name = "gives"
{HEAD}
[[levels]]
name = "formal-notice"
kind = "formal-notice"
after_days = 1
channels = ["email"]
approval = "never"
deadline_days = 10

[[levels]]
name = "hand-over"
kind = "hand-over"
after_previous_days = 1
approval = "never"
"""
PLAIN = f"""
name = "plain"
{HEAD}
[[levels]]
name = "first"
kind = "reminder"
after_days = 1
channels = ["email"]

[[levels]]
name = "hand-over"
kind = "hand-over"
after_previous_days = 5
approval = "never"
"""
ASKS = GIVES.replace('"gives"', '"asks"').replace('approval = "never"\n', "")


@pytest.fixture
def house(store, creditors, books):
    for text in (MAILS, CALLS, GIVES, PLAIN, ASKS):
        made = policy(text, "mine.toml")
        books.policies = {**books.policies, made.name: made}
    return House(store, creditors)


def late(item, **facts):
    """An invoice that is due on Monday and imported before."""
    return item(due=date(2026, 3, 2), **{"policy": "mails", **facts})


BEFORE = NOW - timedelta(days=5)
MONDAY = NOW + timedelta(days=3)


# --- addresses that do not work -------------------------------------------------------------


async def _ledger(desk, item):
    await desk.read(late(item, email="right@one.example"), at=MONDAY)


async def _contacts(desk, _item):
    row = ContactRow(line=2, debtor="D1", role="accounting", email="right@one.example")
    await desk.contacts(row, at=MONDAY)


@pytest.mark.parametrize("correct", [_ledger, _contacts])
@pytest.mark.parametrize("by", ["refusal", "bounce"])
async def test_a_level_that_did_not_arrive_goes_to_the_address_that_is_right(  # noqa: PLR0917
    desk, item, house, ordered, by, correct
):
    await desk.read(late(item), at=BEFORE)
    end = "failed" if by == "refusal" else "sent"
    assert await house.speak(end=end) == ["ap@one.example"]
    if by == "bounce":
        await ordered(Bounce(channel="email"), "F-1", at=NOW)

    assert await house.speak(now=MONDAY) == []
    assert (await house.look(now=MONDAY)).blockers == ("no-contact",)
    assert {"bad-address", "missing-contact"} == set(await house.open())

    await correct(desk, item)

    assert await house.speak(now=MONDAY) == ["right@one.example"]
    assert "missing-contact" not in await house.open()


async def test_a_corrected_address_ends_its_task_and_wakes_the_debtor(desk, item, house, rows):
    await desk.read(late(item), at=BEFORE)
    await house.speak(end="failed")
    stirred = "SELECT stirred_at FROM debtors WHERE code = 'D1'"
    refused = await rows(stirred)

    await desk.read(late(item), at=MONDAY)
    assert await rows(stirred) == refused
    await _ledger(desk, item)

    assert await rows(stirred) != refused
    assert "bad-address" not in await house.open()
    assert [row["bad"] for row in await rows("SELECT bad FROM contacts")] == [""]


async def test_after_a_refusal_no_later_level_goes_to_the_same_address(
    desk, item, house, ordered, rows
):
    await desk.read(late(item), at=BEFORE)
    await house.speak(end="failed")
    assert [row["bad"] for row in await rows("SELECT bad FROM contacts")] == ["email"]

    await ordered(Skip(reason="no address"), "F-1", at=NOW)

    assert await house.speak(now=NOW + timedelta(days=14)) == []
    assert (await house.open())["missing-contact"].facts["why"] == (
        "second cannot go out: the e-mail address of accounting did not work, "
        "the letter channel is not connected"
    )


async def test_a_refusal_about_what_is_over_by_then_asks_nobody_for_an_address(
    desk, item, house, ordered, rows
):
    await desk.read(late(item), at=BEFORE)
    await house.look()
    (key,) = await house.compose()
    await house.outbox.claim(key, "me", NOW)
    await ordered(WriteOff(reason="small"), "F-1", at=NOW)
    await house.look()

    assert await house.outbox.failed(key, "me", "550", NOW) == "failed"

    assert await rows("SELECT kind FROM case_events WHERE kind = 'bounced'") == []
    assert await house.open() == {}


async def test_a_refused_confirmation_frees_no_level_but_its_address_is_bad(  # noqa: PLR0917
    desk, item, house, ordered, books, rows
):
    await desk.read(late(item), at=BEFORE)
    books.channels = frozenset({"email"})
    await ordered(Promise(parts=(Part(by=date(2026, 3, 20)),)), "F-1", at=NOW)
    (notice,) = await rows("SELECT key FROM notices")
    await house.outbox.claim(notice["key"], "me", NOW)

    await house.outbox.failed(notice["key"], "me", "550", NOW)

    assert await rows("SELECT kind FROM case_events WHERE kind = 'bounced'") == []
    task = (await house.open())["bad-address"]
    assert task.facts["why"].startswith("promise-confirmed by email was refused: find")


async def test_an_address_corrected_before_the_refusal_is_not_marked_bad(desk, item, house, rows):
    await desk.read(late(item), at=BEFORE)
    await house.look()
    (key,) = await house.compose()
    await house.outbox.claim(key, "me", NOW)
    await _ledger(desk, item)

    await house.outbox.failed(key, "me", "550", NOW)

    assert [row["bad"] for row in await rows("SELECT bad FROM contacts")] == [""]
    assert "bad-address" not in await house.open()


@pytest.mark.parametrize(
    ("facts", "kinds"),
    [
        ({"email": ""}, {"missing-contact"}),
        (
            {"email": "", "street": "1 rue", "city": "Lyon"},
            {"missing-contact", "missing-channel"},
        ),
    ],
)
async def test_a_task_says_whether_an_address_or_a_channel_is_missing(
    desk, item, house, facts, kinds
):
    await desk.read(late(item, **facts), at=BEFORE)
    await house.look()
    found = await house.open()
    assert set(found) == kinds
    for task in found.values():
        assert task.facts["why"] == (
            "first cannot go out: no e-mail address of accounting, "
            "the letter channel is not connected"
        )
        with pytest.raises(RefusedError, match="closes by itself"):
            await house.tasks.done(task.id, "", "clerk", NOW)


# --- calls, exhausted cases, hand-overs, credits ---------------------------------------------


@pytest.mark.parametrize("ends", ["call", "mail", "payment"])
async def test_a_call_not_made_is_its_managers_task_until_a_later_contact(
    desk, item, house, ordered, ends
):
    await desk.read(late(item, policy="calls"), at=BEFORE)
    await house.speak()
    assert set(await house.open()) == {"call"}

    gone = NOW + timedelta(days=5)
    await house.look(now=gone)

    (task,) = (await house.open()).values()
    assert (task.kind, task.owner, task.numbers) == ("call-lapsed", "manager", ("F-1",))
    assert "was not made" in task.facts["why"]

    if ends == "call":
        await ordered(LogCall(outcome="reached"), "F-1", at=gone)
    elif ends == "payment":
        await ordered(WriteOff(reason="small"), "F-1", at=gone)
    else:
        await house.speak(now=NOW + timedelta(days=10))
    await house.look(now=NOW + timedelta(days=11))
    assert "call-lapsed" not in await house.open()


async def test_a_call_that_is_made_is_no_task_any_more(desk, item, house, ordered):
    await desk.read(late(item, policy="calls"), at=BEFORE)
    await house.speak()
    await ordered(LogCall(outcome="reached"), "F-1", at=NOW)
    await house.look()
    assert await house.open() == {}


async def test_an_exhausted_case_is_asked_about_every_month_with_its_age(desk, item, house, rows):
    await desk.read(late(item), at=BEFORE)
    await house.speak()
    said = NOW + timedelta(days=7)
    await house.speak(now=said)
    task = (await house.open())["exhausted"]
    assert (task.due, task.asked) == (date(2026, 3, 13), 1)
    assert task.facts["days_overdue"] == 11
    assert "11 days overdue, limitation date not known yet" in task.facts["why"]

    await house.look(now=said + timedelta(days=3))
    between = await house.look(now=said + timedelta(days=20))
    assert between.until.date() == date(2026, 4, 12)
    assert (await house.open())["exhausted"].asked == 1
    assert await house.tasks.done(task.id, "thinking", "ines", said)
    await house.look(now=said + timedelta(days=21))
    assert "exhausted" not in await house.open()

    await house.look(now=said + timedelta(days=31))

    again = (await house.open())["exhausted"]
    assert (again.id, again.due, again.asked) == (task.id, date(2026, 4, 12), 2)
    assert again.facts["days_overdue"] == 42
    whys = await rows("SELECT why FROM journal WHERE rule = '15' ORDER BY at")
    assert len(whys) >= 2


async def test_a_residue_is_proposed_for_write_off_until_nothing_is_left(
    desk, item, house, ordered
):
    await desk.read(late(item, policy="standard-b2b"), at=BEFORE)
    await ordered(Pay(amount=9_900), "F-1", at=NOW)
    assert (await house.look()).state == "paid"
    task = (await house.open())["write-off"]
    assert (task.owner, task.facts["amount"], task.facts["currency"]) == ("manager", 100, "EUR")

    await ordered(Pay(amount=100), "F-1", at=NOW)

    assert await house.open() == {}


async def test_an_answer_to_a_dispute_is_owed_by_its_owner_then_by_his_manager(
    desk, item, house, ordered
):
    await desk.read(late(item), at=BEFORE)
    await ordered(Dispute(reason="price"), "F-1", at=NOW)
    await house.look()
    task = (await house.open())["dispute"]
    assert (task.owner, task.due) == ("collector", date(2026, 3, 20))
    assert task.facts["why"] == "it is disputed (price): an answer is owed by 2026-03-20"

    await house.look(now=NOW + timedelta(days=19))

    assert (await house.open())["dispute"].owner == "manager"


async def test_a_credit_note_that_was_agreed_on_is_a_task_until_it_comes(
    desk, item, house, ordered
):
    await desk.read(late(item), at=BEFORE)
    await ordered(Dispute(reason="price"), "F-1", at=NOW)
    by = date(2026, 3, 17)
    await ordered(Settle(outcome=Outcome.FOR_DEBTOR, credit_by=by), "F-1", at=NOW)
    await house.look()
    task = (await house.open())["credit-note"]
    assert (task.owner, task.due) == ("owner", by)

    await ordered(Credit(amount=10_000), "F-1", at=NOW)
    await house.look()

    assert await house.open() == {}


async def test_a_dispute_after_a_formal_notice_is_a_managers_task_to_accept(
    desk, item, house, ordered
):
    await desk.read(late(item, policy="gives"), at=BEFORE)
    await house.speak()
    await ordered(Dispute(reason="price"), "F-1", at=NOW)

    await house.look()

    task = (await house.open())["dispute-to-accept"]
    assert (task.owner, task.numbers) == ("manager", ("F-1",))


@pytest.mark.parametrize(("copy", "owner"), [("", "collector"), ('copy = ["sales"]', "sales")])
async def test_the_house_is_warned_before_a_level_leaves(  # noqa: PLR0917
    desk, item, books, house, copy, owner
):
    made = policy(
        f"name = 'warns'\n{HEAD}[[levels]]\nname = 'first'\nkind = 'reminder'\nafter_days = 3\n"
        f"channels = ['email']\nwarn_days = 2\n{copy}\n",
        "warns.toml",
    )
    books.policies = {**books.policies, "warns": made}
    await desk.read(item(due=date(2026, 3, 5), policy="warns"), at=BEFORE)
    await house.look()
    assert await house.open() == {}, "it leaves on Monday: too early to say"

    await house.look(now=NOW + timedelta(days=1))

    (task,) = (await house.open()).values()
    assert (task.kind, task.owner, task.due) == ("warning", owner, date(2026, 3, 9))
    assert task.facts["why"] == "first leaves on 2026-03-09"


@pytest.mark.parametrize("confirmed", [True, False])
async def test_somebody_confirms_when_a_registered_letter_was_presented(  # noqa: PLR0917
    desk, item, books, store, creditors, ordered, confirmed
):
    text = GIVES.replace('["email"]', '["registered-letter"]').replace('"gives"', '"registered"')
    books.policies = {**books.policies, "registered": policy(text, "registered.toml")}
    house = House(store, creditors, frozenset({"registered-letter"}))
    place = {"street": "1 rue A", "postcode": "75001", "city": "Paris"}
    await desk.read(late(item, policy="registered", **place), at=BEFORE)
    await house.speak()
    task = (await house.open())["presentation"]
    assert (task.owner, task.facts["level"]) == ("collector", "formal-notice")
    assert "when was formal-notice first presented?" in task.facts["why"]

    if confirmed:
        await ordered(Present(on=date(2026, 3, 9)), "F-1", at=MONDAY)
    await house.look(now=MONDAY)

    assert ("presentation" in await house.open()) is not confirmed


async def test_a_hand_over_is_a_task_that_says_what_to_give_to_whom(desk, item, house):
    row = {"policy": "gives", "due": date(2026, 3, 2)}
    await desk.read(item("F-1", **row), item("F-2", 5_000, **row), at=BEFORE)
    await house.speak("F-1", "F-2")
    later = NOW + timedelta(days=14)

    await house.speak("F-1", "F-2", now=later)

    task = (await house.open())["hand-over"]
    assert (task.owner, task.numbers) == ("collector", ("F-1", "F-2"))
    assert [(line["invoice"], line["amount"]) for line in task.facts["lines"]] == [
        ("F-1", "100.00"),
        ("F-2", "50.00"),
    ]
    assert task.facts["totals"] == [{"currency": "EUR", "net": "150.00"}]
    assert task.facts["deadline"] == "2026-03-16"
    assert task.facts["why"] == (
        "give it to your collection partner, then relance done: EUR 150.00 in all, "
        "which the notice before it wanted by 2026-03-16"
    )

    await house.look("F-1", "F-2", now=later + timedelta(days=1))
    assert "hand-over" in await house.open()
    assert await house.tasks.done(task.id, "given to Fort & Co", "clerk", later)
    await house.look("F-1", "F-2", now=later + timedelta(days=2))
    assert "hand-over" not in await house.open()


async def test_a_hand_over_that_no_deadline_went_before_speaks_of_none(desk, item, house):
    await desk.read(late(item, policy="plain"), at=BEFORE)
    await house.speak()

    await house.speak(now=NOW + timedelta(days=14))

    facts = (await house.open())["hand-over"].facts
    assert facts["why"] == (
        "give it to your collection partner, then relance done: EUR 100.00 in all"
    )
    assert facts["deadline"] is None


async def test_a_hand_over_that_was_paid_first_is_given_to_nobody(desk, item, house, ordered):
    row = {"policy": "gives", "due": date(2026, 3, 2)}
    await desk.read(item("F-1", **row), item("F-2", 5_000, **row), at=BEFORE)
    await house.speak("F-1", "F-2")
    later = NOW + timedelta(days=14)
    await house.speak("F-1", "F-2", now=later)

    await ordered(WriteOff(reason="paid elsewhere"), "F-1", at=later)
    await house.look("F-1", now=later)
    assert (await house.open())["hand-over"].numbers == ("F-2",)
    await ordered(WriteOff(reason="paid elsewhere"), "F-2", at=later)
    await house.look("F-2", now=later)
    assert "hand-over" not in await house.open()


async def test_a_credit_that_silences_a_debtor_for_long_is_one_task_until_it_speaks(
    desk, item, house, rows
):
    both = [late(item), late(item, number="F-2")]
    await desk.read(*both, item("A-1", -30_000), at=BEFORE)
    await house.speak("F-1", "F-2")
    assert await house.open() == {}
    quiet = await house.look("F-1")
    assert (quiet.blockers, quiet.state) == (("net-credit",), "waiting")
    # Its place was Thursday the 5th: five working days later is Thursday the 12th.
    assert quiet.until.date() == date(2026, 3, 13)

    silent = datetime(2026, 3, 13, 9, tzinfo=UTC)
    looked = await house.look("F-1", "F-2", now=silent)

    (task,) = (await house.open()).values()
    assert (task.kind, task.owner, task.numbers) == ("net-credit", "collector", ("F-1", "F-2"))
    assert looked.until is None

    await desk.read(*both, item("F-3", 90_000, due=date(2026, 3, 2), policy="mails"), at=silent)
    await house.speak("F-3", now=silent)
    await house.look("F-1", "F-2", now=silent)
    assert "net-credit" not in await house.open()


async def test_a_yes_that_lapsed_or_was_never_asked_for_shows_no_notice(
    desk, item, house, store, creditors
):
    row = {"policy": "asks", "due": date(2026, 3, 2)}
    await desk.read(item("F-1", **row), at=BEFORE)
    asking = Asking(store, creditors, frozenset({"email"}))
    assert await asking.notice("acme", "F-1", NOW) is None
    assert await asking.notice("acme", "F-9", NOW) is None
    await house.speak()
    shown = await asking.notice("acme", "F-1", NOW)
    assert [line.amount for line in shown.lines] == [10_000]

    await desk.read(item("F-1", 20_000, **row), at=NOW)
    assert await asking.notice("acme", "F-1", NOW) is None


async def test_a_task_that_nobody_knows_or_that_is_closed_is_not_done_again(desk, item, house):
    await desk.read(late(item), at=BEFORE)
    await house.speak(end="failed")
    task = (await house.open())["bad-address"]
    with pytest.raises(UnknownError, match="there is no task 99"):
        await house.tasks.done(99, "", "clerk", NOW)
    assert await house.tasks.done(task.id, "asked them", "clerk", NOW)
    assert not await house.tasks.done(task.id, "asked them", "clerk", NOW)
