"""Rules 2 and 3: where levels have their place, in which order, how far apart."""

from dataclasses import replace
from datetime import date

import pytest

from models.chasing import commands as cmd
from models.chasing import events as ev
from models.chasing.answers import Blocker, Contact, State, Wait
from models.chasing.placing import nominal
from models.ledger.days import calendar
from models.policies import shipped
from tests.models.chasing.making import (
    DEBTOR,
    DUE,
    Life,
    at,
    contact,
    days,
    facts,
    invoice,
    only,
    policy,
    with_level,
)

HOUSE = policy()


@pytest.mark.parametrize(
    ("said", "level", "on"),
    [
        ([], "courtesy", date(2026, 2, 25)),
        (["courtesy"], "first", date(2026, 3, 5)),
        (["courtesy", "first"], "phone", date(2026, 3, 12)),
        (["courtesy", "first", "phone"], "second", date(2026, 3, 17)),
        (["courtesy", "first", "phone", "second"], "formal", date(2026, 4, 1)),
    ],
)
def test_each_level_has_its_place_from_the_due_date(said, level, on):
    life = Life()
    for name in said:
        life.says(name, date(2026, 2, 1))

    assert contact(life.look(date(2026, 2, 20))) == (level, on)


def test_contact_falls_on_the_first_working_day_and_opening_hour():
    life = Life(known=invoice(due=date(2026, 4, 1)))  # the reminder's place is 4 April, Easter

    answer = life.says("courtesy", date(2026, 3, 25)).look(date(2026, 3, 30))

    assert contact(answer) == ("first", date(2026, 4, 7))
    assert answer.at == at(HOUSE, date(2026, 4, 7))


def test_after_a_formal_notice_the_next_level_counts_from_its_deadline():
    life = Life().says("formal", date(2026, 4, 1), deadline=date(2026, 4, 16))

    assert contact(life.look(date(2026, 4, 2))) == ("agency", date(2026, 4, 27))  # 26 is a Sunday


def test_a_presentation_moves_the_deadline_and_what_counts_from_it():
    life = Life().says("formal", date(2026, 4, 1), deadline=date(2026, 4, 16))
    life.happens(ev.Presented(on=date(2026, 4, 9), level="formal", deadline=date(2026, 4, 24)))

    assert contact(life.look(date(2026, 4, 10))) == ("agency", date(2026, 5, 4))


def test_a_level_placed_from_the_due_date_still_waits_for_the_deadline():
    house = with_level(HOUSE, "agency", after_days=31, after_previous_days=None)
    life = Life(house=house).says("formal", date(2026, 4, 1), deadline=date(2026, 4, 16))

    assert contact(life.look(date(2026, 4, 2))) == ("agency", date(2026, 4, 17))


@pytest.mark.parametrize(
    ("history", "counts_from"),
    [
        # went out late: counts from then
        ((ev.Said(on=date(2026, 4, 15), level="first"),), date(2026, 4, 15)),
        # passed over before its day: counts from then
        ((ev.Passed(on=date(2026, 3, 3), levels=("first",)),), date(2026, 3, 3)),
        # passed over after its day: the anchor stays on the debt
        ((ev.Passed(on=date(2026, 3, 30), levels=("first",)),), date(2026, 3, 5)),
    ],
)
def test_a_level_may_be_placed_from_the_day_the_previous_one_went_out(history, counts_from):
    base = only(HOUSE, "first", "second")
    house = with_level(base, "second", after_days=None, after_previous_days=20)
    life = Life(house=house).happens(*history)

    answer = life.look(date(2026, 3, 3))

    assert contact(answer) == ("second", calendar("FR").first(counts_from + days(20)))


def test_a_level_of_which_nothing_is_known_counts_from_its_own_day():
    house = with_level(only(HOUSE, "first", "second"), "second", after_previous_days=20)
    house = with_level(house, "second", after_days=None)

    assert nominal(house, DUE, 1) == DUE + days(23)
    # moved here from a policy in which it had been called otherwise
    life = Life(house=house).says("unknown", date(2026, 3, 3))
    life.happens(ev.Passed(on=DUE, levels=("other",)))
    assert contact(life.look(date(2026, 3, 3)))[0] == "first"


def test_two_levels_of_a_case_keep_their_distance_however_late_the_first_went():
    life = Life().says("first", date(2026, 3, 16))
    life.happens(ev.Passed(on=DUE, levels=("phone",)))

    answer = life.look(date(2026, 3, 17))

    assert contact(answer) == ("second", date(2026, 3, 23))  # five days on is a Saturday
    assert answer.why == "second keeps 5 days from first of 2026-03-16"


def test_a_level_may_keep_a_distance_of_its_own():
    life = Life().says("second", date(2026, 3, 30))

    assert contact(life.look(date(2026, 3, 31))) == ("formal", date(2026, 4, 9))


def test_a_late_run_shifts_nothing():
    """The day of a level is the same whoever looks when."""
    early, late = Life().says("courtesy", date(2026, 2, 25)), Life()
    late.says("courtesy", date(2026, 2, 25))

    assert contact(early.look(date(2026, 2, 26))) == contact(late.look(date(2026, 3, 5)))


@pytest.mark.parametrize(
    ("runs", "on"),
    [
        ((10,), date(2026, 3, 12)),  # the 10th is a Tuesday; two bank days
        ((31,), date(2026, 4, 2)),  # the last of March
        ((5,), date(2026, 3, 9)),  # a run on the level's own day
        ((1, 20), date(2026, 3, 24)),
        ((), date(2026, 3, 5)),
    ],
)
def test_a_reminder_waits_for_the_debtors_payment_run(runs, on):
    life = Life(debtor=replace(DEBTOR, payment_days=runs)).says("courtesy", date(2026, 2, 25))

    assert contact(life.look(date(2026, 3, 2))) == ("first", on)


def test_a_courtesy_and_a_formal_notice_do_not_wait_for_a_payment_run():
    debtor = replace(DEBTOR, payment_days=(31,))

    assert contact(Life(debtor=debtor).look(date(2026, 2, 1)))[1] == date(2026, 2, 25)
    life = Life(debtor=debtor).says("second", date(2026, 3, 17))
    assert contact(life.look(date(2026, 3, 18)))[1] == date(2026, 4, 1)


def test_a_payment_run_later_in_the_year_is_found_in_a_later_month():
    life = Life(debtor=replace(DEBTOR, payment_days=(3,))).says("courtesy", date(2026, 2, 25))

    assert contact(life.look(date(2026, 3, 2))) == ("first", date(2026, 4, 8))  # over Easter


# --- repeats, exhaustion ------------------------------------------------------------------


def test_the_last_level_repeats_as_often_as_the_policy_says_and_then_a_manager_decides():
    house = shipped()["small-debtor"]
    life = Life(house=house).says("final-reminder", date(2026, 4, 1))

    assert contact(life.look(date(2026, 4, 2))) == ("final-reminder", date(2026, 5, 4))
    life.says("final-reminder", date(2026, 5, 4))
    assert contact(life.look(date(2026, 5, 5))) == ("final-reminder", date(2026, 6, 3))
    life.says("final-reminder", date(2026, 6, 3))
    spent = life.look(date(2026, 6, 4))
    assert isinstance(spent, Wait)
    assert (spent.rule, spent.state) == ("15", State.EXHAUSTED)
    assert spent.blockers == (Blocker.EXHAUSTED,)
    assert spent.until == house.opening(date(2026, 7, 3))
    assert life.look(date(2026, 7, 2)).until == house.opening(date(2026, 7, 3))
    assert life.look(date(2026, 7, 3)).until == house.opening(date(2026, 8, 2))


def test_a_last_level_that_was_skipped_does_not_repeat():
    house = shipped()["small-debtor"]
    life = Life(house=house).says("second-reminder", date(2026, 3, 17))
    life.happens(ev.Passed(on=DUE, levels=("final-reminder",)))

    assert life.look(date(2026, 4, 2)).state is State.EXHAUSTED


def test_a_policy_without_repeats_is_exhausted_after_its_last_level():
    house = only(HOUSE, "first")
    life = Life(house=house).says("first", date(2026, 3, 5))

    assert life.look(date(2026, 3, 6)).state is State.EXHAUSTED


# --- a person moves things ----------------------------------------------------------------


def test_send_now_goes_to_a_level_and_records_what_was_passed_over():
    life = Life().says("courtesy", date(2026, 2, 25))

    life.orders(cmd.SendNow(level="second", reason="asked by sales"), date(2026, 3, 3))

    assert [e.levels for e in life.history if isinstance(e, ev.Passed)] == [("first", "phone")]
    assert contact(life.look(date(2026, 3, 3))) == ("second", date(2026, 3, 3))
    life.says("second", date(2026, 3, 3))
    assert contact(life.look(date(2026, 3, 4)))[0] == "formal"


def test_skipping_records_one_level_or_all_before_another():
    life = Life().orders(cmd.Skip(), date(2026, 2, 2))
    assert contact(life.look(date(2026, 2, 2)))[0] == "first"
    life.orders(cmd.Skip(to="second"), date(2026, 2, 2))
    assert contact(life.look(date(2026, 2, 2)))[0] == "second"


def test_skipping_a_call_that_is_somebodys_task_ends_the_task():
    life = Life().says("first", date(2026, 3, 5))
    life.happens(ev.CallAsked(on=date(2026, 3, 12), level="phone", lapses_on=date(2026, 3, 19)))

    life.orders(cmd.Skip(), date(2026, 3, 13))

    assert contact(life.look(date(2026, 3, 13)))[0] == "second"


def test_skipping_what_was_ordered_again_drops_the_order():
    life = Life().says("first", date(2026, 3, 5))
    life.orders(cmd.SendNow(level="first"), date(2026, 3, 6))

    life.orders(cmd.Skip(), date(2026, 3, 6))

    assert life.case.order is None
    assert contact(life.look(date(2026, 3, 6)))[0] == "phone"


def test_sending_now_goes_before_a_call_nobody_has_made():
    life = Life().says("first", date(2026, 3, 5))
    life.happens(ev.CallAsked(on=date(2026, 3, 12), level="phone", lapses_on=date(2026, 3, 19)))

    life.orders(cmd.SendNow(level="first"), date(2026, 3, 13))

    assert contact(life.look(date(2026, 3, 13))) == ("first", date(2026, 3, 13))
    life.says("first", date(2026, 3, 13))
    assert contact(life.look(date(2026, 3, 16)))[0] == "phone"


@pytest.mark.parametrize("when", [date(2026, 2, 20), date(2026, 3, 10)])
def test_an_extension_moves_chasing_before_and_after_levels_were_said(when):
    life = Life()
    if when > DUE:
        life.says("courtesy", date(2026, 2, 25)).says("first", date(2026, 3, 5))
    life.orders(cmd.Extend(due=date(2026, 4, 1)), when)

    level, on = contact(life.look(when))

    assert (level, on) == (
        ("phone", date(2026, 4, 13)) if when > DUE else ("courtesy", date(2026, 3, 27))
    )
    assert life.case.due == DUE


def test_a_corrected_due_date_keeps_the_levels_passed():
    life = Life().says("courtesy", date(2026, 2, 25)).says("first", date(2026, 3, 5))

    life.happens(ev.Corrected(on=date(2026, 3, 6), due=date(2026, 4, 1)))

    assert contact(life.look(date(2026, 3, 6))) == ("phone", date(2026, 4, 13))


@pytest.mark.parametrize(
    ("corrected", "chased_from"),
    [(date(2026, 3, 10), date(2026, 4, 1)), (date(2026, 5, 4), date(2026, 5, 4))],
)
def test_a_corrected_due_date_never_undercuts_an_extension(corrected, chased_from):
    life = Life().orders(cmd.Extend(due=date(2026, 4, 1)), DUE)

    life.happens(ev.Corrected(on=DUE, due=corrected))

    assert (life.case.due, life.case.chase_due) == (corrected, chased_from)


# --- a policy changes while levels were said ----------------------------------------------


def test_a_case_moved_to_another_policy_never_falls_behind_what_was_said():
    extra = policy(
        text="""
name = "other"
zone = "Europe/Paris"
calendar = "FR"
levels = [
  { name = "softly", kind = "reminder", after_days = 2, channels = ["email"] },
  { name = "first", kind = "reminder", after_days = 3, channels = ["email"] },
  { name = "sternly", kind = "reminder", after_days = 20, channels = ["email"] },
]
"""
    )
    life = Life().says("courtesy", date(2026, 2, 25)).says("first", date(2026, 3, 5))
    life.house = extra

    assert contact(life.look(date(2026, 3, 6))) == ("sternly", date(2026, 3, 23))


@pytest.mark.parametrize("command", [cmd.Approve(), cmd.Skip(), cmd.SendNow(), cmd.Dispute()])
def test_names_the_new_policy_does_not_know_do_no_harm(command):
    life = Life().says("formal", date(2026, 4, 1), deadline=date(2026, 4, 16))
    life.happens(
        ev.Directed(on=date(2026, 4, 2), level="agency"),
        ev.ApprovalAsked(on=date(2026, 4, 2), level="agency", amount=100_000),
        ev.CallAsked(on=date(2026, 4, 2), level="phone", lapses_on=date(2026, 4, 9)),
        ev.PolicyChanged(on=date(2026, 4, 3), policy="export", version=1, hash="x"),
    )
    life.house = shipped()["deposit"]

    calls = life.look(date(2026, 4, 3))
    assert calls.blockers == (Blocker.CALL,)  # a person was asked, and may still call
    life.orders(cmd.LogCall(outcome="no-answer"), date(2026, 4, 3))
    assert life.look(date(2026, 4, 3)).blockers == (Blocker.CALL,)
    after = life.look(date(2026, 4, 10))
    assert isinstance(after, Contact)
    assert after.level == "deposit-reminder"
    if not isinstance(command, cmd.Approve):
        life.orders(command, date(2026, 4, 10))
        assert life.look(date(2026, 4, 10))
    assert facts(life.house)
