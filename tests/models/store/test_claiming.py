"""Nothing is claimed after what stops it was committed, whoever came first to the locks."""

import asyncio
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from itertools import count

import pytest
from sqlalchemy import select, update

from models.chasing import commands as cmd
from models.chasing import events as ev
from models.chasing.notice import loaded
from models.chasing.policy import Policy
from models.ledger.entries import PaymentRow
from models.orders import Freeze, Insolvency, Order
from models.policies import shipped
from models.store.books import Books
from models.store.composing import Composing
from models.store.engine import Store
from models.store.looking import Looking
from models.store.outbox import Outbox
from models.store.tables.parties import debtors
from models.store.tables.saying import notices
from models.store.widening import freeze
from models.wire import ComposeIn, LookIn

#: Friday noon in Paris, and the invoice was due on Monday.
NOW = datetime(2026, 3, 6, 11, tzinfo=UTC)
CHANNELS = frozenset({"email"})


@pytest.fixture
async def planned(desk, item, store, creditors, rows):
    """A reminder that is composed and waits to be claimed: its key."""
    await desk.read(item(due=date(2026, 3, 2)), at=NOW - timedelta(days=1))
    looking = Looking(store, creditors, CHANNELS, "test")
    ask = {"creditor": "acme", "workflow": "w", "run": "r", "look": 0, "now": NOW}
    seen = await looking.look(LookIn(number="F-1", **ask))
    composing = Composing(store, creditors, CHANNELS, "test")
    moved = await composing.compose(ComposeIn(debtor=seen.poke.debtor, **ask))
    (delivery,) = moved.composed.deliveries
    return delivery.notice


@pytest.fixture
def outbox(store, creditors):
    return Outbox(store, creditors, CHANNELS)


async def test_a_claim_that_meets_a_freeze_waits_for_it_and_finds_it(
    planned, outbox, url, creditors
):
    other = Store(url, pool=1)
    order = Order(creditor="acme", command=Freeze(), actor="clerk", at=NOW, event_id="freeze")
    async with other.writing() as connection:
        await freeze(connection, order)
        claiming = asyncio.create_task(outbox.claim(planned, "me", NOW))
        await asyncio.sleep(0.2)
        assert not claiming.done()
    await other.close()

    assert (await claiming).state == "void"


async def test_the_same_notice_is_claimed_once_and_then_looked_up(planned, outbox, store):
    assert (await outbox.claim(planned, "one", NOW)).state == "sending"
    leased = await outbox.claim(planned, "two", NOW)
    assert (leased.state, leased.wait > timedelta(0)) == ("leased", True)
    assert (await outbox.expire(planned, NOW)).state == "leased"

    async with store.writing() as connection:
        await connection.execute(update(notices).values(lease_until=NOW - timedelta(days=300)))

    assert (await outbox.claim(planned, "two", NOW)).state == "lookup"
    assert await outbox.sent(planned, "one", "late", NOW) == "sending"
    assert await outbox.unknown(planned, "two", "nobody knows", NOW) == "unknown"


async def test_a_notice_that_was_put_back_is_left_to_its_next_attempt(planned, outbox, rows):
    await outbox.claim(planned, "one", NOW)
    await outbox.back(planned, "two", "it broke off", 1, NOW)
    assert [n["state"] for n in await rows("SELECT state FROM notices")] == ["sending"]

    await outbox.back(planned, "one", "it broke off", 1, NOW)

    (notice,) = await rows("SELECT state, failure, lease_until FROM notices")
    assert (notice["state"], notice["failure"]) == ("planned", "it broke off")
    assert notice["lease_until"] is not None
    assert await rows("SELECT id FROM tasks WHERE kind = 'channel'") == []


async def test_a_channel_that_takes_nothing_for_long_is_a_task_until_something_leaves(
    planned, outbox, rows
):
    tasks = "SELECT closed_at IS NULL AS open, owner, body FROM tasks WHERE kind = 'channel'"
    for tries in (5, 6):
        await outbox.claim(planned, f"try-{tries}", NOW)
        await outbox.back(planned, f"try-{tries}", "it broke off", tries, NOW)

    (task,) = await rows(tasks)
    assert (task["open"], task["owner"]) == (True, "manager")
    assert "email: it broke off" in task["body"]

    await outbox.claim(planned, "last", NOW)
    await outbox.sent(planned, "last", "ok", NOW)

    assert [not task["open"] for task in await rows(tasks)] == [True]


async def test_a_slot_that_is_over_makes_what_was_planned_void_and_what_left_unknown(
    planned, outbox, store
):
    assert (await outbox.expire(planned, NOW)).state == "void"
    assert (await outbox.expire(planned, NOW)).state == "void"
    async with store.writing() as connection:
        lease = {"lease_until": NOW - timedelta(days=300), "owner": "one"}
        await connection.execute(update(notices).values(state="sending", **lease))

    assert (await outbox.expire(planned, NOW)).state == "unknown"


# --- what was composed is claimed only while it is true ------------------------------------------


def changed(name: str, **keys: object) -> Policy:
    """Return the standard policy with other keys, under a name of its own."""
    said = {**shipped()["standard-b2b"].as_text(), "name": name, **keys}
    return Policy.model_validate(said)


#: Says the same levels on the same days as the standard policy.
TWIN = changed("twin")
LEVELS = shipped()["standard-b2b"].as_text()["levels"]
BESIDE = changed(
    "beside",
    levels=[{**level, "also": ["sms"]} if level["channels"] else level for level in LEVELS[:3]],
)
COVERING = changed(
    "covering", levels=[*LEVELS[:3], {**LEVELS[3], "covers": "overdue", "warn_days": 3}]
)
NEAR = changed("near", bundle_days=5)
SLOW = changed("slow", levels=[LEVELS[0], {**LEVELS[1], "after_days": 10}])
PHONE = frozenset({"email", "sms", "registered-letter"})


@pytest.fixture
def books(store, creditors) -> Books:
    """The books of the other tests, with a few policies more on offer."""
    extra = {policy.name: policy for policy in (TWIN, BESIDE, COVERING, NEAR, SLOW)}
    return Books(store, creditors, {**shipped(), **extra})


class Saying:
    """Composes for a debtor, and claims."""

    def __init__(self, store, creditors, channels) -> None:
        tools = (store, creditors, channels)
        self.store = store
        self.outbox = Outbox(*tools)
        self._looking, self._composing = Looking(*tools, "test"), Composing(*tools, "test")
        self._counts = count()

    async def look(self, *numbers: str, now=NOW) -> None:
        """Look at cases, so that they register their slots."""
        for number in numbers:
            place = {"workflow": "i", "run": "r", "look": next(self._counts), "now": now}
            await self._looking.look(LookIn(creditor="acme", number=number, **place))

    async def compose(self, debtor="D1", now=NOW) -> list[str]:
        """Compose, and return the keys of what is to be handed over."""
        async with self.store.reading() as connection:
            key = await connection.scalar(select(debtors.c.key).where(debtors.c.code == debtor))
        place = {"workflow": "d", "run": "r", "look": next(self._counts), "now": now}
        moved = await self._composing.compose(ComposeIn(creditor="acme", debtor=key, **place))
        return [delivery.notice for delivery in moved.composed.deliveries]

    async def claim(self, key: str, now=NOW) -> str:
        """Claim a notice and return what that came to."""
        return (await self.outbox.claim(key, "me", now)).state

    async def notice(self, key: str):
        """Return the snapshot of a notice."""
        async with self.store.reading() as connection:
            return loaded(
                await connection.scalar(select(notices.c.body).where(notices.c.key == key))
            )


@pytest.fixture
def saying(store, creditors) -> Saying:
    return Saying(store, creditors, CHANNELS)


@dataclass
class Meanwhile:
    """What a clerk, a bank and a ledger can do between composing and claiming."""

    order: object
    ledger: object
    item: object

    async def orders(self, command, *numbers, **whom):
        await self.order(command, *numbers, at=NOW, **whom)

    async def row(self, number="F-1", **facts):
        await self.ledger.read(self.item(number, **{"due": MONDAY, **facts}), at=NOW)

    async def bank(self, amount, *numbers):
        paid = PaymentRow(
            line=2,
            on=date(2026, 3, 6),
            amount=amount,
            currency="EUR",
            reference="bank-1",
            numbers=numbers,
            debtor="D1",
        )
        await self.ledger.payments(paid, at=NOW)


MONDAY = date(2026, 3, 2)
LATER = date(2026, 3, 20)
BOTH = ["F-1", "F-2"]


async def pays_in_part(on):
    await on.orders(cmd.Pay(amount=1_000), "F-1")


async def pays_what_is_also_open(on):
    await on.orders(cmd.Pay(amount=5_000), "F-3")


async def pays_without_saying_what_for(on):
    await on.bank(777)


async def moves_money_from_one_line_to_the_other(on):
    await on.orders(cmd.Reverse(amount=2_000), "F-2")
    await on.orders(cmd.Pay(amount=2_000), "F-1")


async def is_credited_in_part(on):
    await on.orders(cmd.Credit(amount=1_000), "F-1")


async def has_a_credit_unapplied(on):
    await on.row("C-1", amount=-700, open=-700)


async def promises(on):
    await on.orders(cmd.Promise(parts=(ev.Part(by=LATER),)), "F-1")


async def promises_a_part(on):
    await on.orders(cmd.Promise(parts=(ev.Part(by=LATER, amount=4_000),)), "F-1")


async def contests(on):
    await on.orders(cmd.Dispute(reason="quality"), "F-1")


async def contests_what_is_also_open(on):
    await on.orders(cmd.Hold(until=LATER), "F-3")


async def case_is_held(on):
    await on.orders(cmd.Hold(until=LATER), "F-1")


async def debtor_is_held(on):
    await on.orders(cmd.Hold(until=LATER), debtor="D1")


async def creditor_is_held(on):
    await on.orders(cmd.Hold(until=LATER))


async def creditor_is_frozen(on):
    await on.orders(Freeze())


async def is_judged_insolvent(on):
    await on.orders(Insolvency(judged_on=date(2026, 3, 5)), debtor="D1")


async def is_given_time(on):
    await on.orders(cmd.Extend(due=LATER), "F-1")


async def is_given_a_day(on):
    await on.orders(cmd.Extend(due=MONDAY + timedelta(days=3)), "F-1")


async def has_another_due_date_in_the_ledger(on):
    await on.row(due=LATER)


async def pays_to_another_account(on):
    await on.row(payee="FR7630006000011234567890189")


async def goes_to_another_servicer(on):
    await on.row(servicer="FACTOR")


async def goes_on_under_a_policy_that_says_it_later(on):
    later = cmd.ChangePolicy(policy=SLOW.name, version=1, hash=SLOW.hash)
    await on.orders(later, "F-1")


async def goes_on_under_a_policy_that_says_the_same(on):
    same = cmd.ChangePolicy(policy=TWIN.name, version=1, hash=TWIN.hash)
    await on.orders(same, *BOTH)


async def is_skipped(on):
    await on.orders(cmd.Skip(reason="they know"), "F-1")


async def is_to_hear_another_level_at_once(on):
    await on.orders(cmd.SendNow(level="second-reminder", reason="they asked"), "F-1")


async def is_written_off(on):
    await on.orders(cmd.WriteOff(reason="small"), "F-1")


async def is_cancelled(on):
    await on.orders(cmd.Kill(death=ev.Death.CANCELLED), "F-1")


async def owes_more_since_a_moment(on):
    await on.row("F-4", due=date(2026, 3, 5))


async def nothing(_):
    """Leave everything as it is."""


#: What happens, and what is composed instead: the lines of the notice that follows.
HAPPENS = [
    (pays_in_part, BOTH),
    (pays_what_is_also_open, BOTH),
    (pays_without_saying_what_for, BOTH),
    (moves_money_from_one_line_to_the_other, BOTH),
    (is_credited_in_part, BOTH),
    (has_a_credit_unapplied, BOTH),
    (promises, ["F-2"]),
    (promises_a_part, BOTH),
    (contests, ["F-2"]),
    (contests_what_is_also_open, BOTH),
    (case_is_held, ["F-2"]),
    (debtor_is_held, []),
    (creditor_is_held, []),
    (creditor_is_frozen, []),
    (is_judged_insolvent, []),
    (is_given_time, ["F-2"]),
    (is_given_a_day, ["F-2"]),
    (has_another_due_date_in_the_ledger, ["F-2"]),
    (pays_to_another_account, BOTH),
    (goes_to_another_servicer, ["F-2"]),
    (goes_on_under_a_policy_that_says_it_later, ["F-2"]),
    (goes_on_under_a_policy_that_says_the_same, BOTH),
    (is_skipped, ["F-2"]),
    (is_to_hear_another_level_at_once, BOTH),
    (is_written_off, ["F-2"]),
    (is_cancelled, ["F-2"]),
    (owes_more_since_a_moment, BOTH),
]


@pytest.fixture
async def two_lines(desk, item, saying, ordered):
    """A reminder of two invoices that names a third one: its key."""
    day = NOW - timedelta(days=1)
    said = {"level": "first-reminder", "level_on": date(2026, 2, 26)}
    await desk.read(
        item("F-1", due=MONDAY),
        item("F-2", amount=20_000, due=MONDAY),
        item("F-3", amount=5_000, due=date(2026, 2, 20), **said),
        at=day,
    )
    await ordered(cmd.Pay(amount=3_000), "F-2", at=day)
    await saying.look(*BOTH)
    (key,) = await saying.compose()
    notice = await saying.notice(key)
    assert [line.number for line in notice.lines] == BOTH
    assert [other.number for other in notice.also_open] == ["F-3"]
    return key


@pytest.fixture
def world(ordered, desk, item) -> Meanwhile:
    return Meanwhile(ordered, desk, item)


async def test_a_notice_is_claimed_when_nothing_has_changed(two_lines, saying):
    assert await saying.claim(two_lines) == "sending"


@pytest.mark.parametrize(
    ("happens", "lines"), HAPPENS, ids=[happens.__name__ for happens, _ in HAPPENS]
)
async def test_a_notice_that_is_true_no_more_is_void_and_composed_anew(  # noqa: PLR0917  fixtures
    two_lines, saying, world, rows, happens, lines
):
    """What was committed before the claim keeps the notice in; what may still be said is."""
    await happens(world)

    assert await saying.claim(two_lines) == "void"

    slots = await rows("SELECT invoice_id, at FROM slots WHERE level = 'first-reminder'")
    assert len(slots) == 2, "both lines have their slot again"
    anew = await saying.compose()
    composed = [line.number for key in anew for line in (await saying.notice(key)).lines]
    assert sorted({*composed} & {*BOTH}) == lines
    assert [await saying.claim(key) for key in anew] == ["sending"] * len(anew)


async def test_a_notice_that_stands_alone_is_not_claimed_for_another_account(
    planned, saying, world
):
    await pays_to_another_account(world)

    assert await saying.claim(planned) == "void"


EVENING = datetime(2026, 3, 6, 17, tzinfo=UTC)
NEXT_MONDAY = datetime(2026, 3, 9, 9, tzinfo=UTC)


@pytest.mark.parametrize("late", [EVENING, NEXT_MONDAY], ids=["evening", "monday"])
async def test_a_notice_whose_slot_is_over_is_void_and_its_slots_are_registered_anew(
    two_lines, saying, rows, late
):
    assert await saying.claim(two_lines, late) == "void"

    assert len(await rows("SELECT at FROM slots")) == 2
    if late is EVENING:
        assert await saying.compose(now=EVENING) == []
    (key,) = await saying.compose(now=NEXT_MONDAY)
    assert {*BOTH} < {line.number for line in (await saying.notice(key)).lines}


async def test_what_is_taken_along_is_no_reason_for_the_notice_alone(
    desk, item, saying, ordered, world
):
    """A line that comes early is true beside one whose time has come, never by itself."""
    day = NOW - timedelta(days=1)
    early = item("F-2", due=date(2026, 3, 5), policy="near")
    await desk.read(item("F-1", due=MONDAY, policy="near"), early, at=day)
    await saying.look("F-1", "F-2")
    (key,) = await saying.compose()
    assert [line.number for line in (await saying.notice(key)).lines] == BOTH
    await ordered(cmd.Extend(due=date(2026, 3, 5)), "F-1", at=NOW)

    assert await saying.claim(key) == "void"
    assert await saying.compose() == []


async def test_what_is_taken_along_leaves_with_its_notice(desk, item, saying):
    early = item("F-2", due=date(2026, 3, 5), policy="near")
    await desk.read(item("F-1", due=MONDAY, policy="near"), early, at=NOW - timedelta(days=1))
    await saying.look("F-1", "F-2")
    (key,) = await saying.compose()

    assert await saying.claim(key) == "sending"


@pytest.fixture
def with_phones(store, creditors) -> Saying:
    return Saying(store, creditors, PHONE)


@pytest.fixture
async def covering(desk, item, with_phones) -> Saying:
    """A formal notice of F-1 that covers F-2, which its own turn would warn of first."""
    past = {"level": "second-reminder", "level_on": date(2026, 2, 10)}
    old = item("F-1", due=date(2026, 1, 30), policy="covering", street="1 rue A", city="Paris")
    young = item("F-2", due=date(2026, 2, 13), policy="covering")
    await desk.read(replace(old, **past), young, at=NOW - timedelta(days=1))
    return with_phones


async def what_is_covered_is_held(on):
    await on.orders(cmd.Hold(until=LATER), "F-2")


async def what_is_covered_is_given_time(on):
    await on.orders(cmd.Extend(due=LATER), "F-2")


@pytest.mark.parametrize(
    ("happens", "state"),
    [
        (nothing, "sending"),
        (what_is_covered_is_held, "void"),
        (what_is_covered_is_given_time, "void"),
    ],
)
async def test_a_legal_notice_leaves_with_what_it_covers_while_that_is_overdue_and_free(
    covering, ordered, world, happens, state
):
    """What is covered has not come in its turn, and its own turn would warn of it first."""
    await covering.look(*BOTH)
    assert await covering.compose() == [], "a yes is asked for"
    await ordered(cmd.Approve(), "F-1", actor="manager", at=NOW)
    await covering.look(*BOTH)
    (key,) = await covering.compose()
    assert [line.number for line in (await covering.notice(key)).lines] == BOTH
    await happens(world)

    assert await covering.claim(key) == state


@pytest.mark.parametrize(
    ("happens", "state"), [(nothing, "sending"), (case_is_held, "void"), (is_given_time, "void")]
)
async def test_what_goes_beside_a_notice_that_went_out_is_claimed_while_nothing_stops_it(
    with_phones, world, happens, state
):
    saying = with_phones
    await world.row(policy="beside", phone="+33612345678")
    await saying.look("F-1")
    mail, text = await saying.compose()
    await saying.claim(mail)
    await saying.outbox.sent(mail, "me", "ref", NOW)
    await happens(world)

    assert await saying.claim(text) == state


@pytest.mark.parametrize("first", ["email", "sms"])
async def test_a_level_is_said_by_the_notice_that_leads_whichever_is_first(
    with_phones, world, case, first
):
    saying = with_phones
    await world.row(policy="beside", phone="+33612345678")
    await saying.look("F-1")
    keys = {key.split("/")[3]: key for key in await saying.compose()}
    for channel in (first, *({*keys} - {first})):
        assert await saying.claim(keys[channel]) == "sending"
        await saying.outbox.sent(keys[channel], "me", "ref", NOW)

    (said,) = (await case("F-1")).said
    assert (said.channel, said.notice) == ("email", keys["email"])


@pytest.fixture
async def confirmed(store, creditors, desk, world, rows) -> str:
    """The confirmation of a promise, planned: its key."""
    books = Books(store, creditors, shipped(), CHANNELS)
    await world.row()
    promise = cmd.Promise(parts=(ev.Part(by=LATER),))
    order = {"creditor": "acme", "actor": "clerk", "at": NOW, "invoices": ("F-1",)}
    await books.record(Order(command=promise, event_id="promise", **order))
    (answer,) = await rows("SELECT key FROM notices")
    return answer["key"]


@pytest.mark.parametrize(
    ("happens", "state"),
    [(nothing, "sending"), (pays_in_part, "void"), (is_written_off, "void")],
)
async def test_an_answer_is_claimed_while_its_amounts_are_true(
    confirmed, saying, world, happens, state
):
    await happens(world)

    assert await saying.claim(confirmed) == state
