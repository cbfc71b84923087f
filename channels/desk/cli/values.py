"""Amounts and days as people type them."""

import argparse
import re
from argparse import ArgumentTypeError
from collections.abc import Callable
from datetime import date, timedelta
from typing import Final

from models.ledger.money import Money

#: A day that is known once it is known which day it is today.
Day = Callable[[date], date]

_SPACES: Final = re.compile(r"[\s'_]")
_PLAIN: Final = re.compile(r"-?\d+([.,]\d+)?", re.ASCII)
_GROUPED: Final = re.compile(r"-?\d{1,3}(?:(?P<group>[.,])\d{3})+(?!(?P=group))[.,]\d+", re.ASCII)
_AMBIGUOUS: Final = re.compile(r"-?\d{1,3}([.,]\d{3})+", re.ASCII)

_WEEKDAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_NEAR: Final = {"yesterday": -1, "today": 0, "tomorrow": 1}
_DAYS: Final = re.compile(r"[+-]\d{1,4}", re.ASCII)
#: A day as Europe writes it, the day first.
_WRITTEN: Final = re.compile(r"(\d{1,2})(?P<sign>[./])(\d{1,2})(?P=sign)(\d{4})", re.ASCII)
_ALLOWED: Final = "write 2026-03-10, 10.03.2026, today, tomorrow, friday or +10"


def amount(text: str) -> str:
    """Return what a person typed as a decimal string of major units.

    >>> amount("500"), amount("500,00"), amount("1 234.50"), amount("1.234,50")
    ('500', '500.00', '1234.50', '1234.50')

    Raises:
        ArgumentTypeError: not an amount, or one that can be read in two ways.
    """
    typed = _SPACES.sub("", text)
    if _GROUPED.fullmatch(typed):
        typed = typed.replace("," if typed.rfind(",") < typed.rfind(".") else ".", "")
    elif _AMBIGUOUS.fullmatch(typed):
        bare = re.sub(r"[.,]", "", typed)
        message = f"{text!r} can be read in two ways: write {bare} or {bare[:-3]}.{bare[-3:-1]}"
        raise ArgumentTypeError(message)
    if not _PLAIN.fullmatch(typed):
        message = f"{text!r} is not an amount such as 1234.50"
        raise ArgumentTypeError(message)
    return typed.replace(",", ".")


def day(text: str) -> Day:
    """Return the day a person means: ``2026-03-10``, ``10.03.2026``, ``friday`` or ``+10``.

    A weekday is the next one after today.

    >>> [day(word)(date(2026, 3, 2)).isoformat() for word in ("today", "friday", "mon", "+10")]
    ['2026-03-02', '2026-03-06', '2026-03-09', '2026-03-12']
    >>> [day(word)(date(2026, 3, 2)).isoformat() for word in ("30.11.2026", "30/11/2026")]
    ['2026-11-30', '2026-11-30']

    Raises:
        ArgumentTypeError: it is none of these, or can be read in two ways.
    """
    word = text.strip().lower()
    if word in _NEAR:
        return lambda today: today + timedelta(days=_NEAR[word])
    if _DAYS.fullmatch(word):
        return lambda today: today + timedelta(days=int(word))
    if len(word) >= len("mon"):
        for place, name in enumerate(_WEEKDAYS):
            if name.startswith(word):
                return lambda today: today + timedelta(days=(place - today.weekday() - 1) % 7 + 1)
    try:
        known = _written(word) or date.fromisoformat(word)
    except ValueError as wrong:
        raise ArgumentTypeError(f"{text!r} is not a day: {_ALLOWED}") from wrong
    return lambda _: known


def _written(word: str) -> date | None:
    """Return a day written with points or strokes; ``None`` for anything else.

    Raises:
        ArgumentTypeError: with strokes, an American could mean another day.
        ValueError: there is no such day.
    """
    match = _WRITTEN.fullmatch(word)
    if match is None:
        return None
    first, second, year = (int(match[place]) for place in (1, 3, 4))
    meant = date(year, second, first)
    if match["sign"] == "/" and first != second and first <= 12:  # noqa: PLR2004  months
        other = date(year, first, second)
        raise ArgumentTypeError(f"{word!r} can be read in two ways: write {meant} or {other}")
    return meant


def money(minor: int, currency: str) -> str:
    """Return minor units for people.

    >>> money(123450, "EUR"), money(-5, "JPY")
    ('1,234.50 EUR', '-5 JPY')
    """
    return f"{Money(minor, currency).major:,} {currency}"


def shown(on: date | None) -> str:
    """Return a day with its weekday, or a dash for none.

    >>> shown(date(2026, 3, 2)), shown(None)
    ('Mon 2026-03-02', '-')
    """
    return "-" if on is None else f"{on:%a} {on.isoformat()}"


def several(count: int, one: str, many: str = "") -> str:
    """Return a count with its noun.

    >>> several(1, "reject"), several(2_000, "reject"), several(0, "reply", "replies")
    ('1 reject', '2,000 rejects', '0 replies')
    """
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def whole(text: str) -> int:
    """Return a number of things as it is typed: 0 or more, as far as a database counts.

    Raises:
        ArgumentTypeError: it is none.
    """
    if not text.isascii() or not text.isdigit() or int(text) >= 2**31:
        message = f"{text!r} is not a whole number from 0 to {2**31 - 1}"
        raise argparse.ArgumentTypeError(message)
    return int(text)
