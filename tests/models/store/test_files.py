"""Files of contacts and of payments: read once, and again without effect."""

from dataclasses import replace
from datetime import date

import pytest

from models.ledger.entries import ContactRow, PaymentRow, Reject
from models.store.around import debtor_of
from models.store.finding import debtor_named

TODAY = date(2026, 3, 2)
BOSS = ContactRow(line=2, debtor="D1", role="management", name="Ms Boss", email="b@one.example")
PAID = PaymentRow(line=2, on=TODAY, amount=10_000, currency="EUR", reference="R1", numbers=("F-1",))


@pytest.fixture
def people(store):
    async def read():
        async with store.reading() as connection:
            debtor_id = await debtor_named(connection, "acme", "D1")
            return (await debtor_of(connection, debtor_id)).contacts

    return read


async def test_contacts_come_after_the_ledgers_own(desk, item, people):
    await desk.read(item())
    clerk = ContactRow(line=3, debtor="Debtor One", role="accounting", email="x@one.example")

    result = await desk.contacts(BOSS, clerk)

    assert (result.rows, result.new) == (2, 2)
    found = [(person.key, person.role, person.email) for person in await people()]
    assert found == [
        ("c1", "accounting", "ap@one.example"),
        ("c2", "management", "b@one.example"),
        ("c3", "accounting", "x@one.example"),
    ]


async def test_contacts_read_again_change_nothing(desk, item, people, rows):
    await desk.read(item())
    await desk.contacts(BOSS)
    before = await people()
    stirred = await rows("SELECT stirred_at FROM debtors")

    result = await desk.contacts(BOSS, BOSS)

    assert (result.new, result.changed, result.unchanged) == (0, 0, 2)
    assert await people() == before
    assert await rows("SELECT stirred_at FROM debtors") == stirred


async def test_a_new_address_of_a_known_person_is_tried_anew(desk, item, people, store):
    await desk.read(item())
    await desk.contacts(BOSS)
    async with store.writing() as connection:
        await connection.exec_driver_sql("UPDATE contacts SET bad = 'email,sms'")

    result = await desk.contacts(replace(BOSS, email="new@one.example"))

    assert result.changed == 1
    boss = (await people())[1]
    assert (boss.email, boss.bad) == ("new@one.example", {"sms"})


async def test_contacts_of_nobody_are_handed_back(desk, item):
    await desk.read(item())
    unreadable = Reject("contacts.csv", 3, "email", "x", "an address", {})
    empty = ContactRow(line=4, debtor="D1", role="legal")

    result = await desk.contacts(replace(BOSS, debtor="D9"), unreadable, empty)

    assert result.rejected == 3
    assert [reject.column for reject in desk.rejects] == ["debtor", "email", "email"]


async def test_payments_are_read_once(desk, item, case, rows):
    await desk.read(item())

    result = await desk.payments(PAID)
    assert (result.new, result.left) == (1, {})
    assert [(entry.number, entry.kind) for entry in desk.told] == [("F-1", "paid")]

    again = await desk.payments(PAID)
    assert (again.new, again.unchanged, desk.told) == (0, 1, [])
    assert (await case("F-1")).open == 0
    (source,) = await rows("SELECT covered_until FROM sources WHERE source = 'bank'")
    assert str(source["covered_until"]) == str(TODAY)


async def test_two_payments_alike_without_a_reference_are_two(desk, item, case):
    await desk.read(item())
    alike = replace(PAID, reference="", amount=3_000)

    first = await desk.payments(alike, replace(alike, line=3))
    again = await desk.payments(alike, replace(alike, line=3))

    assert (first.new, again.new, again.unchanged) == (2, 0, 2)
    assert (await case("F-1")).open == 4_000


async def test_what_pays_nothing_is_summed_up(desk, item):
    await desk.read(item())
    stray = replace(PAID, reference="R2", numbers=(), amount=700, debtor="D1")
    result = await desk.payments(stray, replace(stray, reference="R3", currency="USD"))
    assert result.left == {"EUR": 700, "USD": 700}


async def test_a_negative_payment_takes_the_one_it_quotes_back(desk, item, case):
    await desk.read(item())
    await desk.payments(PAID)
    await desk.payments(replace(PAID, reference="R9", amount=-10_000, text="R1", numbers=()))
    assert (await case("F-1")).open == 10_000


async def test_payments_that_cannot_be_read_are_handed_back(desk, item):
    unreadable = Reject("bank.csv", 5, "amount", "x", "an amount", {})
    result = await desk.payments(
        replace(PAID, creditor="nobody"),
        replace(PAID, currency="XQX"),
        replace(PAID, amount=0),
        replace(PAID, on=date(2027, 3, 2)),
        unreadable,
    )
    assert result.rejected == 5
    columns = [reject.column for reject in desk.rejects]
    assert columns == ["creditor", "currency", "amount", "on", "amount"]


async def test_cases_that_wait_for_fresh_books_are_told(desk, item, store):
    await desk.read(item())
    async with store.writing() as connection:
        await connection.exec_driver_sql("UPDATE invoices SET blockers = 'books-stale'")
    await desk.payments()
    assert [(entry.number, entry.kind) for entry in desk.told] == [("F-1", "books-read")]
