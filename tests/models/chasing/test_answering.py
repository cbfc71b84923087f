"""Rules 21 and 22: what answers a debtor, and how one order falls on several invoices."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.chasing import commands as cmd
from models.chasing import events as ev
from models.chasing.answering import Heard, answers, statement, statement_on
from models.chasing.notice import Notice, NoticeKind, Recipient, Total, dumped, loaded
from models.chasing.ruling import spread
from tests.models.chasing.making import (
    DEBTOR,
    DUE,
    Life,
    at,
    changed,
    days,
    facts,
    invoice,
    only,
    policy,
)

HOUSE = policy()
ON = date(2026, 3, 9)


def hears(order: cmd.Command, life: Life | None = None, actor: str = "anna") -> Heard:
    life = life or Life().says("first", date(2026, 3, 5))
    before = len(life.history)
    life.orders(order, ON, actor=actor)
    return Heard(life.case, life.house, life.facts, tuple(life.history[before:]))


PROMISE = cmd.Promise(
    parts=(ev.Part(by=date(2026, 3, 13), amount=30_000), ev.Part(by=date(2026, 3, 20)))
)
PAYMENT = cmd.Pay(amount=100_000)


def kinds(*heard: Heard, hour: int = 10) -> list[NoticeKind]:
    return [draft.kind for draft in answers(heard, at(HOUSE, ON, hour))]


def test_a_promise_is_confirmed_part_by_part_over_all_its_invoices():
    other = Life(known=invoice(number="F-2", due=DUE - days(9)))

    (draft,) = answers([hears(PROMISE), hears(PROMISE, other)], at(HOUSE, ON, 10))

    assert draft.kind is NoticeKind.PROMISE_CONFIRMED
    assert draft.at == at(HOUSE, ON, 10)
    assert [(line.number, line.amount) for line in draft.lines] == [
        ("F-2", 100_000),
        ("F-1", 100_000),
    ]
    assert [(part.by, part.amount) for part in draft.instalments] == [
        (date(2026, 3, 13), 60_000),
        (date(2026, 3, 20), 140_000),
    ]
    assert [total.net for total in draft.totals] == [200_000]


def test_a_confirmation_speaks_of_its_own_promise_only():
    life = Life().orders(cmd.Promise(parts=(ev.Part(by=ON, amount=10_000),)), ON)

    (draft,) = answers(
        [hears(cmd.Promise(parts=(ev.Part(by=ON + days(4), amount=20_000),)), life)], at(HOUSE, ON)
    )

    assert [(part.by, part.amount) for part in draft.instalments] == [(ON + days(4), 20_000)]


def test_what_comes_in_at_night_is_answered_when_offices_open():
    (draft,) = answers([hears(PROMISE)], at(HOUSE, ON, 20))

    assert draft.at == HOUSE.opening(ON + days(1))


def test_a_dispute_is_confirmed_with_its_amount():
    (draft,) = answers([hears(cmd.Dispute(amount=40_000))], at(HOUSE, ON))

    assert draft.kind is NoticeKind.DISPUTE_CONFIRMED
    assert (draft.lines[0].amount, draft.lines[0].open) == (40_000, 100_000)


def test_a_dispute_is_confirmed_once_it_is_accepted():
    life = Life().says("formal", date(2026, 3, 5), deadline=date(2026, 3, 20))

    assert kinds(hears(cmd.Dispute(), life)) == []
    assert kinds(hears(cmd.Approve(), life, actor="bert")) == [NoticeKind.DISPUTE_CONFIRMED]


@pytest.mark.parametrize(
    ("said", "thank", "amount", "thanked"),
    [
        ("first", True, 100_000, True),
        ("first", False, 100_000, False),
        ("first", True, 99_000, False),  # something is left
        ("courtesy", True, 100_000, False),  # nobody was reminded
        ("unknown", True, 100_000, False),
    ],
)
def test_a_payment_after_a_reminder_is_thanked_for_when_the_policy_says_so(
    said, thank, amount, thanked
):
    life = Life(house=changed(HOUSE, thank=thank)).says(said, date(2026, 3, 5))

    assert (kinds(hears(cmd.Pay(amount=amount), life)) == [NoticeKind.THANKS]) is thanked


def test_a_policy_may_confirm_nothing():
    life = Life(house=changed(HOUSE, confirm=False))

    assert kinds(hears(PROMISE, life), hears(cmd.Note(text="x"))) == []


def test_a_word_only_announced_is_not_confirmed():
    far = cmd.Promise(parts=(ev.Part(by=ON + days(90)),))

    assert kinds(hears(far)) == []


def test_after_an_insolvency_nothing_at_all_goes_out():
    life = Life(house=changed(HOUSE, thank=True)).says("first", date(2026, 3, 5))
    life.around = {"insolvent_on": ON}

    assert kinds(hears(PROMISE, life)) == []
    assert statement([hears(cmd.Note(text="x"), life)], {}, at(HOUSE, ON)) == []


def test_nobody_to_answer_is_no_answer():
    life = Life(debtor=replace(DEBTOR, contacts=()))

    assert kinds(hears(PROMISE, life)) == []
    assert statement([hears(cmd.Note(text="x"), life)], {}, at(HOUSE, ON)) == []


def test_answers_go_where_reminders_go_and_else_where_the_first_level_goes():
    house = only(HOUSE, "formal")

    (draft,) = answers([hears(PROMISE, Life(house=house))], at(HOUSE, ON))

    assert draft.route.channel == "registered-letter"


def test_a_statement_holds_everything_open():
    lives = [Life(), Life(known=invoice(number="F-2")).happens(ev.Paid(on=ON, amount=100_000))]
    heard = [Heard(life.case, life.house, facts(life.house), ()) for life in lives]

    (draft,) = statement(heard, {"EUR": 30_000, "USD": 5}, at(HOUSE, ON))

    assert [line.number for line in draft.lines] == ["F-1"]
    assert draft.totals == (Total("EUR", 100_000, 0, 30_000, 70_000),)
    assert statement([], {"EUR": 30_000}, at(HOUSE, ON)) == []


def test_what_is_paid_elsewhere_is_answered_and_stated_by_itself():
    lives = [Life(known=invoice(number="F-2", payee="Factor SA, FR76")), Life()]

    confirmed = answers([hears(PROMISE, life) for life in lives], at(HOUSE, ON))
    stated = statement(
        [Heard(life.case, life.house, facts(life.house), ()) for life in lives],
        {"EUR": 30_000},
        at(HOUSE, ON),
    )

    told = [("", ["F-1"]), ("Factor SA, FR76", ["F-2"])]
    for drafts in (confirmed, stated):
        assert [(d.payee, [line.number for line in d.lines]) for d in drafts] == told
    assert [draft.totals[0].credits for draft in stated] == [30_000, 0]


@pytest.mark.parametrize(
    ("calendar", "after", "on"),
    [
        ("never", ON, None),
        ("monthly", date(2026, 2, 28), date(2026, 3, 2)),
        ("monthly", date(2026, 3, 2), date(2026, 4, 1)),
        ("monthly", date(2026, 12, 31), date(2027, 1, 4)),
        ("quarterly", date(2026, 3, 2), date(2026, 4, 1)),
        ("quarterly", date(2026, 4, 1), date(2026, 7, 1)),
    ],
)
def test_statements_go_on_the_first_working_day(calendar, after, on):
    assert statement_on(changed(HOUSE, statement=calendar), after) == on


@pytest.mark.parametrize("kind", list(NoticeKind))
def test_answers_do_not_count_as_contacts(kind):
    contacts = {"courtesy", "reminder", "formal-notice", "call", "hand-over"}

    assert kind.answers is (kind.value not in contacts)


def test_a_notice_survives_the_outbox():
    (draft,) = answers([hears(PROMISE)], at(HOUSE, ON, 10))
    notice = Notice(
        key="acme/d1/1/email/0",
        creditor="acme",
        debtor="d1",
        debtor_name="Debtor",
        kind=draft.kind,
        channel="email",
        language="fr",
        at=draft.at,
        on=draft.on,
        to=Recipient("p1"),
        lines=draft.lines,
        totals=draft.totals,
        instalments=draft.instalments,
    )

    assert loaded(dumped(notice)) == notice
    assert loaded(dumped(notice).replace("{", '{"new":1,', 1)) == notice


@given(
    st.integers(-1000, 500_000),
    st.lists(st.tuples(st.integers(-500, 100_000), st.integers(0, 40)), max_size=6),
    st.booleans(),
)
def test_an_amount_is_spread_and_never_made_or_lost(amount, items, in_order):
    """Each case gets no more than it owes; what is left over is more than all of them owe."""
    cases = [
        replace(Life(known=invoice(number=f"F-{n}", due=DUE + days(late))).case, open=owed)
        for n, (owed, late) in enumerate(items)
    ]

    shares = spread(amount, cases, in_order=in_order)

    owed = sum(max(0, case.open) for case in cases)
    assert sum(share for _, share in shares) == max(0, min(amount, owed))
    assert all(0 < share <= case.open for case, share in shares)
    dues = [case.due for case, _ in shares]
    assert in_order or dues == sorted(dues)
