"""Days and hours: which day an instant is, when a day opens, when a debtor may be contacted."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.chasing.explaining import explained
from models.chasing.hours import Hours, hours
from models.chasing.policy import Policy, parsed
from models.errors import PolicyError, RefusedError
from models.policies import shipped
from tests.models.chasing.making import HOUSE as TEXT
from tests.models.chasing.making import at, changed, days, policy

HOUSE = policy()
ZONES = ["Europe/Paris", "America/New_York", "Asia/Tokyo", "Australia/Sydney", "America/Santiago"]
ZONES += ["Africa/Cairo", "Asia/Beirut", "Pacific/Auckland", "America/Havana", "Pacific/Apia"]
DAYS = st.dates(date(2024, 1, 1), date(2036, 12, 31))
TIMES = st.times().map(lambda t: t.replace(microsecond=0))
COUNTRIES = ["", "FR", "US", "JP", "AU", "NZ", "GB", "BR", "AE", "ZZ"]


@given(DAYS, TIMES, st.sampled_from(ZONES))
def test_an_instant_of_a_day_falls_on_that_day(day, when, zone):
    house = changed(HOUSE, zone=zone)

    assert house.day(house.instant(day, when)) == day
    assert house.day(house.opening(day)) == day


@given(
    DAYS,
    TIMES,
    st.floats(0.001, 200_000).filter(lambda seconds: seconds != 86_400),
    st.sampled_from(ZONES),
)
def test_an_instant_of_a_virtual_day_falls_on_that_day(day, when, seconds, zone):
    house = changed(
        HOUSE, zone=zone, day_seconds=seconds, origin=datetime(2026, 1, 5, 6, tzinfo=UTC)
    )
    instant = house.instant(day, when)

    assert house.day(house.instant(day, time(0))) == day
    assert house.day(instant) == day or house.day(instant - timedelta(microseconds=1)) == day
    assert house.day(house.instant(day, time(0)) - timedelta(microseconds=1)) == day - days(1)


def test_virtual_days_are_counted_from_their_origin_and_may_be_named_otherwise():
    origin = datetime(2026, 1, 5, tzinfo=UTC)
    house = changed(HOUSE, day_seconds=2.0, origin=origin)
    other = changed(house, origin_day=date(2031, 3, 3))

    assert house.opening(date(2026, 1, 6)) == origin + timedelta(seconds=2.75)
    assert other.day(origin) == date(2031, 3, 3)
    assert house.scaled(timedelta(hours=12)) == timedelta(seconds=1)
    assert HOUSE.scaled(timedelta(hours=12)) == timedelta(hours=12)


@pytest.mark.parametrize(
    ("country", "day", "opens", "closes"),
    [
        ("", date(2026, 3, 9), (9, 0), (17, 30)),
        ("FR", date(2026, 3, 9), (9, 0), (17, 30)),
        ("GB", date(2026, 3, 9), (10, 0), (17, 30)),
        ("US", date(2026, 3, 9), (14, 0), (17, 30)),  # New York is in summer time, Paris not yet
        ("US", date(2026, 4, 9), (15, 0), (17, 30)),
        ("JP", date(2026, 3, 9), (9, 0), (9, 30)),
        ("JP", date(2026, 4, 9), (9, 0), (10, 30)),
        ("AU", date(2026, 4, 9), (9, 0), (9, 30)),  # Sydney left summer time on 5 April
        ("AU", date(2026, 3, 9), (9, 0), (17, 30)),  # never both open: the policy's alone
        ("ZZ", date(2026, 3, 9), (9, 0), (17, 30)),
    ],
)
def test_contact_hours_are_where_both_sides_work(country, day, opens, closes):
    begin, end = hours(HOUSE, country).window(day)

    assert (begin.hour, begin.minute) == opens
    assert (end.hour, end.minute) == closes
    assert begin.tzinfo == HOUSE.tz


@pytest.mark.parametrize(
    ("country", "day", "works"),
    [
        ("FR", date(2026, 7, 14), False),
        ("US", date(2026, 7, 14), False),  # the policy's own holiday
        ("US", date(2026, 11, 26), False),  # Thanksgiving
        ("US", date(2026, 11, 25), True),
        ("AE", date(2026, 3, 6), True),
    ],
)
def test_a_day_works_when_both_calendars_do(country, day, works):
    assert hours(HOUSE, country).works(day) is works


def test_the_debtors_own_day_counts_where_the_date_line_lies_between():
    """In Auckland's morning New York is still on the day before."""
    house = changed(HOUSE, zone="Pacific/Auckland", calendar="NZ")
    monday, tuesday = date(2026, 7, 20), date(2026, 7, 21)

    assert not hours(house, "US").works(monday)  # Sunday over there
    assert hours(house, "US").works(tuesday)


def test_a_debtors_own_zone_comes_before_its_countrys():
    west = hours(HOUSE, "US", "America/Los_Angeles").window(date(2026, 4, 9))

    assert west == HOUSE_WINDOW  # nine in Los Angeles is six in the evening in Paris
    assert hours(HOUSE, "US", "Nowhere/At_All").window(date(2026, 4, 9)) == HOUSE_WINDOW


HOUSE_WINDOW = (HOUSE.opening(date(2026, 4, 9)), HOUSE.closing(date(2026, 4, 9)))


def test_virtual_days_know_no_second_zone():
    house = changed(HOUSE, day_seconds=2.0, origin=datetime(2026, 1, 5, tzinfo=UTC))

    assert hours(house, "JP").window(date(2026, 1, 6))[0] == house.opening(date(2026, 1, 6))


@pytest.mark.parametrize(
    ("hour", "slot"),
    [
        (6, (6, 9)),
        (9, (6, 9)),
        (12, (6, 12)),
        (18, (9, 9)),  # closed, and a weekend between
    ],
)
def test_a_slot_is_now_or_the_next_opening(hour, slot):
    now = at(HOUSE, date(2026, 3, 6), hour)

    assert hours(HOUSE).slot(date(2026, 3, 6), now) == datetime(2026, 3, *slot, tzinfo=HOUSE.tz)


def test_closing_time_is_too_late():
    closing = HOUSE.closing(date(2026, 3, 5))

    assert hours(HOUSE).slot(date(2026, 3, 5), closing) == HOUSE.opening(date(2026, 3, 6))
    before = closing - timedelta(seconds=1)
    assert hours(HOUSE).slot(date(2026, 3, 5), before) == before


def test_a_night_that_comes_twice_has_one_order():
    """At 2:15 for the second time, 2:30 is over for the first."""
    owl = changed(HOUSE, opens=time(2, 30), closes=time(4))
    sunday = changed(owl, calendar="AE", zone="Europe/Paris")
    second = datetime(2021, 10, 31, 2, 15, tzinfo=HOUSE.tz, fold=1)

    slot = hours(sunday).slot(date(2021, 10, 31), second)

    assert slot.astimezone(UTC) >= second.astimezone(UTC)


@given(
    DAYS,
    st.builds(datetime.combine, DAYS, TIMES, st.just(UTC)),
    st.sampled_from(COUNTRIES),
    st.sampled_from(ZONES),
    st.sampled_from([(time(9), time(17, 30)), (time(0), time(23, 59)), (time(1), time(4))]),
)
def test_a_slot_is_never_before_now_and_always_inside_a_window(day, now, country, zone, opening):
    house = changed(HOUSE, zone=zone, opens=opening[0], closes=opening[1])
    mine = hours(house, country)

    slot = mine.slot(day, now)

    on = house.day(slot)
    begin, end = mine.window(on)
    assert slot.astimezone(UTC) >= now
    assert on >= day
    assert mine.works(on)
    assert begin.timestamp() <= slot.timestamp() < end.timestamp()


def test_calendars_that_never_meet_are_a_policy_error():
    class Never:
        def working(self, day):
            return False

    lost = Hours(HOUSE, "", "")
    lost._calendar = Never()

    with pytest.raises(PolicyError, match="share no working day after"):
        lost.first(date(2026, 3, 2))
    assert hours(HOUSE, "US").calendars[0] is HOUSE.working_days


# --- the policy as a file -------------------------------------------------------------------


@pytest.mark.parametrize("name", sorted(shipped()))
def test_a_policy_survives_being_written_as_text(name):
    house = shipped()[name]

    again = type(house).model_validate(house.as_text())

    assert again == house
    assert (again.hash, hash(again)) == (house.hash, hash(house))


def test_a_policys_hash_follows_its_contents():
    assert policy().hash == HOUSE.hash != changed(HOUSE, gap_days=6).hash


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ('zone = "Europe/Paris"', 'zone = "Paris"', "zone = 'Paris': 'Paris' is not a time zone"),
        ('calendar = "FR"', 'calendar = "XX"', "calendar = 'XX': 'XX' is not a calendar"),
        (
            "gap_days = 5",
            "gap_day = 5",
            "gap_day = 5 is not a key of this file; known are name, version",
        ),
        ('kind = "call"', 'kind = "visit"', "levels.3.kind = 'visit'"),
        ('name = "phone"', 'name = "first"', "each level needs a name of its own"),
        ('name = "phone"\n', "", "levels.3.name is missing"),
        ("after_days = -5", "after_days = 5", "a courtesy needs after_days below 0"),
        ("after_days = 10", "", "give either after_days or after_previous_days"),
        ('channels = ["email", "letter"]', "", "name at least one of channels"),
        ("after_days = 10", "after_days = 10\nto = []", "levels.3.to = []"),
        ("gap_days = 5", "gap_days = 5\nopens = 18:00:00", "opens must be before closes"),
        ("gap_days = 5", "gap_days = 5\nday_seconds = 2", "day_seconds and origin go together"),
        ("gap_days = 5", "day_seconds = 2\norigin = 2026-01-05T00:00:00", "needs an offset"),
        ("gap_days = 5", 'on_broken_promise = "x"', "is not one of next, courtesy, first"),
        ("gap_days = 5", "minimum = { EUR = 20 }", "write the amount in quotes"),
        ("gap_days = 5", 'minimum = { EUR = "-20" }', "EUR must not be negative"),
        ("gap_days = 5", 'minimum = { EURO = "20" }', "'EURO' is not a currency"),
        ("gap_days = 5", 'minimum = "20"', "minimum = '20'"),
        (
            "after_days = 10",
            "after_days = 10\nrepeat = { every_days = 3, times = 1 }",
            "repeat is for the last level only",
        ),
        ("after_days = 10", "after_days = 10\napproval = 3", "levels.3.approval = 3"),
        ("gap_days = 5", "gap_days = ", "house.toml is not TOML"),
    ],
)
def test_a_wrong_file_names_the_key_the_value_and_what_is_allowed(old, new, sentence):
    assert old in TEXT

    with pytest.raises(PolicyError) as wrong:
        parsed(TEXT.replace(old, new, 1), "house.toml")

    assert sentence in str(wrong.value)
    assert str(wrong.value).startswith("house.toml")


def test_the_first_level_needs_a_place_of_its_own():
    text = TEXT[: TEXT.index("[[levels]]")] + TEXT[TEXT.rindex("[[levels]]") :]

    with pytest.raises(PolicyError, match="'agency' is the first: it needs after_days"):
        parsed(text, "house.toml")


def test_a_level_nobody_has_is_refused():
    with pytest.raises(RefusedError, match="policy house has no level 'x'; it has courtesy"):
        HOUSE.level("x")
    assert explained({"type": "x", "loc": (), "msg": "Value error, so", "input": 1}, Policy) == "so"
    assert ZoneInfo("Europe/Paris") is HOUSE.tz
