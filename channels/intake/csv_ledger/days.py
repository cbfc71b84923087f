"""Days as people and programs write them; the order of day and month is the file's."""

import re
import unicodedata
from datetime import date
from functools import cache, lru_cache
from typing import Final

from babel import Locale

from models.errors import RefusedError
from models.ledger import particulars

DMY: Final = "dmy"
MDY: Final = "mdy"
YMD: Final = "ymd"
ORDERS: Final = (YMD, DMY, MDY)

#: A ledger's days lie in these years; others are slips.
_FIRST, _LAST = 1990, 2100
_MONTHS: Final = 12
_LONGEST: Final = 40
_CENTURY, _PAST_CENTURY = 2000, 1900

_TIME: Final = (
    r"(?:,?[ T]+(?P<clock>[0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:[.,][0-9]+)?)?)"
    r"(?: ?(?P<half>[AaPp])\.?[Mm]\.?)?"
    r"(?: ?(?P<zone>[Zz]|UTC|GMT|[-+][0-9]{2}(?::?[0-9]{2})?))?)?"
)
#: Where a day begins and ends; between them, another zone may have another day.
_EDGES: Final = re.compile(r"0?0:00(?::00(?:[.,]0+)?)?|23:59(?::59(?:[.,][0-9]+)?)?")
_MIDNIGHT: Final = re.compile(r"12:00(?::00(?:[.,]0+)?)?")
_ISO: Final = re.compile(rf"([0-9]{{4}})([-/.])([0-9]{{1,2}})\2([0-9]{{1,2}}){_TIME}")
_COMPACT: Final = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})")
_NUMERIC: Final = re.compile(
    rf"([0-9]{{1,2}})([-/. ])([0-9]{{1,2}})\2([0-9]{{4}}|[0-9]{{2}})\.?{_TIME}"
)
_NAMED: Final = re.compile(
    r"([0-9]{1,2})(?:\.|er|st|nd|rd|th)?[-/ ]*([^\W\d_]{3,})\.?[-/, ]*([0-9]{4}|[0-9]{2})"
    rf"{_TIME}"
)
_MONTH_FIRST: Final = re.compile(
    rf"([^\W\d_]{{3,}})\.?[- ]+([0-9]{{1,2}})(?:st|nd|rd|th)?[-, ]+([0-9]{{4}}){_TIME}"
)
_SERIAL: Final = re.compile(r"[0-9]{5}(?:[.,][0-9]+)?")

#: Days of the month: numbers with nothing but *and* between them.
_OF_MONTH: Final = re.compile(r"[0-9]{1,2}(?:(?:[\s.,;/&+]|and|et|und)+[0-9]{1,2})*\.?")
_DIGITS: Final = re.compile(r"[0-9]+")


def of_month(text: str) -> str:
    """Return days of the month in order, apart from each other; nothing when they are none.

    >>> of_month("31 und 15"), of_month("15,31"), of_month("30 days"), of_month("45")
    ('15 31', '15 31', '', '')
    """
    if not _OF_MONTH.fullmatch(text):
        return ""
    try:
        return " ".join(map(str, particulars.payment_days(map(int, _DIGITS.findall(text)))))
    except RefusedError:
        return ""


@lru_cache(maxsize=8192)
def day(text: str, order: str) -> date | None:
    """Return the day a text says; ``None`` for no day, an impossible one, or one in doubt.

    A time does not matter. With a zone it must be where a day begins or ends: an instant
    between them may be another day where its writer is.

    >>> day("03/04/2026", "dmy"), day("3-Apr-26", ""), day("03/04/2026", "")
    (datetime.date(2026, 4, 3), datetime.date(2026, 4, 3), None)
    >>> day("2026-04-03T00:00:00Z", ""), day("2026-04-02T22:00:00Z", "")
    (datetime.date(2026, 4, 3), None)

    Args:
        text: a cell without blanks around it.
        order: ``dmy``, ``mdy`` or ``ymd`` for days such as 03/04/2026; empty when the file
            does not show it, so that only days without doubt are taken.
    """
    if len(text) > _LONGEST:
        return None
    if match := _ISO.fullmatch(text):
        return None if _between(match) else _date(match[1], match[3], match[4])
    if match := _COMPACT.fullmatch(text):
        return _date(match[1], match[2], match[3])
    if match := _NUMERIC.fullmatch(text):
        return None if _between(match) else _ordered((match[1], match[3], match[4]), order)
    return _spelled(text)


def expected(text: str, order: str) -> str:
    """Return what would have been taken in place of a text that is no day."""
    if _SERIAL.fullmatch(text):
        return (
            "a date such as 2026-03-31; this is a spreadsheet's day number: "
            "format the column as dates and save again"
        )
    if any(match and _between(match) for match in (_ISO.fullmatch(text), _NUMERIC.fullmatch(text))):
        return (
            "a date such as 2026-03-31; this instant may be another day where it was written: "
            "export the column as dates, without time and zone"
        )
    if not order and day(text, DMY) and day(text, MDY):
        return (
            "a date whose day and month can be told apart: write 2026-03-31, "
            'or say dates = "dmy" or "mdy" in a mapping'
        )
    shapes = {DMY: "31/03/2026", MDY: "03/31/2026"}
    return f"a date from {_FIRST} to {_LAST} such as {shapes.get(order, '2026-03-31')}"


def hint(text: str) -> str:
    """Return the order of day and month that a text shows; empty for none.

    With points between, nobody writes the month first unless he shows it.

    >>> hint("31/03/2026"), hint("03/31/2026"), hint("03/04/2026")
    ('dmy', 'mdy', '')
    >>> hint("03.04.2026")
    'dmy'
    """
    match = _NUMERIC.fullmatch(text) if len(text) <= _LONGEST else None
    if match is None:
        return ""
    first, second = int(match[1]) > _MONTHS, int(match[3]) > _MONTHS
    if first == second:
        return DMY if match[2] == "." and not first else ""
    return DMY if first else MDY


def _spelled(text: str) -> date | None:
    if match := _NAMED.fullmatch(text):
        return None if _between(match) else _date(match[3], _month(match[2]), match[1])
    if match := _MONTH_FIRST.fullmatch(text):
        return None if _between(match) else _date(match[3], _month(match[1]), match[2])
    return None


def _between(match: re.Match[str]) -> bool:
    """Say whether a zone makes the day doubtful, as its time is not where a day begins or ends."""
    if not match["zone"]:
        return False
    edges = _MIDNIGHT if (match["half"] or "").casefold() == "a" else _EDGES
    return edges.fullmatch(match["clock"]) is None


def _ordered(parts: tuple[str, str, str], order: str) -> date | None:
    first, second, third = parts
    if order == YMD and len(third) == len("yy"):
        return _date(first.zfill(2), second, third)
    by_day, by_month = _date(third, second, first), _date(third, first, second)
    if order in {DMY, MDY}:
        return by_day if order == DMY else by_month
    if by_day and by_month and by_day != by_month:
        return None
    return by_day or by_month


def _date(year: str, month: str | int, day_of_month: str) -> date | None:
    full = int(year)
    if len(year) == len("yy"):
        full += _CENTURY if full + _PAST_CENTURY < _FIRST else _PAST_CENTURY
    if not _FIRST <= full <= _LAST:
        return None
    try:
        return date(full, int(month), int(day_of_month))
    except ValueError:
        return None


def _month(name: str) -> int:
    """Return a month's number from its name or the beginning of it; 0 for no month."""
    plain = _plain(name)
    found = {number for known, number in _month_names().items() if known.startswith(plain)}
    return found.pop() if len(found) == 1 else 0


@cache
def _month_names() -> dict[str, int]:
    named = {
        spelling: number
        for language in ("en", "fr", "de")
        for number, name in Locale(language).months["format"]["wide"].items()
        for spelling in (_plain(name), _plain(name.casefold().replace("ä", "ae")))
    }
    return {**named, "mrz": 3}


def _plain(name: str) -> str:
    split = unicodedata.normalize("NFKD", name.casefold())
    return "".join(mark for mark in split if not unicodedata.combining(mark))
