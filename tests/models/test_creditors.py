"""The creditors that ship load, can be paid, and chase by policies that exist."""

from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from models import policies
from models.creditors import find, shipped
from models.errors import PolicyError, UnknownError
from models.ledger.creditor import parsed
from models.ledger.days import calendar

FILES = sorted((Path(__file__).parents[2] / "models" / "creditors").glob("*.toml"))
ACCOUNTS = [
    (creditor.key, currency, account)
    for creditor in shipped().values()
    for currency, account in creditor.accounts.items()
]


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_shipped_creditor_bears_the_key_of_its_file(file):
    assert find(file.stem).key == file.stem


@pytest.mark.parametrize(("key", "currency", "account"), ACCOUNTS)
def test_an_iban_has_its_check_digits(key, currency, account):
    turned = account.iban[4:] + account.iban[:4]
    assert int("".join(str(int(sign, 36)) for sign in turned)) % 97 == 1


@pytest.mark.parametrize("creditor", shipped().values(), ids=lambda creditor: creditor.key)
def test_every_policy_named_exists(creditor):
    named = {creditor.default_policy, *(rule.policy for rule in creditor.rules)}
    assert named <= policies.shipped().keys()


@pytest.mark.parametrize("creditor", shipped().values(), ids=lambda creditor: creditor.key)
def test_days_and_hours_of_a_creditor_exist(creditor):
    assert calendar(creditor.calendar)
    assert ZoneInfo(creditor.zone)


@pytest.mark.parametrize("role", ["approver", "deputy", "manager"])
@pytest.mark.parametrize("creditor", shipped().values(), ids=lambda creditor: creditor.key)
def test_somebody_holds_each_role_that_approvals_need(creditor, role):
    assert creditor.people_in(role)


def test_dollars_are_paid_to_an_account_of_their_own():
    west = find("kontor-west")
    assert west.accounts["USD"].iban != west.accounts["EUR"].iban
    assert west.policy_for("", "US", "USD") == "export"
    assert west.policy_for("", "DE", "EUR") == "standard-b2b"


def test_nobody_real_is_written_to():
    for creditor in shipped().values():
        assert creditor.reply_to.endswith(".example")
        assert all(person.email.endswith(".example") for person in creditor.people)


def test_an_unknown_key_lists_what_there_is():
    with pytest.raises(UnknownError, match="'acme': use atelier-nord, kontor-west"):
        find("acme")


def test_a_wrong_file_names_key_and_value():
    with pytest.raises(PolicyError, match="country = 'France'"):
        parsed(FILES[0].read_text("utf-8").replace('"FR"', '"France"', 1), "own.toml")
