"""Countries, languages and time zones, by code or by name."""

import re
import unicodedata
from collections.abc import Mapping
from functools import cache
from typing import Final, Literal
from zoneinfo import available_timezones

from babel import Locale
from babel.core import get_global

#: The languages in which names of countries and languages are known.
_SPOKEN: Final = ("en", "fr", "de")
_ALPHA2: Final = 2
#: CLDR's codes for what is no country.
_NO_COUNTRY: Final = frozenset({"EU", "EZ", "UN", "QO", "XA", "XB", "ZZ"})
#: As on cars and, in German ledgers, before the postcode.
_CARS: Final = {"A": "AT", "B": "BE", "D": "DE", "E": "ES", "F": "FR", "I": "IT", "L": "LU"}
#: As the European Union writes it; the United Kingdom's *UK* is in CLDR.
_UNION: Final = {"EL": "GR"}
_COLLOQUIAL: Final = {
    "england": "GB",
    "great britain": "GB",
    "grossbritannien": "GB",
    "grande bretagne": "GB",
    "angleterre": "GB",
    "holland": "NL",
    "hollande": "NL",
    "france metropolitaine": "FR",
    "metropolitan france": "FR",
    "the netherlands": "NL",
    "united states of america": "US",
    "u s a": "US",
    "etats unis d amerique": "US",
    "vereinigte staaten von amerika": "US",
    "czech republic": "CZ",
    "republique tcheque": "CZ",
    "tschechische republik": "CZ",
    "slovak republic": "SK",
    "bundesrepublik deutschland": "DE",
    "republic of ireland": "IE",
    "uae": "AE",
}
_SUBDIVISION: Final = re.compile(r"([A-Z]{2})-[A-Z0-9]{1,3}")
_PARTS: Final = re.compile(r"\s+[-\u2013]\s+|[()\[\]/,;]")


def country(text: str) -> str:
    """Return the ISO 3166 code of a country; empty when it is not known.

    >>> country("Allemagne"), country("deu"), country("D"), country("Atlantis")
    ('DE', 'DE', 'DE', '')
    >>> country("EL"), country("GB-ENG"), country("France (FR)"), country("France, Allemagne")
    ('GR', 'GB', 'FR', '')
    """
    found = _country(text)
    if found:
        return found
    subdivision = _SUBDIVISION.fullmatch(text.upper())
    if subdivision:
        return _country(subdivision[1])
    named = {_country(part.strip()) for part in _PARTS.split(text) if part.strip()}
    return named.pop() if len(named) == 1 else ""


def language(text: str) -> str:
    """Return the ISO 639-1 code of a language; empty when it is not known.

    >>> language("Deutsch"), language("fr_FR"), language("eng"), language("Klingon")
    ('de', 'fr', 'en', '')
    """
    code = text.casefold().replace("_", "-").partition("-")[0]
    named = _languages()
    if code in named.values():
        return code
    return named.get(_plain(text)) or named.get(code, "")


def zone(text: str) -> str:
    """Return a time zone as the tz database writes it; empty when it has none of this name.

    >>> zone("europe/berlin"), zone("Mars/Base")
    ('Europe/Berlin', '')
    """
    return _zones().get(text.casefold(), "")


@cache
def _zones() -> dict[str, str]:
    return {name.casefold(): name for name in available_timezones()}


def _country(text: str) -> str:
    code = text.upper()
    if code in _territories():
        return code
    return _CARS.get(code) or _UNION.get(code) or _countries().get(_plain(text), "")


@cache
def _territories() -> frozenset[str]:
    return frozenset(_names("territories").values()) - _NO_COUNTRY


@cache
def _countries() -> dict[str, str]:
    aliases: Mapping[str, list[str]] = get_global("territory_aliases")
    known = _territories()
    codes = {
        alias.casefold(): target[0]
        for alias, target in aliases.items()
        if alias.isalpha() and len(target) == 1 and target[0] in known
    }
    names = {name: code for name, code in _names("territories").items() if code in known}
    return {**codes, **_COLLOQUIAL, **names}


@cache
def _languages() -> dict[str, str]:
    aliases: Mapping[str, str] = get_global("language_aliases")
    names = _names("languages")
    codes = set(names.values())
    return {**{alias: code for alias, code in aliases.items() if code in codes}, **names}


def _names(what: Literal["territories", "languages"]) -> dict[str, str]:
    """Return two-letter codes by their names."""
    return {
        _plain(name): code
        for spoken in _SPOKEN
        for code, name in getattr(Locale(spoken), what).items()
        if len(code) == _ALPHA2 and code.isalpha()
    }


def _plain(name: str) -> str:
    split = unicodedata.normalize("NFKD", name.casefold())
    kept = (sign if sign.isalnum() else " " for sign in split if not unicodedata.combining(sign))
    return " ".join("".join(kept).split())
