"""Payments: allocated as named, by exact amount or to the oldest; and taken back."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from models.chasing.commands import Pay, Reverse, WriteOff
from models.errors import RefusedError, UnknownError
from models.orders import Allocate, Incoming, SetDebtor
from models.store.around import credits_of

NOON = datetime(2026, 3, 2, 10, tzinfo=UTC)
TODAY = date(2026, 3, 2)

BALANCE = """
SELECT (SELECT coalesce(sum(amount), 0) FROM payments) AS paid,
       (SELECT coalesce(sum("left"), 0) FROM payments)
       + (SELECT coalesce(sum(amount), 0) FROM allocations WHERE reversed_at IS NULL) AS used
"""


def money(amount, *numbers, key="b-1", **facts) -> Incoming:
    given = {
        "creditor": "acme",
        "key": key,
        "on": TODAY,
        "amount": amount,
        "currency": "EUR",
        "actor": "bank",
        "at": NOON,
        "numbers": numbers,
    }
    return Incoming(**{**given, **facts})


@pytest.fixture
async def owed(desk, item):
    """Two invoices of D1, the second due first, and one of D2."""
    await desk.read(
        item("F-1", 10_000, due=date(2026, 3, 20)),
        item("F-2", 7_000, due=date(2026, 3, 10)),
        item("G-1", 5_000, debtor="D2", debtor_name="Two"),
    )


@pytest.fixture
def open_(case):
    async def read(*numbers):
        return [(await case(number)).open for number in numbers]

    return read


async def test_the_invoices_named_are_paid_in_order(owed, books, open_):
    paid = await books.pay(money(12_000, "F-1", "F-2"))

    assert await open_("F-1", "F-2") == [0, 5_000]
    assert [(entry.number, entry.kind) for entry in paid.entries] == [
        ("F-1", "paid"),
        ("F-2", "paid"),
    ]
    assert (paid.left, paid.repeated) == (0, False)


async def test_a_payment_is_booked_once(owed, books, open_, rows):
    await books.pay(money(6_000, "F-1"))
    again = await books.pay(money(6_000, "F-1"))

    assert (again.repeated, again.entries) == (True, ())
    assert await open_("F-1") == [4_000]
    assert len(await rows("SELECT id FROM payments")) == 1


async def test_an_exact_amount_finds_its_invoice(owed, books, open_):
    paid = await books.pay(money(10_000, debtor="D1"))
    assert (await open_("F-1", "F-2"), paid.left) == ([0, 7_000], 0)


async def test_the_oldest_is_paid_only_when_told(owed, books, open_, store, rows):
    paid = await books.pay(money(8_000, debtor="D1"))
    assert (await open_("F-1", "F-2"), paid.left) == ([10_000, 7_000], 8_000)

    await books.pay(money(8_000, key="b-2", debtor="D1", oldest=True))
    assert await open_("F-1", "F-2") == [9_000, 0]
    (debtor,) = await rows("SELECT debtor_id FROM payments WHERE key = 'b-1'")
    async with store.reading() as connection:
        assert await credits_of(connection, debtor["debtor_id"]) == {"EUR": 8_000}


async def test_too_much_stays_left(owed, books, open_):
    paid = await books.pay(money(12_000, "F-1"))
    assert (await open_("F-1"), paid.left) == ([0], 2_000)


async def test_money_of_another_currency_stays_left(owed, books, open_):
    paid = await books.pay(money(10_000, "F-1", currency="USD"))
    assert (await open_("F-1"), paid.left) == ([10_000], 10_000)


async def test_an_unknown_payer_is_kept_unallocated(owed, books, rows):
    paid = await books.pay(money(1_000, "Z-9", debtor="nobody"))
    assert paid.left == 1_000
    (row,) = await rows('SELECT debtor_id, "left" FROM payments')
    assert row == {"debtor_id": None, "left": 1_000}


async def test_a_person_must_name_what_is_known(owed, books):
    with pytest.raises(UnknownError, match="Z-9"):
        await books.pay(money(1_000, "Z-9"), strict=True)
    with pytest.raises(UnknownError, match="no debtor"):
        await books.pay(money(1_000, debtor="nobody"), strict=True)
    with pytest.raises(RefusedError, match="above zero"):
        await books.pay(money(0, "F-1"))


async def test_what_is_left_is_allocated_later(owed, books, ordered, open_):
    await books.pay(money(9_000))
    done = await ordered(Allocate(payment="b-1"), "F-2")
    assert (done.left, await open_("F-2")) == (2_000, [0])

    await ordered(Allocate(payment="b-1"), debtor="D1")
    assert await open_("F-1") == [8_000]
    with pytest.raises(RefusedError, match="0 left"):
        await ordered(Allocate(payment="b-1"), debtor="D1")
    with pytest.raises(UnknownError, match="no payment"):
        await ordered(Allocate(payment="b-9"), debtor="D1")


async def test_a_persons_payment_goes_to_the_invoice_named(owed, ordered, open_):
    paid = await ordered(Pay(amount=3_000), "F-1", event_id="d-1")
    assert [entry.kind for entry in paid.entries] == ["paid"]
    again = await ordered(Pay(amount=3_000), "F-1", event_id="d-1")
    assert (again.repeated, again.entries) == (True, paid.entries)
    assert await open_("F-1") == [7_000]


async def test_a_persons_payment_of_a_debtor_goes_to_the_oldest(owed, ordered, open_):
    await ordered(Pay(amount=10_000), debtor="D1")
    assert await open_("F-1", "F-2") == [7_000, 0]


async def test_a_payment_needs_one_currency(owed, desk, item, ordered):
    await desk.read(item("U-1", currency="USD"))
    with pytest.raises(RefusedError, match="EUR and USD are open"):
        await ordered(Pay(amount=1_000), debtor="D1")
    await ordered(Pay(amount=5_000), debtor="D2")
    with pytest.raises(RefusedError, match="nothing open"):
        await ordered(WriteOff(), "G-1")


async def test_a_reversed_payment_opens_its_invoices_again(owed, books, open_, rows):
    await books.pay(money(12_000, "F-1", "F-2"))

    back = await books.pay(money(-12_000, key="b-2", text="b-1"))

    assert await open_("F-1", "F-2") == [10_000, 7_000]
    assert {entry.kind for entry in back.entries} == {"reversed"}
    assert (await books.pay(money(-12_000, key="b-2", text="b-1"))).repeated
    (balance,) = await rows(BALANCE)
    assert balance["paid"] == balance["used"] == 0


async def test_a_part_is_taken_back_from_what_is_left_first(owed, books, open_, rows):
    await books.pay(money(11_000, "F-1"))
    await books.pay(money(-3_000, "F-1", key="b-2"))

    assert await open_("F-1") == [2_000]
    (balance,) = await rows(BALANCE)
    assert balance["paid"] == balance["used"] == 8_000


async def test_a_reversal_is_known_by_debtor_and_amount(owed, books, open_):
    await books.pay(money(10_000, "F-1"))
    await books.pay(money(-10_000, key="b-2", debtor="D1"))
    assert await open_("F-1") == [10_000]


async def test_a_part_is_never_taken_back_of_a_payment_for_another_invoice(owed, books, open_):
    await books.pay(money(7_000, "F-2"))

    back = await books.pay(money(-100, "F-1", key="b-2", debtor="D1"))

    assert (back.left, await open_("F-1", "F-2")) == (-100, [10_000, 0])


async def test_what_was_taken_back_before_cannot_be_taken_back_again(owed, books, open_, rows):
    await books.pay(money(10_000, "F-1"))
    await books.pay(money(-4_000, "F-1", key="b-2"))
    await books.pay(money(-6_000, key="b-3", debtor="D1"))
    assert await open_("F-1") == [10_000]
    (paid,) = await rows("SELECT reversed_at IS NOT NULL AS gone FROM payments WHERE key = 'b-1'")
    assert paid["gone"]

    assert (await books.pay(money(-4_000, "F-1", key="b-4"))).left == -4_000


async def test_of_two_payments_the_one_that_paid_nothing_is_taken_back(owed, books, open_):
    await books.pay(money(10_000, "F-1"))
    await books.pay(money(10_000, "F-1", key="b-2"))
    await books.pay(money(-10_000, "F-1", key="b-3", debtor="D1"))
    assert await open_("F-1") == [0]


async def test_a_reversal_of_nothing_known_stays_left(owed, books, rows):
    back = await books.pay(money(-10_000, key="b-2", debtor="D1"))
    assert back.left == -10_000
    back = await books.pay(money(-10_000, key="b-3", debtor="nobody"))
    assert back.left == -10_000


async def test_a_person_takes_money_back_from_an_invoice(owed, ordered, books, open_, rows):
    await books.pay(money(4_000, "F-1"))
    await books.pay(money(3_000, "F-1", key="b-2"))
    await ordered(Reverse(amount=5_000), "F-1")

    assert await open_("F-1") == [8_000]
    (balance,) = await rows(BALANCE)
    assert balance["paid"] == balance["used"] == 2_000
    with pytest.raises(RefusedError, match=r"EUR 20\.00 paid"):
        await ordered(Reverse(amount=5_000), "F-1")
    with pytest.raises(RefusedError, match="one invoice at a time"):
        await ordered(Reverse(), "F-1", "F-2", amount=5)


async def test_the_amount_may_be_said_of_the_order_as_well_as_of_the_command(
    owed, books, ordered, open_
):
    await books.pay(money(4_000, "F-1"))
    await ordered(Reverse(), "F-1", amount=1_500)
    assert await open_("F-1") == [7_500]


async def test_what_the_ledger_settled_can_be_taken_back(desk, item, ordered, open_, rows):
    await desk.read(item("F-1", 10_000))
    await desk.read(item("F-1", 10_000, open=0))
    await ordered(Reverse(), "F-1")
    assert await open_("F-1") == [10_000]
    (balance,) = await rows(BALANCE)
    assert balance["paid"] == balance["used"] == -10_000


async def test_a_closed_case_opens_again_in_a_new_cycle(owed, books, store, rows):
    from models.chasing import events as ev
    from models.store.appending import Stamp, append, grown
    from models.store.reading import cases_named

    await books.pay(money(10_000, "F-1"))
    async with store.writing() as connection:
        (filed,) = await cases_named(connection, "acme", ["F-1"])
        closed = ev.Closed(on=TODAY, state="paid")
        await append(connection, [grown(filed, (closed,), Stamp("look", "system", NOON))])
        await connection.exec_driver_sql("UPDATE invoices SET started = true, state = 'paid'")
    (row,) = await rows("SELECT closed FROM invoices WHERE number = 'F-1'")
    assert row["closed"]

    await books.pay(money(-10_000, key="b-2", text="b-1"))

    (row,) = await rows("SELECT closed, started, cycle, state FROM invoices WHERE number = 'F-1'")
    assert (bool(row["closed"]), bool(row["started"])) == (False, False)
    assert (row["cycle"], row["state"]) == (2, "open")
    (event,) = await rows("SELECT cycle, seq FROM case_events WHERE kind = 'reversed'")
    assert event == {"cycle": 2, "seq": 4}


MOVES = st.lists(
    st.tuples(
        st.integers(1, 15_000),
        st.sampled_from(["F-1", "F-2", "G-1", ""]),
        st.sampled_from(["D1", "D2", ""]),
        st.booleans(),
        st.booleans(),
    ),
    min_size=1,
    max_size=6,
)


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(moves=MOVES, token=st.uuids())
async def test_allocation_conserves_money(owed, books, rows, moves, token):
    for place, (amount, number, debtor, oldest, back) in enumerate(moves):
        numbers = (number,) if number else ()
        key = f"{token}-{place}"
        await books.pay(money(amount, *numbers, key=key, debtor=debtor, oldest=oldest))
        if back:
            await books.pay(money(-(amount // 2 or 1), *numbers, key=f"{key}-b", text=key))
    (balance,) = await rows(BALANCE)
    assert balance["paid"] == balance["used"]
    columns = 'SELECT number, "open" FROM invoices ORDER BY number'
    assert all(row["open"] >= 0 for row in await rows(columns))


async def test_the_days_of_payment_and_booking_may_differ(owed, books, rows):
    await books.pay(money(1_000, "F-1", on=TODAY - timedelta(days=2)))
    (event,) = await rows("SELECT \"on\" FROM case_events WHERE kind = 'paid'")
    assert str(event["on"]) == "2026-02-28"


async def test_a_reference_that_banks_give_to_many_loses_no_payment(owed, books, open_):
    for _ in range(2):
        await books.pay(money(1_000, "F-1", key="VIREMENT"))
        await books.pay(money(2_000, "F-2", key="VIREMENT"))
        await books.pay(money(1_000, "F-1", key="VIREMENT", on=date(2026, 3, 1)))
        await books.pay(money(1_000, "G-1", key="VIREMENT"))

    assert await open_("F-1", "F-2", "G-1") == [8_000, 5_000, 4_000]


async def test_a_person_who_names_another_payments_reference_is_told(owed, ordered, open_):
    await ordered(Pay(amount=500, payment="R9", on=TODAY), "F-1")
    with pytest.raises(RefusedError, match="is on record under this reference"):
        await ordered(Pay(amount=600, payment="R9", on=TODAY), "F-1")
    assert await open_("F-1") == [9_500]


async def test_money_taken_back_under_its_own_reference_is_taken_back_and_may_come_again(
    owed, books, open_
):
    await books.pay(money(10_000, "F-1", key="R1"))
    await books.pay(money(-10_000, "F-1", key="R1", on=date(2026, 3, 3)))
    assert await open_("F-1") == [10_000]

    for _ in range(2):
        await books.pay(money(10_000, "F-1", key="R1"))
    assert await open_("F-1") == [0]


# --- invoices named among other words ------------------------------------------------------------


@pytest.fixture
async def lettered(desk, item):
    """Invoices with numbers as companies write them; a twin, digits alone, another's."""
    await desk.read(
        item("RE-2026-0815", 10_000),
        item("AN-1001", 10_000),
        item("20111", 10_000),
        item("B-7/1", 10_000),
        item("B-71", 10_000),
        item("G-2002", 10_000, debtor="D2", debtor_name="Zweite Werke GmbH"),
    )


@pytest.mark.usefixtures("lettered")
@pytest.mark.parametrize(
    ("words", "debtor", "paid"),
    [
        (["Rechnung RE-2026-0815 Teilzahlung"], "D1", "RE-2026-0815"),
        (["Rechnung", "RE", "2026", "0815"], "", "RE-2026-0815"),
        (["FACTURE", "AN1001", "ACOMPTE"], "D1", "AN-1001"),
        (["facture an-1001 acompte"], "", "AN-1001"),
        (["Kundennummer 4711, Nr. 20111"], "D1", "20111"),
        (["Re. G2002"], "Zweite Werke", "G-2002"),
        (["Re. G-2002"], "An Uncle", "G-2002"),
    ],
)
async def test_an_invoice_named_among_other_words_is_paid(books, open_, words, debtor, paid):
    done = await books.pay(money(3_000, *words, debtor=debtor))
    assert (await open_(paid), done.left) == ([7_000], 0)


async def test_the_text_of_a_payment_names_its_invoice_too(lettered, books, open_):
    await books.pay(money(3_000, text="SEPA GUTSCHRIFT RE 2026-0815 DANKE"))
    assert await open_("RE-2026-0815") == [7_000]


@pytest.mark.parametrize(
    ("words", "debtor"),
    [
        ("FACTURE AN1001", "D2"),  # another debtor's
        ("FACTURE AN1001", "An Uncle"),  # of a payer nobody knows, and not as it is written
        ("Kunde 20111", ""),  # digits that may be anything
        ("Rechnung B 71", "D1"),  # may be either of two
        ("AN-1001 und G-2002", ""),  # of two debtors
        ("ohne Angabe", "D1"),
    ],
)
async def test_a_doubtful_match_is_none(lettered, books, rows, words, debtor):
    done = await books.pay(money(3_000, words, debtor=debtor))
    assert done.left == 3_000
    assert await rows("SELECT id FROM allocations") == []


async def test_a_payment_that_its_words_placed_is_known_again(lettered, books, open_, rows):
    for _ in range(2):
        await books.pay(money(3_000, "FACTURE", "AN1001", "ACOMPTE"))
    assert await open_("AN-1001") == [7_000]
    assert len(await rows("SELECT id FROM payments")) == 1

    await books.pay(money(3_000, "FACTURE", "RE20260815"))
    assert await open_("AN-1001", "RE-2026-0815") == [7_000, 7_000]


async def test_a_payer_for_others_pays_the_invoice_it_names(lettered, books, ordered, open_):
    await ordered(SetDebtor(payer="D1"), debtor="D2")
    await books.pay(money(3_000, "Re. G2002", debtor="D1"))
    assert await open_("G-2002") == [7_000]


async def test_a_person_is_taken_at_his_word(lettered, books, open_):
    with pytest.raises(UnknownError, match="AN1001"):
        await books.pay(money(3_000, "AN1001"), strict=True)
