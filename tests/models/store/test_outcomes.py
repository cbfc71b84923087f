"""What becomes of notices after their claim, and what a sweep finds forgotten."""

from datetime import UTC, date, datetime, timedelta

import pytest

from models.chasing.commands import Promise
from models.chasing.events import Part
from models.chasing.policy import parsed as policy
from models.errors import RefusedError, UnavailableError, UnknownError
from models.orders import RuleDelivery
from models.store.composing import Composing
from models.store.currencies import Currencies
from models.store.looking import Looking
from models.store.migrating import migrate
from models.store.outbox import Outbox
from models.store.sweeping import Sweeping
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


async def test_a_notice_that_nobody_knows_is_named(outbox):
    with pytest.raises(UnknownError, match="no notice has the key"):
        await outbox.claim("acme/nobody/1/email/0", "me", NOW)


async def test_a_sweep_finds_what_was_not_started_not_told_and_not_poked(
    desk, item, store, creditors
):
    await desk.read(item(due=date(2026, 3, 2)), at=NOW - timedelta(days=1))
    sweeping = Sweeping(store)
    (start,) = (await sweeping.forgotten(NOW)).starts
    assert (start.creditor, start.number) == ("acme", "F-1")

    ask = {"creditor": "acme", "workflow": "w", "run": "r", "look": 0, "now": NOW}
    await Looking(store, creditors, CHANNELS, "test").look(LookIn(number="F-1", **ask))
    found = await sweeping.forgotten(NOW + timedelta(hours=1))
    assert found.starts == ()
    assert [ref.creditor for ref in found.pokes] == ["acme"]


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
