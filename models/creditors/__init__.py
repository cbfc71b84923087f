"""Creditors for trying things out, one TOML file each; both companies are invented.

Their keys are explained in :mod:`models.ledger.creditor`.
"""

from functools import cache
from pathlib import Path
from typing import Final

from models.errors import UnknownError
from models.ledger.creditor import Creditor, parsed

_HERE: Final = Path(__file__).parent


@cache
def _read_all() -> dict[str, Creditor]:
    creditors = [
        parsed(path.read_text("utf-8"), path.name) for path in sorted(_HERE.glob("*.toml"))
    ]
    return {creditor.key: creditor for creditor in creditors}


def shipped() -> dict[str, Creditor]:
    """Return the creditors that ship, by key in alphabetical order."""
    return dict(_read_all())


def find(key: str) -> Creditor:
    """Return a shipped creditor by key.

    Raises:
        UnknownError: there is none; lists those that ship.
    """
    if key in _read_all():
        return _read_all()[key]
    known = ", ".join(_read_all())
    message = f"no creditor has the key {key!r}: use {known}, or the path of a .toml file"
    raise UnknownError(message)
