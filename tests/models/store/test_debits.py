"""Direct debits that the bank gives back: the case enters at once, whoever says so."""

from datetime import UTC, date, datetime

import pytest

from models.chasing.commands import Pay, RejectDebit, Reverse
from models.errors import RefusedError
from models.orders import Incoming

NOON = datetime(2026, 3, 2, 10, tzinfo=UTC)
TODAY = date(2026, 3, 2)

BALANCE = """
SELECT (SELECT coalesce(sum(amount), 0) FROM payments) AS paid,
       (SELECT coalesce(sum("left"), 0) FROM payments)
       + (SELECT coalesce(sum(amount), 0) FROM allocations WHERE reversed_at IS NULL) AS used
"""


def back(amount, *numbers, key="r-1", **facts) -> Incoming:
    given = {
        "creditor": "acme",
        "key": key,
        "on": TODAY,
        "amount": -amount,
        "currency": "EUR",
        "actor": "bank",
        "at": NOON,
        "numbers": numbers,
    }
    return Incoming(**{**given, **facts})


@pytest.fixture
async def debited(desk, item):
    """F-1 is collected by direct debit, T-1 of the same debtor is not."""
    await desk.read(
        item("F-1", 10_000, method="direct-debit"),
        item("T-1", 25_000),
    )


@pytest.fixture
def balance(rows):
    async def read():
        (one,) = await rows(BALANCE)
        left = await rows('SELECT "left" FROM payments WHERE "left" <> 0')
        return one["paid"], one["used"], len(left)

    return read


def kinds(recorded) -> list[tuple[str, str]]:
    return [(entry.number, entry.kind) for entry in recorded.entries]


async def test_a_debit_that_was_never_booked_comes_back_alone(debited, ordered, case):
    recorded = await ordered(RejectDebit(), "F-1")

    assert kinds(recorded) == [("F-1", "debit-rejected")]
    assert (await case("F-1")).debit_rejected == TODAY
    assert (await case("F-1")).open == 10_000


async def test_a_debit_that_was_booked_as_paid_comes_back_with_its_money(
    debited, ordered, case, balance
):
    await ordered(Pay(amount=10_000), "F-1")
    recorded = await ordered(RejectDebit(), "F-1")

    assert kinds(recorded) == [("F-1", "debit-rejected"), ("F-1", "reversed")]
    assert (await case("F-1")).open == 10_000
    assert await balance() == (0, 0, 0)


async def test_a_part_paid_otherwise_stays_paid_when_the_debit_comes_back(debited, ordered, case):
    await ordered(Pay(amount=4_000), "F-1")
    assert kinds(await ordered(RejectDebit(), "F-1")) == [("F-1", "debit-rejected")]
    assert (await case("F-1")).open == 6_000


async def test_money_that_a_person_takes_back_is_the_debit_coming_back(debited, ordered, case):
    assert kinds(await ordered(Reverse(), "F-1")) == [("F-1", "debit-rejected")]

    await ordered(Pay(amount=10_000), "F-1")
    assert kinds(await ordered(Reverse(amount=10_000), "F-1")) == [("F-1", "reversed")]
    assert (await case("F-1")).debit_rejected == TODAY


async def test_a_bank_row_takes_a_booked_debit_back(debited, ordered, books, case, balance):
    await ordered(Pay(amount=10_000, payment="SDD-1"), "F-1")
    recorded = await books.pay(back(10_000, text="SDD-1"))

    assert kinds(recorded) == [("F-1", "debit-rejected"), ("F-1", "reversed")]
    assert (await case("F-1")).debit_rejected == TODAY
    assert await balance() == (0, 0, 0)


async def test_a_bank_row_about_a_debit_never_booked_leaves_nothing_over(
    debited, ordered, books, case, balance
):
    await ordered(Pay(amount=25_000), "T-1")
    recorded = await books.pay(back(10_000, "F-1"))

    assert kinds(recorded) == [("F-1", "debit-rejected")]
    assert (await case("T-1")).open == 0, "another payment of the debtor is not what came back"
    assert await balance() == (25_000, 25_000, 0)
    assert (await books.pay(back(10_000, "F-1"))).repeated


async def test_a_debit_that_came_back_is_money_like_any_other_from_then_on(
    debited, ordered, books, case
):
    await books.pay(back(10_000, "F-1"))
    again = await books.pay(back(10_000, "F-1", key="r-2"))
    assert (again.entries, again.left) == ((), -10_000)

    with pytest.raises(RefusedError, match="came back on 2026-03-02 already"):
        await ordered(RejectDebit(), "F-1")
    with pytest.raises(RefusedError, match="not collected by direct debit"):
        await ordered(RejectDebit(), "T-1")
