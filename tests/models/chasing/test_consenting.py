"""Rule 10: a yes is given to a notice as it will leave, by somebody else; a call lapses."""

from datetime import date

import pytest

from models.chasing import commands as cmd
from models.chasing import events as ev
from models.chasing.answers import Blocker, Contact
from models.chasing.level import Above
from models.errors import RefusedError
from tests.models.chasing.making import (
    Life,
    at,
    carry_out,
    changed,
    contact,
    days,
    invoice,
    only,
    policy,
    together,
    with_level,
)

HOUSE = policy()
ON = date(2026, 4, 1)  # a Wednesday; the formal notice's own day


def notice_due(number: str = "F-1", house=HOUSE, **known: object) -> Life:
    life = Life(house=house, known=invoice(number=number, **known))
    return life.says("second", date(2026, 3, 17))


def asked(*lives: Life, on: date = ON) -> tuple[Life, ...]:
    carry_out(list(lives), together(list(lives), at(HOUSE, on)))
    return lives


def sent(*lives: Life, on: date) -> list[tuple[str, list[str]]]:
    result = together(list(lives), at(HOUSE, on))
    carry_out(list(lives), result)
    return [(draft.level, [line.number for line in draft.lines]) for draft in result.drafts]


def test_a_legal_notice_waits_for_a_yes_and_leaves_with_it():
    (life,) = asked(notice_due())

    answer = life.look(ON)
    assert (answer.rule, answer.blockers) == ("10", (Blocker.APPROVAL,))
    life.orders(cmd.Approve(), ON)
    assert sent(life, on=ON) == [("formal", ["F-1"])]


def test_silence_is_never_a_yes_and_wakes_the_deputy_then_the_manager():
    (life,) = asked(notice_due())

    assert life.look(ON).until == HOUSE.opening(date(2026, 4, 3))  # two working days
    assert life.look(date(2026, 4, 3)).until == HOUSE.opening(date(2026, 4, 9))  # Easter Monday
    assert life.look(date(2026, 4, 9)).until is None
    assert life.look(date(2026, 6, 9)).blockers == (Blocker.APPROVAL,)


@pytest.mark.parametrize(("on", "leaves"), [(date(2026, 4, 9), True), (date(2026, 4, 10), False)])
def test_a_yes_lapses_after_five_working_days(on, leaves):
    (life,) = asked(notice_due())
    life.orders(cmd.Approve(), ON)

    assert bool(sent(life, on=on)) is leaves
    lapsed = [e for e in life.history if isinstance(e, ev.ApprovalLapsed)]
    assert [e.reason for e in lapsed] == ([] if leaves else ["it was given on 2026-04-01"])
    assert leaves or life.look(on).blockers == (Blocker.APPROVAL,)  # asked for again


@pytest.mark.parametrize(
    ("event", "leaves"),
    [
        (ev.Paid(on=ON, amount=30_000), True),  # shrinks
        (ev.Corrected(on=ON, amount=110_000, open=110_000), False),  # grows
    ],
)
@pytest.mark.parametrize("first", ["the yes", "the change"])
def test_a_yes_lapses_when_its_line_grows_not_when_it_shrinks(event, leaves, first):
    (life,) = asked(notice_due())
    steps = [lambda: life.orders(cmd.Approve(), ON), lambda: life.happens(event)]
    for step in steps if first == "the yes" else reversed(steps):
        step()

    assert bool(sent(life, on=ON)) is leaves
    assert bool(life.case.asked) is not leaves


def test_a_request_whose_line_grew_is_made_again_before_anybody_answers():
    (life,) = asked(notice_due())
    life.happens(ev.Corrected(on=ON, amount=110_000, open=110_000))

    assert isinstance(life.look(ON), Contact)
    asked(life)
    assert life.case.asked.amount == 110_000


def test_a_line_that_joins_asks_for_the_whole_notice_again():
    (life,) = asked(notice_due())
    life.orders(cmd.Approve(), ON)
    other = notice_due("F-2")

    assert sent(life, other, on=ON) == []
    assert life.case.yes is None
    assert life.look(ON).blockers == other.look(ON).blockers == (Blocker.APPROVAL,)
    life.orders(cmd.Approve(), ON)
    other.orders(cmd.Approve(), ON)
    assert sent(life, other, on=ON) == [("formal", ["F-1", "F-2"])]


def test_a_line_without_a_yes_does_not_hold_the_other_back():
    first, second = asked(notice_due("F-1"), notice_due("F-2"))
    first.orders(cmd.Approve(), ON)

    assert sent(first, second, on=ON) == [("formal", ["F-1"])]
    assert second.look(ON).blockers == (Blocker.APPROVAL,)


@pytest.mark.parametrize(
    ("approval", "amount", "asks"),
    [
        ("never", 100_000, False),  # said so: sends without asking
        ("always", 1, True),
        (None, 1, True),  # a legal kind asks by default
        (Above(above={"EUR": "1000.00"}), 100_000, False),
        (Above(above={"EUR": "1000.00"}), 100_001, True),
        (Above(above={"USD": "1000.00"}), 1, True),  # a currency not named is asked from zero
    ],
)
def test_whether_a_yes_is_asked_is_the_levels_to_say(approval, amount, asks):
    house = changed(with_level(HOUSE, "formal", approval=approval), tolerance={})

    life = notice_due(house=house, amount=amount)

    assert bool(sent(life, on=ON)) is not asks
    assert bool(life.case.asked) is asks


@pytest.mark.parametrize("approval", ["always", None])
def test_a_friendly_level_asks_only_when_told_to(approval):
    house = with_level(HOUSE, "second", approval=approval)
    life = Life(house=house).says("phone", date(2026, 3, 12))

    assert bool(sent(life, on=date(2026, 3, 17))) is (approval is None)


def test_a_lower_level_that_needs_a_yes_is_not_waved_through_by_a_higher():
    house = with_level(HOUSE, "first", approval="always")
    low = Life(house=house, known=invoice(number="F-2", due=date(2026, 3, 14)))
    low.says("courtesy", date(2026, 3, 9))
    high = Life(house=house).says("phone", date(2026, 3, 12))

    assert sent(high, low, on=date(2026, 3, 17)) == []


# --- four eyes ------------------------------------------------------------------------------


@pytest.mark.parametrize("order", [cmd.SendNow(level="formal"), cmd.Skip(to="formal")])
def test_nobody_approves_what_he_asked_for(order):
    life = Life().says("first", date(2026, 3, 5))
    life.orders(order, date(2026, 3, 30), actor="anna")
    with pytest.raises(RefusedError, match="nobody approves what he asked for"):
        life.orders(cmd.Approve(ahead=True), date(2026, 3, 30), actor="anna")
    asked(life)

    with pytest.raises(RefusedError, match="needs another approver: nobody approves what he"):
        life.orders(cmd.Approve(), ON, actor="anna")
    life.orders(cmd.Approve(), ON, actor="bert")
    assert sent(life, on=ON) == [("formal", ["F-1"])]


@pytest.mark.parametrize("nobody", ["system", "story", ""])
def test_four_eyes_concern_people(nobody):
    life = Life().says("first", date(2026, 3, 5))
    life.orders(cmd.SendNow(level="formal"), ON, actor=nobody)
    asked(life)

    assert life.orders(cmd.Approve(), ON, actor=nobody).case.yes is not None


def test_in_a_story_a_yes_may_come_before_the_contacts_of_its_day():
    life = notice_due().orders(cmd.Approve(ahead=True), date(2026, 3, 30))

    assert sent(life, on=ON) == [("formal", ["F-1"])]
    with pytest.raises(RefusedError, match="courtesy leaves without one"):
        Life().orders(cmd.Approve(ahead=True), ON)


def test_a_yes_needs_a_notice_that_asks_for_one_and_says_when_it_will():
    with pytest.raises(RefusedError) as refused:
        notice_due().orders(cmd.Approve(), date(2026, 3, 30))

    assert str(refused.value) == (
        "invoice F-1 has nothing that waits for an approval: "
        "formal asks for one when its day comes, from 2026-04-01 on"
    )


@pytest.mark.parametrize(
    ("life", "rest"),
    [
        (Life(), ": courtesy leaves without one, formal asks for one when its day comes, from"),
        (
            notice_due(house=with_level(HOUSE, "formal", approval="never")),
            ": formal leaves without one, agency asks for one when its day comes, from 2026-04-27",
        ),
        (Life(house=only(HOUSE, "first")), ": first leaves without one$"),
        (Life(house=only(HOUSE, "first")).says("first", date(2026, 3, 5)), ": no level is ahead"),
    ],
)
def test_where_nothing_waits_there_is_nothing_to_approve(life, rest):
    with pytest.raises(RefusedError, match=f"has nothing that waits for an approval{rest}"):
        life.orders(cmd.Approve(), ON)


# --- a no -----------------------------------------------------------------------------------


def test_a_no_may_hold_until_a_day():
    (life,) = asked(notice_due())
    life.orders(cmd.Reject(then="hold", until=date(2026, 4, 20)), ON)

    assert life.look(ON).blockers == (Blocker.HOLD,)
    assert contact(life.look(date(2026, 4, 20))) == ("formal", date(2026, 4, 20))


def test_a_no_may_repeat_the_level_before_at_its_distance():
    (life,) = asked(notice_due())
    life.orders(cmd.Reject(then="repeat"), ON)

    assert contact(life.look(ON)) == ("second", ON)
    life.says("second", ON)
    assert contact(life.look(ON)) == ("formal", date(2026, 4, 13))


def test_a_no_may_skip_the_level():
    (life,) = asked(notice_due())
    life.orders(cmd.Reject(then="skip"), ON)

    assert contact(life.look(ON))[0] == "agency"


def test_a_yes_that_has_not_left_can_be_taken_back():
    (life,) = asked(notice_due())
    life.orders(cmd.Approve(), ON)

    life.orders(cmd.Reject(then="skip"), date(2026, 4, 2))

    assert life.case.yes is None
    assert life.case.done("formal")


def test_a_no_that_repeats_where_nothing_was_said_changes_nothing():
    life = Life().happens(ev.Declined(on=ON, level="formal", then="repeat"))

    assert life.case.order is None


@pytest.mark.parametrize(
    ("life", "order", "sentence"),
    [
        (notice_due(), cmd.Reject(), "has nothing that waits for an approval"),
        (asked(notice_due())[0], cmd.Reject(until=ON), "that day has begun"),
        (asked(notice_due())[0], cmd.Reject(until=date(9999, 1, 1)), "leave the day out"),
        (
            Life().happens(ev.ApprovalAsked(on=ON, level="courtesy", amount=100_000)),
            cmd.Reject(then="repeat"),
            "has no level before this one that could be repeated",
        ),
    ],
)
def test_a_no_that_cannot_be_meant_is_refused(life, order, sentence):
    with pytest.raises(RefusedError, match=sentence):
        life.orders(order, ON)


# --- calls ----------------------------------------------------------------------------------


def calling(**level: object) -> Life:
    """A call that became a task on Thursday 12 March and lapses after the 19th."""
    life = Life(house=with_level(HOUSE, "phone", **level)).says("first", date(2026, 3, 5))
    carry_out([life], together([life], at(HOUSE, date(2026, 3, 12))))
    return life


def test_a_call_is_a_task_until_it_is_made():
    life = calling()

    answer = life.look(date(2026, 3, 12))
    assert (answer.blockers, answer.next_on) == ((Blocker.CALL,), date(2026, 3, 19))
    assert answer.until == HOUSE.opening(date(2026, 3, 20))
    life.orders(cmd.LogCall(outcome="reached"), date(2026, 3, 13))
    assert life.case.level == "phone"
    assert contact(life.look(date(2026, 3, 13)))[0] == "second"


def test_a_call_nobody_made_lapses_and_the_next_level_follows():
    life = calling()

    assert life.look(date(2026, 3, 19)).blockers == (Blocker.CALL,)
    assert contact(life.look(date(2026, 3, 20))) == ("second", date(2026, 3, 20))
    assert [e.level for e in life.history if isinstance(e, ev.CallLapsed)] == ["phone"]


def test_where_nobody_answers_the_call_is_tried_again_some_days_later():
    life = calling().orders(cmd.LogCall(outcome="no-answer"), date(2026, 3, 12))

    answer = life.look(date(2026, 3, 12))
    assert answer.next_on == date(2026, 3, 16)  # two days on is a Saturday
    assert answer.until == HOUSE.opening(date(2026, 3, 16))
    again = life.look(date(2026, 3, 16))
    assert again.until == HOUSE.opening(date(2026, 3, 20))


def test_after_as_many_tries_as_the_policy_wants_the_call_lapses():
    life = calling(retries=2)
    for day in (12, 13, 16):
        assert life.look(date(2026, 3, day)).blockers == (Blocker.CALL,)
        life.orders(cmd.LogCall(outcome="wrong-number"), date(2026, 3, day))

    assert contact(life.look(date(2026, 3, 16)))[0] == "second"


def test_a_try_that_is_due_keeps_a_call_alive_beyond_its_lapse():
    life = calling(retry_days=6, retries=2).orders(
        cmd.LogCall(outcome="no-answer"), date(2026, 3, 18)
    )

    assert life.look(date(2026, 3, 24)).blockers == (Blocker.CALL,)
    assert contact(life.look(date(2026, 3, 25)))[0] == "second"


def test_tries_that_are_not_counted_neither_end_nor_prolong_a_call():
    life = calling()
    for day in (12, 13, 16, 18):
        assert life.look(date(2026, 3, day)).blockers == (Blocker.CALL,)
        life.orders(cmd.LogCall(outcome="no-answer"), date(2026, 3, day))

    assert contact(life.look(date(2026, 3, 20)))[0] == "second"


def test_asking_again_for_the_same_call_counts_on():
    life = calling().orders(cmd.LogCall(outcome="no-answer"), date(2026, 3, 12))
    ask = ev.CallAsked(on=date(2026, 3, 13), level="phone", lapses_on=date(2026, 3, 20))

    assert life.happens(ask).case.call.tries == 1


def test_a_call_that_was_ordered_and_lapses_drops_the_order():
    life = calling().orders(cmd.SendNow(level="phone"), date(2026, 3, 13))
    ask = ev.CallAsked(on=date(2026, 3, 13), level="phone", lapses_on=date(2026, 3, 20))
    life.happens(ask)

    assert contact(life.look(date(2026, 3, 23)))[0] == "second"
    assert life.case.order is None


def test_a_call_made_before_anybody_asked_says_its_level():
    life = Life().says("first", date(2026, 3, 5))
    life.orders(cmd.LogCall(outcome="reached"), date(2026, 3, 9))

    assert life.case.level == "phone"


@pytest.mark.parametrize("outcome", ["reached", "no-answer"])
def test_a_call_that_is_no_level_is_kept_and_moves_nothing(outcome):
    life = Life().says("courtesy", date(2026, 2, 25))

    life.orders(cmd.LogCall(outcome=outcome), date(2026, 2, 26))

    assert life.history[-1] == ev.CallMade(on=date(2026, 2, 26), level="", outcome=outcome)
    assert contact(life.look(date(2026, 2, 26))) == ("first", date(2026, 3, 5))


def test_a_try_at_a_call_nobody_waits_for_changes_nothing():
    life = Life().says("first", date(2026, 3, 5))

    life.orders(cmd.LogCall(outcome="no-answer"), date(2026, 3, 9))

    assert life.case.call is None
    assert life.look(date(2026, 3, 9)).on == date(2026, 3, 9) + days(3)
