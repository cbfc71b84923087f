"""Working days are those of a country, a region or the banks, weekends as they keep them."""

from datetime import date, timedelta

import holidays
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.errors import PolicyError
from models.ledger.days import Calendar, bank_calendar, calendar, country_calendar

DAYS = st.dates(date(2020, 1, 1), date(2040, 12, 31))
CALENDARS = st.sampled_from(["FR", "FR-57", "DE", "DE-BY", "US", "JP", "AU", "IL", "AE", "CN"])


@pytest.mark.parametrize(
    ("code", "day", "works"),
    [
        ("FR", date(2026, 5, 1), False),  # Labour Day
        ("FR", date(2026, 5, 8), False),  # Victory Day
        ("FR", date(2026, 4, 6), False),  # Easter Monday
        ("FR", date(2026, 4, 3), True),  # Good Friday is worked in Paris
        ("FR-57", date(2026, 4, 3), False),  # and is none in the Moselle
        ("DE-BY", date(2026, 1, 6), False),  # Epiphany in Bavaria
        ("DE-BE", date(2026, 1, 6), True),  # and not in Berlin
        ("AE", date(2021, 6, 6), True),  # a Sunday, before the weekend moved in 2022
        ("AE", date(2021, 6, 4), False),  # a Friday
        ("AE", date(2022, 6, 5), False),
        ("AE", date(2022, 6, 3), True),
        ("FR", date(2026, 3, 7), False),
        ("FR", date(2026, 3, 9), True),
    ],
)
def test_a_calendar_knows_who_works(code, day, works):
    assert calendar(code).working(day) is works


@pytest.mark.parametrize(
    ("day", "works"),
    [
        (date(2026, 4, 3), False),  # Good Friday
        (date(2026, 4, 6), False),
        (date(2026, 5, 1), False),
        (date(2026, 12, 26), False),
        (date(2026, 5, 8), True),  # French offices are closed, banks are not
        (date(2026, 7, 14), True),
    ],
)
def test_banks_keep_their_own_days(day, works):
    assert bank_calendar().working(day) is works


@given(CALENDARS, DAYS)
def test_the_first_working_day_is_the_first(code, day):
    found = calendar(code).first(day)

    assert calendar(code).working(found)
    between = ((found - day).days and range((found - day).days)) or ()
    assert not any(calendar(code).working(day + timedelta(days=n)) for n in between)


@given(CALENDARS, DAYS, st.integers(0, 30))
def test_counting_working_days_counts_each_once(code, day, count):
    days = calendar(code)
    end = days.after(day, count)

    passed = sum(days.working(day + timedelta(days=n)) for n in range(1, (end - day).days + 1))
    assert passed == count


@given(CALENDARS, DAYS)
def test_the_day_before_undoes_the_day_after(code, day):
    days = calendar(code)
    working = days.first(day)

    assert days.before(days.after(working, 1)) == working
    assert days.before(day) < day


def test_an_unknown_calendar_says_what_one_looks_like():
    with pytest.raises(PolicyError, match="'XX' is not a calendar: use a country such as FR"):
        calendar("XX")
    with pytest.raises(PolicyError, match="'FR-XX'"):
        calendar("FR-XX")


def test_where_no_calendar_is_known_only_weekends_are_off():
    days = country_calendar("ZZ")

    assert days.working(date(2026, 1, 1))
    assert not days.working(date(2026, 1, 3))
    assert country_calendar("FR") is calendar("FR")


@pytest.mark.parametrize("search", [Calendar.first, Calendar.before])
def test_a_calendar_without_working_days_is_a_defect_that_is_named(search):
    class Sundays(holidays.HolidayBase):
        """Every day is one."""

        country = "ZZ"
        weekend = frozenset(range(7))

    with pytest.raises(PolicyError, match="calendar ZZ has no working day within 60 days"):
        search(Calendar("ZZ", Sundays()), date(2026, 3, 2))
