"""Credits of a ledger and what a person applied before it brought them."""

from models.chasing.commands import Credit


async def test_a_credit_without_a_number_uses_up_no_credit_of_the_ledger(desk, item, ordered, rows):
    """Only a note that is named can be the one that the ledger brings later."""
    await desk.read(item("F-1"), item("F-2"))
    await ordered(Credit(amount=1_000), "F-1")
    await ordered(Credit(amount=500, note="A-1"), "F-2")

    await desk.read(item("F-1"), item("F-2"), item("A-1", -3_000))

    assert [row["left"] for row in await rows('SELECT "left" FROM credits')] == [2_500]
