"""What a person decided about a file's form, kept as TOML."""

import json
import tomllib
from pathlib import Path
from typing import Any, Final

from channels.intake.csv_ledger.forms import IGNORED, SHEETS
from channels.texts import text_of
from models.errors import RefusedError
from models.ports import Locale

_KEYS: Final = ("encoding", "separator", "decimal", "dates")
_ALLOWED: Final = {"decimal": ("", ",", "."), "dates": ("", "ymd", "dmy", "mdy")}


def load(path: Path) -> Locale:
    """Return what a mapping file says.

    Raises:
        RefusedError: it cannot be read or used; names file, key, value and what is allowed.
    """
    tables = _parsed(path)
    names = tables.pop("columns", {})
    for name, value in tables.items():
        if name not in _KEYS:
            raise _refused(path, name, value, f"one of {', '.join(_KEYS)} or the table [columns]")
        allowed = _ALLOWED.get(name)
        if not isinstance(value, str) or (allowed and value not in allowed):
            raise _refused(path, name, value, " or ".join(map(repr, allowed or ("a text",))))
    if not isinstance(names, dict):
        raise _refused(path, "columns", names, "a table of the file's columns and ours")
    known = set[str]().union(*(sheet.columns for sheet in SHEETS.values())) | {IGNORED}
    for name, ours in names.items():
        if not isinstance(ours, str) or ours not in known:
            allowed_names = ", ".join(sorted(known - {IGNORED}))
            raise _refused(path, f"columns.{name}", ours, f'"" to leave it out, or {allowed_names}')
    return Locale(**tables, columns=names)


def save(path: Path, locale: Locale) -> None:
    """Write a mapping file that :func:`load` reads back as the same locale."""
    lines = [f"{name} = {_quoted(getattr(locale, name))}" for name in _KEYS]
    lines += ["", "[columns]"]
    lines += [f"{_quoted(name)} = {_quoted(ours)}" for name, ours in locale.columns.items()]
    path.write_text("\n".join(lines) + "\n", "utf-8")


def _parsed(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(text_of(path))
    except ValueError as wrong:
        raise RefusedError(f"{path.name} is not a mapping in TOML: {wrong}") from wrong


def _refused(path: Path, name: str, value: object, allowed: str) -> RefusedError:
    return RefusedError(f"{path.name}, {name}: {value!r} is not {allowed}")


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
