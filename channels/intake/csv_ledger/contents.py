"""What a column holds, told from its first cells when its name leaves that open."""

import re
from collections.abc import Callable, Sequence
from typing import Final

from channels.intake.csv_ledger import days
from channels.intake.csv_ledger.vocabulary import key, meanings, nothing

_JOINTS: Final = re.compile(r"[\s.,\-/]")
#: An amount with its decimals, or a percentage.
_DECIMALS: Final = re.compile(r"[.,]\d{1,2}$|%")
#: No id of a legal person has fewer signs.
_SHORTEST: Final = 6


def codes(cells: Sequence[str]) -> bool:
    """Say whether cells are codes rather than names.

    >>> codes(["C42", "", "10001"]), codes(["Dupont SA"])
    (True, False)
    """
    values = _said(cells)
    return bool(values) and all(
        " " not in value and any(sign.isdigit() for sign in value) for value in values
    )


def dates(cells: Sequence[str]) -> bool:
    """Say whether cells are days rather than terms.

    >>> dates(["31.03.2026", ""]), dates(["14 Tage netto"])
    (True, False)
    """
    values = _said(cells)
    return bool(values) and all(
        any(days.day(value, order) for order in days.ORDERS) for value in values
    )


def identities(cells: Sequence[str]) -> bool:
    """Say whether cells are ids of legal persons rather than amounts of tax.

    >>> identities(["FR 44 732 829 320", ""]), identities(["HRB 12345"]), identities(["1234,50"])
    (True, True, False)
    """
    values = _said(cells)
    return bool(values) and all(
        len(_JOINTS.sub("", value)) >= _SHORTEST and not _DECIMALS.search(value) for value in values
    )


def answers(cells: Sequence[str]) -> bool:
    """Say whether cells are nothing but yes and no in words.

    >>> answers(["Yes", "no"]), answers(["0"]), answers(["-"])
    (True, False, False)
    """
    values = [cell for cell in cells if cell]
    return bool(values) and all(
        value.isalpha() and key(value) in meanings("answers") for value in values
    )


def meaning(table: str) -> Callable[[str], str]:
    """Return what looks up a word's meaning; nothing for a word that nobody knows."""
    return lambda word: meanings(table).get(key(word), "")


def _said(cells: Sequence[str]) -> list[str]:
    return [cell for cell in cells if cell and cell.casefold() not in nothing()]
