"""What goes beside a notice on another channel goes once, whichever way the notice takes."""

from datetime import date, timedelta

import pytest

from models.chasing.policy import parsed
from models.policies import shipped
from models.store.books import Books
from tests.models.store.keeping import NOW, House

BESIDE = parsed(
    """
name = "beside"
zone = "Europe/Paris"
calendar = "FR"

[[levels]]
name = "first"
kind = "reminder"
after_days = 3
channels = ["email", "letter"]
also = ["sms"]
""",
    "beside.toml",
)


@pytest.fixture
def books(store, creditors) -> Books:
    return Books(store, creditors, {**shipped(), BESIDE.name: BESIDE})


async def test_what_went_beside_does_not_go_again_beside_the_next_way(  # noqa: PLR0917  fixtures
    desk, item, store, creditors, case, rows
):
    """The mail is refused and a letter follows; the text message had arrived."""
    house = House(store, creditors, frozenset({"email", "letter", "sms"}))
    row = {"phone": "+33612345678", "street": "1 rue A", "postcode": "75001", "city": "Paris"}
    row |= {"due": date(2026, 3, 2), "policy": "beside"}
    await desk.read(item(**row), at=NOW - timedelta(days=1))
    await house.look()
    mail, message = await house.compose()
    for key in (mail, message):
        assert (await house.outbox.claim(key, "me", NOW)).state == "sending"
    await house.outbox.sent(message, "me", "ref", NOW)
    await house.outbox.failed(mail, "me", "550", NOW)
    await house.look()

    (letter,) = await house.compose()

    assert letter.split("/")[3] == "letter"
    channels = [notice["channel"] for notice in await rows("SELECT channel FROM notices")]
    assert sorted(channels) == ["email", "letter", "sms"]
    await house.outbox.claim(letter, "me", NOW)
    await house.outbox.sent(letter, "me", "ref", NOW)
    assert (await case("F-1")).level == "first"
