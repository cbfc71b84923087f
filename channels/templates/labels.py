"""How a language writes amounts, dates and the words of the frame around every notice."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any, Final

from babel import Locale
from babel.dates import format_date
from babel.lists import format_list
from babel.numbers import format_currency, get_currency_precision

from models.ledger.money import Money, exponent

#: Where a code would run into the figure: CHF1,200.
_TOUCHING: Final = re.compile(r"(?<=[A-Za-z])(?=\d)")


@dataclass(frozen=True)
class Labels:
    """The ``labels.toml`` of a language; templates reach its keys as attributes of ``say``."""

    words: Mapping[str, Any]

    @property
    def locale(self) -> str:
        """The locale whose habits amounts and dates follow."""
        return str(self.words["locale"])

    def money(self, minor: int, currency: str) -> str:
        """Return an amount of minor units."""
        return _money(minor, currency, self.locale)

    def day(self, day: date) -> str:
        """Return a day as running text has it: 2 March 2026."""
        long = _date(day, "long", self.locale)
        first = str(self.words["first_of_month"])
        return long.replace("1", first, 1) if first and day.day == 1 else long

    def short(self, day: date) -> str:
        """Return a day as a table has it."""
        return _date(day, "medium", self.locale)

    def listed(self, parts: Sequence[str]) -> str:
        """Return an enumeration: a, b and c."""
        return format_list(parts, locale=self.locale)

    def country(self, code: str) -> str:
        """Return the name of a country."""
        return str(Locale.parse(self.locale).territories.get(code, code))

    def counted(self, key: str, count: int) -> str:
        """Return a phrase with a count, from the pair of a label: for one and for more."""
        one, more = self.words[key]
        return str(one if count == 1 else more).format(n=count)

    def lateness(self, days: int) -> str:
        """Return how late, or how soon, in words."""
        if days == 0:
            return str(self.words["due_today"])
        return self.counted("late", days) if days > 0 else self.counted("due_in", -days)


@lru_cache(maxsize=20_000)
def _money(minor: int, currency: str, locale: str) -> str:
    # Babel shows the digits people pay with; where ledgers keep more, none may be rounded away.
    usual = exponent(currency) == get_currency_precision(currency)
    shown = format_currency(
        Money(minor, currency).major,
        currency,
        locale=locale,
        currency_digits=usual,
        decimal_quantization=usual,
    )
    return _TOUCHING.sub("\u00a0", shown)


@lru_cache(maxsize=20_000)
def _date(day: date, style: Any, locale: str) -> str:  # noqa: ANN401  a literal babel keeps to itself
    return format_date(day, style, locale=locale)
