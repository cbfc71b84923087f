"""Businesses of a country keep the zone of its commercial centre."""

from zoneinfo import ZoneInfo, available_timezones

import pytest

from models.ledger import zones


@pytest.mark.parametrize(
    ("country", "zone"),
    [
        ("FR", "Europe/Paris"),
        ("DE", "Europe/Berlin"),
        ("US", "America/New_York"),
        ("AU", "Australia/Sydney"),
        ("JP", "Asia/Tokyo"),
        ("GB", "Europe/London"),
        ("CH", "Europe/Zurich"),
        ("", ""),
        ("ZZ", ""),
    ],
)
def test_a_country_has_a_zone(country, zone):
    assert zones.zone_of(country) == zone


def test_every_zone_that_is_named_exists():
    assert set(zones._CENTRES.values()) <= available_timezones()
    assert all(ZoneInfo(zones.zone_of(country)) for country in zones._listed())
