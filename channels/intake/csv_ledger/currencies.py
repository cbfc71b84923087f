"""Currencies, by code, sign or name."""

from typing import Final

from models.ledger.money import known

#: Signs that mean one currency; ``kr`` and ``$`` mean several, and only a code says which.
_SIGNS: Final = {
    "€": "EUR",
    "EURO": "EUR",
    "EUROS": "EUR",
    "£": "GBP",
    "US$": "USD",
    "FR": "CHF",
    "SFR": "CHF",
    "ZŁ": "PLN",
    "KČ": "CZK",
    "FT": "HUF",
}
#: ISO codes that stand for no money.
_NO_MONEY: Final = frozenset({"XXX", "XTS"})


def currency(text: str) -> str:
    """Return the ISO 4217 code of a currency; empty when it is not known.

    >>> currency("eur"), currency("US$"), currency("Fr."), currency("zł")
    ('EUR', 'USD', 'CHF', 'PLN')
    >>> currency("XXX"), currency("$"), currency("kr")
    ('', '', '')
    """
    said = text.upper().rstrip(".")
    code = _SIGNS.get(said, said)
    return code if known(code) and code not in _NO_MONEY else ""
