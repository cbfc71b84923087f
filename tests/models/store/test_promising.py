"""A word that is given twice: once kept, and once more only when it says something new."""

from datetime import date

import pytest

from models.chasing.commands import Promise
from models.chasing.events import Part

FRIDAY, MONDAY = date(2026, 3, 6), date(2026, 3, 9)


@pytest.mark.parametrize(
    ("day", "actor", "promises"), [(FRIDAY, "clerk", 1), (MONDAY, "clerk", 2), (FRIDAY, "ines", 2)]
)
async def test_the_same_word_to_the_same_person_on_one_day_is_one(  # noqa: PLR0917  a table
    desk, item, ordered, case, day, actor, promises
):
    await desk.read(item())
    await ordered(Promise(parts=(Part(by=FRIDAY),)), "F-1")

    again = await ordered(Promise(parts=(Part(by=day),)), "F-1", actor=actor)

    assert again.repeated is (promises == 1)
    assert len((await case("F-1")).promises) == promises
