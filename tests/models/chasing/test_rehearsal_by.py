"""What ``by`` says in a story: the day of a promise, or who did it."""

from datetime import date

import pytest

from models.chasing.script import parsed
from models.errors import RefusedError


@pytest.mark.parametrize("event", ["approve", "reject", "call", "settle", "hold"])
def test_by_may_name_who_did_it(event):
    said = parsed(1, {"on": "2031-03-03", "event": event, "by": "yann"})
    assert (said.by, said.actor) == (None, "yann")


@pytest.mark.parametrize("event", ["call", "settle", "extend", "promise"])
def test_by_may_be_a_day(event):
    said = parsed(1, {"on": "2031-03-03", "event": event, "by": "2031-03-10"})
    assert (said.by, said.actor) == (date(2031, 3, 10), "story")


@pytest.mark.parametrize(("event", "by"), [("promise", "yann"), ("settle", "2031-3-1")])
def test_what_looks_like_a_day_or_must_be_one_is_read_as_one(event, by):
    with pytest.raises(RefusedError, match="is not a day such as"):
        parsed(1, {"on": "2031-03-03", "event": event, "by": by})


@pytest.mark.parametrize("outcome", ["for the debtor", "For_Debtor", "for-debtor"])
def test_an_outcome_is_known_however_its_words_are_joined(outcome):
    said = parsed(1, {"on": "2031-03-03", "event": "settle", "outcome": outcome})
    assert said.outcome.startswith("for-")
