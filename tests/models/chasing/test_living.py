"""Whatever happens: rules come to rest, levels keep order and distance, nobody paid is chased.

A debtor's cases are led through many days of orders and looks by chance; the laws that
hold for each day are checked on the way, those of the whole life at its end.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.chasing import commands as cmd
from models.chasing import dunning, folding
from models.chasing import events as ev
from models.chasing.answers import Close, Contact, Record, Wait
from models.chasing.composing import compose
from models.chasing.folding import folded
from models.chasing.level import LevelKind
from models.chasing.moment import Draft, Position
from models.chasing.pace import Pace
from models.chasing.placing import gap
from models.chasing.policy import Policy
from models.errors import RefusedError, RelanceError
from models.policies import shipped
from tests.models.chasing.making import (
    DEBTOR,
    DUE,
    Life,
    at,
    carry_out,
    changed,
    days,
    entered,
    invoice,
    policy,
    with_level,
)

AMOUNTS = st.one_of(st.none(), st.integers(1, 120_000))
FAR = st.integers(0, 50).map(lambda n: DUE + days(n * 3))
LEVELS = st.sampled_from(["courtesy", "first", "phone", "second", "formal", "agency", "unknown"])
ORDERS = st.one_of(
    st.builds(cmd.Promise, parts=st.lists(st.builds(ev.Part, by=FAR, amount=AMOUNTS), max_size=3)),
    st.builds(cmd.Dispute, amount=AMOUNTS, accepted=st.booleans()),
    st.builds(cmd.Settle, outcome=st.sampled_from(ev.Outcome), amount=AMOUNTS),
    st.builds(cmd.Hold, until=st.one_of(st.none(), FAR)),
    st.builds(cmd.Release),
    st.builds(cmd.Approve),
    st.builds(cmd.Reject, then=st.sampled_from(["hold", "repeat", "skip"]), until=FAR),
    st.builds(cmd.LogCall, outcome=st.sampled_from(["reached", "no-answer", "wrong-number"])),
    st.builds(cmd.Pay, amount=st.integers(1, 120_000)),
    st.builds(cmd.Credit, amount=st.integers(1, 120_000)),
    st.builds(cmd.Reverse, amount=AMOUNTS),
    st.builds(cmd.Skip, to=st.one_of(st.just(""), LEVELS)),
    st.builds(cmd.SendNow, level=st.one_of(st.just(""), LEVELS)),
    st.builds(cmd.Extend, due=FAR),
    st.builds(cmd.WriteOff),
    st.builds(cmd.Kill, death=st.sampled_from(ev.Death)),
    st.builds(cmd.Bounce),
    st.builds(cmd.RejectDebit),
    st.builds(cmd.Note, text=st.just("x")),
)
#: Orders that take a level out of its place or time, or say it again.
MOVING = (cmd.SendNow, cmd.Skip, cmd.Bounce, cmd.Extend, cmd.Reject, cmd.Settle, cmd.LogCall)
QUIET = ORDERS.filter(lambda order: not isinstance(order, MOVING))


def events() -> st.SearchStrategy[ev.Event]:
    """Any event, with days, levels, keys and amounts that may or may not fit the case."""
    named = {
        date: FAR,
        "level": LEVELS,
        "levels": st.lists(LEVELS, max_size=3).map(tuple),
        "amount": st.integers(0, 150_000),
        "open": st.integers(0, 150_000),
    }
    keys = st.sampled_from(["a", "b"])
    part = st.builds(ev.Part, by=FAR, amount=AMOUNTS)
    return st.one_of(
        st.builds(ev.Entered, on=FAR, open=named["open"], policy=keys),
        st.builds(ev.Paid, on=FAR, amount=named["amount"]),
        st.builds(ev.Credited, on=FAR, amount=named["amount"]),
        st.builds(ev.Reversed, on=FAR, amount=named["amount"]),
        st.builds(
            ev.Corrected,
            on=FAR,
            due=st.one_of(st.none(), FAR),
            amount=AMOUNTS,
            open=st.one_of(st.none(), named["open"]),
        ),
        st.builds(ev.LedgerSettled, on=FAR),
        st.builds(ev.Extended, on=FAR, due=FAR),
        st.builds(
            ev.Promised,
            on=FAR,
            promise=keys,
            parts=st.lists(part, max_size=3).map(tuple),
            announced=st.booleans(),
        ),
        st.builds(ev.PromiseBroken, on=FAR, promise=keys),
        st.builds(ev.PromiseKept, on=FAR, promise=keys),
        st.builds(ev.PromiseWithdrawn, on=FAR, promise=keys),
        st.builds(ev.Disputed, on=FAR, dispute=keys, amount=AMOUNTS, accepted=st.booleans()),
        st.builds(ev.DisputeRuled, on=FAR, dispute=keys, accepted=st.booleans()),
        st.builds(
            ev.Settled, on=FAR, dispute=keys, outcome=st.sampled_from(ev.Outcome), amount=AMOUNTS
        ),
        st.builds(ev.Held, on=FAR, hold=keys, until=st.one_of(st.none(), FAR)),
        st.builds(ev.Released, on=FAR, hold=st.sampled_from(["", "a"])),
        st.builds(ev.Said, on=FAR, level=LEVELS, deadline=st.one_of(st.none(), FAR)),
        st.builds(ev.Presented, on=FAR, level=LEVELS, deadline=FAR),
        st.builds(ev.Bounced, on=FAR, level=LEVELS, channel=st.just("email")),
        st.builds(ev.Passed, on=FAR, levels=named["levels"]),
        st.builds(ev.Directed, on=FAR, level=LEVELS, keeps_gap=st.booleans()),
        st.builds(ev.CallAsked, on=FAR, level=LEVELS, lapses_on=FAR),
        st.builds(
            ev.CallMade,
            on=FAR,
            level=LEVELS,
            outcome=st.sampled_from(["reached", "no-answer", "from a newer release"]),
        ),
        st.builds(ev.CallLapsed, on=FAR, level=LEVELS),
        st.builds(ev.ApprovalAsked, on=FAR, level=LEVELS, amount=named["amount"]),
        st.builds(ev.Approved, on=FAR, level=LEVELS, amount=named["amount"]),
        st.builds(ev.ApprovalLapsed, on=FAR, level=LEVELS),
        st.builds(
            ev.Declined,
            on=FAR,
            level=LEVELS,
            then=st.sampled_from(["hold", "repeat", "skip"]),
            until=st.one_of(st.none(), FAR),
        ),
        st.builds(ev.HandedOver, on=FAR),
        st.builds(ev.DebitRejected, on=FAR),
        st.builds(ev.WrittenOff, on=FAR, amount=named["amount"]),
        st.builds(ev.Died, on=FAR, death=st.sampled_from(ev.Death)),
        st.builds(ev.PolicyChanged, on=FAR, policy=keys, version=st.just(1), hash=keys),
        st.builds(ev.Noted, on=FAR, text=keys),
        st.builds(ev.Closed, on=FAR, state=st.sampled_from(["paid", "credited", "written-off"])),
    )


def test_every_kind_of_event_is_tried():
    kinds = {case.__dataclass_fields__["kind"].default for case in ev.Event.__args__}

    assert kinds == set(folding._AFTER)


@given(st.lists(events(), max_size=25))
def test_any_history_folds_and_never_chases_more_than_is_open(history):
    known = invoice()
    case = folded(known, [entered(known, policy()), *history])

    assert 0 <= case.chaseable <= max(0, case.open)
    assert case.count == len(history) + 1
    assert case.paid >= case.paid_in_time >= 0
    assert case.written >= 0
    assert all(promise.received >= 0 for promise in case.promises)


@given(st.lists(events(), max_size=25), FAR, st.booleans())
def test_any_history_gives_an_answer_that_rests(history, day, fresh):
    life = Life(history=[entered(invoice(), policy()), *history])
    life.around = {"fresh": fresh}

    answer = life.look(day)

    assert not isinstance(answer, Record)
    assert life.look(day) == answer  # and asking again changes nothing
    if isinstance(answer, Contact):
        assert answer.amount > 0
    if isinstance(answer, Wait) and answer.until is not None:
        assert life.house.day(answer.until) >= day


@given(events())
def test_an_event_survives_the_books(event):
    assert ev.loaded(ev.dumped(event)) == event
    newer = ev.dumped(event).replace("{", '{"from_a_newer_release": 1, ', 1)
    assert ev.loaded(newer) == event


def test_a_history_begins_with_its_entry():
    with pytest.raises(RefusedError, match="its first event is not its entry"):
        folded(invoice(), [ev.LedgerSettled(on=DUE)])
    with pytest.raises(RefusedError, match="F-1"):
        folded(invoice(), [])


@given(st.lists(st.tuples(ORDERS, st.integers(0, 100)), max_size=8))
def test_an_order_is_refused_or_its_facts_fold(orders):
    life = Life()
    for order, day in sorted(orders, key=lambda pair: pair[1]):
        on = date(2026, 2, 10) + days(day)
        before = life.case
        try:
            life.orders(order, on)
        except RefusedError:
            assert life.case == before
        life.look(on)
        assert 0 <= life.case.chaseable <= max(0, life.case.open)


# --- whole lives ----------------------------------------------------------------------------

STEPS = st.lists(st.tuples(st.integers(0, 2), st.integers(0, 80), QUIET), max_size=8)


@dataclass
class Told:
    """What a debtor heard, and how its cases stood then."""

    lives: list[Life]
    pace: Pace = field(default_factory=Pace)
    drafts: list[Draft] = field(default_factory=list)

    def day(self, on: date, orders: Sequence[tuple[int, cmd.Command]]) -> None:
        for which, order in orders:
            try:
                self.lives[which].orders(order, on)
            except RefusedError:
                continue
        now = at(self.lives[0].house, on, 10)
        looks = [life.seen(now) for life in self.lives]
        looks = [look for look in looks if not isinstance(look.answer, Close)]
        result = compose(tuple(looks), self.pace, Position(), now)
        by_number = {look.number: look for look in looks}
        for draft in result.drafts:
            self._lawful(draft, by_number, on)
            self.drafts.append(draft)
            if draft.kind.value not in {"call", "hand-over"}:
                self.pace = self.pace.contacted(draft.on, legal=draft.legal)
        carry_out(self.lives, result)

    def _lawful(self, draft, by_number, on: date) -> None:
        house = self.lives[0].house
        assert house.working_days.working(on)
        for line in draft.lines:
            case = by_number[line.number].case
            level = house.level(line.level)
            assert 0 < line.amount == case.chaseable <= case.open
            assert case.closed is None
            assert case.dead is None
            assert not any(hold.holds(on) for hold in case.holds)
            if level.after_days is not None and case.order is None and level.covers == "level":
                early = house.bundle_days if level.friendly else 0
                assert on >= case.chase_due + days(level.after_days - early)
            if level.kind is LevelKind.COURTESY:
                assert on < case.chase_due
        payees = {by_number[line.number].group for line in draft.lines}
        assert len(payees) == 1
        legal = [house.level(line.level).legal for line in draft.lines]
        assert len(set(legal)) == 1
        for total in draft.totals:
            lines = sum(line.amount for line in draft.lines if line.currency == total.currency)
            assert total.lines == lines
            assert total.net == total.lines + total.also_open - total.credits


def lived(house: Policy, steps, offsets=(0, 4, 4), facts=({}, {}, {"payee": "x"})) -> Told:
    lives = [
        Life(
            house=house,
            known=invoice(number=f"F-{n}", due=DUE + days(late), **more),
            on=date(2026, 2, 2),
            debtor=DEBTOR,
        )
        for n, (late, more) in enumerate(zip(offsets, facts, strict=True))
    ]
    told = Told(lives)
    waiting = sorted(steps, key=lambda step: step[1])
    for n in range(110):
        on = date(2026, 2, 2) + days(n)
        if house.working_days.working(on):
            told.day(on, [(which, order) for which, day, order in waiting if day <= n])
            waiting = [step for step in waiting if step[1] > n]
    return told


QUICK = with_level(with_level(policy(), "formal", approval="never"), "agency", approval="never")


@pytest.mark.parametrize("house", [QUICK, policy(), changed(QUICK, bundle_days=4)])
@given(steps=STEPS)
def test_no_level_is_said_twice_and_levels_keep_order_distance_and_pace(house, steps):
    told = lived(house, steps)

    for life in told.lives:
        said = life.case.said
        names = [one.level for one in said]
        assert len(names) == len(set(names))
        places = [house.by_name[name] for name in names]
        assert places == sorted(places)
        for one, following in pairwise(said):
            if following.channel != "call":
                apart = gap(house.level(following.level), house)
                assert following.on - one.on >= apart
    contacts = sorted({d.on for d in told.drafts if d.kind.value not in {"call", "hand-over"}})
    for one, following in pairwise(contacts):
        assert (following - one).days >= house.contact_gap_days
    friendly = Counter(
        d.on.isocalendar()[:2]
        for d in {d.on: d for d in told.drafts if not d.legal and d.kind.value != "call"}.values()
    )
    assert all(count <= house.contacts_per_week for count in friendly.values())


@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 80), ORDERS), max_size=8))
def test_whatever_people_order_the_laws_of_a_notice_hold(steps):
    told = lived(changed(QUICK, max_promises=9), steps)

    for life in told.lives:
        rounds = Counter((one.level, one.round) for one in life.case.said)
        assert all(count == 1 for count in rounds.values())


@given(st.integers(0, 100), st.sampled_from(sorted(shipped())))
def test_nothing_is_said_after_payment(day, name):
    paid = date(2026, 2, 2) + days(day)
    house = shipped()[name]
    steps = [(n, day, cmd.Pay(amount=100_000)) for n in range(3)]

    told = lived(house, steps, offsets=(0, 4, 9))

    assert all(draft.on <= paid + days(3) for draft in told.drafts)
    assert all(life.case.open == 0 for life in told.lives)


def test_an_undisturbed_life_climbs_every_level_once():
    told = lived(QUICK, [], offsets=(0, 0, 0), facts=({}, {}, {}))

    assert [(draft.level, draft.on) for draft in told.drafts] == [
        ("courtesy", date(2026, 2, 25)),
        ("first", date(2026, 3, 5)),
        ("phone", date(2026, 3, 12)),
        ("second", date(2026, 3, 20)),
        ("formal", date(2026, 4, 1)),
        ("agency", date(2026, 4, 27)),
    ]
    assert all(len(draft.lines) == 3 for draft in told.drafts)
    assert replace(told.pace, legal_on=None).days[0] == date(2026, 2, 25)


def test_rules_that_never_rest_are_a_defect_that_is_named(monkeypatch):
    again = Record("1", "again", (ev.Noted(on=DUE, text="x"),))
    monkeypatch.setattr(dunning, "decide", lambda *_: again)

    with pytest.raises(RelanceError, match="F-1: its rules did not come to rest"):
        Life().look(DUE)


def test_money_that_goes_back_takes_only_the_promises_it_had_kept():
    life = Life()
    for key in "ab":
        part = ev.Part(by=DUE, amount=10_000)
        life.happens(ev.Promised(on=DUE, promise=key, parts=(part,)))
    life.happens(ev.Paid(on=DUE, amount=10_000), ev.Reversed(on=DUE, amount=10_000))

    assert [promise.state for promise in life.case.promises] == ["active", "active"]
