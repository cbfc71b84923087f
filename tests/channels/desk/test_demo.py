"""The demo's ledger, its time and its story; that it runs for real, ``make demo`` shows."""

import asyncio
import json
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace

import pytest

from channels.desk.cli.app import run
from channels.desk.demo import scene as scenes
from channels.desk.demo.ledger import debtors, ledger
from channels.desk.demo.scene import Scene
from channels.desk.demo.sheets import write_contacts, write_ledgers
from channels.desk.demo.staging import clockwork, first_day, hurried
from channels.desk.demo.story import tell
from channels.intake.csv_ledger import connect
from models.ledger.days import calendar
from models.ledger.entries import Reject
from models.policies import shipped
from models.ports import Locale

MONDAY = date(2026, 3, 2)


@pytest.fixture(scope="module")
def items():
    return ledger(MONDAY)


def test_it_is_in_shape_like_a_real_ledger(items):
    invoices = [item for item in items if not item.credit]
    late = sum(item.due < MONDAY for item in invoices)
    disputed = sum(item.disputed > 0 for item in invoices)
    assert len(invoices) >= 120
    assert len(debtors()) == 30
    assert {debtor.language for debtor in debtors()} == {"fr", "en", "de"}
    assert {debtor.currency for debtor in debtors()} == {"EUR", "USD"}
    assert {debtor.creditor for debtor in debtors()} == {"atelier-nord", "kontor-west"}
    assert 0.25 < late / len(invoices) < 0.4
    assert 0.08 < disputed / len(invoices) < 0.12
    assert any(item.open < item.amount for item in invoices)
    assert any(item.credit for item in items)
    assert max(Counter(item.debtor.code for item in invoices).values()) == 15


def test_it_is_the_same_every_time_and_stands_around_the_first_day(items):
    assert ledger(MONDAY) == items
    later = ledger(MONDAY + timedelta(days=7))
    assert [item.due - timedelta(days=7) for item in later] == [item.due for item in items]
    assert all(item.issued < MONDAY for item in items)
    assert all(item.issued <= item.due for item in items)


def test_nobody_in_it_can_be_written_to(items):
    assert all(item.debtor.email.endswith((".example", "")) for item in items)
    domains = {debtor.domain for debtor in debtors() if debtor.domain}
    assert all(domain.endswith(".example") for domain in domains)
    assert len(domains) == 29


def test_every_row_of_its_files_is_read(items, tmp_path):
    reader, read = connect(), 0
    for creditor, path in write_ledgers(items, tmp_path).items():
        rows = list(reader.items(path, Locale()))
        assert [str(row) for row in rows if isinstance(row, Reject)] == []
        contacts = list(reader.contacts(write_contacts(creditor, tmp_path), Locale()))
        assert [str(row) for row in contacts if isinstance(row, Reject)] == []
        read += len(rows)
    assert read == len(items)


@pytest.mark.parametrize("today", [date(2026, month, 24) for month in range(1, 13)])
def test_the_story_begins_on_a_working_monday(today):
    first = first_day(today)
    assert first.weekday() == 0
    assert first >= today
    assert all(calendar(code).working(first) for code in ("FR", "DE-NW"))


def test_hurried_policies_are_policies_of_their_own():
    now = datetime(2026, 3, 1, 12, tzinfo=UTC)
    work = clockwork(now, 5.0)
    quick, plain = hurried(shipped(), work)["standard-b2b"], shipped()["standard-b2b"]
    assert quick.hash != plain.hash
    assert quick.levels == plain.levels
    assert quick.day(work.origin) == work.first == work.day(work.origin)
    assert quick.day(now) < work.first
    assert quick.instant(work.first + timedelta(days=1), plain.opens) > work.starts(
        work.first + timedelta(days=1)
    )


def test_the_story_can_be_told(desk, engine, time, tmp_path, monkeypatch):
    """Every command of it does what it is typed for; nobody sends, so nothing is sent."""
    work = clockwork(time.now, 5.0)
    time.now = work.origin

    async def sleep(seconds: float) -> None:
        time.now += timedelta(seconds=seconds)

    quick = SimpleNamespace(sleep=sleep, to_thread=asyncio.to_thread)
    monkeypatch.setattr(scenes, "asyncio", quick)
    statuses = []

    def noted(words, factory) -> int:
        statuses.append((words, run(words, factory)))
        return statuses[-1][1]

    monkeypatch.setattr(scenes, "app", SimpleNamespace(run=noted))
    told: list[str] = []
    scene = Scene(
        desk=desk,
        work=work,
        mails=tmp_path,
        ui="http://127.0.0.1:8233",
        database="books.db",
        say=told.append,
    )
    asyncio.run(tell(scene))
    assert [words for words, status in statuses if status] == []
    assert len(statuses) > 15
    text = "\n".join(told)
    assert "What was sent to whom" in text
    assert "What waits for what" in text
    assert "http://127.0.0.1:8233" in text
    assert json.dumps(text)
    assert engine.swept == 4
