"""Amounts: whole minor units and a currency, never a float."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from functools import cache
from typing import Final, Self

from babel.numbers import get_currency_precision, list_currencies

from models.errors import RefusedError

#: More digits than any ledger holds, and what a 64-bit column can keep.
LIMIT: Final = 10**17

#: Where CLDR counts the digits people still pay with, and ISO 4217 those that ledgers keep.
_LEDGERS_KEEP: Final = {
    "AFN": 2,
    "ALL": 2,
    "IQD": 3,
    "IRR": 2,
    "KPW": 2,
    "LAK": 2,
    "LBP": 2,
    "MGA": 2,
    "MMK": 2,
    "RSD": 2,
    "SOS": 2,
    "SYP": 2,
    "YER": 2,
}


@cache
def exponent(currency: str) -> int:
    """Return how many digits follow the point in a currency (ISO 4217).

    >>> exponent("EUR"), exponent("JPY"), exponent("TND"), exponent("RSD")
    (2, 0, 3, 2)
    """
    return _LEDGERS_KEEP.get(currency, get_currency_precision(currency))


@cache
def _currencies() -> frozenset[str]:
    return frozenset(list_currencies())


def known(currency: str) -> bool:
    """Say whether a code is a currency of ISO 4217, past ones included."""
    return currency in _currencies()


@dataclass(frozen=True, slots=True)
class Money:
    """An exact amount.

    Attributes:
        minor: whole minor units (cents); may be negative.
        currency: ISO 4217 code.
    """

    minor: int
    currency: str

    @classmethod
    def of(cls, text: str | Decimal, currency: str) -> Self:
        """Return the amount a decimal string of major units says.

        >>> Money.of("1234.5", "EUR")
        Money(minor=123450, currency='EUR')

        Raises:
            RefusedError: not a number, finer than the currency, too large, or in an
                unknown currency.
        """
        if not known(currency):
            message = f"{currency!r} is not a currency of ISO 4217"
            raise RefusedError(message)
        try:
            major = Decimal(text)
        except InvalidOperation as wrong:
            message = f"{text!r} is not an amount such as 1234.50"
            raise RefusedError(message) from wrong
        digits = exponent(currency)
        if not major.is_finite() or abs(major) > Decimal(LIMIT).scaleb(-digits):
            message = f"{text} {currency} is outside what a ledger can hold"
            raise RefusedError(message)
        # Decimal arithmetic would round what has more than 28 digits, integers do not.
        whole, parts = major.as_integer_ratio()
        minor, rest = divmod(whole * 10**digits, parts)
        if rest:
            message = f"{text} is finer than {currency} allows ({digits} decimals)"
            raise RefusedError(message)
        return cls(minor, currency)

    @property
    def major(self) -> Decimal:
        """The amount in major units, with the currency's decimals.

        >>> str(Money(150, "EUR").major), str(Money(150, "JPY").major)
        ('1.50', '150')
        """
        return Decimal(self.minor).scaleb(-exponent(self.currency))

    def share(self, percent: Decimal) -> Self:
        """Return a percentage of this amount, rounded half up to a minor unit.

        >>> Money(10_050, "EUR").share(Decimal(2))
        Money(minor=201, currency='EUR')
        """
        part = (self.minor * percent / 100).to_integral_value(ROUND_HALF_UP)
        return type(self)(int(part), self.currency)

    def __add__(self, other: Self) -> Self:
        """Add an amount of the same currency."""
        return type(self)(self.minor + self._same(other), self.currency)

    def __sub__(self, other: Self) -> Self:
        """Subtract an amount of the same currency."""
        return type(self)(self.minor - self._same(other), self.currency)

    def __str__(self) -> str:
        """Return code and amount, as in logs and tables: ``EUR 12.50``."""
        return f"{self.currency} {self.major}"

    def _same(self, other: Self) -> int:
        if other.currency != self.currency:
            message = f"{self.currency} and {other.currency} do not add up"
            raise RefusedError(message)
        return other.minor


def totals(amounts: Iterable[Money]) -> dict[str, int]:
    """Return the sum of minor units per currency, currencies in alphabetical order.

    >>> totals([Money(1, "USD"), Money(2, "EUR"), Money(3, "USD")])
    {'EUR': 2, 'USD': 4}
    """
    sums: dict[str, int] = {}
    for amount in amounts:
        sums[amount.currency] = sums.get(amount.currency, 0) + amount.minor
    return dict(sorted(sums.items()))


def decimal(minor: int, currency: str) -> str:
    """Return minor units as the decimal string used in CSV, stories and JSON.

    >>> decimal(-1050, "EUR")
    '-10.50'
    """
    return str(Money(minor, currency).major)
