"""The demo's time: days that take seconds, and a first day on which everybody works."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final

from models.chasing.policy import Policy
from models.ledger.days import calendar

#: Where the demo's creditors and most of their debtors work.
_CALENDARS: Final = ("FR", "DE-NW")
#: Real seconds before the first day begins: files are read in and looked at meanwhile.
HEAD_START: Final = 18.0
#: A machine that is busy with other things gets longer days, up to so many times.
_SLOWEST: Final = 1.6
#: Longer hours than usual, so that an hour is not over before a mail is on its way.
_OPENS, _CLOSES = time(7), time(21)
#: Days whose weeks are free of holidays are looked for this far ahead.
_AHEAD: Final = 70
_WEEKS: Final = 2


@dataclass(frozen=True, slots=True)
class Clockwork:
    """When the story's days are.

    Attributes:
        first: the story's first day: a Monday, with a working day after it.
        origin: the instant at which it begins.
        seconds: how long a day takes.
    """

    first: date
    origin: datetime
    seconds: float

    def starts(self, day: date) -> datetime:
        """Return the instant at which a day begins."""
        return self.origin + timedelta(seconds=(day - self.first).days * self.seconds)

    def day(self, instant: datetime) -> date:
        """Return the day of the story at an instant."""
        passed = (instant - self.origin).total_seconds() // self.seconds
        return self.first + timedelta(days=passed)


def clockwork(now: datetime, seconds: float) -> Clockwork:
    """Return the story's time when it is to begin now, whatever day it is today.

    Args:
        now: the instant at which everything runs.
        seconds: how long a day is to take where nothing else is going on.
    """
    pace = min(_SLOWEST, max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1)))
    origin = now + timedelta(seconds=HEAD_START * pace)
    return Clockwork(first_day(now.date()), origin, round(seconds * pace, 1))


def first_day(today: date) -> date:
    """Return the next Monday from today on whose two weeks have no holiday.

    >>> first_day(date(2026, 12, 22))  # Christmas, New Year and Epiphany are near
    datetime.date(2027, 1, 4)
    """
    calendars = [calendar(code) for code in _CALENDARS]
    monday = today + timedelta(days=-today.weekday() % 7)
    for weeks in range(_AHEAD // 7):
        first = monday + timedelta(weeks=weeks)
        days = [
            first + timedelta(days=7 * week + day) for week in range(_WEEKS) for day in range(5)
        ]
        if all(one.working(day) for one in calendars for day in days):
            return first
    return monday


def hurried(policies: Mapping[str, Policy], work: Clockwork) -> dict[str, Policy]:
    """Return policies whose days take seconds; everything else about them stays."""
    return {name: _hurried(policy, work) for name, policy in policies.items()}


def _hurried(policy: Policy, work: Clockwork) -> Policy:
    changes = {
        "day_seconds": work.seconds,
        "origin": work.origin,
        "origin_day": work.first,
        "opens": _OPENS,
        "closes": _CLOSES,
    }
    made = policy.model_copy(update=changes)
    # The copy takes what was computed along; the hash names the contents, which differ now.
    made.__dict__.pop("hash", None)
    return made
