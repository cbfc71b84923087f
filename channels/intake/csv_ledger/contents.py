"""What a column holds, told from its first cells when its name leaves that open."""

from collections.abc import Sequence

from channels.intake.csv_ledger import days
from channels.intake.csv_ledger.vocabulary import key, meanings, nothing


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


def answers(cells: Sequence[str]) -> bool:
    """Say whether cells are nothing but yes and no in words.

    >>> answers(["Yes", "no"]), answers(["0"]), answers(["-"])
    (True, False, False)
    """
    values = [cell for cell in cells if cell]
    return bool(values) and all(
        value.isalpha() and key(value) in meanings("answers") for value in values
    )


def _said(cells: Sequence[str]) -> list[str]:
    return [cell for cell in cells if cell and cell.casefold() not in nothing()]
