"""Rules 16 to 19: a debtor's pace, what shares a notice, its totals, and acts of law."""

from dataclasses import replace
from datetime import date

import pytest

from models.chasing import commands as cmd
from models.chasing import events as ev
from models.chasing.answers import Blocker, State
from models.chasing.notice import NoticeKind
from models.chasing.pace import Pace, earliest
from models.ledger.debtor import Address, Hold
from models.ledger.debtor import Contact as Person
from models.ledger.invoice import Method
from tests.models.chasing.making import (
    DEBTOR,
    DUE,
    PERSON,
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
FIRST = date(2026, 3, 5)  # the first reminder of an invoice due on 2 March
FREELY = with_level(HOUSE, "formal", approval="never")
FREELY = with_level(FREELY, "agency", approval="never")


def item(number: str, level: str, *, on: date = FIRST, house=HOUSE, **known: object) -> Life:
    """A case whose next level is due on a day."""
    places = {"courtesy": -5, "first": 3, "phone": 10, "second": 15, "formal": 30}
    due = on - days(places[level])
    life = Life(house=house, known=invoice(number=number, due=due, **known))
    passed = tuple(name for name in places if places[name] < places[level])
    return life.happens(ev.Passed(on=due, levels=passed)) if passed else life


def result_of(*lives: Life, on: date = FIRST, pace: Pace | None = None, **credits_: int):
    return together(list(lives), at(HOUSE, on), pace, **credits_)


def lines(result) -> list[tuple[str, list[str]]]:
    return [(draft.level, [line.number for line in draft.lines]) for draft in result.drafts]


# --- pace -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("contacts", "day", "legal", "first"),
    [
        ([], date(2026, 3, 5), False, date(2026, 3, 5)),
        ([date(2026, 3, 3)], date(2026, 3, 5), False, date(2026, 3, 6)),  # three days apart
        ([date(2026, 3, 2)], date(2026, 3, 5), False, date(2026, 3, 5)),
        # twice this week already: next Monday
        ([date(2026, 3, 2), date(2026, 3, 5)], date(2026, 3, 8), False, date(2026, 3, 9)),
        ([date(2026, 3, 2), date(2026, 3, 5)], date(2026, 3, 8), True, date(2026, 3, 8)),
        ([date(2026, 3, 1), date(2026, 3, 4)], date(2026, 3, 7), False, date(2026, 3, 7)),
    ],
)
def test_pace_is_a_gap_and_so_many_a_week(contacts, day, legal, first):
    assert earliest(Pace(tuple(contacts)), [HOUSE], day, legal=legal) == first


def test_the_strictest_policy_sets_the_gap_and_the_cap():
    patient = changed(HOUSE, contact_gap_days=10, contacts_per_week=1)

    pace = Pace((date(2026, 3, 2),))

    assert earliest(pace, [HOUSE, patient], FIRST, legal=False) == date(2026, 3, 12)
    assert earliest(pace, [HOUSE, patient], date(2026, 3, 3), legal=True) == date(2026, 3, 12)
    weekly = changed(HOUSE, contacts_per_week=1)
    assert earliest(pace, [weekly], FIRST, legal=False) == date(2026, 3, 9)


def test_friendly_contact_waits_a_day_after_a_legal_notice():
    pace = Pace().contacted(FIRST, legal=True)
    hasty = changed(HOUSE, contact_gap_days=0)

    assert earliest(pace, [hasty], FIRST, legal=False) == FIRST + days(1)
    assert earliest(pace, [hasty], FIRST, legal=True) == FIRST


def test_a_contact_that_reached_nobody_does_not_count():
    pace = Pace().contacted(FIRST, legal=False)

    assert pace.without(FIRST).days == ()
    assert pace.without(FIRST + days(1)) is pace


def test_what_pace_puts_off_waits_for_its_first_day():
    result = result_of(item("F-1", "first"), pace=Pace((date(2026, 3, 4),)))

    wait = result.waits["F-1"]
    assert (wait.rule, wait.next_on) == ("16", date(2026, 3, 9))  # the seventh is a Saturday
    assert result.at == wait.until == HOUSE.opening(date(2026, 3, 9))
    assert result.drafts == []


def test_a_policy_of_another_open_case_sets_the_pace_too():
    patient = item("F-2", "first", on=FIRST + days(90), house=changed(HOUSE, contact_gap_days=20))
    pace = Pace((date(2026, 3, 2),))

    assert not result_of(item("F-1", "first"), patient, pace=pace).drafts
    left_out = Life(house=patient.house, known=invoice(number="F-2", method=Method.SELF_BILLED))
    assert result_of(item("F-1", "first"), left_out, pace=pace).drafts


# --- what shares a notice -------------------------------------------------------------------


def test_what_is_due_leaves_in_one_notice_in_the_tone_of_the_highest():
    result = result_of(item("F-1", "second"), item("F-2", "first"), item("F-3", "courtesy"))

    assert lines(result) == [("second", ["F-1", "F-2", "F-3"])]
    assert [line.level for line in result.drafts[0].lines] == ["second", "first", "courtesy"]
    assert result.drafts[0].kind is NoticeKind.REMINDER


def test_other_overdue_items_are_mentioned_with_their_state():
    held = item("F-2", "second").orders(cmd.Hold(until=None, reason="talks"), DUE)
    disputed = item("F-3", "second", amount=30_000).orders(cmd.Dispute(), DUE)
    coming = item("F-4", "courtesy", on=FIRST + days(20))
    debit = item("F-5", "second", method=Method.DIRECT_DEBIT)
    extended = item("F-6", "second").orders(cmd.Extend(due=FIRST + days(20)), DUE)
    paid = item("F-7", "second").happens(ev.Paid(on=DUE, amount=99_900))

    result = result_of(item("F-1", "first"), held, disputed, coming, debit, extended, paid)

    (draft,) = result.drafts
    assert [(also.number, also.state) for also in draft.also_open] == [
        ("F-2", "held"),
        ("F-3", "disputed"),
    ]
    (total,) = draft.totals
    assert (total.lines, total.credits) == (100_000, 0)
    assert total.net == total.lines + total.also_open


def test_there_is_a_total_for_each_currency_named():
    dollars = item("F-2", "second", currency="USD").orders(cmd.Hold(until=None, reason="x"), DUE)

    (draft,) = result_of(item("F-1", "first"), dollars, EUR=10_000, USD=1_000).drafts

    assert [(t.currency, t.lines, t.also_open, t.credits, t.net) for t in draft.totals] == [
        ("EUR", 100_000, 0, 10_000, 90_000),
        ("USD", 0, 100_000, 1_000, 99_000),
    ]


@pytest.mark.parametrize("fact", [{"payee": "FR76"}, {"owner": "factor"}, {"disclosed": True}])
def test_different_payees_and_owners_never_share_a_notice(fact):
    result = result_of(item("F-1", "first"), item("F-2", "first", **fact))

    assert sorted(lines(result)) == [("first", ["F-1"]), ("first", ["F-2"])]
    assert all(not draft.also_open for draft in result.drafts)


@pytest.mark.parametrize(("credit", "leaves"), [(99_999, True), (100_000, False), (200_000, False)])
def test_unapplied_credits_silence_a_debtor_who_owes_no_more(credit, leaves):
    life = item("F-1", "first")

    result = result_of(life, EUR=credit)

    assert bool(result.drafts) is leaves
    if not leaves:
        assert result.waits["F-1"].blockers == (Blocker.NET_CREDIT,)
        assert result.waits["F-1"].until is None


@pytest.mark.parametrize(("amount", "leaves"), [(1_999, False), (2_000, True)])
def test_the_minimum_is_held_against_the_debtors_net_total(amount, leaves):
    house = changed(HOUSE, minimum={"EUR": 2_000})
    small = item("F-1", "first", house=house, amount=amount)

    result = result_of(small)
    assert bool(result.drafts) is leaves
    other = item("F-2", "second", house=house, amount=100).orders(
        cmd.Hold(until=None, reason="x"), DUE
    )
    assert result_of(small, other).drafts  # together they owe enough


def test_a_small_sum_waits_for_the_next_item_to_turn_overdue():
    house = changed(HOUSE, minimum={"EUR": 2_000})
    small = item("F-1", "first", house=house, amount=1_500)
    coming = item("F-2", "first", on=date(2026, 3, 11), house=house, amount=1_500)

    result = result_of(small, coming)

    assert result.waits["F-1"].blockers == (Blocker.MINIMUM,)
    assert result.waits["F-1"].until == result.at == HOUSE.opening(date(2026, 3, 9))


def test_currencies_below_the_minimum_are_left_out_of_the_notice():
    house = changed(HOUSE, minimum={"USD": 500_000})

    result = result_of(
        item("F-1", "first", house=house), item("F-2", "first", house=house, currency="USD")
    )

    assert lines(result) == [("first", ["F-1"])]
    assert result.waits["F-2"].blockers == (Blocker.MINIMUM,)


@pytest.mark.parametrize(("bundle", "taken"), [(0, False), (3, False), (4, True), (10, True)])
def test_levels_due_soon_are_taken_along(bundle, taken):
    house = changed(HOUSE, bundle_days=bundle)
    soon = item("F-2", "first", on=FIRST + days(4), house=house)  # a Monday

    assert lines(result_of(item("F-1", "first", house=house), soon)) == [
        ("first", ["F-1", "F-2"] if taken else ["F-1"])
    ]


def test_what_is_taken_along_keeps_the_distance_between_its_levels():
    house = changed(HOUSE, bundle_days=10)
    soon = item("F-2", "second", on=FIRST + days(4), house=house)
    soon.says("first", FIRST - days(4))

    assert lines(result_of(item("F-1", "first", house=house), soon)) == [("first", ["F-1"])]


def test_nothing_is_taken_along_out_of_its_hours_or_on_stale_books():
    house = changed(HOUSE, bundle_days=10)
    stale = item("F-2", "first", on=FIRST + days(4), house=house)
    stale.around = {"fresh": False}
    late_riser = changed(house, opens=HOUSE.closes.replace(hour=15))
    later = item("F-3", "first", on=FIRST + days(4), house=late_riser)

    assert lines(result_of(item("F-1", "first", house=house), stale, later)) == [("first", ["F-1"])]


# --- calls ----------------------------------------------------------------------------------


def test_a_call_is_asked_for_and_friendly_contact_waits_for_another_day():
    caller, written = item("F-1", "phone"), item("F-2", "first")

    result = result_of(caller, written)

    assert [(d.kind, d.route.channel, d.route.contact.role) for d in result.drafts] == [
        (NoticeKind.CALL, "call", "accounting")
    ]
    assert result.events["F-1"] == [
        ev.CallAsked(on=FIRST, level="phone", lapses_on=date(2026, 3, 12))
    ]
    assert result.waits["F-2"].next_on == FIRST + days(1)


def test_a_call_about_too_little_is_not_asked_for():
    house = changed(HOUSE, minimum={"EUR": 200_000})

    result = result_of(item("F-1", "phone", house=house))

    assert (result.drafts, result.events) == ([], {})
    assert result.waits["F-1"].blockers == (Blocker.MINIMUM,)


# --- acts of law ----------------------------------------------------------------------------


def test_a_legal_notice_is_its_own_document_and_friendly_contact_waits():
    result = result_of(item("F-1", "formal", house=FREELY), item("F-2", "first", house=FREELY))

    (draft,) = result.drafts
    assert (draft.level, draft.legal, draft.deadline) == ("formal", True, FIRST + days(15))
    assert [also.number for also in draft.also_open] == ["F-2"]
    assert result.waits["F-2"].next_on == date(2026, 3, 9)  # the gap, too: the eighth is a Sunday


def test_a_formal_notice_without_deadline_gives_none():
    house = with_level(FREELY, "formal", deadline_days=None)

    assert result_of(item("F-1", "formal", house=house)).drafts[0].deadline is None


COVERING = with_level(FREELY, "formal", covers="overdue")


def test_a_notice_that_covers_all_that_is_overdue_takes_the_free_items_along():
    free = item("F-2", "first", house=COVERING)
    calling = item("F-3", "phone", house=COVERING)
    calling.happens(ev.CallAsked(on=DUE, level="phone", lapses_on=FIRST + days(9)))
    ordered = item("F-4", "second", house=COVERING).says("first", FIRST - days(20))
    ordered.happens(ev.Directed(on=FIRST, level="first"))
    promised = item("F-5", "second", house=COVERING)
    promised.orders(cmd.Promise(parts=(ev.Part(by=FIRST + days(9), amount=1),)), DUE)
    disputed = item("F-6", "second", house=COVERING).orders(cmd.Dispute(amount=1), DUE)
    held = item("F-7", "second", house=COVERING).orders(cmd.Hold(until=None, reason="x"), DUE)
    beyond = item("F-8", "formal", house=COVERING).says("formal", FIRST - days(30))
    beyond.happens(ev.Passed(on=FIRST, levels=("agency",)))
    coming = item("F-9", "courtesy", on=FIRST + days(30), house=COVERING)
    lives = [free, calling, ordered, promised, disputed, held, beyond, coming]
    main = item("F-1", "formal", house=COVERING)

    result = result_of(main, *lives)

    assert lines(result)[0] == ("formal", ["F-1", "F-4", "F-3", "F-2"])
    assert result.events["F-4"][0].levels == ("second", "first")
    carry_out([main, *lives], result)
    for life in (free, calling, ordered):
        assert life.case.level == "formal"
        assert life.look(FIRST).level == "agency"


@pytest.mark.parametrize("turned", [False, True])
def test_a_notice_covers_what_the_policy_of_any_of_its_items_says(turned):
    older = item("F-1", "formal", on=FIRST - days(1), house=FREELY)
    covering, free = item("F-2", "formal", house=COVERING), item("F-3", "first", house=FREELY)
    lives = [older, covering, free]

    result = result_of(*(reversed(lives) if turned else lives))

    assert lines(result) == [("formal", ["F-1", "F-2", "F-3"])]


@pytest.mark.parametrize("turned", [False, True])
def test_the_harshest_items_policy_says_what_a_hand_over_does(turned):
    free = item("F-3", "first", house=FREELY)
    gone = [
        item("F-1", "formal", house=changed(FREELY, on_hand_over="apart")),
        item("F-2", "formal", on=FIRST + days(1), house=changed(FREELY, on_hand_over="along")),
    ]
    lives = [*(life.says("formal", FIRST - days(40)) for life in gone), free]

    result = result_of(*(reversed(lives) if turned else lives))

    assert lines(result)[0] == ("agency", ["F-1", "F-2"])


def test_stale_items_and_policies_without_the_level_are_not_covered():
    stale = item("F-2", "first", on=FIRST + days(1), house=COVERING)
    stale.around = {"fresh": False}
    foreign = changed(COVERING, levels=COVERING.levels[:4])
    other = item("F-3", "second", house=foreign)

    assert lines(result_of(item("F-1", "formal", house=COVERING), stale, other)) == [
        ("formal", ["F-1"])
    ]


def test_an_item_a_legal_notice_asks_a_yes_for_is_not_reminded_meanwhile():
    house = with_level(COVERING, "formal", approval="always")
    main, free = item("F-1", "formal", house=house), item("F-2", "first", house=house)

    result = result_of(main, free)

    assert result.drafts == []
    carry_out([main, free], result)
    waits = free.look(FIRST)
    assert (waits.blockers, waits.level) == ((Blocker.APPROVAL,), "formal")
    # answered by nobody, it is reminded on its own after five working days
    assert free.look(date(2026, 3, 13)).level == "first"
    assert main.look(date(2026, 3, 13)).blockers == (Blocker.APPROVAL,)


def test_a_persons_order_goes_before_a_yes_that_is_awaited():
    house = with_level(COVERING, "formal", approval="always")
    main, free = item("F-1", "formal", house=house), item("F-2", "first", house=house)
    carry_out([main, free], result_of(main, free))

    free.orders(cmd.SendNow(), FIRST)

    assert free.look(FIRST).level == "first"


def test_where_the_notices_channels_reach_nobody_all_its_lines_wait():
    """The tone is the highest level's, and so is the road."""
    by_fax = with_level(changed(COVERING, name="by-fax"), "formal", channels=("fax",))
    by_fax = changed(by_fax, levels=(*by_fax.levels[:4], by_fax.levels[0], *by_fax.levels[4:]))
    main, other = item("F-1", "formal", house=COVERING), item("F-2", "first", house=by_fax)

    result = result_of(main, other)

    assert result.drafts == []
    assert {wait.blockers for wait in result.waits.values()} == {(Blocker.NO_CHANNEL,)}


def test_acts_of_law_come_before_calls_and_friendly_notices_the_harshest_first():
    gone = item("F-1", "formal", house=FREELY).says("formal", FIRST - days(40))
    put = item("F-2", "formal", house=changed(FREELY, on_hand_over="apart"))
    gone.house = changed(FREELY, on_hand_over="apart")

    result = result_of(gone, put)

    assert lines(result) == [("agency", ["F-1"]), ("formal", ["F-2"])]


# --- hand-over ------------------------------------------------------------------------------


def family(rule: str, **agency: object) -> list[Life]:
    house = with_level(changed(FREELY, on_hand_over=rule), "agency", **{"channels": (), **agency})
    gone = item("F-1", "formal", house=house).says("formal", FIRST - days(40))
    overdue = item("F-2", "first", house=house)
    held = item("F-3", "second", house=house).orders(cmd.Hold(until=None, reason="x"), DUE)
    disputed = item("F-4", "second", house=house).orders(cmd.Dispute(), DUE)
    old = Life(house=house, known=invoice(number="F-5", due=FIRST - days(400)), on=FIRST - days(20))
    return [gone, overdue, held, disputed, old]


@pytest.mark.parametrize(
    ("rule", "over", "next_level"),
    [("along", {"F-1", "F-2"}, None), ("firm", {"F-1"}, "formal"), ("apart", {"F-1"}, "first")],
)
def test_what_the_other_overdue_items_do_is_the_policys_to_say(rule, over, next_level):
    lives = family(rule)

    result = result_of(*lives)
    carry_out(lives, result)

    handed = {n for n, es in result.events.items() for e in es if isinstance(e, ev.HandedOver)}
    assert handed == over
    answer = lives[1].look(FIRST)
    if next_level is None:
        assert answer.state is State.HANDED_OVER
    elif rule == "firm":
        assert answer.level == next_level
    else:
        assert ("first", ["F-2"]) in lines(result)  # a hand-over is no contact


def test_what_is_handed_over_is_not_named_beside_what_leaves_at_that_moment():
    lives = [family("apart")[0], item("F-2", "formal", house=FREELY)]

    formal = result_of(*lives).drafts[1]

    assert (formal.level, formal.also_open) == ("formal", ())
    assert [total.net for total in formal.totals] == [100_000]


def test_firm_leaves_alone_what_stands_before_an_act_of_law_already():
    lives = family("firm")
    lives[1].happens(ev.Passed(on=DUE, levels=("first", "phone", "second")))

    assert "F-2" not in result_of(*lives).events


def test_a_hand_over_asks_for_a_yes_unless_told_otherwise():
    gone = family("along", approval=None)[0]

    result = result_of(gone)
    assert (result.drafts, result.waits["F-1"].blockers) == ([], (Blocker.APPROVAL,))
    carry_out([gone], result)
    gone.orders(cmd.Approve(), FIRST)
    assert lines(result_of(gone)) == [("agency", ["F-1"])]


def test_a_hand_over_of_too_little_waits():
    lives = family("along")[:1]

    result = result_of(*lives, EUR=500_000)

    assert result.waits["F-1"].blockers == (Blocker.NET_CREDIT,)


def test_a_policy_without_acts_of_law_is_firm_to_its_end():
    lives = family("firm")
    lives[1].house = changed(lives[1].house, levels=lives[1].house.levels[:4])

    carry_out(lives, result_of(*lives))

    assert lives[1].look(FIRST).state is State.EXHAUSTED


# --- to whom --------------------------------------------------------------------------------

BOSS = Person(role="management", key="p2", email="boss@b.example")


def test_a_notice_goes_to_the_first_role_that_can_be_reached_with_copies():
    house = with_level(
        HOUSE, "first", to=("legal", "management"), cc=("accounting",), copy_to=("sales",)
    )
    debtor = replace(DEBTOR, contacts=(PERSON, BOSS))

    life = item("F-1", "first", house=house)
    life.debtor = debtor
    (draft,) = result_of(life).drafts

    assert (draft.route.contact.key, draft.route.channel) == ("p2", "email")
    assert [person.key for person in draft.cc] == ["p1"]
    assert draft.copy_to == ("sales",)


@pytest.mark.parametrize(
    ("contacts", "channel"),
    [
        ((PERSON,), "email"),
        ((replace(PERSON, email=""),), "letter"),
        ((replace(PERSON, bad=frozenset({"email"})),), "letter"),
        ((replace(PERSON, quiet=frozenset({"email"})),), "letter"),
        ((replace(PERSON, email=""), replace(PERSON, key="p3")), "email"),
    ],
)
def test_a_missing_address_is_the_next_contact_then_the_next_channel(contacts, channel):
    life = item("F-1", "first")
    life.debtor = replace(DEBTOR, contacts=contacts)

    assert result_of(life).drafts[0].route.channel == channel


@pytest.mark.parametrize(
    ("phone", "also", "beside"),
    [
        ("06 12 34 56 78", ("sms",), ["sms"]),
        ("01 23 45 67 89", ("sms",), []),  # no mobile
        ("nonsense", ("sms",), []),
        ("", ("sms",), []),
        ("06 12 34 56 78", ("email", "fax"), []),  # said already; not connected
    ],
)
def test_beside_a_notice_goes_what_is_possible(phone, also, beside):
    life = item("F-1", "first", house=with_level(HOUSE, "first", also=also))
    life.debtor = replace(DEBTOR, contacts=(replace(PERSON, phone=phone),))

    assert [route.channel for route in result_of(life).drafts[0].beside] == beside


def test_a_channel_that_is_not_connected_is_not_possible():
    life = item("F-1", "first")
    life.around = {"channels": frozenset({"letter"})}
    assert result_of(life).drafts[0].route.channel == "letter"

    life.around = {"channels": frozenset({"letter"}), "addresses_known": False}
    assert result_of(life).drafts[0].route.channel == "letter"
    life.around = {"channels": frozenset(), "addresses_known": False}
    assert life.look(FIRST).blockers == (Blocker.NO_CHANNEL,)


def test_where_no_address_is_known_at_all_every_level_reaches_its_first_role():
    life = item("F-1", "first")
    life.debtor = replace(DEBTOR, contacts=())
    life.around = {"addresses_known": False}

    (draft,) = result_of(life).drafts

    assert (draft.route.contact, draft.route.channel) == (Person(role="accounting"), "email")


def test_a_channel_we_know_nothing_of_needs_nothing():
    life = item("F-1", "first", house=with_level(HOUSE, "first", channels=("portal",)))
    life.around = {"channels": frozenset({"portal"})}

    assert result_of(life).drafts[0].route.channel == "portal"
    assert Address().complete is False
    assert Hold("h", None, "x").holds(DUE)


def test_a_digest_names_what_would_be_said():
    one, same = (result_of(item("F-1", "first")).drafts[0].digest for _ in range(2))
    other = result_of(item("F-1", "first", amount=99_999)).drafts[0].digest

    assert one == same != other
