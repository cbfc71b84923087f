"""Which address a level goes to, which were tried in vain, and what is said to be missing."""

from dataclasses import replace

import pytest

from models.chasing.answers import Blocker
from models.chasing.level import Level, LevelKind
from models.chasing.notice import Recipient
from models.chasing.reaching import lacking, mark, route
from models.ledger.debtor import Address, Contact, Debtor

HERE = Address("1 quai des Docks", "69002", "Lyon", "FR")
MAIL = Contact("accounting", "c1", email="ap@one.example")
DEBTOR = Debtor(key="d", name="One", contacts=(MAIL,))
LEVEL = Level(
    name="first",
    kind=LevelKind.REMINDER,
    after_days=3,
    channels=("email", "letter"),
    to=("accounting", "management"),
)
BOTH = frozenset({"email", "letter"})


def knows(*contacts: Contact) -> Debtor:
    return replace(DEBTOR, contacts=contacts)


def test_an_address_is_known_again_however_it_is_written_and_whoever_has_it():
    assert mark(MAIL, "email") == mark(Recipient("x", email=" AP@One.example"), "email")
    assert mark(MAIL, "email") != mark(replace(MAIL, email="ap@two.example"), "email")
    assert "one" not in mark(MAIL, "email")
    assert mark(Contact("a", address=HERE), "letter") == mark(
        Contact("b", address=HERE), "registered-letter"
    )
    assert mark(MAIL, "sms") == mark(MAIL, "pigeon") == ""


def test_what_was_tried_in_vain_is_an_address_and_not_its_channel():
    tried = frozenset({("email", mark(MAIL, "email"))})
    assert route(LEVEL, DEBTOR, BOTH, tried) is None

    corrected = replace(MAIL, email="ap@right.example")
    way = route(LEVEL, knows(corrected), BOTH, tried)
    assert way is not None
    assert (way.contact, way.channel) == (corrected, "email")

    boss = Contact("management", "c2", email="boss@one.example")
    way = route(LEVEL, knows(MAIL, boss), BOTH, tried)
    assert way is not None
    assert way.contact == boss


def test_the_same_address_of_somebody_else_is_no_other_address():
    tried = frozenset({("email", mark(MAIL, "email"))})
    assert route(LEVEL, knows(MAIL, replace(MAIL, role="management")), BOTH, tried) is None


def test_a_bounce_that_names_no_address_is_one_of_the_whole_channel():
    assert route(LEVEL, DEBTOR, BOTH, frozenset({("email", "")})) is None


@pytest.mark.parametrize(
    ("contacts", "channels", "words", "blockers"),
    [
        (
            (),
            BOTH,
            (
                "no e-mail address of accounting or management, "
                "no postal address of accounting or management"
            ),
            (Blocker.NO_CONTACT,),
        ),
        (
            (Contact("accounting", address=HERE),),
            {"email"},
            "no e-mail address of accounting or management, the letter channel is not connected",
            (Blocker.NO_CONTACT, Blocker.NO_CHANNEL),
        ),
        (
            (),
            {"email"},
            "no e-mail address of accounting or management, the letter channel is not connected",
            (Blocker.NO_CONTACT,),
        ),
        (
            (),
            (),
            "the email channel is not connected, the letter channel is not connected",
            (Blocker.NO_CHANNEL,),
        ),
        (
            (replace(MAIL, bad=frozenset({"email"})),),
            {"email"},
            (
                "the e-mail address of accounting or management did not work, "
                "the letter channel is not connected"
            ),
            (Blocker.NO_CONTACT,),
        ),
        (
            (replace(MAIL, quiet=frozenset({"email"})),),
            {"email"},
            (
                "accounting or management must not be written to by email, "
                "the letter channel is not connected"
            ),
            (Blocker.NO_CONTACT,),
        ),
    ],
)
def test_what_is_missing_is_an_address_or_a_channel_and_is_named(
    contacts, channels, words, blockers
):
    assert lacking(LEVEL, knows(*contacts), frozenset(channels)) == (
        f"first cannot go out: {words}",
        blockers,
    )
