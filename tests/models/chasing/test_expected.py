"""What people expect of words that touch several things at once: credits, releases, notices."""

from datetime import date

import pytest

from models.chasing import commands as cmd
from models.chasing import events as ev
from models.chasing.policy import parsed
from models.errors import PolicyError, RefusedError
from tests.models.chasing.making import HOUSE, Life
from tests.models.chasing.rehearsing import PLAIN, lines, portfolio, row, stands, told

TODAY = date(2026, 3, 9)


def on(day: int, what: str, **facts) -> dict:
    """Something that happens on a day of March 2031."""
    return {"on": f"2031-03-{day:02}", "event": what, **facts}


@pytest.mark.parametrize("key", ["channels", "also"])
def test_a_channel_that_nobody_knows_is_refused_when_the_policy_is_read(key):
    text = HOUSE.replace('channels = ["email"]', 'channels = ["email"]\nalso = ["sms"]')
    text = text.replace(f'{key} = ["', f'{key} = ["emial", "', 1)
    with pytest.raises(PolicyError, match="no channel is called 'emial'; use email, sms"):
        parsed(text, "house.toml")


@pytest.mark.parametrize("name", ["First reminder", "R1", "first_reminder", "1. Mahnung"])
def test_a_level_is_called_as_people_call_it(name):
    house = parsed(PLAIN.replace('"first"', f'"{name}"'), "plain")
    assert house.levels[0].name == name


@pytest.mark.parametrize("name", ["", " first", "-first", "a\nb", "x" * 61])
def test_a_name_that_nobody_could_type_is_refused(name):
    text = PLAIN.replace('"first"', '"' + name.replace("\n", "\\n") + '"')
    with pytest.raises(PolicyError, match="a name has 1 to 60 letters"):
        parsed(text, "plain")


def test_a_credit_counts_once_for_what_may_not_share_a_notice():
    rows = [row("F-1", amount=5000), row("F-2", amount=5000, payee="FACTOR")]
    note = row("C-1", amount=-6000, open=-6000, due=None)

    found = told(portfolio(*rows, note), until=date(2031, 3, 12))

    assert lines(found) == ["03-06 ALBA email first F-2"], "40 euros are owed all the same"
    assert stands(found)["F-1"][2] == ("net-credit",)


def test_a_credit_beyond_the_oldest_group_still_silences_the_next():
    rows = [row("F-1", amount=5000, payee="A"), row("F-2", amount=5000, payee="B")]
    note = row("C-1", amount=-10000, open=-10000, due=None)
    assert not told(portfolio(*rows, note)).timeline


def test_what_is_also_open_in_another_currency_is_named():
    rows = [row("F-1"), row("F-2", currency="USD", due=date(2031, 2, 10))]
    (first,) = [
        entry
        for entry in told(portfolio(*rows), on(3, "hold", invoice="F-2")).timeline
        if entry.invoices == ("F-1",) and entry.level == "first"
    ]
    assert first.also_open == ("F-2",)


def test_a_dispute_leaves_the_word_for_the_rest():
    promise = cmd.Promise(parts=(ev.Part(by=date(2026, 3, 20)),))
    life = Life().orders(promise, TODAY).orders(cmd.Dispute(amount=30_000), TODAY)
    assert (life.case.promised, life.case.disputed) == (70_000, 30_000)

    life.happens(ev.Paid(on=TODAY, amount=70_000))
    assert [one.state for one in life.case.promises] == ["kept"]


def test_a_dispute_in_full_takes_the_word_with_it():
    promise = cmd.Promise(parts=(ev.Part(by=date(2026, 3, 20)),))
    life = Life().orders(promise, TODAY).orders(cmd.Dispute(), TODAY)
    assert [one.state for one in life.case.promises] == ["withdrawn"]


def test_a_release_ends_a_hold_and_leaves_a_promise():
    promise = on(4, "promise", invoice="F-1", by="2031-03-20")
    found = told(
        portfolio(row()), promise, on(5, "hold", invoice="F-1"), on(6, "release", invoice="F-1")
    )
    said = [(entry.level, entry.on) for entry in found.timeline]
    assert said[:2] == [
        ("promise-confirmed", date(2031, 3, 4)),
        ("first", date(2031, 3, 25)),  # the word of the 20th is broken then
    ]


def test_the_release_of_a_debtor_frees_its_single_invoices_too():
    found = told(
        portfolio(row()),
        on(3, "hold", invoice="F-1", until="2031-03-30"),
        on(3, "hold", debtor="ALBA"),
        on(5, "release", debtor="ALBA"),
    )
    assert lines(found)[0] == "03-06 ALBA email first F-1"


def test_the_release_of_a_hold_leaves_an_insolvency():
    story = [
        on(3, "hold", debtor="ALBA"),
        on(3, "insolvency", invoice="F-1"),
        on(4, "release", debtor="ALBA"),
    ]
    found = told(portfolio(row()), *story)
    assert stands(found)["F-1"][2] == ("insolvency",)

    free = told(portfolio(row()), *story, on(5, "release", debtor="ALBA"))
    assert lines(free)[0] == "03-06 ALBA email first F-1", "a false match is released last"


def test_what_two_creditors_know_by_one_name_must_be_told_apart():
    rows = [row(creditor="north"), row(creditor="south")]
    pay = on(4, "payment", amount="100.00")
    for named in ({"invoice": "F-1"}, {"debtor": "ALBA"}):
        found = told(portfolio(*rows), {**pay, **named})
        assert len(found.refused) == 1
        assert "is known to north and south: name the creditor" in found.refused[0]
        one = told(portfolio(*rows), {**pay, **named, "creditor": "north"})
        assert [standing.open for standing in one.standings] == [0, 10_000]


@pytest.mark.parametrize(("amount", "currency"), [("0", "EUR"), ("-5.00", "EUR"), ("5.00", "")])
def test_money_that_cannot_be_meant_is_refused_with_a_sentence(amount, currency):
    rows = [row(), row("F-2", currency="USD")]
    found = told(
        portfolio(*rows), on(4, "payment", debtor="ALBA", amount=amount, currency=currency)
    )
    assert len(found.refused) == 1
    assert "needs" in found.refused[0]


def test_part_of_a_payment_is_taken_back_from_what_it_paid_last():
    two = [row("F-1"), row("F-2")]
    found = told(
        portfolio(*two),
        on(4, "payment", debtor="ALBA", amount="200.00"),
        on(8, "reversal", invoice="F-2", amount="5.00", currency="USD"),
        on(9, "reversal", invoices=["F-1", "F-2"], amount="150.00", currency="EUR"),
        on(9, "reversal", invoices=["F-1", "F-2"], amount="900.00", currency="EUR"),
    )
    assert [standing.open for standing in found.standings] == [5_000, 10_000]
    assert len(found.refused) == 2
    assert found.refused[0].endswith("invoice F-2 is in EUR, not in USD")


def test_part_of_what_came_is_given_back_of_no_invoice_that_nobody_named():
    found = told(
        portfolio(row("F-1"), row("F-2")),
        on(4, "payment", debtor="ALBA", amount="200.00"),
        on(9, "reversal", debtor="ALBA", amount="150.00", currency="EUR"),
    )
    assert [standing.open for standing in found.standings] == [0, 0]
    assert len(found.refused) == 1


def test_a_formal_notice_repeats_after_its_days_and_never_before_its_deadline():
    text = """
name = "firm"
zone = "Europe/Paris"
calendar = "FR"
[[levels]]
name = "formal"
kind = "formal-notice"
after_days = 3
channels = ["email"]
approval = "never"
deadline_days = %d
repeat = { every_days = 10, times = 1 }
"""
    days = []
    for deadline in (5, 15):
        policy = parsed(text % deadline, "firm")
        found = told(portfolio(row(), policy=policy), until=date(2031, 4, 30))
        days.append([entry.on for entry in found.timeline])
    assert days == [
        [date(2031, 3, 6), date(2031, 3, 17)],  # ten days on is a Sunday
        [date(2031, 3, 6), date(2031, 3, 24)],  # the deadline is Friday the 21st
    ]


def test_a_presented_notice_counts_from_its_presentation():
    life = Life().says("formal", TODAY, deadline=date(2026, 3, 24), channel="registered-letter")
    life.orders(cmd.Present(on=date(2026, 3, 12)), date(2026, 3, 13))
    assert (life.case.said[-1].deadline, life.case.presented) == (date(2026, 3, 27), ("formal",))


@pytest.mark.parametrize(
    ("life", "day", "why"),
    [
        (Life(), TODAY, "has no formal notice"),
        (Life().says("formal", TODAY, deadline=TODAY), date(2026, 3, 8), "cannot be presented on"),
        (Life().says("formal", TODAY, deadline=TODAY), date(2026, 3, 14), "name a day from"),
    ],
)
def test_what_was_not_sent_cannot_have_been_presented(life, day, why):
    with pytest.raises(RefusedError, match=why):
        life.orders(cmd.Present(on=day), date(2026, 3, 13))
