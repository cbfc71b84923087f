"""Working days: when offices are open and banks move money."""

from datetime import date, timedelta
from functools import cache

import holidays

from models.errors import PolicyError

#: No calendar has this many days off in a row; a longer search is a defect.
_SEARCH = 60
_DAY = timedelta(days=1)
#: Where no calendar is known.
_WEEKEND = frozenset({5, 6})


class Calendar:
    """The working days of a country, a region or the banks. Get one from :func:`calendar`."""

    __slots__ = ("_days", "_off", "code")

    def __init__(self, code: str, days: holidays.HolidayBase | None) -> None:
        """Wrap a holiday list; without one, only weekends are off."""
        self.code = code
        self._days = days
        self._off: dict[int, frozenset[int]] = {}

    def working(self, day: date) -> bool:
        """Say whether a day is neither weekend nor holiday."""
        off = self._off.get(day.year)
        if off is None:
            off = self._off[day.year] = self._year(day.year)
        return day.toordinal() not in off

    def first(self, day: date) -> date:
        """Return the first working day at or after a day."""
        for _ in range(_SEARCH):
            if self.working(day):
                return day
            day += _DAY
        message = f"calendar {self.code} has no working day within {_SEARCH} days of {day}"
        raise PolicyError(message)

    def after(self, day: date, count: int) -> date:
        """Return the ``count``-th working day after a day; the day itself for zero.

        >>> calendar("FR").after(date(2026, 4, 30), 1)  # 1 May is a Friday
        datetime.date(2026, 5, 4)
        """
        for _ in range(count):
            day = self.first(day + _DAY)
        return day

    def before(self, day: date) -> date:
        """Return the last working day strictly before a day."""
        for _ in range(_SEARCH):
            day -= _DAY
            if self.working(day):
                return day
        message = f"calendar {self.code} has no working day within {_SEARCH} days before {day}"
        raise PolicyError(message)

    def _year(self, year: int) -> frozenset[int]:
        ordinals = range(date(year, 1, 1).toordinal(), date(year, 12, 31).toordinal() + 1)
        if self._days is None:
            return frozenset(ordinal for ordinal in ordinals if (ordinal + 6) % 7 in _WEEKEND)
        # A list of its own: the shared one would grow under other threads.
        named = self._days.__class__(subdiv=self._days.subdiv, years=year)
        return frozenset(
            ordinal for ordinal in ordinals if not named.is_working_day(date.fromordinal(ordinal))
        )


@cache
def calendar(code: str) -> Calendar:
    """Return a calendar by country and region: ``"FR"``, ``"FR-57"``, ``"DE-BY"``.

    Raises:
        PolicyError: no such calendar.
    """
    country, _, region = code.partition("-")
    try:
        return Calendar(code, holidays.country_holidays(country, subdiv=region or None))
    except NotImplementedError as unknown:
        message = (
            f"{code!r} is not a calendar: use a country such as FR, "
            "or a country and region such as FR-57 or DE-BY"
        )
        raise PolicyError(message) from unknown


@cache
def country_calendar(country: str) -> Calendar:
    """Return a debtor's country's calendar; only weekends are off where none is known."""
    try:
        return calendar(country)
    except PolicyError:
        return Calendar(country, None)


@cache
def bank_calendar() -> Calendar:
    """Return the days on which the banks of the euro area move money (TARGET).

    >>> bank_calendar().working(date(2026, 5, 8)), bank_calendar().working(date(2026, 5, 1))
    (True, False)
    """
    return Calendar("TARGET", holidays.financial_holidays("ECB"))
