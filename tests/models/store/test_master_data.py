"""What files say of debtors themselves: kept, and acted upon."""

from datetime import UTC, date, datetime

import pytest

from models.ledger.entries import ContactRow
from models.orders import Insolvency, SetDebtor
from models.store.around import around
from models.store.finding import debtor_named

TODAY = date(2026, 3, 2)
LATER = datetime(2026, 3, 3, 10, tzinfo=UTC)


@pytest.fixture
def world(store, creditors):
    """Read what surrounds the cases of a debtor."""

    async def read(debtor="D1", creditor="acme"):
        async with store.reading() as connection:
            debtor_id = await debtor_named(connection, creditor, debtor)
            return await around(connection, creditors[creditor], debtor_id)

    return read


async def test_a_ledger_states_facts_of_its_debtors(desk, item, world):
    facts = {"legal_id": "732 829 320 00074", "payment_days": (15, 31), "zone": "Europe/Berlin"}
    await desk.read(item("F-1", **facts, internal=True))
    debtor = (await world()).debtor
    assert (debtor.legal_id, debtor.payment_days) == ("732829320", (15, 31))
    assert (debtor.zone, debtor.internal) == ("Europe/Berlin", True)


async def test_what_a_ledger_leaves_out_stays_as_it_was(desk, item, ordered, world, rows):
    await desk.read(item("F-1", internal=True, payment_days=(15,)))
    await ordered(SetDebtor(zone="Europe/Berlin"), debtor="D1")
    await desk.read(item("F-1", legal_id="DE123456788"), at=LATER)
    debtor = (await world()).debtor
    assert (debtor.internal, debtor.payment_days) == (True, (15,))
    assert (debtor.zone, debtor.legal_id) == ("Europe/Berlin", "DE123456788")

    await desk.read(item("F-1", internal=False), at=LATER)
    assert not (await world()).debtor.internal
    (row,) = await rows("SELECT stirred_at FROM debtors")
    assert str(row["stirred_at"]).startswith("2026-03-03"), "its cases look again"


async def test_a_ledger_that_repeats_itself_changes_no_debtor(desk, item, rows):
    same = item("F-1", internal=False, payment_days=(15, 31), legal_id="732 829 320")
    await desk.read(same)
    await desk.read(same, at=LATER)
    (row,) = await rows("SELECT stirred_at FROM debtors")
    assert row["stirred_at"] is None
    assert desk.rejects == []


async def test_a_file_of_contacts_states_them_too(desk, item, world):
    await desk.read(item("F-1"))
    contact = ContactRow(
        line=2,
        debtor="D1",
        role="accounting",
        email="ap@one.example",
        segment="key-account",
        legal_id="732829320",
        payment_days=(10,),
    )
    done = await desk.contacts(contact)
    debtor = (await world()).debtor
    assert (debtor.segment, debtor.legal_id, debtor.payment_days) == (
        "key-account",
        "732829320",
        (10,),
    )
    again = await desk.contacts(contact)
    assert (done.changed, done.unchanged) == (1, 0)
    assert (again.changed, again.unchanged) == (0, 1)


async def test_who_owns_a_claim_may_be_disclosed_and_no_longer(desk, item, case):
    await desk.read(item("F-1", owner="factor-ag"))
    assert not (await case("F-1")).invoice.disclosed
    await desk.read(item("F-1", owner="factor-ag", disclosed=True), at=LATER)
    assert (await case("F-1")).invoice.disclosed
    await desk.read(item("F-1", disclosed=False), on=TODAY.replace(day=3), at=LATER)
    assert not (await case("F-1")).invoice.disclosed
    assert (await case("F-1")).invoice.owner == "factor-ag"


async def test_a_legal_person_judged_before_it_came_is_not_chased(desk, item, ordered, world):
    await desk.read(item("F-1", legal_id="FR 44 732 829 320"))
    await ordered(Insolvency(judged_on=TODAY), debtor="D1")
    await desk.read(item("X-1", creditor="other", debtor="7001", legal_id="732829320"))
    assert (await world("7001", "other")).insolvent_on == TODAY
