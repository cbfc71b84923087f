"""Whether the books are recent enough to contact anybody: rule 11."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Final

from models.chasing.policy import Policy
from models.ledger.days import bank_calendar

_DAY: Final = timedelta(days=1)
_HOURS: Final = 24


def fresh(policy: Policy, covered: Mapping[str, date | None], now: datetime) -> bool:
    """Say whether every declared source is recent enough now; without sources, it is.

    Args:
        policy: its zone decides what today is; its ``fresh_within_hours`` holds besides.
        covered: last day that each declared source covers, inclusive; ``None`` for a
            source that was never read.
        now: any aware instant.
    """
    needed = bank_calendar().before(policy.day(now))
    return all(
        day is not None
        and day >= needed
        and bank_hours(policy, day, now) <= policy.fresh_within_hours
        for day in covered.values()
    )


def bank_hours(policy: Policy, covered: date, now: datetime) -> float:
    """Return the hours of bank working days since the end of a day, up to now.

    >>> from datetime import UTC
    >>> from models.policies import shipped
    >>> monday = datetime(2026, 3, 9, 9, 30, tzinfo=UTC)  # 10:30 in Paris
    >>> bank_hours(shipped()["standard-b2b"], date(2026, 3, 6), monday)  # a Friday
    10.5
    """
    today = policy.day(now)
    banks = bank_calendar()
    whole = sum(
        banks.working(covered + timedelta(days=ahead)) for ahead in range(1, (today - covered).days)
    )
    hours = float(whole * _HOURS)
    if covered < today and banks.working(today):
        begun = now - policy.instant(today, time(0))
        hours += begun / policy.scaled(_DAY) * _HOURS
    return hours


def look_again(policy: Policy, now: datetime) -> datetime:
    """Return the opening at which stale books are looked at again; reading them comes first."""
    return policy.opening(policy.working_days.first(policy.day(now) + _DAY))
