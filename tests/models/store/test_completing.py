"""A complete file that waits for a yes settles only what is still open when the yes comes."""

from datetime import UTC, datetime

from models.chasing.commands import Pay

NOON = datetime(2026, 3, 2, 10, tzinfo=UTC)


async def test_what_was_paid_while_a_complete_file_waited_is_not_settled_by_it(
    desk, item, case, ordered
):
    """Money that came is money that came, whatever the ledger says of it later."""
    await desk.read(item("F-1"), item("F-2"), item("F-3"))
    waits = await desk.read(item("F-1"), complete=True)
    assert (await case("F-2")).open == 10_000, "two thirds of the items: it waits for a yes"
    await ordered(Pay(amount=10_000), "F-2")

    await desk.booking.confirm(waits.import_id, "boss", NOON, tell=desk.tell)

    paid, settled = await case("F-2"), await case("F-3")
    assert (paid.open, paid.paid, paid.settled_by_ledger) == (0, 10_000, False)
    assert (settled.open, settled.settled_by_ledger) == (0, True)
