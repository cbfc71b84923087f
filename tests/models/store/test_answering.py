"""Answers that wait for the next opening: only what is still true leaves."""

from datetime import UTC, date, datetime

import pytest

from models.chasing.commands import Dispute, Promise, Release, Settle
from models.chasing.events import Outcome, Part
from models.orders import Freeze, Insolvency
from models.store.outbox import Outbox

#: Monday before the opening, in Paris.
EARLY = datetime(2026, 3, 2, 5, tzinfo=UTC)
OPEN = datetime(2026, 3, 2, 10, tzinfo=UTC)
CHANNELS = frozenset({"email"})
WORD = Promise(parts=(Part(by=date(2026, 3, 20)),))


@pytest.fixture
async def said(desk, item, books, ordered):
    """Say something early on Monday, and what comes of it before the opening."""
    await desk.read(item(due=date(2026, 2, 20)), at=EARLY)
    books.channels = CHANNELS

    async def say(*commands):
        for command in commands:
            about = {"debtor": "D1"} if isinstance(command, Insolvency) else {}
            numbers = () if about or isinstance(command, Freeze) else ("F-1",)
            await ordered(command, *numbers, at=EARLY, **about)

    return say


@pytest.mark.parametrize(
    ("commands", "states"),
    [
        ((WORD,), ["sending"]),
        ((WORD, Release()), ["void"]),
        ((WORD, Insolvency(judged_on=date(2026, 3, 2))), ["void"]),
        ((WORD, Freeze()), ["void"]),
        ((WORD, Promise(parts=(Part(by=date(2026, 3, 25)),))), ["void", "sending"]),
        ((Dispute(reason="price"),), ["sending"]),
        ((Dispute(reason="price"), Settle(outcome=Outcome.AGAINST)), ["void"]),
    ],
)
async def test_an_answer_leaves_only_while_it_is_true(  # noqa: PLR0917
    said, commands, states, store, creditors, rows
):
    await said(*commands)
    outbox = Outbox(store, creditors, CHANNELS)
    keys = [row["key"] for row in await rows("SELECT key FROM notices ORDER BY id")]
    assert [(await outbox.claim(key, "me", OPEN)).state for key in keys] == states
