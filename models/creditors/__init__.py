"""Creditors for trying things out, one TOML file each; both companies are invented.

Their keys are explained in :mod:`models.ledger.creditor`.
"""

from functools import cache
from pathlib import Path
from typing import Final

from models.errors import UnknownError
from models.ledger.creditor import Creditor, read

_HERE: Final = Path(__file__).parent


@cache
def _read_all() -> dict[str, Creditor]:
    creditors = [read(path) for path in sorted(_HERE.glob("*.toml"))]
    return {creditor.key: creditor for creditor in creditors}


def shipped() -> dict[str, Creditor]:
    """Return the creditors that ship, by key in alphabetical order."""
    return dict(_read_all())


def find(key_or_path: str | Path) -> Creditor:
    """Return a shipped creditor by key, or the creditor of a file by its path.

    Raises:
        UnknownError: neither; lists the creditors that ship.
        PolicyError: the file is wrong or cannot be read.
    """
    key = str(key_or_path)
    if key in _read_all():
        return _read_all()[key]
    path = Path(key_or_path)
    if path.suffix == ".toml" or path.is_file():
        return read(path)
    known = ", ".join(_read_all())
    message = f"no creditor has the key {key!r}: use {known}, or the path of a .toml file"
    raise UnknownError(message)
