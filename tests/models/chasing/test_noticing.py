"""In whose language, how firmly and to whom a notice speaks."""

from dataclasses import replace

import pytest

from models.chasing.notice import Recipient
from models.chasing.noticing import spoken, tone
from models.ledger.creditor import parsed
from tests.models.chasing.making import DEBTOR, PERSON, only, policy

CREDITOR = parsed(
    """
key = "acme"
name = "Acme SA"
country = "FR"
zone = "Europe/Paris"
calendar = "FR"
language = "de"
mail_from = "Acme <a@acme.example>"
default_policy = "standard-b2b"
""",
    "acme.toml",
)
REMINDERS = ("one", "two", "three", "four")


def climbing(count: int):
    """Return a policy of a courtesy and so many reminders."""
    house = policy()
    courtesy, reminder = house.levels[:2]
    levels = [reminder.model_copy(update={"name": name}) for name in REMINDERS[:count]]
    return only(house.model_copy(update={"levels": (courtesy, *levels)}), "courtesy", *REMINDERS)


@pytest.mark.parametrize(
    ("count", "tones"),
    [
        (1, ["reminder"]),
        (2, ["reminder", "second-reminder"]),
        (3, ["reminder", "second-reminder", "final-reminder"]),
        (4, ["reminder", "second-reminder", "second-reminder", "final-reminder"]),
    ],
)
def test_reminders_grow_firmer_and_the_last_of_several_says_that_it_is(count, tones):
    house = climbing(count)

    assert [tone(house, name) for name in REMINDERS[:count]] == tones


@pytest.mark.parametrize("name", ["courtesy", "of another policy"])
def test_what_is_no_reminder_has_no_tone_of_one(name):
    assert tone(climbing(3), name) == ""


@pytest.mark.parametrize(
    ("contact", "debtor", "country", "language"),
    [
        ("it", "en", "FR", "it"),
        ("", "en", "FR", "en"),
        ("", "", "FR", "fr"),
        ("", "", "", "de"),
    ],
)
def test_people_are_written_to_in_the_nearest_language_that_is_known(
    contact, debtor, country, language
):
    person = replace(PERSON, language=contact)
    known = replace(DEBTOR, language=debtor, country=country)

    assert spoken(person, known, CREDITOR) == language


@pytest.mark.parametrize(("contact", "another"), [("c1", False), ("k2/c1", True)])
def test_a_recipient_shows_whether_it_pays_for_another(contact, another):
    assert Recipient(contact=contact).pays_for_another is another
