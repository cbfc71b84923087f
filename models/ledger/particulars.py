"""What may be said of a debtor, checked: each fact as it is kept, or a sentence that refuses it."""

import re
from collections.abc import Iterable
from typing import Any, Final

from babel import Locale

from models.errors import RefusedError
from models.ledger.entries import ContactRow, ItemRow
from models.ledger.places import is_zone
from models.ledger.zones import zone_of
from models.names import CHANNELS

#: Days of the month on which a debtor can run its payments.
_DAYS: Final = range(1, 32)
_JOINTS: Final = re.compile(r"[\s.\-/]")
_SIRET: Final = re.compile(r"\d{14}", re.ASCII)
_FRENCH_VAT: Final = re.compile(r"FR(\d\d)(\d{9})", re.ASCII)


def legal_person(text: str) -> str:
    """Return the id of a legal person as ids are compared: without spaces, dots and dashes.

    A SIRET and a French VAT number name the SIREN within them.

    >>> legal_person("732 829 320"), legal_person("732 829 320 00074")
    ('732829320', '732829320')
    >>> legal_person("fr 44 732 829 320"), legal_person("DE 123.456.788")
    ('732829320', 'DE123456788')
    """
    plain = _JOINTS.sub("", text).upper()
    if _SIRET.fullmatch(plain) and _luhn(plain) and _luhn(plain[:9]):
        return plain[:9]
    french = _FRENCH_VAT.fullmatch(plain)
    if french and int(french[1]) == (12 + 3 * (int(french[2]) % 97)) % 97:
        return french[2]
    return plain


def stated(row: ItemRow | ContactRow) -> dict[str, Any]:
    """Return what a row says of its debtor's own facts; what it leaves out is not there."""
    said = {
        "legal_id": legal_person(row.legal_id),
        "payment_days": row.payment_days,
        "internal": row.internal,
        "zone": row.zone,
    }
    return {name: fact for name, fact in said.items() if fact not in ("", (), None)}


def payment_days(days: Iterable[int]) -> tuple[int, ...]:
    """Return days of the month in order, each once.

    Raises:
        RefusedError: one is none.
    """
    known = tuple(sorted(set(days)))
    for day in known:
        if day not in _DAYS:
            message = f"{day} is no day of a month: payment days are 1 to 31"
            raise RefusedError(message)
    return known


def zone(name: str) -> str:
    """Return a time zone.

    Raises:
        RefusedError: there is none of this name.
    """
    if name and not is_zone(name):
        message = f"no time zone is called {name!r}: write one such as Europe/Paris"
        raise RefusedError(message)
    return name


def language(code: str) -> str:
    """Return a language's code.

    Raises:
        RefusedError: it is none of ISO 639-1.
    """
    plain = code.strip().lower()
    if plain and (len(plain) != len("fr") or plain not in Locale("en").languages):
        message = f"{code!r} is no language: write its code of two letters, such as fr"
        raise RefusedError(message)
    return plain


def country(code: str) -> str:
    """Return a country's code.

    Raises:
        RefusedError: it is none of ISO 3166-1.
    """
    plain = code.strip().upper()
    if plain and not zone_of(plain):
        message = f"{code!r} is no country: write its code of two letters, such as FR"
        raise RefusedError(message)
    return plain


def quiet(channels: Iterable[str]) -> tuple[str, ...]:
    """Return channels in order, each once.

    Raises:
        RefusedError: one is none.
    """
    known = tuple(sorted(set(channels)))
    for channel in known:
        if channel not in CHANNELS:
            message = f"{channel!r} is no channel: there are {', '.join(CHANNELS)}"
            raise RefusedError(message)
    return known


def _luhn(digits: str) -> bool:
    doubled = (int(digit) * (1 + place % 2) for place, digit in enumerate(reversed(digits)))
    return sum(n - 9 if n > 9 else n for n in doubled) % 10 == 0  # noqa: PLR2004  two digits summed
