"""What an approver sees is what leaves once the yes is given."""

from dataclasses import replace
from datetime import date

import pytest

from models.chasing import commands as cmd
from models.chasing import events as ev
from models.chasing.moment import Moment, Position
from models.chasing.pace import Pace
from models.chasing.previewing import in_question
from models.ledger.invoice import Method
from tests.models.chasing.making import (
    DEBTOR,
    DUE,
    Life,
    at,
    carry_out,
    changed,
    days,
    invoice,
    policy,
    together,
    with_level,
)

HOUSE = policy()
FIRST = date(2026, 3, 5)
PLACES = {"courtesy": -5, "first": 3, "phone": 10, "second": 15, "formal": 30}
COVERING = with_level(HOUSE, "formal", covers="overdue")
CAREFUL = changed(
    with_level(
        with_level(with_level(HOUSE, "first", approval="always"), "second", approval="always"),
        "phone",
        approval="always",
    ),
    bundle_days=3,
)
OTHER = changed(policy(), name="other", levels=HOUSE.levels[:4])


def item(number: str, level: str, *, house=HOUSE, **known: object) -> Life:
    """A case whose next level is due on the day of the first reminder."""
    due = FIRST - days(PLACES[level])
    life = Life(house=house, known=invoice(number=number, due=due, **known))
    passed = tuple(name for name in PLACES if PLACES[name] < PLACES[level])
    return life.happens(ev.Passed(on=due, levels=passed)) if passed else life


def handed(number: str, house=HOUSE) -> Life:
    """A case whose hand-over is due."""
    said = ev.Said(on=FIRST - days(40), level="formal", deadline=FIRST - days(25))
    return item(number, "formal", house=house).happens(said)


def preview(lives, number="F-1", on=FIRST, pace=None, credits_=None):
    now = at(HOUSE, on, 10)
    looks = tuple(life.seen(now) for life in lives)
    return in_question(Moment(looks, Position(credits_ or {}), now), pace or Pace(), number)


@pytest.mark.parametrize(
    "lives",
    [
        [item("F-1", "formal"), item("F-2", "formal"), item("F-3", "second")],
        [item("F-1", "formal", house=COVERING), item("F-2", "first", house=COVERING)],
        [handed("F-1"), item("F-2", "second"), item("F-3", "first", house=OTHER)],
        [item("F-1", "first", house=CAREFUL), item("F-2", "second", house=CAREFUL)],
        [item("F-1", "phone", house=CAREFUL), item("F-2", "formal")],
        [item("F-1", "formal"), item("F-2", "formal", method=Method.DIRECT_DEBIT)],
    ],
)
@pytest.mark.parametrize("pace", [Pace(), Pace((FIRST,))])
def test_what_was_shown_leaves_once_the_yes_is_given(lives, pace):
    lives = [replace(life, history=list(life.history)) for life in lives]
    carry_out(lives, together(lives, at(HOUSE, FIRST, 10)))
    shown = preview(lives, pace=pace)
    assert shown is not None

    for life in lives:
        if life.case.asked is not None and life.case.asked.digest == lives[0].case.asked.digest:
            life.orders(cmd.Approve(), FIRST)

    found = together(lives, shown.at, pace)
    left = next(d for d in found.drafts if d.lines[0].number in {x.number for x in shown.lines})
    for name in ("level", "kind", "lines", "also_open", "totals", "deadline", "on", "route"):
        assert getattr(left, name) == getattr(shown, name), name


def test_nothing_is_shown_where_no_yes_is_asked_for():
    assert preview([item("F-1", "first")]) is None
    assert preview([item("F-1", "first")], number="F-9") is None


def test_a_question_without_a_digest_is_of_one_invoice():
    """Old requests, and those of a policy that was changed, name no notice."""
    lives = [item("F-1", "formal"), item("F-2", "formal")]
    for life in lives:
        life.happens(ev.ApprovalAsked(on=FIRST, level="formal", amount=100_000))

    shown = preview(lives)

    assert [line.number for line in shown.lines] == ["F-1"]


def test_a_notice_that_reaches_nobody_is_shown_all_the_same():
    lives = [item("F-1", "formal")]
    carry_out(lives, together(lives, at(HOUSE, FIRST, 10)))
    lives[0].debtor = replace(DEBTOR, contacts=())

    assert preview(lives).lines[0].number == "F-1"


def test_a_friendly_request_shows_its_own_level_while_it_is_next():
    """A level that was said meanwhile leaves the one that was asked for."""
    life = item("F-1", "first", house=CAREFUL)
    life.happens(ev.ApprovalAsked(on=DUE, level="second", amount=100_000))
    assert preview([life]).lines[0].level == "first"

    only_legal = changed(CAREFUL, levels=(CAREFUL.levels[3], *CAREFUL.levels[4:]))
    life = Life(house=only_legal, known=invoice(due=FIRST - days(30)))
    life.happens(ev.Passed(on=DUE, levels=("second",)))
    life.happens(ev.ApprovalAsked(on=DUE, level="second", amount=100_000))
    assert preview([life]).lines[0].level == "second"
