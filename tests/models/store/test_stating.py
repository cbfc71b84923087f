"""Statements on a debtor's calendar: placed by looks, sent at their slot, placed anew."""

from datetime import UTC, date, datetime

import pytest

from models.chasing.commands import ChangePolicy, Pay
from models.chasing.policy import Policy
from models.errors import RefusedError
from models.orders import SetDebtor, State
from models.policies import shipped
from models.store.books import Books
from tests.models.store.keeping import House

STANDARD = shipped()["standard-b2b"]
MONTHLY = Policy.model_validate({**STANDARD.as_text(), "name": "monthly", "statement": "monthly"})
#: Monday in Paris, and the slot of the next month's statement.
MONDAY = datetime(2026, 3, 2, 10, tzinfo=UTC)
APRIL = datetime(2026, 4, 1, 7, tzinfo=UTC)
FAR = date(2026, 12, 1)


@pytest.fixture
def books(store, creditors) -> Books:
    return Books(store, creditors, {**shipped(), MONTHLY.name: MONTHLY})


@pytest.fixture
async def house(store, creditors, desk, item) -> House:
    """A house whose debtor has a statement placed, and nothing else to hear for long."""
    await desk.read(item(due=FAR, policy="monthly"))
    working = House(store, creditors)
    await working.look(now=MONDAY)
    return working


async def test_a_statement_goes_at_its_slot_and_the_next_one_is_placed(house, rows):
    assert [str(row["at"])[:16] for row in await rows("SELECT at FROM slots")] == [
        "2026-04-01 07:00"
    ]

    (key,) = await house.compose(APRIL)

    (notice,) = await rows("SELECT key, kind FROM notices")
    assert notice == {"key": key, "kind": "statement"}
    assert [str(row["at"])[:10] for row in await rows("SELECT at FROM slots")] == ["2026-05-04"]


async def test_a_policy_without_statements_sends_the_one_that_is_placed_and_no_more(
    house, ordered, rows
):
    order = ChangePolicy(policy=STANDARD.name, version=STANDARD.version, hash=STANDARD.hash)
    await ordered(order, "F-1")

    assert len(await house.compose(APRIL)) == 1

    assert await rows("SELECT at FROM slots") == []


async def test_a_debtor_has_one_statement_placed_however_often_it_is_looked_at(house, rows):
    await house.look(now=MONDAY)
    assert len(await rows("SELECT at FROM slots")) == 1


async def test_a_statement_that_reaches_nobody_leaves_nothing_behind(house, ordered, rows):
    await ordered(SetDebtor(quiet=("email", "letter", "registered-letter")), debtor="D1")

    assert await house.compose(APRIL) == []

    assert await rows("SELECT at FROM slots") == []


async def test_a_slot_that_finds_every_invoice_paid_says_nothing(house, ordered, rows):
    await ordered(Pay(amount=10_000), "F-1")

    assert await house.compose(APRIL) == []

    assert await rows("SELECT at FROM slots") == []
    assert await rows("SELECT look FROM journal WHERE invoice_id IS NULL") == []


async def test_a_statement_that_was_asked_for_is_planned_once(house, books, ordered, rows):
    books.channels = frozenset({"email"})
    recorded = await ordered(State(), debtor="D1")

    (poke,) = recorded.pokes
    assert (poke.debtor, poke.at) == (house.debtor, MONDAY)
    (notice,) = await rows("SELECT kind, state FROM notices")
    assert notice == {"kind": "statement", "state": "planned"}
    with pytest.raises(RefusedError, match="planned already: it goes on 2026-03-02"):
        await ordered(State(), debtor="D1")


async def test_nothing_open_is_nothing_to_state(house, books, ordered, rows):
    books.channels = frozenset({"email"})
    await ordered(Pay(amount=10_000), "F-1")
    with pytest.raises(RefusedError, match="no statement can be sent"):
        await ordered(State(), debtor="D1")
    assert await rows("SELECT kind FROM notices") == []
