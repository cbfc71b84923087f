"""What people look at: cases, notices, tasks, money that waits, debtors with their sums."""

from datetime import UTC, date, datetime

import pytest

from models.chasing import events as ev
from models.chasing.commands import Dispute, Hold, Note, Pay, WriteOff
from models.chasing.notice import AlsoOpen, Line, Notice, NoticeKind, Recipient, dumped
from models.errors import UnknownError
from models.ledger.entries import ContactRow
from models.orders import Freeze, Incoming, SetDebtor
from models.store.appending import Stamp, append, grown
from models.store.asking import Asking
from models.store.reading import cases_named
from models.store.tables.records import journal
from models.store.tables.saying import notice_lines, notices, slots
from models.store.tasks import Want, close, open_task
from models.store.views import Views
from models.views import Selection

NOON = datetime(2026, 3, 2, 10, tzinfo=UTC)
TODAY = date(2026, 3, 2)


@pytest.fixture
def views(store) -> Views:
    return Views(store)


@pytest.fixture
async def owed(desk, item):
    await desk.read(
        item("F-1", 10_000, due=date(2026, 2, 20)),
        item("F-2", 5_000, due=date(2026, 3, 20), currency="USD"),
        item("G-1", 7_000, debtor="D2", debtor_name="Two"),
        item("A-1", -1_500),
        item("X-1", creditor="other"),
    )


def numbers(found):
    return [one.number for one in found]


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({}, ["F-1", "F-2", "G-1", "X-1"]),
        ({"creditor": "other"}, ["X-1"]),
        ({"creditor": "acme", "debtor": "Debtor one"}, ["F-1", "F-2"]),
        ({"debtor": "D2"}, ["G-1"]),
        ({"numbers": ("G-1", "F-1")}, ["F-1", "G-1"]),
        ({"due_before": date(2026, 3, 1)}, ["F-1"]),
        ({"states": ("paid",)}, []),
        ({"states": ("open",), "limit": 1}, ["F-1"]),
        ({"blocker": "hold"}, []),
        ({"level": "first-reminder"}, []),
    ],
)
async def test_invoices_are_narrowed(owed, views, asked, found):
    assert numbers(await views.items(Selection(**asked))) == found


async def test_an_item_shows_where_it_stands(owed, views, ordered, store):
    await ordered(Dispute(reason="goods"), "F-1")
    async with store.writing() as connection:
        (filed,) = await cases_named(connection, "acme", ["F-1"])
        row = {
            "workflow": "invoice/acme/F-1",
            "run": "r",
            "look": 1,
            "invoice_id": filed.id,
            "at": NOON,
            "rule": "7",
            "why": "all that is open waits",
            "blockers": "dispute",
            "facts": '{"open": 10000}',
            "answer": '{"kind": "wait"}',
            "engine": "test",
        }
        await connection.execute(journal.insert(), row)

    (item,) = await views.items(Selection(numbers=("F-1",)))

    assert (item.creditor, item.code, item.name, item.policy) == (
        "acme",
        "D1",
        "Debtor One",
        "standard-b2b",
    )
    assert (item.open, item.behind, item.rule) == (10_000, 2, "7")
    assert item.why == "all that is open waits"
    (reason,) = await views.reasons("acme", "F-1", 1)
    assert (reason.blockers, reason.facts, reason.answer["kind"]) == (
        ("dispute",),
        {"open": 10_000},
        "wait",
    )


async def test_closed_cases_are_shown_when_asked_for(owed, views, ordered, store):
    await ordered(WriteOff(reason="small"), "F-1")
    async with store.writing() as connection:
        (filed,) = await cases_named(connection, "acme", ["F-1"])
        closed = ev.Closed(on=TODAY, state="written-off")
        await append(connection, [grown(filed, (closed,), Stamp("look", "system", NOON))])

    assert "F-1" not in numbers(await views.items(Selection()))
    assert "F-1" in numbers(await views.items(Selection(closed=True)))


async def test_a_story_tells_events_and_what_befell_the_debtor(owed, views, ordered):
    await ordered(Note(text="wrote"), "F-1", at=NOON)
    await ordered(Hold(until=None, reason="audit"), debtor="D1", at=NOON.replace(hour=11))

    told = await views.happened("acme", "F-1")

    assert [(one.kind, one.actor) for one in told] == [
        ("entered", "clerk"),
        ("noted", "clerk"),
        ("debtor-hold", "clerk"),
    ]
    assert told[0].facts["open"] == 10_000
    assert told[1].facts == {"text": "wrote"}
    assert told[2].facts["reason"] == "audit"
    assert [one.kind for one in await views.happened("acme", "G-1")] == ["entered"]


async def test_money_and_credits_that_wait_are_listed(owed, views, books):
    incoming = Incoming(
        creditor="acme",
        key="b-1",
        on=TODAY,
        amount=900,
        currency="EUR",
        actor="bank",
        at=NOON,
        text="unclear",
    )
    await books.pay(incoming)

    found = await views.unallocated("acme")

    assert [(one.kind, one.key, one.left, one.debtor != "") for one in found] == [
        ("payment", "b-1", 900, False),
        ("credit-note", "A-1", 1_500, True),
    ]
    assert await views.unallocated("other") == []
    assert len(await views.unallocated("")) == 2


async def test_debtors_are_summed_up(owed, views, books, ordered):
    await ordered(Pay(amount=4_000), "F-1")
    stray = Incoming(
        creditor="acme", key="b-1", on=TODAY, amount=9, currency="EUR", actor="bank", at=NOON
    )
    await books.pay(stray)
    one, two = await views.accounts("acme", TODAY)

    assert (one.code, one.invoices, one.oldest_due) == ("D1", 2, date(2026, 2, 20))
    assert (one.open, one.overdue) == ({"EUR": 6_000, "USD": 5_000}, {"EUR": 6_000})
    assert (one.credits, two.credits, two.open) == ({"EUR": 1_500}, {}, {"EUR": 7_000})
    assert len(await views.accounts("", TODAY)) == 3


async def test_a_debtor_is_shown_with_whom_to_write_to_and_what_it_owes(owed, views, desk, ordered):
    facts = SetDebtor(legal_id="732 829 320", payment_days=(15,), quiet=("sms",), parent="D2")
    await ordered(facts, debtor="D1")
    boss = ContactRow(line=2, debtor="D1", role="management", name="Ms Boss", email="b@one.example")
    await desk.contacts(boss)

    shown = await views.profile("acme", "D1", TODAY)

    assert (shown.account.code, shown.account.open) == ("D1", {"EUR": 10_000, "USD": 5_000})
    assert (shown.legal_id, shown.payment_days, shown.quiet) == ("732829320", (15,), ("sms",))
    assert (shown.payer, shown.parent, shown.insolvent_on) == ("", "D2", None)
    assert [(person.role, person.email) for person in shown.contacts] == [
        ("accounting", "ap@one.example"),
        ("management", "b@one.example"),
    ]


async def test_frozen_creditors_are_named(owed, views, ordered):
    assert await views.frozen() == frozenset()
    await ordered(Freeze())
    assert await views.frozen() == {"acme"}


async def test_planned_slots_are_listed(owed, views, store):
    async with store.writing() as connection:
        (filed,) = await cases_named(connection, "acme", ["F-1"])
        row = {
            "invoice_id": filed.id,
            "cycle": 1,
            "level": "first-reminder",
            "round": 0,
            "debtor_id": filed.debtor_id,
            "at": NOON,
            "registered_at": NOON,
        }
        await connection.execute(slots.insert(), row)
    (slot,) = await views.slots(Selection(creditor="acme"))
    assert (slot.number, slot.level, slot.at, slot.blocker) == ("F-1", "first-reminder", NOON, "")


async def test_tasks_are_opened_once_and_closed(owed, views, store):
    async with store.writing() as connection:
        (filed,) = await cases_named(connection, "acme", ["F-1"])
        task = Want("call", "call/F-1", "collector", TODAY, {"level": "call"})
        assert await open_task(connection, task, [filed], NOON)
        assert not await open_task(connection, task, [filed], NOON)

    (seen,) = await views.tasks(Selection(numbers=("F-1",), debtor="D1", states=("call",)))
    assert (seen.kind, seen.number, seen.facts) == ("call", "F-1", {"level": "call"})
    assert await views.tasks(Selection(numbers=("G-1",))) == []
    assert await views.tasks(Selection(creditor="other")) == []

    async with store.writing() as connection:
        await close(connection, ["call/F-1", "call/F-2"], "made", NOON)
    assert await views.tasks(Selection()) == []


async def test_notices_are_looked_up_and_told_as_a_rehearsal_would(owed, views, store):
    await notified(store, "sent", "email", "sms")
    await notified(store, "void", "letter")

    first, beside, void = await views.sent(Selection(creditor="acme", debtor="D1"))
    assert (first.channel, first.state, first.to, first.numbers) == (
        "email",
        "sent",
        "ap@one.example",
        ("F-1",),
    )
    assert (beside.channel, void.state) == ("sms", "void")
    assert len(await views.sent(Selection(states=("void",)))) == 1
    assert await views.sent(Selection(numbers=("G-1",))) == []
    assert len(await views.sent(Selection(numbers=("F-1",), level="first-reminder"))) == 3

    (line,) = await views.timeline(Selection())
    assert (line.debtor, line.channel, line.beside) == ("D1", "email", ("sms",))
    assert (line.levels, line.amount, line.also_open) == (
        {"F-1": "first-reminder"},
        10_000,
        ("F-9",),
    )


async def notified(store, state, *channels):
    """Write a first reminder of F-1 as the outbox does, the same on each channel."""
    async with store.writing() as connection:
        (filed,) = await cases_named(connection, "acme", ["F-1"])
        for channel in channels:
            notice = Notice(
                key=f"n/{state}/{channel}",
                creditor="acme",
                debtor=filed.case.invoice.debtor,
                debtor_name="Debtor One",
                kind=NoticeKind.REMINDER,
                channel=channel,
                language="fr",
                at=NOON,
                on=TODAY,
                to=Recipient(contact="c1", email="ap@one.example"),
                level="first-reminder",
                lines=(Line("F-1", "EUR", "first-reminder", 0, 10_000, 10_000, 10_000, TODAY),),
                also_open=(AlsoOpen("F-9", "EUR", 1, TODAY, "open"),),
            )
            row = {
                "key": notice.key,
                "debtor_id": filed.debtor_id,
                "contact_number": len(state),
                "channel": channel,
                "kind": "reminder",
                "level": "first-reminder",
                "at": NOON,
                "ends": NOON,
                "on": TODAY,
                "state": state,
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
                "channel": channel,
                "amount": 10_000,
                "live": None if state == "void" else True,
            }
            await connection.execute(notice_lines.insert(), line)


async def test_an_answer_about_a_creditor_whose_file_is_gone_says_what_to_do(owed, views, store):
    asking = Asking(store, {}, frozenset())
    with pytest.raises(UnknownError, match=r"key 'acme' any more: put it back into the config"):
        await asking.answered(await views.items(Selection(numbers=("F-1",))), NOON)
