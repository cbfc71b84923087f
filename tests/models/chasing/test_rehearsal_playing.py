"""Rehearsals: what the stories leave untold, and that the same ledger tells the same."""

import json
from datetime import date, timedelta
from itertools import pairwise

import pytest

from models.chasing import policy as policies
from models.chasing.rehearsal import rehearse
from models.chasing.script import parsed
from models.ledger.entries import ContactRow
from models.ledger.invoice import Kind
from models.policies import shipped
from tests.models.chasing.rehearsing import SINCE, lines, plain, portfolio, row, stands, told

LATER = SINCE + timedelta(days=10)


def on(day, what, **said):
    return {"on": f"2031-03-{day:02}", "event": what, **said}


# --- the same ledger tells the same -------------------------------------------------------------


def many():
    """Return forty debtors with four invoices each, due over three months."""
    return [
        row(
            f"F-{place}",
            line=place + 2,
            debtor=f"D-{place % 40:02}",
            due=SINCE + timedelta(days=place * 7 % 90),
            amount=1000 * (place % 23 + 1),
            currency="USD" if place % 5 == 0 else "EUR",
            method="direct-debit" if place % 31 == 0 else "",
            country=("FR", "DE", "GB")[place % 40 % 3],
        )
        for place in range(160)
    ]


def happened():
    """Return a story that touches every third invoice, and some debtors as a whole."""
    kinds = [
        {"event": "payment"},
        {"event": "promise", "by": "2031-04-15"},
        {"event": "dispute", "reason": "price"},
        {"event": "hold", "until": "2031-04-20"},
        {"event": "approve"},
    ]
    named = [
        {"on": f"2031-03-{place % 28 + 1:02}", "invoice": f"F-{place}", **kinds[place % 5]}
        for place in range(0, 160, 3)
    ]
    wide = [
        {"on": "2031-03-12", "event": "promise", "debtor": "D-03", "by": "2031-03-20"},
        {"on": "2031-03-13", "event": "insolvency", "debtor": "D-04"},
        {"on": "2031-03-14", "event": "payment", "debtor": "D-05", "amount": "700"},
    ]
    return [parsed(line, said) for line, said in enumerate(named + wide, 1)]


def played(rows, policy):
    """Return all that a rehearsal says, as its lines of JSON."""
    found = rehearse(portfolio(*rows, policy=policy), happened(), SINCE, date(2031, 7, 31))
    said = [json.dumps(entry.as_json()) for entry in found.timeline]
    return said, [json.dumps(standing.as_json()) for standing in found.standings]


@pytest.mark.parametrize("name", sorted(shipped()))
def test_a_rehearsal_is_the_same_each_time_and_whatever_the_order_of_rows(name):
    policy = shipped()[name]
    first = played(many(), policy)

    assert played(many(), policy) == first
    assert played(reversed(many()), policy) == first


@pytest.mark.parametrize("name", sorted(shipped()))
def test_debtors_played_apart_tell_what_they_tell_together(name):
    policy = shipped()[name]
    together, stood = played(many(), policy)
    codes = sorted({item.debtor for item in many()})
    apart = [played([item for item in many() if item.debtor == code], policy) for code in codes]

    assert sorted(together) == sorted(line for said, _ in apart for line in said)
    assert sorted(stood) == sorted(line for _, ends in apart for line in ends)


@pytest.mark.parametrize("name", sorted(shipped()))
def test_no_debtor_hears_more_often_than_the_policy_allows(name):
    policy = shipped()[name]
    found = rehearse(portfolio(*many(), policy=policy), happened(), SINCE, date(2031, 7, 31))
    heard: dict[str, set[date]] = {}
    for entry in found.timeline:
        if entry.kind == "contact" and entry.channel not in {"call", "hand-over"}:
            heard.setdefault(entry.debtor, set()).add(entry.on)

    apart = [b - a for days in heard.values() for a, b in pairwise(sorted(days))]
    assert min(apart) >= timedelta(days=policy.contact_gap_days)


# --- what happens -------------------------------------------------------------------------------


def test_an_invoice_not_issued_yet_stands_so():
    found = told(portfolio(row(issued=date(2031, 4, 7), due=date(2031, 5, 7))))

    (standing,) = found.standings
    assert (standing.state, standing.blockers) == ("waiting", ("not-issued",))
    assert standing.next_on == date(2031, 4, 7)


def test_a_debtor_with_credits_alone_says_nothing():
    found = told(portfolio(row(kind=Kind.PAYMENT, amount=-500)), on(4, "release", debtor="ALBA"))

    assert (found.timeline, found.standings) == ([], [])


def test_a_ledger_without_addresses_is_rehearsed_as_if_all_were_known():
    found = told(portfolio(row(email="")), on(7, "bounce", invoice="F-1"))

    assert lines(found) == [
        "03-06 ALBA email first F-1",
        "03-07 ALBA letter first F-1",
        "03-18 ALBA email second F-1",
    ]


def test_a_mail_that_came_back_goes_to_another_address_before_another_channel():
    policy = policies.parsed(
        'name = "two"\nzone = "Europe/Paris"\ncalendar = "FR"\n'
        + "\n".join(
            f'[[levels]]\nname = "{name}"\nkind = "reminder"\nafter_days = {days}\n'
            'channels = ["email", "letter"]\nto = ["accounting", "management"]'
            for name, days in (("first", 3), ("second", 15))
        ),
        "two",
    )
    boss = ContactRow(line=2, debtor="ALBA", role="management", email="boss@alba.example")
    rows = [row(street="1 quai des Docks", city="Lyon")]

    found = told(
        portfolio(*rows, policy=policy, contacts=[boss]),
        on(7, "bounce", invoice="F-1"),
        on(8, "bounce", invoice="F-1", channel="letter"),
    )

    assert [(entry.on.day, entry.channel, entry.level) for entry in found.timeline] == [
        (6, "email", "first"),
        (7, "email", "first"),
        (18, "email", "second"),
    ]
    assert found.refused == [
        "line 2: invoice F-1 has no notice on that channel that could have bounced"
    ]


@pytest.mark.parametrize(
    ("event", "why"),
    [
        (on(4, "release", invoice="F-9"), "invoice F-9 is not in the ledger"),
        (on(4, "release", invoice="F-2"), "invoice F-2 is not issued yet on that day"),
        (on(4, "release", debtor="CIRO"), "nobody in the ledger is called 'CIRO'"),
        (on(4, "release"), "release needs an invoice or a debtor"),
        (on(4, "hold", debtor="ALBA", until="2031-03-04"), "that day has begun"),
        (on(4, "books", until=None), "books needs until"),
        (on(4, "payment", debtor="BORA", amount="1"), "no invoice is open"),
        (on(4, "promise", debtor="BORA", by="2031-03-10"), "nothing of this debtor is open"),
        (on(4, "release", debtor="ALBA"), "has no hold and no promise to release"),
        (on(4, "promise", debtor="DORA", by="2031-03-10"), "that this could concern"),
        (on(4, "approve", invoices=["F-1", "F-9"]), "invoice F-9 is not in the ledger"),
        (
            on(4, "payment", invoices=["F-1", "F-4"], amount="1"),
            "an amount is one debtor's",
        ),
        (on(4, "reversal", invoice="F-1"), "has EUR 0.00 paid"),
    ],
)
def test_what_cannot_happen_is_refused_and_changes_nothing(event, why):
    rows = [
        row("F-1"),
        row("F-2", issued=LATER, due=LATER),
        row("F-3", debtor="BORA", issued=LATER, due=LATER),
        row("F-4", debtor="DORA", disputed=-1),
    ]
    found = told(portfolio(*rows), event)

    assert found.refused == [f"line 1: {found.refused[0].removeprefix('line 1: ')}"]
    assert why in found.refused[0]
    assert stands(found) == stands(told(portfolio(*rows)))


def test_an_order_for_several_invoices_is_taken_for_all_or_for_none():
    rows = [row("F-1"), row("F-2", disputed=-1)]
    found = told(
        portfolio(*rows), on(4, "promise", invoices=["F-1", "F-1", "F-2"], by="2031-03-28")
    )

    assert "is disputed in full" in found.refused[0]
    assert "03-06 ALBA email first F-1" in lines(found)


def test_an_order_for_a_debtor_leaves_out_what_it_cannot_concern():
    rows = [row("F-1"), row("F-2", disputed=-1), row("F-3", method="direct-debit")]
    found = told(
        portfolio(*rows),
        on(4, "promise", debtor="ALBA", by="2031-03-28"),
        on(5, "approve", debtor="ALBA"),
        on(5, "dead", debtor="ALBA"),
        on(6, "dispute", debtor="ALBA"),
    )

    assert lines(found) == ["03-04 ALBA email promise-confirmed F-1+F-3"]
    assert [line.split(":")[0] for line in found.refused] == ["line 2", "line 4"]
    assert {state for state, _, _ in stands(found).values()} == {"dead"}


def test_money_without_an_amount_pays_what_is_named_in_its_currency():
    rows = [row("F-1"), row("F-2", currency="USD"), row("F-3", debtor="BORA")]
    found = told(
        portfolio(*rows),
        on(4, "payment", invoices=["F-1", "F-3"]),
        on(4, "credit-note", debtor="ALBA", currency="USD"),
    )

    assert {n: s for n, (s, _, _) in stands(found).items()} == {
        "F-1": "paid",
        "F-2": "credited",
        "F-3": "paid",
    }
    assert lines(found) == []


def test_money_beyond_what_is_open_stays_to_the_debtors_credit():
    rows = [row("F-1"), row("F-2", issued=LATER, due=LATER)]
    found = told(portfolio(*rows), on(4, "payment", debtor="ALBA", amount="150", currency="EUR"))

    assert lines(found) == ["03-17 ALBA email first F-2", "03-28 ALBA email second F-2"]
    enough = told(portfolio(*rows), on(4, "payment", invoice="F-1", amount="200"))
    assert stands(enough)["F-2"] == ("waiting", 10000, ("net-credit",))


def test_a_payment_lets_a_sum_be_weighed_again():
    rows = [row("F-1", amount=1500), row("F-2", kind=Kind.PAYMENT, amount=-1500)]
    found = told(portfolio(*rows), on(11, "payment", invoice="F-1", amount="5"))

    assert stands(found) == {"F-1": ("waiting", 1000, ("net-credit",))}


def test_a_direct_debit_that_was_paid_and_comes_back_is_owed_again():
    rows = [row(method="direct-debit")]
    found = told(
        portfolio(*rows), on(4, "payment", invoice="F-1"), on(11, "reversal", invoice="F-1")
    )

    assert lines(found)[0] == "03-11 ALBA email first F-1"
    assert stands(found)["F-1"][1] == 10000


def test_a_reversal_opens_a_paid_invoice_again():
    found = told(
        portfolio(row()), on(4, "payment", invoice="F-1"), on(11, "reversal", invoice="F-1")
    )

    assert lines(found) == ["03-11 ALBA email first F-1", "03-18 ALBA email second F-1"]


CALLING = """
name = "calling"
zone = "Europe/Paris"
calendar = "FR"
contacts_per_week = 2
[[levels]]
name = "call"
kind = "call"
after_days = 3
[[levels]]
name = "first"
kind = "reminder"
after_days = 7
channels = ["email"]
"""


def test_one_call_about_two_invoices_is_one_contact():
    rows = [row("F-1", phone="+33478000001"), row("F-2", phone="+33478000001")]
    found = told(
        portfolio(*rows, policy=policies.parsed(CALLING, "calling")),
        on(7, "call", invoices=["F-1", "F-2"]),
        until=date(2031, 3, 12),
    )

    assert lines(found) == [
        "03-06 ALBA call call F-1+F-2",
        "03-12 ALBA email first F-1+F-2",
    ]


# --- answers ------------------------------------------------------------------------------------


def test_nothing_answers_when_the_policy_says_so():
    found = told(
        portfolio(row(), policy=plain("confirm = false\n")),
        on(4, "promise", invoice="F-1", by="2031-03-28", amount="40"),
        on(5, "dispute", invoice="F-1", amount="30"),
    )

    assert lines(found) == ["03-06 ALBA email first F-1", "03-18 ALBA email second F-1"]


def test_an_answer_that_reaches_nobody_is_left_out():
    rows = [row("F-1", email=""), row("F-2", debtor="BORA")]
    found = told(portfolio(*rows), on(4, "promise", invoice="F-1", by="2031-03-28"))

    assert not [entry for entry in found.timeline if entry.debtor == "ALBA"]


def test_thanks_are_for_those_who_were_reminded():
    found = told(
        portfolio(row("F-1"), row("F-2", debtor="BORA"), policy=plain("thank = true\n")),
        on(4, "payment", invoice="F-1"),
        on(11, "payment", invoice="F-2"),
    )

    assert lines(found) == ["03-06 BORA email first F-2", "03-11 BORA email thanks F-2"]


def test_a_statement_says_what_lives_and_comes_by_quarter():
    rows = [
        row("F-1", due=date(2031, 6, 2)),
        row("F-2", due=date(2031, 6, 2), servicer="a-factor"),
        row("F-3", due=date(2031, 6, 2)),
        row("F-4", debtor="BORA"),
    ]
    policy = plain('statement = "quarterly"\n')
    found = told(
        portfolio(*rows, policy=policy),
        on(5, "dead", invoice="F-3"),
        on(5, "payment", invoice="F-4"),
        until=date(2031, 4, 30),
    )

    assert lines(found) == ["04-01 ALBA email statement F-1"]


def test_a_plan_for_several_invoices_is_confirmed_once_with_its_days():
    parts = [{"by": "2031-03-12", "amount": "120"}, {"by": "2031-03-26"}]
    found = told(portfolio(row("F-1"), row("F-2")), on(4, "promise", debtor="ALBA", parts=parts))

    (confirmed,) = [e for e in found.timeline if e.level == "promise-confirmed"]
    assert (confirmed.invoices, confirmed.amount) == (("F-1", "F-2"), 20000)


def test_the_lines_name_the_creditor_and_what_goes_beside():
    policy = policies.parsed(
        CALLING.partition("[[levels]]")[0]
        + '[[levels]]\nname = "first"\nkind = "reminder"\nafter_days = 3\n'
        'channels = ["email"]\nalso = ["sms"]\n',
        "beside",
    )
    found = told(portfolio(row(creditor="north", phone="+33612345678"), policy=policy))

    (entry,) = found.timeline
    assert entry.as_json() == {
        "kind": "contact",
        "at": "2031-03-06T09:00:00+01:00",
        "on": "2031-03-06",
        "debtor": "ALBA",
        "channel": "email",
        "level": "first",
        "invoices": ["F-1"],
        "levels": {"F-1": "first"},
        "amount": "100.00",
        "currency": "EUR",
        "also_open": [],
        "why": "first is placed 3 days after the due date",
        "creditor": "north",
        "beside": ["sms"],
    }


def test_what_went_beside_a_notice_does_not_go_again_beside_the_next_way():
    """The mail came back; the text message beside it did not."""
    policy = policies.parsed(
        'name = "beside"\nzone = "Europe/Paris"\ncalendar = "FR"\n'
        '[[levels]]\nname = "first"\nkind = "reminder"\nafter_days = 3\n'
        'channels = ["email", "letter"]\nalso = ["sms"]\n',
        "beside",
    )
    found = told(
        portfolio(
            row(phone="+33612345678", street="1 rue A", postcode="75001", city="Paris"),
            policy=policy,
        ),
        on(7, "bounce", invoice="F-1"),
    )

    assert [(entry.channel, entry.beside) for entry in found.timeline] == [
        ("email", ("sms",)),
        ("letter", ()),
    ]


def test_a_word_taken_back_before_the_opening_is_not_confirmed():
    given = on(4, "promise", invoice="F-1", by="2031-03-20")
    kept = told(portfolio(row()), given)
    assert [entry.kind for entry in kept.timeline if entry.on.day == 4] == ["answer"]

    found = told(portfolio(row()), given, on(4, "release", invoice="F-1"))

    assert lines(found) == ["03-06 ALBA email first F-1", "03-18 ALBA email second F-1"]


def test_money_taken_back_is_taken_as_it_came():
    two = [row("F-1"), row("F-2")]
    whole = {"amount": "200.00", "invoices": ["F-1", "F-2"]}
    found = told(portfolio(*two), on(4, "payment", **whole), on(11, "reversal", **whole))
    assert [standing.open for standing in found.standings] == [10_000, 10_000]
    assert not found.refused

    debtor = {"debtor": "ALBA", "amount": "150.00"}
    found = told(portfolio(*two), on(4, "payment", **debtor), on(11, "reversal", **debtor))
    assert [standing.open for standing in found.standings] == [10_000, 10_000]


def test_a_part_of_a_payment_is_taken_back_of_what_it_paid_last():
    two = [row("F-1"), row("F-2")]
    whole = {"amount": "200.00", "invoices": ["F-1", "F-2"]}
    part = {"amount": "40.00", "invoice": "F-1"}
    found = told(portfolio(*two), on(4, "payment", **whole), on(11, "reversal", **part))
    assert [standing.open for standing in found.standings] == [0, 4_000]


def test_money_paid_twice_and_taken_back_once_leaves_the_invoice_paid():
    pay = {"invoice": "F-1", "amount": "100.00"}
    found = told(
        portfolio(row()), on(4, "payment", **pay), on(5, "payment", **pay), on(9, "reversal", **pay)
    )
    assert [(one.state, one.open) for one in found.standings] == [("paid", 0)]


def test_more_than_is_open_is_taken_back_whole():
    pay = {"invoice": "F-1", "amount": "120.00"}
    found = told(portfolio(row()), on(4, "payment", **pay), on(9, "reversal", **pay))
    assert [one.open for one in found.standings] == [10_000]
    assert lines(found)[-1].endswith("F-1"), "it is chased again"


def test_money_that_comes_before_the_invoice_pays_it_when_it_is_issued():
    late = row(issued=date(2031, 3, 10), due=date(2031, 3, 12))
    found = told(portfolio(late), on(4, "payment", invoice="F-1", amount="100.00"))
    assert [one.state for one in found.standings] == ["paid"]
    assert not found.timeline


def test_a_day_still_counts_when_only_one_of_its_notices_came_back():
    where = {"street": "1 quai des Docks", "city": "Lyon"}
    rows = [row("F-1", **where), row("F-2", payee="FACTOR", **where)]

    def letters(*bounced: str) -> list[str]:
        found = told(portfolio(*rows), *(on(7, "bounce", invoice=number) for number in bounced))
        return [line for line in lines(found) if "letter" in line]

    assert letters("F-1", "F-2") == ["03-07 ALBA letter first F-1", "03-07 ALBA letter first F-2"]
    assert letters("F-1") == ["03-10 ALBA letter first F-1"], "F-2 was heard on the 6th"
