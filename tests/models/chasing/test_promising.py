"""Rule 6: a promise pauses its amount through its day and its grace; kept, broken, replaced."""

from datetime import date

import pytest

from models.chasing import commands as cmd
from models.chasing import events as ev
from models.chasing.answers import Blocker, Close, State, Wait
from models.chasing.promising import broken_on
from models.errors import RefusedError
from tests.models.chasing.making import DUE, Life, changed, contact, days, policy

HOUSE = policy()
GIVEN = date(2026, 3, 6)
BY = date(2026, 3, 20)  # a Friday
BROKEN = date(2026, 3, 25)


def promised(amount: int | None = None, house=HOUSE) -> Life:
    life = Life(house=house).says("courtesy", date(2026, 2, 25)).says("first", date(2026, 3, 5))
    return life.orders(cmd.Promise(parts=(ev.Part(by=BY, amount=amount),)), GIVEN)


def states(life: Life) -> list[str]:
    return [promise.state for promise in life.case.promises]


@pytest.mark.parametrize(
    ("by", "grace", "broken"),
    [
        (date(2026, 3, 20), 2, date(2026, 3, 25)),
        (date(2026, 3, 20), 0, date(2026, 3, 23)),
        (date(2026, 3, 21), 0, date(2026, 3, 23)),  # promised for a Saturday
        (date(2026, 4, 2), 2, date(2026, 4, 9)),  # over Easter: 7 and 8 April are the grace
        (date(2026, 4, 30), 1, date(2026, 5, 5)),  # 1 May is a Friday
        (date(2026, 5, 6), 1, date(2026, 5, 11)),  # 8 May is worked by banks, not by offices
        (date(2026, 7, 10), 2, date(2026, 7, 15)),  # nor is the 14th of July
    ],
)
def test_a_promise_breaks_on_the_working_day_after_its_grace_of_bank_days(by, grace, broken):
    assert broken_on(changed(HOUSE, grace_days=grace), by) == broken


def test_a_promise_of_all_that_is_open_pauses_the_case():
    answer = promised().look(GIVEN)

    assert (answer.rule, answer.state, answer.blockers) == (
        "6",
        State.PROMISED,
        (Blocker.PROMISE,),
    )
    assert (answer.until, answer.next_on) == (HOUSE.opening(BROKEN), BROKEN)
    assert isinstance(promised().look(BROKEN - days(1), 23), Wait)


def test_a_broken_promise_leads_to_the_next_level():
    life = promised()

    assert contact(life.look(BROKEN)) == ("phone", BROKEN)
    assert states(life) == ["broken"]


def test_a_promise_kept_closes():
    life = promised().happens(ev.Paid(on=BY, amount=100_000))

    assert isinstance(life.look(BY), Close)
    assert states(life) == ["kept"]


@pytest.mark.parametrize(("came", "state"), [(39_800, "kept"), (39_799, "broken"), (0, "broken")])
def test_a_promise_is_kept_within_tolerance(came, state):
    life = promised(40_000)
    if came:
        life.happens(ev.Paid(on=BY, amount=came))

    life.look(BROKEN)

    assert states(life) == [state]


def test_a_promise_is_not_called_broken_while_the_books_have_not_been_read():
    life = promised()
    life.around = {"fresh": False}

    answer = life.look(BROKEN)

    assert answer.blockers == (Blocker.PROMISE, Blocker.BOOKS_STALE)
    assert answer.until == HOUSE.opening(BROKEN + days(1))
    assert states(life) == ["active"]
    life.around = {}
    assert contact(life.look(BROKEN + days(1)))[0] == "phone"


def test_the_rest_is_chased_while_a_part_is_promised_and_the_case_wakes_for_the_promise():
    life = promised(40_000).happens(ev.Passed(on=GIVEN, levels=("phone",)))

    assert contact(life.look(GIVEN)) == ("second", date(2026, 3, 17))
    life.says("second", date(2026, 3, 17))
    answer = life.look(date(2026, 3, 18))
    assert (answer.until, answer.next_on) == (HOUSE.opening(BROKEN), date(2026, 4, 1))


def test_stale_books_are_read_before_a_partial_promise_is_judged():
    life = promised(40_000).happens(ev.Passed(on=GIVEN, levels=("phone",)))
    life.says("second", date(2026, 3, 17))
    life.around = {"fresh": False}

    answer = life.look(BROKEN)

    assert (answer.rule, answer.until) == ("6", HOUSE.opening(BROKEN + days(1)))


def test_an_exhausted_case_wakes_for_a_promise_of_a_part():
    life = promised(40_000)
    life.happens(ev.Passed(on=GIVEN, levels=("phone", "second", "formal", "agency")))

    answer = life.look(GIVEN)

    assert (answer.state, answer.until) == (State.EXHAUSTED, HOUSE.opening(BROKEN))


# --- instalments ----------------------------------------------------------------------------

PLAN = cmd.Promise(
    parts=(
        ev.Part(by=date(2026, 3, 13), amount=30_000),
        ev.Part(by=date(2026, 3, 20), amount=30_000),
        ev.Part(by=date(2026, 3, 27)),
    )
)


def plan() -> Life:
    life = Life().says("courtesy", date(2026, 2, 25)).says("first", date(2026, 3, 5))
    return life.orders(PLAN, GIVEN)


def test_the_last_instalment_takes_what_is_left():
    assert [amount for _, amount in plan().case.promises[0].parts] == [30_000, 30_000, 40_000]


def test_a_plan_waits_from_part_to_part():
    life = plan().happens(ev.Paid(on=date(2026, 3, 13), amount=30_000))

    answer = life.look(date(2026, 3, 18))

    assert (answer.state, answer.next_on) == (State.PROMISED, BROKEN)
    assert life.case.chaseable == 0


def test_the_first_broken_part_breaks_the_plan():
    life = plan()

    assert contact(life.look(date(2026, 3, 18)))[0] == "phone"
    assert states(life) == ["broken"]
    assert life.case.chaseable == 100_000


def test_an_instalment_short_within_tolerance_does_not_break_the_plan():
    life = plan().happens(ev.Paid(on=date(2026, 3, 13), amount=29_900))

    assert life.look(date(2026, 3, 18)).state is State.PROMISED


def test_a_plan_for_a_part_does_not_keep_the_case_awake_once_a_part_has_come():
    """A part whose day is over says nothing about when to look next."""
    parts = (ev.Part(by=date(2026, 3, 13), amount=10_000), ev.Part(by=BY, amount=10_000))
    life = Life().says("courtesy", date(2026, 2, 25)).says("first", date(2026, 3, 5))
    life.orders(cmd.Promise(parts=parts), GIVEN).happens(ev.Passed(on=GIVEN, levels=("phone",)))
    life.happens(ev.Paid(on=date(2026, 3, 13), amount=10_000))
    life.says("second", date(2026, 3, 19))

    answer = life.look(date(2026, 3, 19))

    assert answer.until == HOUSE.opening(BROKEN)


# --- where a broken promise leads -----------------------------------------------------------


def test_a_broken_promise_may_lead_to_a_named_level_at_its_distance():
    house = changed(HOUSE, on_broken_promise="formal")
    life = promised(house=house).says("second", date(2026, 3, 24))

    assert contact(life.look(BROKEN)) == ("formal", date(2026, 4, 3))


def test_what_lies_before_a_named_level_is_recorded_as_passed_over():
    life = promised(house=changed(HOUSE, on_broken_promise="formal"))

    assert contact(life.look(BROKEN)) == ("formal", BROKEN)
    assert [name for name, _ in life.case.passed] == ["phone", "second"]


@pytest.mark.parametrize("named", ["first", "courtesy"])
def test_a_named_level_that_lies_behind_means_the_next(named):
    life = promised(house=changed(HOUSE, on_broken_promise=named))

    assert contact(life.look(BROKEN))[0] == "phone"


def test_a_named_level_that_is_next_passes_nothing_over():
    life = promised(house=changed(HOUSE, on_broken_promise="phone"))

    assert contact(life.look(BROKEN)) == ("phone", BROKEN)
    assert not any(isinstance(e, ev.Passed) for e in life.history)


def test_a_named_level_waits_for_the_deadline_of_a_formal_notice():
    house = changed(HOUSE, on_broken_promise="agency")
    life = promised(house=house).says("formal", date(2026, 3, 18), deadline=date(2026, 4, 2))

    assert contact(life.look(BROKEN)) == ("agency", date(2026, 4, 3))


# --- limits, replacing, taking back ---------------------------------------------------------


@pytest.mark.parametrize(
    ("by", "made", "accepted", "announced"),
    [
        (GIVEN + days(30), 1, False, False),
        (GIVEN + days(31), 1, False, True),  # longer than the policy allows
        (GIVEN + days(10), 2, False, True),  # the third in twelve months
        (GIVEN + days(31), 2, True, False),  # a manager accepts it
    ],
)
def test_beyond_the_limits_a_word_is_announced_and_pauses_nothing(by, made, accepted, announced):
    order = cmd.Promise(parts=(ev.Part(by=by),), accepted=accepted)
    life = Life().orders(order, GIVEN, made=made)

    assert life.case.promises[0].announced is announced
    assert life.case.chaseable == (100_000 if announced else 0)


def test_a_second_promise_of_everything_replaces_the_first():
    life = promised().orders(cmd.Promise(parts=(ev.Part(by=BY + days(3)),)), GIVEN)

    assert states(life) == ["withdrawn", "active"]
    assert life.case.promised == 100_000


def test_a_second_promise_beside_the_first_is_added_when_both_fit():
    life = promised(40_000)
    life.orders(cmd.Promise(parts=(ev.Part(by=BY + days(3), amount=60_000),)), GIVEN)

    assert states(life) == ["active", "active"]
    assert life.case.chaseable == 0


def test_money_keeps_the_promise_that_pauses_before_one_announced():
    life = Life()
    for key, announced, by in (("a", True, BY), ("p", False, BY + days(5))):
        part = ev.Part(by=by, amount=40_000)
        life.happens(ev.Promised(on=GIVEN, promise=key, parts=(part,), announced=announced))

    life.happens(ev.Paid(on=GIVEN, amount=40_000))

    assert states(life) == ["active", "kept"]


def test_a_ledger_that_shows_less_open_keeps_a_promise_too():
    life = promised(40_000).happens(ev.Corrected(on=BY, open=60_000))

    assert states(life) == ["kept"]


def test_a_reversal_takes_a_kept_promise_back_and_it_breaks():
    life = promised().happens(ev.Paid(on=BY, amount=100_000), ev.Closed(on=BY, state="paid"))
    life.happens(ev.Reversed(on=BY + days(30), amount=100_000))

    assert contact(life.look(BY + days(31)))[0] == "phone"
    assert states(life) == ["broken"]


def test_releasing_takes_back_a_promise_that_still_pauses():
    life = promised().orders(cmd.Release(reason="did not mean it"), GIVEN)

    assert states(life) == ["withdrawn"]
    assert life.case.chaseable == 100_000


def test_a_promise_without_parts_in_an_old_event_changes_nothing():
    life = Life().happens(ev.Promised(on=GIVEN, promise="p", parts=()))
    life.happens(ev.Paid(on=GIVEN, amount=10))

    assert life.case.chaseable == 99_990


@pytest.mark.parametrize(
    ("parts", "sentence"),
    [
        ((), "needs a day by which it will be paid"),
        ((ev.Part(by=GIVEN - days(1)),), "cannot be promised for 2026-03-05: that day is past"),
        ((ev.Part(by=BY, amount=0),), "needs a promised amount above zero"),
        ((ev.Part(by=BY, amount=100_001),), "has EUR 1000.00 open: EUR 1000.01 cannot be promised"),
        ((ev.Part(by=BY, amount=1), ev.Part(by=GIVEN)), "needs its instalments in order of day"),
        ((ev.Part(by=BY), ev.Part(by=BY)), "needs the amount of each instalment but the last"),
        ((ev.Part(by=date(9999, 12, 31)),), "is over ten years ahead"),
    ],
)
def test_a_promise_that_cannot_be_meant_is_refused(parts, sentence):
    with pytest.raises(RefusedError, match="invoice F-1") as refused:
        Life().orders(cmd.Promise(parts=parts), GIVEN)
    assert sentence in str(refused.value)


def test_what_is_disputed_in_full_cannot_be_promised():
    life = Life().orders(cmd.Dispute(), GIVEN)

    with pytest.raises(RefusedError, match="settle the dispute before a promise"):
        life.orders(cmd.Promise(parts=(ev.Part(by=BY),)), GIVEN)
    assert DUE < GIVEN
