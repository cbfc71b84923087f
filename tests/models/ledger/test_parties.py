"""Debtors and their holds, and what a rejected row says of itself."""

from datetime import date

import pytest

from models.errors import PolicyError
from models.ledger.creditor import parsed
from models.ledger.debtor import Address, Hold
from models.ledger.entries import Reject

CREDITOR = """
key = "nord"
name = "Nord"
country = "FR"
zone = "Europe/Paris"
calendar = "FR"
language = "fr"
mail_from = "nord@example.com"
default_policy = "standard-b2b"

[[rules]]
policy = "key-account"
segment = "key"

[[rules]]
policy = "export"
country = "US"
currency = "USD"

[[people]]
name = "a"
roles = ["approver", "manager"]
"""


@pytest.mark.parametrize(
    ("until", "day", "holds"),
    [
        (date(2026, 3, 9), date(2026, 3, 8), True),
        (date(2026, 3, 9), date(2026, 3, 9), False),  # it ends at the start of its day
        (None, date(2099, 1, 1), True),
    ],
)
def test_a_hold_lasts_until_the_start_of_its_day(until, day, holds):
    assert Hold("h", until, "asked for patience").holds(day) is holds


@pytest.mark.parametrize(
    ("address", "complete"),
    [
        (Address("1 rue X", "75001", "Paris", "FR"), True),
        (Address("1 rue X", "", "Paris"), True),  # Ireland did without postcodes for long
        (Address("", "75001", "Paris"), False),
        (Address("1 rue X", "75001", ""), False),
    ],
)
def test_a_letter_needs_street_and_city(address, complete):
    assert address.complete is complete


@pytest.mark.parametrize(
    ("facts", "policy"),
    [
        (("key", "US", "USD"), "key-account"),  # the first rule that fits wins
        (("", "US", "USD"), "export"),
        (("", "US", "EUR"), "standard-b2b"),
        (("", "", ""), "standard-b2b"),
    ],
)
def test_a_creditors_rules_choose_a_policy(facts, policy):
    assert parsed(CREDITOR, "nord.toml").policy_for(*facts) == policy


def test_people_are_found_by_their_role():
    creditor = parsed(CREDITOR, "nord.toml")

    assert [person.name for person in creditor.people_in("manager")] == ["a"]
    assert creditor.people_in("deputy") == ()


def test_a_wrong_creditor_file_names_the_key_and_the_value():
    with pytest.raises(PolicyError, match=r"nord\.toml is not TOML"):
        parsed("key =", "nord.toml")
    wrong = CREDITOR.replace('"FR"', '"France"', 1)
    with pytest.raises(PolicyError, match=r"nord\.toml: country = 'France'"):
        parsed(wrong, "nord.toml")


def test_a_reject_says_where_and_what_was_expected():
    cell = Reject("items.csv", 7, "Betrag", "12,5O", "an amount such as 1234.50", {})
    empty = Reject("items.csv", 8, "Betrag", "", "an amount such as 1234.50", {})
    row = Reject("items.csv", 9, "", "", "no debtor is named", {})

    assert str(cell) == (
        "items.csv, line 7, column Betrag: '12,5O' is not an amount such as 1234.50"
    )
    assert str(empty) == (
        "items.csv, line 8, column Betrag: it is empty; an amount such as 1234.50 is needed"
    )
    assert str(row) == "items.csv, line 9: no debtor is named"
