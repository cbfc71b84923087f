"""When a debtor may be contacted: the policy's hours and days, and the debtor's own."""

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from models.chasing.policy import Policy
from models.errors import PolicyError
from models.ledger.days import Calendar, country_calendar
from models.ledger.zones import zone_of

#: A working day in both calendars is found well within this many days.
_SEARCH = 90
_DAY = timedelta(days=1)


class Hours:
    """Contact hours of one policy for the debtors of one country. Get one from :func:`hours`.

    The hours of a day are those of the policy's zone that are also within ``opens`` and
    ``closes`` where the debtor is; where the two never meet, the policy's alone. A day
    counts when the policy's calendar works on it, and the debtor's on its own day then.
    """

    __slots__ = ("_calendar", "_there", "_windows", "policy")

    def __init__(self, policy: Policy, country: str, zone: str) -> None:
        """Combine a policy with a debtor's country and zone; empty when unknown."""
        self.policy = policy
        self._calendar = country_calendar(country) if country else policy.working_days
        self._there = _zone(zone or zone_of(country))
        if self._there == policy.tz or policy.origin is not None:
            self._there = None
        self._windows: dict[date, tuple[datetime, datetime]] = {}

    @property
    def calendars(self) -> tuple[Calendar, Calendar]:
        """The policy's calendar and the debtor's."""
        return self.policy.working_days, self._calendar

    def works(self, day: date) -> bool:
        """Say whether contact may happen on a day."""
        if not self.policy.working_days.working(day):
            return False
        there = day if self._there is None else self.window(day)[0].astimezone(self._there).date()
        return self._calendar.working(there)

    def first(self, day: date) -> date:
        """Return the first day at or after ``day`` on which contact may happen.

        Raises:
            PolicyError: the two calendars share no working day for three months.
        """
        for _ in range(_SEARCH):
            if self.works(day):
                return day
            day += _DAY
        message = (
            f"policy {self.policy.name} and the debtor's country share no working day after {day}"
        )
        raise PolicyError(message)

    def window(self, day: date) -> tuple[datetime, datetime]:
        """Return the instants between which contact may happen on a working day."""
        window = self._windows.get(day)
        if window is None:
            window = self._windows[day] = self._window(day)
        return window

    def _window(self, day: date) -> tuple[datetime, datetime]:
        opens, closes = self.policy.opening(day), self.policy.closing(day)
        if self._there is None:
            return opens, closes
        for there in (day - _DAY, day, day + _DAY):
            begin = max(opens, _at(there, self.policy.opens, self._there))
            end = min(closes, _at(there, self.policy.closes, self._there))
            if begin < end:
                return begin.astimezone(self.policy.tz), end.astimezone(self.policy.tz)
        return opens, closes

    def slot(self, day: date, now: datetime) -> datetime:
        """Return the first moment for contact on or after ``day`` and not before ``now``."""
        day = self.first(max(day, self.policy.day(now)))
        opens, closes = self.window(day)
        # Two times of one zone compare by the clock on the wall, which an autumn night sets back.
        now = now.astimezone(UTC)
        if now <= opens:
            return opens
        if now < closes:
            return now.astimezone(opens.tzinfo)
        return self.window(self.first(day + _DAY))[0]


@lru_cache(maxsize=4096)
def hours(policy: Policy, country: str = "", zone: str = "") -> Hours:
    """Return the contact hours of a policy for debtors of a country and zone."""
    return Hours(policy, country, zone)


@lru_cache(maxsize=512)
def _zone(name: str) -> ZoneInfo | None:
    try:
        return ZoneInfo(name) if name else None
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def _at(day: date, at: time, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, at, zone)
