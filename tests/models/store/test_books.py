"""Orders: each is carried out once, for all it names or for nothing."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from models.chasing import events as ev
from models.chasing.commands import (
    Bounce,
    ChangePolicy,
    Credit,
    Dispute,
    Hold,
    Note,
    Promise,
    Release,
    Settle,
    WriteOff,
)
from models.errors import RefusedError, UnknownError
from models.ledger.debtor import Standing
from models.orders import Freeze, Insolvency, Order, Thaw
from models.policies import shipped
from models.store.around import around
from models.store.finding import debtor_named

NOON = datetime(2026, 3, 2, 10, tzinfo=UTC)
TODAY = date(2026, 3, 2)
FRIDAY = date(2026, 3, 6)


def promise(amount=None, by=FRIDAY, **given):
    return Promise(parts=(ev.Part(by=by, amount=amount),), **given)


async def test_an_order_is_committed_as_events(desk, item, ordered, case, rows):
    await desk.read(item())

    recorded = await ordered(promise(), "F-1", event_id="p-1")

    assert recorded.creditor == "acme"
    assert not recorded.repeated
    ((number, event_id, kind, creditor),) = recorded.entries
    assert creditor == "acme"
    assert (number, kind) == ("F-1", "promised")
    (row,) = await rows(f"SELECT seq, cycle, actor FROM case_events WHERE event_id = '{event_id}'")  # noqa: S608  our own id
    assert row == {"seq": 2, "cycle": 1, "actor": "clerk"}
    assert (await case("F-1")).promised == 10_000


async def test_an_order_is_carried_out_once(desk, item, ordered, rows):
    await desk.read(item())
    first = await ordered(promise(), "F-1", event_id="p-1")
    again = await ordered(promise(), "F-1", event_id="p-1")

    assert again == replace(first, repeated=True)
    (found,) = await rows("SELECT count(*) AS n FROM case_events")
    assert found["n"] == 2


async def test_a_repeated_order_answers_even_when_it_would_now_be_refused(desk, item, ordered):
    await desk.read(item())
    first = await ordered(WriteOff(reason="small"), "F-1", event_id="w-1")
    again = await ordered(WriteOff(reason="small"), "F-1", event_id="w-1")
    assert (again.repeated, again.entries) == (True, first.entries)


async def test_the_columns_of_the_invoice_follow(desk, item, ordered, rows):
    await desk.read(item())
    await ordered(Credit(amount=4_000), "F-1")

    (row,) = await rows('SELECT "open", events, cycle, closed FROM invoices')
    assert (row["open"], row["events"], row["cycle"], bool(row["closed"])) == (6_000, 2, 1, False)


async def test_a_refused_order_writes_nothing(desk, item, ordered, rows):
    await desk.read(item("F-1"), item("F-2"))
    await ordered(WriteOff(reason="small"), "F-2")

    with pytest.raises(RefusedError, match="invoice F-2 is paid"):
        await ordered(promise(), "F-1", "F-2")

    (found,) = await rows("SELECT count(*) AS n FROM case_events WHERE kind = 'promised'")
    assert found["n"] == 0


async def test_a_list_shares_one_key_and_its_amount_in_the_order_named(desk, item, ordered, case):
    await desk.read(item("F-1", 6_000), item("F-2", 5_000))

    await ordered(promise(), "F-2", "F-1", amount=8_000, event_id="p-1")

    one, two = (await case("F-1")).promises, (await case("F-2")).promises
    assert (one[0].amount, two[0].amount) == (3_000, 5_000)
    assert one[0].key == two[0].key == "p-1"


async def test_a_debtors_amount_falls_on_the_oldest(desk, item, ordered, case):
    await desk.read(
        item("F-1", 6_000, due=date(2026, 4, 30)), item("F-2", 5_000, due=date(2026, 3, 31))
    )
    await ordered(promise(amount=8_000), debtor="D1")

    assert (await case("F-2")).promised == 5_000
    assert (await case("F-1")).promised == 3_000


async def test_instalments_of_a_debtor_fill_one_invoice_after_another(desk, item, ordered, case):
    await desk.read(item("F-1", 6_000), item("F-2", 5_000))
    plan = Promise(
        parts=(
            ev.Part(by=FRIDAY, amount=4_000),
            ev.Part(by=FRIDAY + timedelta(days=7), amount=4_000),
        )
    )
    await ordered(plan, debtor="D1")

    parts = [(await case(number)).promises[0].parts for number in ("F-1", "F-2")]
    assert parts == [
        ((FRIDAY, 4_000), (FRIDAY + timedelta(days=7), 2_000)),
        ((FRIDAY + timedelta(days=7), 2_000),),
    ]


async def test_more_than_a_debtor_owes_is_refused(desk, item, ordered):
    await desk.read(item("F-1", 6_000), item("F-2", 5_000))
    with pytest.raises(RefusedError, match=r"2 invoices have EUR 110.00 open in all"):
        await ordered(promise(amount=11_001), debtor="D1")


async def test_an_amount_over_two_currencies_is_refused(desk, item, ordered):
    await desk.read(item("F-1", 6_000), item("F-2", 5_000, currency="USD"))
    with pytest.raises(RefusedError, match="EUR or USD"):
        await ordered(promise(amount=100), debtor="D1")


async def test_a_debtors_order_leaves_out_what_it_cannot_concern(desk, item, ordered, case):
    await desk.read(item("F-1"), item("F-2"))
    await ordered(Dispute(reason="goods"), "F-1")
    await ordered(promise(), debtor="D1")
    assert ((await case("F-1")).promised, (await case("F-2")).promised) == (0, 10_000)

    await ordered(Settle(outcome=ev.Outcome.AGAINST), debtor="D1")
    assert (await case("F-1")).disputed == 0
    with pytest.raises(RefusedError, match="no open dispute"):
        await ordered(Settle(outcome=ev.Outcome.AGAINST), debtor="D1")


async def test_promises_are_counted_over_the_debtor(desk, item, ordered, case):
    await desk.read(*(item(f"F-{number}") for number in range(4)))
    for number in range(2):
        await ordered(promise(), f"F-{number}")
    await ordered(promise(), "F-2")
    assert (await case("F-2")).promises[0].announced

    later = NOON + timedelta(days=366)
    await ordered(promise(by=later.date()), "F-3", at=later)
    assert not (await case("F-3")).promises[0].announced


@pytest.mark.parametrize("given", ["D1", "Debtor One", "DÉBTOR  one"])
async def test_debtors_are_known_by_code_or_name(desk, item, ordered, case, given):
    await desk.read(item())
    await ordered(promise(), debtor=given)
    assert (await case("F-1")).promised == 10_000


async def test_debtors_are_known_by_our_key(desk, item, ordered, case):
    await desk.read(item())
    await ordered(promise(), debtor=(await case("F-1")).invoice.debtor)
    assert (await case("F-1")).promised == 10_000


async def test_a_name_of_two_debtors_is_not_guessed(desk, item, ordered):
    await desk.read(item("F-1"), item("F-2", debtor="D2"))
    with pytest.raises(RefusedError, match="2 debtors of acme have this name: use a key"):
        await ordered(promise(), debtor="Debtor One")


async def test_unknown_debtors_are_not_repeated(desk, item, ordered):
    await desk.read(item())
    with pytest.raises(UnknownError) as unknown:
        await ordered(promise(), debtor="Secret Name")
    assert "Secret" not in str(unknown.value)


async def test_an_order_needs_somebody_it_is_about(desk, item, ordered):
    await desk.read(item())
    with pytest.raises(RefusedError, match="needs an invoice or a debtor"):
        await ordered(promise())
    with pytest.raises(RefusedError, match="needs a debtor"):
        await ordered(Insolvency(judged_on=TODAY))
    with pytest.raises(RefusedError, match="takes no amount"):
        await ordered(Note(text="x"), "F-1", amount=5)
    await desk.read(item("F-2"))
    with pytest.raises(RefusedError, match="settled in part for one invoice"):
        await ordered(Settle(outcome=ev.Outcome.IN_PART, amount=5), "F-1", "F-2")
    plan = Promise(parts=(ev.Part(by=FRIDAY, amount=4), ev.Part(by=FRIDAY, amount=4)))
    with pytest.raises(RefusedError, match="says the same twice"):
        await ordered(plan, "F-1", amount=9)


async def test_a_policy_is_changed_to_one_on_offer(desk, item, ordered, case):
    await desk.read(item())
    export = shipped()["export"]
    change = ChangePolicy(policy="export", version=export.version, hash=export.hash)
    await ordered(change, "F-1")
    assert (await case("F-1")).policy_hash == export.hash
    with pytest.raises(UnknownError, match="on offer"):
        await ordered(replace(change, hash="0"), "F-1")


async def test_a_credit_note_uses_up_the_credit_of_its_number(desk, item, ordered, rows):
    await desk.read(item(), item("A-1", -3_000))
    await ordered(Credit(amount=2_000, note="A-1"), "F-1")
    assert [row["left"] for row in await rows('SELECT "left" FROM credits')] == [1_000]
    with pytest.raises(RefusedError, match=r"A-1 has EUR 10\.00 left: EUR 20\.00 cannot"):
        await ordered(Credit(amount=2_000, note="A-1"), "F-1")
    await ordered(Credit(amount=1_000, note="A-1"), "F-1")
    assert [row["left"] for row in await rows('SELECT "left" FROM credits')] == [0]


async def test_a_credit_note_that_no_ledger_brought_is_applied_once(desk, item, ordered, rows):
    await desk.read(item(), item("F-2"))
    await ordered(Credit(amount=2_000, note="GS-7"), "F-1")
    with pytest.raises(RefusedError, match="GS-7 is applied to invoice F-1 already"):
        await ordered(Credit(amount=2_000, note="GS-7"), "F-1")
    await ordered(Credit(amount=1_000, note="GS-7"), "F-2")
    await ordered(Credit(amount=500), "F-2")  # under no number

    await desk.read(item(), item("F-2"), item("GS-7", -5_000))
    assert [row["left"] for row in await rows('SELECT "left" FROM credits')] == [2_000]


@pytest.fixture
def world(store, creditors):
    """Read what surrounds the cases of a debtor."""

    async def read(debtor="D1"):
        async with store.reading() as connection:
            debtor_id = await debtor_named(connection, "acme", debtor)
            return await around(connection, creditors["acme"], debtor_id)

    return read


async def test_a_debtor_is_held_and_released(desk, item, ordered, world, rows):
    await desk.read(item("F-1"), item("F-2"))

    held = await ordered(Hold(until=FRIDAY, reason="audit"), debtor="D1", event_id="h-1")
    assert [entry[:3] for entry in held.entries] == [
        ("F-1", "h-1", "hold"),
        ("F-2", "h-1", "hold"),
    ]
    (hold,) = (await world()).debtor_holds
    assert (hold.key, hold.until, hold.reason, hold.by) == ("h-1", FRIDAY, "audit", "clerk")
    assert (await ordered(Hold(until=FRIDAY), debtor="D1", event_id="h-1")).repeated
    (stirred,) = await rows("SELECT stirred_at FROM debtors")
    assert stirred["stirred_at"] is not None

    await ordered(Release(), debtor="D1")
    assert (await world()).debtor_holds == ()


async def test_releasing_a_debtor_without_a_hold_releases_its_cases(desk, item, ordered, case):
    await desk.read(item("F-1"), item("F-2"))
    await ordered(Hold(until=FRIDAY), "F-1")
    await ordered(Release(), debtor="D1")
    assert (await case("F-1")).holds == ()
    with pytest.raises(RefusedError, match="no hold"):
        await ordered(Release(), debtor="D1")


async def test_releasing_a_debtor_ends_the_holds_of_its_cases_and_no_promise(
    desk, item, ordered, case, rows
):
    await desk.read(item("F-1"), item("F-2"), item("F-3"))
    await ordered(Hold(until=None), debtor="D1")
    await ordered(Hold(until=FRIDAY), "F-1")
    await ordered(promise(), "F-2")

    await ordered(Release(reason="they called"), debtor="D1")

    assert (await case("F-1")).holds == ()
    assert (await case("F-2")).promised == 10_000
    (released,) = await rows("SELECT body FROM case_events WHERE kind = 'released'")
    assert "they called" in released["body"]


async def test_an_order_that_names_nobody_is_refused(desk, item, ordered, rows):
    await desk.read(item())
    with pytest.raises(RefusedError, match="needs an invoice or a debtor"):
        await ordered(Dispute(reason="price"))
    assert await rows("SELECT kind FROM case_events WHERE kind <> 'entered'") == []


@pytest.mark.parametrize(
    ("number", "hint"),
    [
        ("2026-0815-Y", ": did you mean 2026-0815-X?"),
        ("7026-0815-Y", ": did you mean 2026-0815-X?"),  # neither its beginning nor its end
        ("somewhere else", ""),
    ],
)
async def test_a_number_nobody_knows_is_met_with_those_that_come_near(
    desk, item, ordered, number, hint
):
    await desk.read(item("2026-0815-X"), item("A-1"))
    with pytest.raises(UnknownError) as unknown:
        await ordered(Note(text="called"), number)
    assert str(unknown.value) == f"acme has no invoice {number}{hint}"


async def test_a_creditor_is_held_and_released(desk, item, ordered, world):
    await desk.read(item())
    await ordered(Hold(until=None, reason="migration"))
    assert [hold.until for hold in (await world()).creditor_holds] == [None]
    await ordered(Release())
    assert (await world()).creditor_holds == ()
    with pytest.raises(RefusedError, match="until 2026-03-02: that day has begun"):
        await ordered(Hold(until=TODAY))


async def test_frozen_and_thawed_debtors_get_their_turns(desk, item, ordered, world):
    late = [
        item(f"F-{n}", debtor=f"D{n}", debtor_name="", due=date(2026, 2, 20 - n)) for n in range(5)
    ]
    await desk.read(*late, item("F-9", debtor="D9", debtor_name=""))
    await ordered(Freeze(reason="first import"))
    assert (await world("D1")).frozen
    with pytest.raises(RefusedError, match="frozen already"):
        await ordered(Freeze())

    await ordered(Thaw())

    turns = [(await world(f"D{n}")).thaws_on for n in (4, 3, 2, 1, 0)]
    monday = TODAY
    days = [monday, monday, monday + timedelta(1), monday + timedelta(1), monday + timedelta(2)]
    assert turns == days
    assert (await world("D9")).thaws_on is None
    assert not (await world("D9")).frozen
    with pytest.raises(RefusedError, match="not frozen"):
        await ordered(Thaw())


async def test_an_insolvency_stops_the_legal_person_in_every_creditor(
    desk, item, ordered, world, rows
):
    await desk.read(item("F-1"), item("X-1", creditor="other"), item("F-2", debtor="D2"))
    async with desk.booking._store.writing() as connection:
        await connection.exec_driver_sql("UPDATE debtors SET legal_id = '123' WHERE code = 'D1'")

    judged = await ordered(Insolvency(judged_on=TODAY), debtor="D1", event_id="i-1")

    assert [entry[:3] for entry in judged.entries] == [("F-1", "i-1", "insolvency")]
    (elsewhere,) = judged.elsewhere
    assert elsewhere.creditor == "other"
    assert [entry[:3] for entry in elsewhere.entries] == [("X-1", "i-1", "insolvency")]
    judged_on = "SELECT insolvent_on FROM debtors ORDER BY id"
    found = [row["insolvent_on"] for row in await rows(judged_on)]
    assert [str(day) for day in found] == [str(TODAY), str(TODAY), "None"]
    assert (await world()).standing is Standing.INSOLVENT
    assert (await world()).insolvent_on == TODAY

    await ordered(Insolvency(judged_on=None, reason="a namesake"), debtor="D1")
    assert (await world()).insolvent_on is None


async def test_a_debtor_without_a_legal_id_is_insolvent_alone(desk, item, ordered, rows):
    await desk.read(item("F-1"), item("F-2", debtor="D2"))
    await ordered(Insolvency(judged_on=TODAY), debtor="D1")
    found = [
        row["insolvent_on"] for row in await rows("SELECT insolvent_on FROM debtors ORDER BY id")
    ]
    assert [str(day) for day in found] == [str(TODAY), "None"]


async def test_a_note_about_a_debtor_is_kept_once(desk, item, ordered, rows):
    await desk.read(item("F-1"), item("F-2"))
    recorded = await ordered(Note(text="called back"), debtor="D1", event_id="n-1")
    assert recorded.entries == ()
    (order,) = await rows("SELECT kind, actor, body FROM orders")
    assert (order["kind"], order["actor"]) == ("note", "clerk")
    assert "called back" in order["body"]


async def test_a_bounce_marks_the_address_bad(desk, item, ordered, store, world):
    await desk.read(item())
    await _said(store, "F-1")
    recorded = await ordered(Bounce(channel="email"), "F-1")
    assert [entry.kind for entry in recorded.entries] == ["bounced"]
    (contact,) = (await world()).debtor.contacts
    assert contact.bad == {"email"}


async def test_a_bounce_has_the_debtors_other_cases_look_too(desk, item, ordered, store, rows):
    await desk.read(item("F-1"), item("F-2"), item("G-1", debtor="D2"))
    await _said(store, "F-1")
    recorded = await ordered(Bounce(channel="email"), "F-1")
    told = [(entry.number, entry.kind) for entry in recorded.entries]
    assert told == [("F-1", "bounced"), ("F-2", "facts")]
    stirred = await rows("SELECT key FROM debtors WHERE stirred_at IS NOT NULL")
    assert len(stirred) == 1


async def test_a_bounce_of_a_notice_that_is_not_kept_marks_nobody(
    desk, item, ordered, store, world
):
    await desk.read(item())
    await _said(store, "F-1")
    async with store.writing() as connection:
        await connection.exec_driver_sql("DELETE FROM notice_lines")
    await ordered(Bounce(), "F-1")
    (contact,) = (await world()).debtor.contacts
    assert contact.bad == frozenset()


async def test_a_bounce_from_a_contact_that_is_gone_marks_nobody(desk, item, ordered, store, world):
    await desk.read(item())
    await _said(store, "F-1")
    async with store.writing() as connection:
        await connection.exec_driver_sql("UPDATE contacts SET key = 'c9'")
    await ordered(Bounce(channel="email"), "F-1")
    (contact,) = (await world()).debtor.contacts
    assert contact.bad == frozenset()


async def test_a_release_takes_an_insolvency_back(desk, item, ordered, world):
    await desk.read(item())
    await ordered(Insolvency(judged_on=TODAY), debtor="D1")
    await ordered(Release(reason="a namesake"), debtor="D1")
    assert (await world()).insolvent_on is None


async def test_a_creditor_without_anything_due_is_thawed(desk, item, ordered, world):
    await desk.read(item(due=date(2026, 6, 30)))
    await ordered(Freeze())
    await ordered(Thaw())
    assert (await world()).thaws_on is None


async def _said(store, number):
    """Let a first reminder have gone out by e-mail, with its notice."""
    from models.chasing.notice import Notice, NoticeKind, Recipient, dumped
    from models.store.appending import Stamp, append, grown
    from models.store.reading import cases_named
    from models.store.tables.saying import notice_lines, notices

    said = ev.Said(on=TODAY, level="first-reminder", notice="n-1", channel="email")
    notice = Notice(
        key="n-1",
        creditor="acme",
        debtor="d",
        debtor_name="One",
        kind=NoticeKind.REMINDER,
        channel="email",
        language="fr",
        at=NOON,
        on=TODAY,
        to=Recipient(contact="c1"),
    )
    async with store.writing() as connection:
        (filed,) = await cases_named(connection, "acme", [number])
        await append(connection, [grown(filed, (said,), Stamp("look", "system", NOON))])
        row = {
            "key": "n-1",
            "debtor_id": filed.debtor_id,
            "contact_number": 1,
            "channel": "email",
            "kind": "reminder",
            "at": NOON,
            "ends": NOON,
            "on": TODAY,
            "state": "sent",
            "body": dumped(notice),
            "created_at": NOON,
        }
        made = await connection.execute(notices.insert().returning(notices.c.id), row)
        line = {
            "notice_id": made.scalar_one(),
            "invoice_id": filed.id,
            "cycle": 1,
            "level": "first-reminder",
            "round": 0,
            "channel": "email",
            "amount": 10_000,
        }
        await connection.execute(notice_lines.insert(), line)


async def test_an_unknown_creditor_is_refused(books):
    order = Order(
        creditor="nobody", command=Note(text=""), actor="a", at=NOON, event_id="x", invoices=("1",)
    )
    with pytest.raises(UnknownError, match="nobody"):
        await books.record(order)
