"""What is somebody's task by its day: an exhausted case every month, a credit that silences."""

from datetime import date

import pytest

from models.chasing import events as ev
from models.chasing.exhausting import asked_again_on, asked_on
from models.chasing.silencing import told_on
from tests.models.chasing.making import DEBTOR, Life, days, only, policy

HOUSE = only(policy(), "first")
SAID = date(2026, 3, 5)


def exhausted(**said: object) -> Life:
    return Life(house=HOUSE).happens(ev.Said(on=SAID, level="first", channel="email", **said))


@pytest.mark.parametrize(
    ("after", "last", "following"), [(0, 0, 30), (29, 0, 30), (30, 30, 60), (75, 60, 90)]
)
def test_a_manager_is_asked_every_month_whatever_is_looked_at_in_between(after, last, following):
    case, today = exhausted().case, SAID + days(after)
    assert asked_on(case, today) == SAID + days(last)
    assert asked_again_on(case, today) == SAID + days(following)


def test_while_a_deadline_runs_the_first_month_has_not_begun():
    case = exhausted(deadline=SAID + days(15)).case
    assert asked_on(case, SAID) == SAID + days(15)
    assert asked_again_on(case, SAID) == SAID + days(15)
    assert asked_again_on(case, SAID + days(15)) == SAID + days(45)


def test_a_case_that_enters_exhausted_is_asked_about_from_its_entry():
    life = Life(house=HOUSE, on=date(2026, 9, 1))
    life.happens(ev.Passed(on=date(2026, 9, 1), levels=("first",)))
    assert asked_on(life.case, date(2026, 9, 2)) == date(2026, 9, 1)


def test_a_credit_is_borne_for_five_working_days_from_the_levels_own_place():
    """The first reminder's place is Thursday 5 March; the fifth working day after is the 12th."""
    assert told_on(Life(house=HOUSE).case, HOUSE, DEBTOR) == date(2026, 3, 13)
    assert told_on(exhausted().case, HOUSE, DEBTOR) is None


def test_a_call_that_lapsed_is_remembered_until_a_later_contact():
    lapsed = ev.CallLapsed(on=SAID, level="phone")
    life = Life().happens(ev.CallAsked(on=SAID, level="phone", lapses_on=SAID), lapsed)
    assert life.case.lapsed == lapsed
    life.happens(ev.CallMade(on=SAID, level="", outcome="no-answer"))
    assert life.case.lapsed == lapsed
    reached = Life(history=[*life.history, ev.CallMade(on=SAID, level="", outcome="reached")])
    assert reached.case.lapsed is None
    assert life.says("second", SAID).case.lapsed is None
