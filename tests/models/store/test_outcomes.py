"""What becomes of notices after their claim, and what a sweep finds forgotten."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import text

from models.chasing.commands import Note, Promise, WriteOff
from models.chasing.events import Part, Said
from models.chasing.policy import parsed as policy
from models.errors import RefusedError, UnavailableError, UnknownError
from models.orders import RuleDelivery
from models.store import sweeping
from models.store.appending import Stamp, append, grown
from models.store.composing import Composing
from models.store.currencies import Currencies
from models.store.looking import Looking
from models.store.migrating import migrate
from models.store.outbox import Outbox
from models.store.reading import cases_named
from models.store.sweeping import Sweeping
from models.store.tasks import close
from models.store.version import current
from models.wire import ComposeIn, LookIn

#: Friday noon in Paris; the invoice was due on Monday.
NOW = datetime(2026, 3, 6, 11, tzinfo=UTC)
CHANNELS = frozenset({"email"})


@pytest.fixture
def outbox(store, creditors):
    return Outbox(store, creditors, CHANNELS)


FIRM = """
name = "firm"
zone = "Europe/Paris"
calendar = "FR"

[[levels]]
name = "formal-notice"
kind = "formal-notice"
after_days = 3
channels = ["email"]
approval = "never"
deadline_days = 10
"""


@pytest.fixture
async def formal(desk, item, books, store, creditors):
    """A formal notice that is composed and waits to be claimed: its key."""
    books.policies = {**books.policies, "firm": policy(FIRM, "firm.toml")}
    return await _composed(desk, item(due=date(2026, 3, 2), policy="firm"), store, creditors)


@pytest.fixture
async def planned(desk, item, store, creditors):
    """A reminder that is composed and waits to be claimed: its key."""
    return await _composed(desk, item(due=date(2026, 3, 2)), store, creditors)


async def _composed(desk, row, store, creditors):
    await desk.read(row, at=NOW - timedelta(days=1))
    ask = {"creditor": "acme", "workflow": "w", "run": "r", "look": 0, "now": NOW}
    seen = await Looking(store, creditors, CHANNELS, "test").look(LookIn(number="F-1", **ask))
    composing = Composing(store, creditors, CHANNELS, "test")
    moved = await composing.compose(ComposeIn(debtor=seen.poke.debtor, **ask))
    (delivery,) = moved.composed.deliveries
    return delivery.notice


async def _said(rows):
    found = await rows("SELECT kind FROM case_events WHERE kind = 'said'")
    return len(found)


async def test_a_friendly_notice_of_unknown_outcome_counts_as_sent(planned, outbox, rows):
    await outbox.claim(planned, "me", NOW)
    assert await outbox.unknown(planned, "me", "no answer", NOW) == "unknown"
    assert await _said(rows) == 1


async def test_only_what_is_in_doubt_is_ruled_on(planned, outbox, ordered):
    await outbox.claim(planned, "me", NOW)
    with pytest.raises(RefusedError, match="nothing here was sent whose arrival is in doubt"):
        await ordered(RuleDelivery(arrived=True), "F-1")


@pytest.mark.parametrize(("arrived", "state"), [(True, "sent"), (False, "failed")])
async def test_a_person_rules_on_a_reminder_in_doubt_once(  # noqa: PLR0917
    planned, outbox, ordered, rows, arrived, state
):
    await outbox.claim(planned, "me", NOW)
    await outbox.unknown(planned, "me", "no answer", NOW)

    recorded = await ordered(RuleDelivery(arrived=arrived), "F-1", event_id="ruled")
    assert [entry.number for entry in recorded.entries] == ["F-1"]
    again = await ordered(RuleDelivery(arrived=arrived), "F-1", event_id="ruled")
    assert again.repeated

    (notice,) = await rows("SELECT state, counts FROM notices")
    assert (notice["state"], bool(notice["counts"])) == (state, arrived)
    kinds = [row["kind"] for row in await rows("SELECT kind FROM case_events ORDER BY seq")]
    assert kinds[-1] == ("said" if arrived else "directed")


@pytest.mark.parametrize("arrived", [True, False])
async def test_a_legal_notice_in_doubt_waits_for_a_ruling_and_goes_on(  # noqa: PLR0917
    formal, outbox, ordered, rows, arrived, store, creditors
):
    await outbox.claim(formal, "me", NOW)
    await outbox.unknown(formal, "me", "no answer", NOW)
    assert await _said(rows) == 0
    ask = {"creditor": "acme", "workflow": "w", "run": "r", "look": 9, "now": NOW}
    debtor = formal.split("/")[1]
    await Composing(store, creditors, CHANNELS, "t").compose(ComposeIn(debtor=debtor, **ask))

    await ordered(RuleDelivery(arrived=arrived), "F-1")

    assert await _said(rows) == int(arrived)
    seen = await Looking(store, creditors, CHANNELS, "test").look(LookIn(number="F-1", **ask))
    assert "unknown-outcome" not in seen.looked.blockers
    assert (seen.poke is None) == arrived


async def test_a_planned_reminder_whose_slot_is_over_is_void(planned, outbox, rows):
    assert (await outbox.expire(planned, NOW)).state == "void"
    assert (await outbox.expire(planned, NOW)).state == "void"
    assert await _said(rows) == 0


async def test_a_confirmation_whose_slot_is_over_goes_at_the_next_opening(  # noqa: PLR0917
    desk, item, ordered, books, outbox, rows
):
    await desk.read(item(due=date(2026, 3, 20)), at=NOW - timedelta(days=1))
    books.channels = CHANNELS
    await ordered(Promise(parts=(Part(by=date(2026, 3, 25)),)), "F-1")
    (notice,) = await rows("SELECT key, state FROM notices")
    late = datetime(2026, 3, 6, 20, tzinfo=UTC)

    assert (await outbox.expire(notice["key"], late)).state == "planned"

    (moved,) = await rows("SELECT state, at FROM notices")
    assert moved["state"] == "planned"
    assert str(moved["at"]).startswith("2026-03-09 08:00")


async def test_what_is_over_is_not_said_once_more_because_its_notice_was_lost(  # noqa: PLR0917
    planned, outbox, ordered, rows, store, creditors
):
    await outbox.claim(planned, "me", NOW)
    await outbox.unknown(planned, "me", "no answer", NOW)
    await ordered(WriteOff(reason="small"), "F-1", at=NOW)

    await ordered(RuleDelivery(arrived=False), "F-1")

    ask = {"creditor": "acme", "workflow": "w", "run": "r", "look": 9, "now": NOW}
    seen = await Looking(store, creditors, CHANNELS, "test").look(LookIn(number="F-1", **ask))
    assert (seen.looked.closed, seen.looked.state, seen.poke) == (True, "written-off", None)


async def test_a_level_that_a_later_one_overtook_is_not_said_once_more(
    planned, outbox, ordered, case, store
):
    """The second reminder went out meanwhile: the first that was lost is not repeated."""
    await outbox.claim(planned, "me", NOW)
    await outbox.unknown(planned, "me", "no answer", NOW)
    async with store.writing() as connection:
        (filed,) = await cases_named(connection, "acme", ["F-1"])
        later = Said(on=NOW.date(), level="second-reminder", channel="email")
        await append(connection, [grown(filed, [later], Stamp("later", "system", NOW))])

    await ordered(RuleDelivery(arrived=False), "F-1")

    assert (await case("F-1")).order is None


async def test_what_went_out_is_not_claimed_again(planned, outbox):
    await outbox.claim(planned, "one", NOW)
    await outbox.sent(planned, "one", "ref", NOW)

    claim = await outbox.claim(planned, "two", NOW)

    assert (claim.state, claim.notice) == ("sent", None)


async def test_a_channel_that_fails_again_after_it_worked_is_a_task_again(
    planned, outbox, rows, store
):
    tasks = "SELECT closed_at IS NULL AS open FROM tasks WHERE kind = 'channel'"
    await outbox.claim(planned, "one", NOW)
    await outbox.back(planned, "one", "it broke off", 9, NOW)
    async with store.writing() as connection:
        channel = (await connection.execute(text("SELECT key FROM tasks"))).scalar_one()
        await close(connection, [channel], "something left on it", NOW)
    assert [bool(task["open"]) for task in await rows(tasks)] == [False]

    await outbox.claim(planned, "two", NOW)
    await outbox.back(planned, "two", "it broke off", 9, NOW)

    assert [bool(task["open"]) for task in await rows(tasks)] == [True]


async def test_a_notice_that_nobody_knows_is_named(outbox):
    with pytest.raises(UnknownError, match="no notice has the key"):
        await outbox.claim("acme/nobody/1/email/0", "me", NOW)


async def test_a_sweep_finds_what_was_not_started_not_told_and_not_poked(
    desk, item, store, creditors
):
    await desk.read(item(due=date(2026, 3, 2)), at=NOW - timedelta(days=1))
    (start,) = (await Sweeping(store).forgotten(NOW)).starts
    assert (start.creditor, start.number) == ("acme", "F-1")

    ask = {"creditor": "acme", "workflow": "w", "run": "r", "look": 0, "now": NOW}
    await Looking(store, creditors, CHANNELS, "test").look(LookIn(number="F-1", **ask))
    found = await Sweeping(store).forgotten(NOW + timedelta(hours=1))
    assert found.starts == ()
    assert [ref.creditor for ref in found.pokes] == ["acme"]


async def test_a_sweep_tells_cases_what_they_have_not_heard_and_wakes_for_what_waits(  # noqa: PLR0917
    planned, desk, item, ordered, store, creditors
):
    """A note that no signal told, and a notice that is planned and nobody sends."""
    await desk.read(item("G-1", debtor="D2", debtor_name="Two"), at=NOW - timedelta(days=1))
    ask = {"creditor": "acme", "workflow": "w", "run": "r", "look": 0, "now": NOW}
    await Looking(store, creditors, CHANNELS, "test").look(LookIn(number="G-1", **ask))
    await ordered(Note(text="called"), "G-1", at=NOW)

    found = await Sweeping(store).forgotten(NOW + timedelta(hours=1))

    assert "G-1" in [entry.number for entry in found.tells["acme"]]
    assert [ref.debtor for ref in found.pokes] == [planned.split("/")[1]]


async def test_a_sweep_that_finds_much_goes_on_where_it_came_to(desk, item, store, monkeypatch):
    monkeypatch.setattr(sweeping, "MOST", 2)
    await desk.read(item("F-1"), item("F-2"), at=NOW - timedelta(days=1))
    first = await Sweeping(store).forgotten(NOW)
    assert [start.number for start in first.starts] == ["F-1", "F-2"]
    assert first.past is not None

    rest = await Sweeping(store).forgotten(NOW, first.past)

    assert (rest.starts, rest.tells, rest.pokes, rest.past) == ((), {}, (), None)


async def test_a_sweep_watches_open_and_closed_cases_in_rounds(  # noqa: PLR0917
    desk, item, ordered, store, creditors, monkeypatch
):
    """So many are asked for at once; the next round goes on, and then it begins again."""
    monkeypatch.setattr(sweeping, "WATCHED", 2)
    numbers = ["F-1", "F-2", "F-3"]
    await desk.read(*(item(number) for number in numbers), at=NOW - timedelta(days=1))
    await ordered(WriteOff(reason="small"), "F-3", at=NOW)
    for place, number in enumerate(numbers):
        ask = {"creditor": "acme", "workflow": "w", "run": "r", "look": place, "now": NOW}
        await Looking(store, creditors, CHANNELS, "t").look(LookIn(number=number, **ask))
    later = NOW + timedelta(hours=1)

    first = await Sweeping(store).watched(later)
    assert [start.number for start in first.open] == ["F-1", "F-2"]
    assert [start.number for start in first.closed] == ["F-3"]

    second = await Sweeping(store).watched(later, first.past)
    assert (second.open, second.past) == ((), (0, 0))


async def test_a_confirmation_that_went_out_says_no_level(  # noqa: PLR0917
    desk, item, ordered, books, outbox, rows
):
    await desk.read(item(due=date(2026, 3, 20)), at=NOW - timedelta(days=1))
    books.channels = CHANNELS
    await ordered(Promise(parts=(Part(by=date(2026, 3, 25)),)), "F-1", at=NOW)
    (notice,) = await rows("SELECT key FROM notices")
    await outbox.claim(notice["key"], "me", NOW)

    assert await outbox.sent(notice["key"], "me", "ref", NOW) == "sent"

    assert await _said(rows) == 0


async def test_an_invoices_currency_is_found_or_the_invoice_is_unknown(desk, item, store):
    await desk.read(item())
    currencies = Currencies(store)
    assert await currencies.currency("acme", "F-1") == "EUR"
    with pytest.raises(UnknownError, match="no invoice F-9"):
        await currencies.currency("acme", "F-9")


async def test_a_database_is_current_once_it_is_migrated(url, tmp_path):
    assert await current(url)
    assert not await current(f"sqlite+aiosqlite:///{tmp_path / 'none.db'}")


async def test_a_database_that_cannot_be_migrated_is_a_sentence_without_its_password(tmp_path):
    (tmp_path / "odd.db").write_bytes(b"this is no database" * 100)
    urls = {
        "postgresql+asyncpg://me:geheim@127.0.0.1:1/books": "Connect call failed|refused",
        f"sqlite+aiosqlite:///{tmp_path}/odd.db": "DatabaseError",
    }
    for wrong, cause in urls.items():
        with pytest.raises(
            UnavailableError, match=rf"cannot be .*({cause}).* RELANCE_DATABASE"
        ) as no:
            await migrate(wrong)
        assert "geheim" not in str(no.value)


async def test_a_case_whose_slot_went_by_unheard_wakes_its_debtor_again(
    desk, item, store, creditors
):
    await desk.read(item(due=date(2026, 3, 2)), at=NOW - timedelta(days=1))
    looking = Looking(store, creditors, CHANNELS, "test")
    ask = {"creditor": "acme", "workflow": "w", "run": "r", "number": "F-1"}
    first = await looking.look(LookIn(look=0, now=NOW, **ask))
    later = await looking.look(LookIn(look=1, now=NOW + timedelta(minutes=5), **ask))
    assert later.poke is not None
    assert later.poke.debtor == first.poke.debtor
