"""What a case rests on, until when, and what follows a promise that is not kept."""

from datetime import date

import pytest

from models.chasing import commands as cmd
from models.chasing import events as ev
from models.chasing.resting import rests
from models.ledger.debtor import Hold
from tests.models.chasing.making import Life, at, invoice, only, policy, with_level

HOUSE = policy()
#: A Monday; the first reminder went out on the Thursday before.
TODAY = date(2026, 3, 9)


def reminded(**about: object) -> Life:
    return Life(**about).says("first", date(2026, 3, 5))


def resting(life: Life, on: date = TODAY):
    return rests(life.case, life.house, life.facts, at(life.house, on))


def promise(*parts: tuple[date, int | None]) -> cmd.Promise:
    return cmd.Promise(parts=tuple(ev.Part(by=by, amount=amount) for by, amount in parts))


def test_a_promise_says_when_it_breaks_and_what_follows():
    life = reminded(house=only(HOUSE, "first", "second")).orders(
        promise((date(2026, 3, 13), None)), TODAY
    )
    (rest,) = resting(life)
    assert (rest.kind, rest.amount, rest.until) == ("promise", 100_000, date(2026, 3, 13))
    assert rest.broken_on == date(2026, 3, 18)
    assert (rest.then, rest.then_on) == ("second", date(2026, 3, 18))


def test_instalments_name_the_first_that_has_not_come():
    life = reminded().orders(
        promise((date(2026, 3, 13), 40_000), (date(2026, 3, 27), 60_000)), TODAY
    )
    assert resting(life)[0].until == date(2026, 3, 13)
    life.happens(ev.Paid(on=date(2026, 3, 12), amount=40_000))
    (rest,) = resting(life, date(2026, 3, 12))
    assert (rest.until, rest.amount) == (date(2026, 3, 27), 60_000)


def test_what_is_only_announced_or_over_is_no_rest():
    life = reminded().orders(promise((date(2026, 3, 13), None)), TODAY, made=2)
    assert resting(life) == ()
    life = reminded().orders(promise((date(2026, 3, 13), None)), TODAY)
    life.orders(cmd.Release(), TODAY)
    assert resting(life) == ()


def test_what_the_house_is_warned_of_follows_a_broken_promise_all_the_same():
    house = with_level(only(HOUSE, "first", "second"), "second", warn_days=5)
    life = reminded(house=house, known=invoice(due=date(2026, 3, 20)))
    life.orders(promise((date(2026, 3, 13), None)), TODAY)
    (rest,) = resting(life)
    assert (rest.then, rest.then_on) == ("second", date(2026, 4, 7))


@pytest.mark.parametrize(
    "life",
    [
        reminded(around={"debtor_holds": (Hold("h", None, "audit"),)}),
        reminded(house=only(HOUSE, "first")),
    ],
)
def test_where_no_letter_follows_none_is_named(life):
    life.orders(promise((date(2026, 3, 13), None)), TODAY)
    rest = resting(life)[-1]
    assert (rest.then, rest.then_on) == ("", None)


def test_holds_say_whose_they_are():
    life = reminded(
        around={
            "debtor_holds": (Hold("d", date(2026, 3, 20), "audit"),),
            "creditor_holds": (Hold("c", None, ""), Hold("past", date(2026, 3, 2), "")),
        }
    ).orders(cmd.Hold(until=date(2026, 3, 12), reason="moving"), TODAY)
    found = [(rest.kind, rest.until, rest.reason) for rest in resting(life)]
    assert found == [
        ("hold", date(2026, 3, 12), "moving"),
        ("debtor-hold", date(2026, 3, 20), "audit"),
        ("creditor-hold", None, ""),
    ]


def test_a_dispute_names_who_answers_it_and_a_late_one_who_accepts_it():
    life = reminded().orders(cmd.Dispute(amount=40_000, reason="odd"), TODAY)
    (rest,) = resting(life)
    assert (rest.owner, rest.accepted, rest.until) == ("collector", True, date(2026, 3, 23))
    life.orders(cmd.Settle(outcome=ev.Outcome.FOR_DEBTOR), TODAY)
    (rest,) = resting(life)
    assert (rest.kind, rest.amount) == ("credit-note", 40_000)

    late = Life().says("formal", date(2026, 3, 5), deadline=date(2026, 3, 20))
    (rest,) = resting(late.orders(cmd.Dispute(reason="odd"), TODAY))
    assert (rest.owner, rest.accepted) == ("manager", False)
