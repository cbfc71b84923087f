"""Rules 4 and 14: where an invoice enters that is late, too old, brings a past, or is left out."""

from dataclasses import replace
from datetime import date

import pytest

from models.chasing import commands as cmd
from models.chasing import events as ev
from models.chasing.answers import Blocker, State
from models.chasing.entering import entry_place
from models.ledger.debtor import Hold
from models.ledger.invoice import Method
from tests.models.chasing.making import (
    DEBTOR,
    DUE,
    Life,
    at,
    changed,
    contact,
    days,
    entered,
    invoice,
    only,
    policy,
)

HOUSE = policy()


@pytest.mark.parametrize(
    ("late", "level", "passed"),
    [
        (0, "first", ["courtesy"]),  # seen on its due date: not late, its courtesy's time is gone
        (1, "first", ["courtesy"]),
        (3, "first", ["courtesy"]),
        (14, "first", ["courtesy"]),  # the call on the tenth day is none to enter at
        (15, "second", ["courtesy", "first", "phone"]),
        (200, "second", ["courtesy", "first", "phone"]),  # nobody enters with an act of law
    ],
)
def test_an_overdue_invoice_enters_at_the_last_reminder_its_age_has_reached(late, level, passed):
    life = Life(on=DUE + days(late))

    assert contact(life.look(DUE + days(late)))[0] == level
    assert [n for e in life.history if isinstance(e, ev.Passed) for n in e.levels] == passed


def test_late_entry_is_one_contact_and_then_the_course_goes_on_at_its_distance():
    life = Life(on=DUE + days(60)).says("second", DUE + days(60))

    assert contact(life.look(DUE + days(60))) == ("formal", date(2026, 5, 11))


def test_an_age_that_has_reached_no_reminder_enters_in_turn():
    house = only(HOUSE, "courtesy", "phone", "second")

    assert entry_place(house, DUE, DUE + days(12)) == 0
    life = Life(house=house, on=DUE + days(12))
    assert contact(life.look(DUE + days(12)))[0] == "phone"


@pytest.mark.parametrize(("late", "waits"), [(365, False), (366, True)])
def test_an_item_older_than_the_limit_is_a_task(late, waits):
    life = Life(on=DUE + days(late))

    answer = life.look(DUE + days(late))

    assert (getattr(answer, "blockers", ()) == (Blocker.TOO_OLD,)) is waits


def test_a_persons_order_releases_an_item_that_is_too_old():
    life = Life(on=DUE + days(400))
    life.look(DUE + days(400))

    life.orders(cmd.SendNow(reason="the debtor asked for it"), DUE + days(401))

    assert contact(life.look(DUE + days(401)))[0] == "second"


def test_a_row_that_brings_its_past_enters_there():
    first = entered(invoice(), HOUSE, DUE + days(400), level="second", level_on=DUE + days(16))
    life = Life(history=[first])

    assert contact(life.look(DUE + days(400)))[0] == "formal"
    assert life.case.level == "second"


# --- direct debits and others left out by name ---------------------------------------------


def test_a_direct_debit_is_left_alone_until_it_is_rejected():
    life = Life(known=invoice(method=Method.DIRECT_DEBIT), on=DUE + days(1))

    answer = life.look(DUE + days(20))

    assert (answer.rule, answer.state, answer.blockers) == (
        "14",
        State.EXCLUDED,
        (Blocker.DIRECT_DEBIT,),
    )
    assert len(life.history) == 1


@pytest.mark.parametrize(
    ("after", "level"), [(-1, "first"), (2, "first"), (16, "second"), (70, "second")]
)
def test_a_rejected_debit_enters_at_once_at_the_level_its_age_has_reached(after, level):
    life = Life(known=invoice(method=Method.DIRECT_DEBIT))
    life.look(DUE - days(1))

    life.orders(cmd.RejectDebit(), DUE + days(after))

    found, on = contact(life.look(DUE + days(after)))
    assert found == level
    assert after < 3 or on <= DUE + days(after + 2)


def test_a_debit_that_comes_back_again_changes_nothing():
    life = Life(known=invoice(method=Method.DIRECT_DEBIT))
    life.orders(cmd.RejectDebit(), DUE + days(2)).orders(cmd.RejectDebit(), DUE + days(9))

    assert life.case.debit_rejected == DUE + days(2)


@pytest.mark.parametrize(
    ("known", "debtor", "blocker"),
    [
        (invoice(method=Method.SELF_BILLED), DEBTOR, Blocker.SELF_BILLED),
        (invoice(), replace(DEBTOR, internal=True), Blocker.INTERNAL),
        (invoice(servicer="factor"), DEBTOR, Blocker.SERVICER),
    ],
)
def test_what_is_left_out_says_so_by_name(known, debtor, blocker):
    answer = Life(known=known, debtor=debtor).look(DUE + days(3))

    assert (answer.rule, answer.state, answer.blockers) == ("14", State.EXCLUDED, (blocker,))


def test_a_case_handed_over_waits_with_those_who_have_it():
    life = Life().happens(ev.HandedOver(on=DUE + days(60), level="agency"))

    answer = life.look(DUE + days(61))

    assert (answer.state, answer.blockers) == (State.HANDED_OVER, (Blocker.HANDED_OVER,))


# --- rules 8 and 12: what stops everything -------------------------------------------------


@pytest.mark.parametrize(
    ("issued", "stopped"),
    [
        (date(2026, 1, 30), True),
        (date(2026, 3, 10), True),  # on the day of the judgment
        (date(2026, 3, 11), False),  # a claim after it
        (None, True),  # nobody knows: nobody is chased
    ],
)
def test_an_insolvency_stops_claims_from_before_the_judgment(issued, stopped):
    life = Life(known=invoice(issued=issued), on=date(2026, 1, 30))
    life.around = {"insolvent_on": date(2026, 3, 10)}

    answer = life.look(DUE + days(20))

    assert (getattr(answer, "blockers", ()) == (Blocker.INSOLVENCY,)) is stopped


def test_a_frozen_creditor_stands_still_and_thaws_debtor_by_debtor():
    life = Life().says("courtesy", date(2026, 2, 25))
    life.around = {"frozen": True}
    assert life.look(DUE + days(3)).blockers == (Blocker.FROZEN,)

    life.around = {"thaws_on": date(2026, 3, 9)}
    waits = life.look(DUE + days(3))
    assert (waits.until, waits.next_on) == (HOUSE.opening(date(2026, 3, 9)), date(2026, 3, 9))
    assert waits.blockers == (Blocker.TURN,)
    assert contact(life.look(date(2026, 3, 9))) == ("first", date(2026, 3, 9))


def test_holds_of_case_debtor_and_creditor_are_named_and_the_last_one_counts():
    life = Life().says("courtesy", date(2026, 2, 25))
    life.orders(cmd.Hold(until=date(2026, 3, 8), reason="holiday"), DUE)
    life.around = {
        "debtor_holds": (Hold("d", date(2026, 3, 14), "talks"),),
        "creditor_holds": (Hold("c", date(2026, 3, 6), "audit"), Hold("x", DUE, "past")),
    }

    answer = life.look(DUE + days(3))

    assert answer.blockers == (Blocker.CREDITOR_HOLD, Blocker.DEBTOR_HOLD, Blocker.HOLD)
    assert answer.next_on == date(2026, 3, 14)
    assert answer.until == HOUSE.opening(date(2026, 3, 14))
    # it ends on a Saturday: chasing goes on with the week
    assert contact(life.look(date(2026, 3, 14))) == ("first", date(2026, 3, 16))


def test_a_hold_without_end_ends_when_released():
    life = Life().says("courtesy", date(2026, 2, 25))
    life.orders(cmd.Hold(until=None, reason="talks"), DUE)
    stopped = life.look(DUE + days(300))
    assert (stopped.blockers, stopped.until, stopped.why) == ((Blocker.HOLD,), None, "on hold")

    life.orders(cmd.Release(), DUE + days(300))

    assert contact(life.look(DUE + days(300)))[0] == "first"


def test_a_hold_past_the_due_date_drops_the_courtesy():
    life = Life().orders(cmd.Hold(until=DUE + days(1), reason="talks"), date(2026, 2, 20))

    assert contact(life.look(DUE + days(1)))[0] == "first"
    assert [e.reason for e in life.history if isinstance(e, ev.Passed)] == ["its time is gone"]


def test_a_notice_on_its_way_is_waited_for_until_tomorrow():
    life = Life()
    life.around = {"being_said": True}

    answer = life.look(date(2026, 2, 25))

    assert answer.blockers == (Blocker.BEING_SAID,)
    assert answer.until == HOUSE.opening(date(2026, 2, 26))


def test_a_legal_notice_of_unknown_outcome_waits_for_a_person():
    life = Life()
    life.around = {"unknown": True}

    answer = life.look(DUE + days(30))

    assert (answer.blockers, answer.until) == ((Blocker.UNKNOWN_OUTCOME,), None)


# --- rule 11: stale books -------------------------------------------------------------------


def test_nothing_is_said_while_the_books_are_stale():
    life = Life().says("courtesy", date(2026, 2, 25))
    life.around = {"fresh": False, "stale_until": at(HOUSE, date(2026, 3, 5), 12)}

    assert contact(life.look(date(2026, 3, 4)))[1] == date(2026, 3, 5)  # today they may be read
    answer = life.look(date(2026, 3, 5), 10)
    assert (answer.rule, answer.blockers) == ("11", (Blocker.BOOKS_STALE,))
    assert answer.until == at(HOUSE, date(2026, 3, 5), 12)


def test_stale_books_are_looked_at_again_even_if_nobody_says_when():
    life = Life().says("courtesy", date(2026, 2, 25))
    life.around = {"fresh": False}

    assert life.look(date(2026, 3, 6)).until == HOUSE.opening(date(2026, 3, 9))


# --- who can be reached: rule 20 ------------------------------------------------------------


def test_a_debtor_nobody_can_reach_is_a_task():
    life = Life(debtor=replace(DEBTOR, contacts=())).says("courtesy", date(2026, 2, 25))

    answer = life.look(DUE + days(3))

    assert (answer.rule, answer.blockers) == ("20", (Blocker.NO_CONTACT,))
    assert answer.why == (
        "first cannot go out: no e-mail address of accounting, no postal address of accounting"
    )


def test_a_courtesy_nobody_can_receive_is_dropped_on_the_due_date():
    life = Life(debtor=replace(DEBTOR, contacts=()))

    assert life.look(date(2026, 2, 25)).until == HOUSE.opening(DUE)
    assert life.look(DUE).level == "first"


def test_a_call_needs_no_address():
    life = Life(debtor=replace(DEBTOR, contacts=())).says("first", date(2026, 3, 5))

    assert contact(life.look(date(2026, 3, 12)))[0] == "phone"


def test_a_bounce_says_the_same_level_by_the_next_channel_until_none_is_left():
    life = Life().says("first", date(2026, 3, 5))
    life.orders(cmd.Bounce(channel="email"), date(2026, 3, 6))

    assert contact(life.look(date(2026, 3, 6))) == ("first", date(2026, 3, 6))
    life.says("first", date(2026, 3, 6), channel="letter", round=0)
    life.orders(cmd.Bounce(), date(2026, 3, 12))
    assert life.look(date(2026, 3, 12)).blockers == (Blocker.NO_CONTACT,)


def test_a_courtesy_that_bounced_after_the_due_date_is_not_said_again():
    life = Life().says("courtesy", date(2026, 2, 27))

    life.orders(cmd.Bounce(), DUE)

    assert contact(life.look(DUE))[0] == "first"


def test_what_bounced_and_is_not_known_changes_nothing():
    life = Life().happens(ev.Bounced(on=DUE, level="first", channel="email"))

    assert life.case.order is None


@pytest.mark.parametrize(("limit", "waits"), [(399, True), (400, False)])
def test_the_age_limit_is_the_policys(limit, waits):
    life = Life(house=changed(HOUSE, enter_until_days=limit), on=DUE + days(400))

    blockers = getattr(life.look(DUE + days(400)), "blockers", ())

    assert (Blocker.TOO_OLD in blockers) is waits
