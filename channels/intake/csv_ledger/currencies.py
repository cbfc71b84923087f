"""Currencies, by code, sign or name."""

from typing import Final

from models.ledger.money import known

_SIGNS: Final = {"€": "EUR", "EURO": "EUR", "EUROS": "EUR", "£": "GBP", "US$": "USD"}
#: ISO codes that stand for no money.
_NO_MONEY: Final = frozenset({"XXX", "XTS"})


def currency(text: str) -> str:
    """Return the ISO 4217 code of a currency; empty when it is not known.

    >>> currency("eur"), currency("US$"), currency("XXX"), currency("$")
    ('EUR', 'USD', '', '')
    """
    said = text.upper()
    code = _SIGNS.get(said, said)
    return code if known(code) and code not in _NO_MONEY else ""
