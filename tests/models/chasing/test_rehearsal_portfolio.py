"""A ledger as debtors with their items: what comes in, and what is rejected and why."""

from datetime import date

import pytest

from models.chasing import events as ev
from models.chasing.portfolio import gathered
from models.errors import UnknownError
from models.ledger.entries import ContactRow, Reject
from models.ledger.invoice import Kind
from tests.models.chasing.rehearsing import SINCE, plain, portfolio, row


def reasons(found):
    return [(reject.line, reject.column, reject.value, reject.expected) for reject in found.rejects]


def test_rows_of_one_debtor_are_one_account():
    found = portfolio(row("F-1"), row("F-2"), row("F-3", debtor="", debtor_name="BORA"))

    assert {key: list(account.items) for key, account in found.accounts.items()} == {
        ("", "ALBA"): ["F-1", "F-2"],
        ("", "BORA"): ["F-3"],
    }
    assert found.accounts["", "BORA"].debtor.name == "BORA"


def test_a_row_met_twice_counts_once():
    found = portfolio(row(line=2), row(line=3))

    assert len(found.accounts["", "ALBA"].items) == 1
    assert not found.rejects


@pytest.mark.parametrize(
    ("other", "why"),
    [
        ({"amount": 20000}, "possible: line 2 states F-1 differently"),
        ({"debtor": "BORA"}, "possible: another debtor has F-1"),
    ],
)
def test_a_number_that_says_two_things_is_rejected(other, why):
    found = portfolio(row(line=2), row(line=3, **other))

    assert reasons(found) == [(3, "number", "F-1", why)]


def test_the_same_number_at_another_creditor_is_another_invoice():
    found = portfolio(row(creditor="north"), row(creditor="south"))

    assert not found.rejects
    assert found.find("south", "F-1") == [found.accounts["south", "ALBA"]]
    assert len(found.find("", "F-1")) == 2, "whoever says F-1 alone must name the creditor"
    assert found.find("west", "F-1") == []
    assert found.find("", "F-2") == []


def test_a_negative_row_is_a_credit_once():
    note = {"kind": Kind.CREDIT_NOTE, "amount": -3000, "due": None}
    found = portfolio(
        row("F-1"),
        row("C-1", line=3, **note),
        row("C-1", line=4, **note),
        row("C-1", line=5, **{**note, "debtor": "BORA"}),
        row("C-2", line=6, **{**note, "amount": -4000, "open": -500}),
    )

    assert found.accounts["", "ALBA"].credits == {"EUR": 3500}
    assert found.accounts["", "BORA"].credits == {"EUR": 3000}, "never a reject"
    assert not found.rejects


def test_what_cannot_be_chased_is_rejected_by_its_column():
    def policy_of(item):
        if item.policy:
            message = f"no policy {item.policy!r}"
            raise UnknownError(message)
        return plain()

    earlier = Reject("ledger.csv", 9, "amount", "x", "an amount", {})
    found = gathered(
        [
            earlier,
            row("F-1", line=3, policy="lenient"),
            row("F-2", line=4, due=None),
            row("F-3", line=5, level="third"),
        ],
        policy_of,
        SINCE,
    )

    assert reasons(found) == [
        (9, "amount", "x", "an amount"),
        (3, "policy", "lenient", "possible: no policy 'lenient'"),
        (4, "due", "", "possible: an invoice has a day by which to pay"),
        (5, "level", "third", "possible: policy plain has first, second"),
    ]
    assert not found.accounts["", "ALBA"].items


def test_an_item_enters_when_issued_or_when_the_rehearsal_begins():
    found = portfolio(
        row("F-1", issued=date(2031, 2, 1)), row("F-2", issued=date(2031, 3, 8)), row("F-3")
    )

    entered = {n: item.enters for n, item in found.accounts["", "ALBA"].items.items()}
    assert entered == {"F-1": SINCE, "F-2": date(2031, 3, 8), "F-3": SINCE}


def past_of(**facts):
    (item,) = portfolio(row(**facts)).accounts["", "ALBA"].items.values()
    return item.events[1:]


def test_a_row_brings_its_past_as_events():
    assert past_of(level="second", level_on=date(2031, 2, 20)) == (
        ev.Passed(on=SINCE, levels=("first",), reason="before it came to us"),
    )
    assert past_of(level="first", level_on=date(2031, 2, 20)) == ()
    assert past_of(disputed=-1)[0].amount is None
    assert past_of(disputed=300)[0].amount == 300
    assert past_of(promised_by=date(2031, 3, 9))[0].parts == (ev.Part(by=date(2031, 3, 9)),)
    assert past_of(hold_until=date(2031, 3, 9))[0].until == date(2031, 3, 9)


@pytest.mark.parametrize(
    ("due", "on"), [(date(2031, 2, 3), date(2031, 2, 6)), (date(2031, 3, 1), SINCE)]
)
def test_a_level_without_its_day_went_out_on_its_place_or_by_now(due, on):
    (item,) = portfolio(row(level="first", due=due)).accounts["", "ALBA"].items.values()

    assert item.events[0].level_on == on


def test_contacts_find_their_debtor_by_code_or_name():
    rejected = Reject("contacts.csv", 5, "role", "", "a role", {})
    found = portfolio(
        row("F-1", debtor_name="Alba SA", creditor="north"),
        row("F-2", debtor_name="Alba SA", creditor="south"),
        contacts=[
            ContactRow(line=2, debtor="Alba SA", role="management", email="a@alba.example"),
            ContactRow(
                line=3, debtor="ALBA", role="legal", email="b@alba.example", creditor="north"
            ),
            ContactRow(line=4, debtor="CIRO", role="legal", email="c@ciro.example"),
            rejected,
        ],
    )

    roles = {
        key[0]: [contact.role for contact in account.debtor.contacts]
        for key, account in found.accounts.items()
    }
    assert roles == {
        "north": ["accounting", "management", "legal"],
        "south": ["accounting", "management"],
    }
    assert found.rejects == [rejected]


def test_an_unknown_method_is_a_transfer():
    (item,) = portfolio(row(method="barter")).accounts["", "ALBA"].items.values()

    assert item.invoice.method == "transfer"


def test_two_addresses_are_two_contacts_and_none_is_none():
    found = portfolio(
        row("F-1"), row("F-2"), row("F-3", email="second@alba.example"), row("F-4", email="")
    )

    assert [c.email for c in found.accounts["", "ALBA"].debtor.contacts] == [
        "accounts@alba.example",
        "second@alba.example",
    ]
    assert found.addresses
    assert not portfolio(row(email="")).addresses
