"""Rule 11: books that do not cover the last bank day stop contact."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from models.chasing.freshness import bank_hours, fresh, look_again
from models.policies import shipped

POLICY = shipped()["standard-b2b"]
PARIS = ZoneInfo("Europe/Paris")


def at(day: int, hour: int = 10, month: int = 3) -> datetime:
    return datetime(2026, month, day, hour, tzinfo=PARIS)


@pytest.mark.parametrize(
    ("covered", "now", "expected"),
    [
        (date(2026, 3, 9), at(10), True),  # Monday read, on Tuesday
        (date(2026, 3, 9), at(11), False),  # a day later Tuesday is missing
        (date(2026, 3, 6), at(9), True),  # Friday read, on Monday: a weekend is no bank day
        (date(2026, 3, 6), at(8), True),  # nor does it age on Sunday
        (date(2026, 3, 5), at(9), False),  # Thursday read, on Monday
        (date(2026, 4, 2), at(7, month=4), True),  # Easter: Friday and Monday are TARGET holidays
        (date(2026, 4, 2), at(8, month=4), False),
        (date(2026, 3, 10), at(10), True),  # a file of today covers more than is asked
        (date(2026, 3, 20), at(10), True),  # so does one that is dated ahead
        (None, at(10), False),  # declared and never read
    ],
)
def test_a_source_must_cover_the_last_bank_day(covered, now, expected):
    assert fresh(POLICY, {"ledger": covered}, now) is expected


def test_every_declared_source_counts():
    both = {"ledger": date(2026, 3, 9), "bank": date(2026, 3, 5)}
    assert not fresh(POLICY, both, at(10))


def test_without_sources_the_books_are_fresh():
    assert fresh(POLICY, {}, at(10))


def test_a_policy_may_want_fresher_books():
    hurried = POLICY.model_copy(update={"fresh_within_hours": 12})
    covered = {"ledger": date(2026, 3, 9)}
    assert fresh(hurried, covered, at(10, 11))
    assert not fresh(hurried, covered, at(10, 13))


@pytest.mark.parametrize(
    ("covered", "now", "hours"),
    [
        (date(2026, 3, 9), at(10, 6), 6.0),
        (date(2026, 3, 6), at(8, 23), 0.0),
        (date(2026, 3, 5), at(9, 6), 30.0),
        (date(2026, 3, 9), at(9, 23), 0.0),
    ],
)
def test_only_hours_of_bank_days_count(covered, now, hours):
    assert bank_hours(POLICY, covered, now) == pytest.approx(hours)


def test_a_shortened_day_ages_books_as_much_as_a_real_one():
    start = datetime(2026, 3, 9, tzinfo=UTC)
    short = POLICY.model_copy(
        update={"day_seconds": 2.4, "origin": start, "origin_day": date(2026, 3, 9)}
    )
    noon_of_the_next_day = start + timedelta(seconds=3.6)
    assert bank_hours(short, date(2026, 3, 9), noon_of_the_next_day) == pytest.approx(12.0)


def test_stale_books_are_looked_at_again_at_the_next_opening():
    friday = at(6, 15)
    assert look_again(POLICY, friday) == datetime(2026, 3, 9, 9, tzinfo=PARIS)
