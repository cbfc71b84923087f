"""Which time zone the businesses of a country keep.

For countries of several zones it is that of their commercial centre; a debtor's own
zone, when known, comes first. One-zone countries come from the tz database.
"""

from functools import cache
from importlib.resources import files
from typing import Final

#: ISO 3166-1 alpha-2 to zone, where the tz database lists several.
_CENTRES: Final = {
    "AR": "America/Argentina/Buenos_Aires",
    "AU": "Australia/Sydney",
    "BR": "America/Sao_Paulo",
    "CA": "America/Toronto",
    "CD": "Africa/Kinshasa",
    "CL": "America/Santiago",
    "CN": "Asia/Shanghai",
    "CY": "Asia/Nicosia",
    "DE": "Europe/Berlin",
    "EC": "America/Guayaquil",
    "ES": "Europe/Madrid",
    "GL": "America/Nuuk",
    "ID": "Asia/Jakarta",
    "KZ": "Asia/Almaty",
    "MN": "Asia/Ulaanbaatar",
    "MX": "America/Mexico_City",
    "MY": "Asia/Kuala_Lumpur",
    "NZ": "Pacific/Auckland",
    "PF": "Pacific/Tahiti",
    "PG": "Pacific/Port_Moresby",
    "PT": "Europe/Lisbon",
    "RU": "Europe/Moscow",
    "UA": "Europe/Kyiv",
    "US": "America/New_York",
    "UZ": "Asia/Tashkent",
}


@cache
def _listed() -> dict[str, str]:
    table = files("tzdata").joinpath("zoneinfo", "zone.tab").read_text("utf-8")
    zones: dict[str, str] = {}
    for line in table.splitlines():
        if not line.startswith("#"):
            country, _, zone, *_ = line.split("\t")
            zones.setdefault(country, zone)
    return zones


def zone_of(country: str) -> str:
    """Return the zone of a country's businesses, or nothing for an unknown country.

    >>> zone_of("FR"), zone_of("US"), zone_of("")
    ('Europe/Paris', 'America/New_York', '')
    """
    return _CENTRES.get(country) or _listed().get(country, "")
