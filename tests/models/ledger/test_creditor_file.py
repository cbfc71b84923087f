"""A creditor's file is checked when it is read: what is wrong would reach its debtors."""

from pathlib import Path

import pytest

from models import creditors
from models.errors import PolicyError
from models.ledger.creditor import parsed

TEXT = (Path(creditors.__file__).parent / "atelier-nord.toml").read_text("utf-8")


@pytest.mark.parametrize(
    ("right", "wrong", "why"),
    [
        ("FR7630006000011234567890189", "FR7630006000011234567890188", "check digits are wrong"),
        ("FR7630006000011234567890189", "FR76", "check digits are wrong"),
        ('zone = "Europe/Paris"', 'zone = "Europe/Hintertupfing"', "is not a time zone"),
        ('calendar = "FR"', 'calendar = "XX"', "is not a calendar"),
        ("<comptabilite@atelier-nord.example>", "", "an address is needed"),
    ],
)
def test_what_would_mislead_a_debtor_is_refused(right, wrong, why):
    assert right in TEXT
    with pytest.raises(PolicyError, match=why):
        parsed(TEXT.replace(right, wrong), "mine.toml")


def test_the_shipped_files_are_right():
    assert {"atelier-nord", "kontor-west"} <= set(creditors.shipped())
