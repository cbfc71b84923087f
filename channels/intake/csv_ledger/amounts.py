"""Amounts as people and programs write them, read strictly under one file's habit."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

#: Longer than any amount with all its signs.
_LONGEST: Final = 60
_UNIT: Final = r"[^\W\d_]{1,5}\.?|[A-Z]{0,3}[€$£¥]"
_WRITTEN: Final = re.compile(
    rf"""(?P<open>\()?\s*(?P<lead>[-+\u2212\u2013])?\s*(?P<unit>{_UNIT})?\s*(?P<inner>[-+\u2212\u2013])?\s*
    (?P<digits>[0-9.,][0-9.,'\u2019\s]*)(?<=[0-9])\s*
    (?P<trail>[-+\u2212\u2013])?\s*(?P<after>{_UNIT})?\s*(?P<last>[-+\u2212\u2013])?\s*(?P<close>\))?""",
    re.VERBOSE,
)
_SPACE: Final = re.compile(r"\s")
#: No cents, as many write it: ``120,-`` and ``120.--``.
_ROUND: Final = re.compile(r"(?<=[0-9])([.,])(?:--?|[\u2013\u2014])(?=[^0-9]*$)")
_GROUP: Final = 3
_UNITS: Final[Mapping[str, frozenset[str]]] = {
    "€": frozenset({"EUR"}),
    "EURO": frozenset({"EUR"}),
    "EUROS": frozenset({"EUR"}),
    "£": frozenset({"GBP"}),
    "$": frozenset({"USD", "CAD", "AUD", "NZD", "SGD", "HKD", "TWD", "MXN", "CLP", "ARS", "COP"}),
    "US$": frozenset({"USD"}),
    "FR": frozenset({"CHF"}),
    "SFR": frozenset({"CHF"}),
    "KR": frozenset({"SEK", "NOK", "DKK", "ISK"}),
    "¥": frozenset({"JPY", "CNY"}),
    "ZŁ": frozenset({"PLN"}),
    "KČ": frozenset({"CZK"}),
    "FT": frozenset({"HUF"}),
}


@dataclass(frozen=True, slots=True)
class Writing:
    """How a file writes numbers.

    Attributes:
        decimal: ``,`` or ``.``; empty when the file does not show it or mixes both.
        groups: points or commas seen beyond doubt between thousands.
        plain: whether thousands without any sign between were seen.
    """

    decimal: str = ""
    groups: frozenset[str] = frozenset()
    plain: bool = False


@dataclass(frozen=True, slots=True)
class Written:
    """An amount taken apart: its digits with their signs between, its unit, its sign."""

    digits: str
    unit: str
    negative: bool


def apart(text: str) -> Written | None:
    """Take an amount apart; ``None`` when it is none.

    >>> apart("(1.234,56 €)")
    Written(digits='1.234,56', unit='€', negative=True)
    >>> apart("Fr. 1'200.-")
    Written(digits="1'200.00", unit='Fr.', negative=False)
    """
    text = _ROUND.sub(r"\g<1>00", text)
    match = _WRITTEN.fullmatch(text) if len(text) <= _LONGEST else None
    if match is None:
        return None
    signs = [match[name] for name in ("lead", "inner", "trail", "last") if match[name]]
    units = [match[name] for name in ("unit", "after") if match[name]]
    bracketed = bool(match["open"])
    if bracketed != bool(match["close"]) or len(signs) + bracketed > 1 or len(units) > 1:
        return None
    digits = _SPACE.sub(" ", match["digits"]).replace("\u2019", "'")
    return Written(digits, "".join(units), bracketed or bool(signs and signs[0] != "+"))


def hint(digits: str) -> tuple[str, str]:
    """Return what digits show beyond doubt: the decimal sign and the sign between thousands.

    >>> hint("1.234,56"), hint("1234,5"), hint("1,234"), hint("1.234.567")
    ((',', '.'), (',', ''), ('', ''), (',', '.'))
    """
    marks = [sign for sign in digits if sign in ".,"]
    if not marks:
        return "", ""
    last, kinds = marks[-1], set(marks)
    other = "," if last == "." else "."
    if len(kinds) > 1:
        return (last, other) if marks.count(last) == 1 else ("", "")
    if len(marks) > 1:
        return other, last
    whole, _, fraction = digits.partition(last)
    grouped = len(fraction) == _GROUP and 0 < len(whole) <= _GROUP and not whole.startswith("0")
    return ("", "") if grouped else (last, "")


def plain(digits: str) -> bool:
    """Say whether digits show thousands with nothing between them."""
    return re.match(r"[1-9][0-9]{3}", digits) is not None


def number(digits: str, writing: Writing) -> Decimal | None:
    """Return the number that digits say under a file's habit; ``None`` in doubt.

    >>> number("1.234,5", Writing(decimal=",")), number("1.23", Writing(decimal=","))
    (Decimal('1234.5'), None)
    """
    decimal = writing.decimal or hint(digits)[0]
    if not decimal:
        return None if "." in digits or "," in digits else _joined(digits, "")
    whole, _, fraction = digits.partition(decimal)
    if fraction and not fraction.isdecimal():
        return None
    if writing.plain and set(whole) & {".", ","} - writing.groups:
        return None
    return _joined(whole, fraction)


def fits(unit: str, currency: str) -> bool:
    """Say whether a sign or code beside an amount can mean a currency."""
    code = unit.upper().rstrip(".")
    return not unit or code == currency or currency in _UNITS.get(code, frozenset())


def _joined(whole: str, fraction: str) -> Decimal | None:
    between = {sign for sign in whole if not sign.isdecimal()}
    if len(between) > 1:
        return None
    if between:
        first, *rest = whole.split(between.pop())
        if not 0 < len(first) <= _GROUP or any(len(part) != _GROUP for part in rest):
            return None
        whole = first + "".join(rest)
    return Decimal(f"{whole or 0}.{fraction or 0}" if fraction else whole)
