"""The channel that tests trust keeps its own promises."""

from datetime import UTC, date, datetime

import pytest

from channels.memory import Memory
from models.chasing.notice import Notice, NoticeKind, Recipient
from models.errors import RefusedError, UnavailableError, UncertainError

DAY = date(2026, 3, 2)


def notice(key: str) -> Notice:
    return Notice(
        key=key,
        creditor="atelier-nord",
        debtor="d-1",
        debtor_name="Bois et Cie",
        kind=NoticeKind.REMINDER,
        channel="memory",
        language="fr",
        at=datetime(2026, 3, 2, 8, tzinfo=UTC),
        on=DAY,
        to=Recipient("c-1"),
    )


async def test_a_key_arrives_once():
    channel = Memory()
    first = await channel.send(notice("a"))
    assert await channel.send(notice("a")) == first
    await channel.send(notice("b"))
    assert [kept.key for kept in channel] == ["a", "b"]
    assert channel.attempts == ["a", "a", "b"]
    assert len(channel) == 2


@pytest.mark.parametrize(
    ("error", "arrives"),
    [(RefusedError("no"), False), (UnavailableError("later"), False), (UncertainError("?"), True)],
)
async def test_it_fails_as_told_and_then_goes_on(error, arrives):
    channel = Memory()
    channel.fail("a", error, times=2)
    for _ in range(2):
        with pytest.raises(type(error)):
            await channel.send(notice("a"))
        assert await channel.sent(notice("a")) is arrives
    await channel.send(notice("a"))
    assert len(channel) == 1


async def test_it_can_fail_whatever_comes_next():
    channel = Memory()
    channel.fail("", UnavailableError("later"))
    with pytest.raises(UnavailableError):
        await channel.send(notice("a"))
    await channel.send(notice("a"))
    assert await channel.sent(notice("a"))


async def test_it_can_go_blind():
    channel = Memory()
    await channel.send(notice("a"))
    channel.go_blind()
    assert await channel.sent(notice("a")) is None
