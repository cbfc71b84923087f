"""Several at once: nothing is paid twice, nothing deadlocks, nobody is locked out."""

import asyncio
import sys
import textwrap
import time
from datetime import UTC, date, datetime

import pytest

from models.chasing import events as ev
from models.chasing.commands import Hold, Pay, Promise
from models.errors import RefusedError
from models.orders import Incoming, Order

NOON = datetime(2026, 3, 2, 10, tzinfo=UTC)
TODAY = date(2026, 3, 2)
FRIDAY = date(2026, 3, 6)


def incoming(key, amount, *numbers, **facts) -> Incoming:
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


async def test_two_payments_at_once_do_not_pay_the_same_twice(desk, item, books, case):
    await desk.read(item())

    paid = await asyncio.gather(*(books.pay(incoming(f"b-{n}", 6_000, "F-1")) for n in range(4)))

    assert (await case("F-1")).open == 0
    assert sum(one.left for one in paid) == 4 * 6_000 - 10_000


async def test_one_payment_read_by_two_is_booked_once(desk, item, books, case, rows):
    await desk.read(item())
    paid = await asyncio.gather(*(books.pay(incoming("b-1", 4_000, "F-1")) for _ in range(4)))

    assert sorted(one.repeated for one in paid) == [False, True, True, True]
    assert (await case("F-1")).open == 6_000
    assert len(await rows("SELECT id FROM payments")) == 1


async def test_one_payment_stated_by_two_people_is_booked_once(desk, item, ordered, case):
    await desk.read(item())
    paid = await asyncio.gather(
        *(ordered(Pay(amount=4_000, payment="B-1"), "F-1", event_id=f"o-{n}") for n in range(3))
    )
    assert sorted(one.repeated for one in paid) == [False, True, True]
    assert (await case("F-1")).open == 6_000


async def test_one_statement_read_by_two_is_booked_once(desk, item, books, case):
    from models.ledger.entries import PaymentRow
    from models.orders import File
    from models.store.booking import Booking

    await desk.read(item())
    row = PaymentRow(
        line=2, on=TODAY, amount=4_000, currency="EUR", reference="R1", numbers=("F-1",)
    )
    file = File(name="b", sha256="", content_on=TODAY, actor="clerk", at=NOON)
    booking = Booking(books)
    results = await asyncio.gather(
        *(
            booking.import_payments("acme", iter([row]), file, reject=print, tell=desk.tell)
            for _ in range(4)
        )
    )
    assert sorted((one.new, one.unchanged) for one in results) == [(0, 1)] * 3 + [(1, 0)]
    assert (await case("F-1")).open == 6_000


async def test_one_order_given_twice_at_once_is_carried_out_once(desk, item, ordered, rows):
    await desk.read(item())
    promise = Promise(parts=(ev.Part(by=FRIDAY),))

    answers = await asyncio.gather(*(ordered(promise, "F-1", event_id="p-1") for _ in range(5)))

    assert sorted(answer.repeated for answer in answers) == [False, True, True, True, True]
    assert len({answer.entries for answer in answers}) == 1
    assert len(await rows("SELECT seq FROM case_events")) == 2


async def test_one_order_about_different_invoices_cannot_share_an_id(desk, item, ordered):
    await desk.read(item("F-1"), item("G-1", debtor="D2"))
    await asyncio.gather(
        ordered(Hold(until=FRIDAY), "F-1", event_id="h-1"),
        ordered(Hold(until=FRIDAY), "G-1", event_id="h-1"),
    )
    again = await ordered(Hold(until=FRIDAY), "G-1", event_id="h-1")
    assert again.repeated
    assert len(again.entries) == 1


async def test_events_of_one_case_are_numbered_without_gaps(desk, item, books, rows):
    await desk.read(item(amount=100_000))
    orders = [
        books.record(
            Order(
                creditor="acme",
                command=Pay(amount=1_000),
                actor="a",
                at=NOON,
                event_id=f"o-{n}",
                invoices=("F-1",),
            )
        )
        for n in range(20)
    ]
    await asyncio.gather(*orders)
    found = await rows("SELECT seq FROM case_events ORDER BY seq")
    assert [row["seq"] for row in found] == list(range(1, 22))
    (invoice,) = await rows('SELECT "open", events FROM invoices')
    assert (invoice["open"], invoice["events"]) == (80_000, 21)


async def test_locks_are_taken_in_one_order(desk, item, books, ordered):
    """Payments and orders over two debtors, named in either order, never deadlock."""
    await desk.read(item("F-1", 100_000), item("G-1", 100_000, debtor="D2"), item("F-2", 100_000))
    both = [("F-1", "G-1", "F-2"), ("G-1", "F-2", "F-1")]
    work = [
        *(books.pay(incoming(f"b-{n}", 3_000, *both[n % 2])) for n in range(12)),
        *(ordered(Hold(until=FRIDAY), *both[n % 2]) for n in range(12)),
        *(ordered(Hold(until=FRIDAY), debtor=f"D{n % 2 + 1}") for n in range(12)),
    ]
    room = asyncio.Semaphore(8)

    async def done(one):
        async with room:
            return await one

    failed = await asyncio.gather(*map(done, work), return_exceptions=True)
    assert [one for one in failed if isinstance(one, BaseException)] == []


async def test_a_ledger_and_orders_at_once(desk, item, ordered, case):
    many = [item(f"F-{n}", debtor=f"D{n % 7}") for n in range(300)]
    await desk.read(*many)
    changed = [item(f"F-{n}", debtor=f"D{n % 7}", open=9_000) for n in range(300)]

    async def hold():
        for n in range(0, 300, 10):
            await ordered(Hold(until=FRIDAY), f"F-{n}")

    result, _ = await asyncio.gather(desk.read(*changed), hold())

    assert result.changed == 300
    assert (await case("F-10")).open == 9_000
    assert len((await case("F-10")).holds) == 1


IMPORTER = """
    import asyncio, sys
    from datetime import UTC, date, datetime
    from models.creditors import shipped as creditors
    from models.ledger.entries import ItemRow
    from models.orders import File
    from models.policies import shipped
    from models.store.booking import Booking
    from models.store.books import Books
    from models.store.engine import Store

    async def main(url):
        store = Store(url)
        booking = Booking(Books(store, creditors(), shipped()))
        rows = (
            ItemRow(
                line=n, number=f"N-{n}", due=date(2026, 3, 31), amount=100, open=100,
                currency="EUR", debtor=f"K{n % 50}",
            )
            for n in range(1000)
        )
        file = File(
            name="x", sha256="", content_on=date(2026, 3, 2), actor="a",
            at=datetime(2026, 3, 2, tzinfo=UTC),
        )
        async def tell(entries):
            print(len(entries), flush=True)
        await booking.import_items("atelier-nord", rows, file, reject=print, tell=tell)
        await store.close()

    asyncio.run(main(sys.argv[1]))
"""


async def test_an_importer_of_another_process_locks_nobody_out(url, desk, item, ordered):
    await desk.read(*(item(f"F-{n}") for n in range(50)))
    importer = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        textwrap.dedent(IMPORTER),
        url,
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        await importer.stdout.readline()
        waits = []
        while importer.returncode is None and len(waits) < 1000:
            began = time.perf_counter()
            await ordered(Hold(until=FRIDAY), f"F-{len(waits) % 50}")
            waits.append(time.perf_counter() - began)
            await asyncio.sleep(0)
    finally:
        await importer.communicate()
    waits.sort()
    print(f"{len(waits)} orders, p99 {waits[int(len(waits) * 0.99)] * 1000:.0f} ms")
    assert importer.returncode == 0
    assert waits[-1] < 2


async def test_a_refused_order_releases_its_locks(desk, item, ordered):
    await desk.read(item())
    late = Promise(parts=(ev.Part(by=date(2026, 1, 1)),))
    for _ in range(8):
        with pytest.raises(RefusedError, match="that day is past"):
            await ordered(late, "F-1")
    await ordered(Hold(until=FRIDAY), "F-1")
