"""How a file is laid out: its encoding, its separator, where the header stands and what it says."""

import io
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Final

from channels.intake.csv_ledger import columns, forms, senses
from channels.intake.csv_ledger.encodings import HEAD, encoding_of, head, opened, text_of
from channels.intake.csv_ledger.records import Record, records
from channels.intake.csv_ledger.rejects import ADDED
from models.errors import RefusedError
from models.ports import Locale

_SEPARATORS: Final = (";", ",", "\t", "|")
_DECLARED: Final = re.compile(r'\ufeff?"?sep=([^"\r\n])"?\r?$', re.IGNORECASE | re.MULTILINE)
#: Titles and filters may stand above the header, not more of them than this.
_TITLES: Final = 20
_SAMPLE: Final = 60


@dataclass(frozen=True, slots=True)
class Layout:
    """Where things stand in a file.

    Attributes:
        file: its name.
        line: physical line of the header.
        names: its columns, each once.
        places: our columns to their places.
        unused: columns that hold something and are neither ours nor left out on purpose.
        continental: whether the header speaks a language other than English.
    """

    file: str
    encoding: str
    separator: str
    line: int
    names: tuple[str, ...]
    places: dict[str, int]
    unused: tuple[str, ...]
    continental: bool

    def cell(self, record: Record, ours: str) -> str:
        """Return what a row says in one of our columns; empty where it says nothing."""
        place = self.places.get(ours)
        return "" if place is None or place >= len(record.cells) else record.cells[place].strip()


def found(path: Path, locale: Locale, sheet: forms.Sheet) -> Layout:
    """Return a file's layout, from its first 64 KiB and what is known about it.

    Raises:
        RefusedError: the file as a whole cannot be read; says what to do.
    """
    start = head(path)
    encoding = encoding_of(start, locale.encoding, path.name)
    text = text_of(start, encoding)
    cut = len(start) == HEAD
    candidates = [_sampled(text, mark, cut=cut) for mark in _separators(text, locale)]
    separator, rows = max(candidates, key=lambda pair: _fitness(pair[1], sheet, locale))
    header = _header(rows, sheet, locale)
    if header is None:
        needs = ", ".join((*sheet.required, " or ".join(sheet.either))).rstrip(", ")
        raise RefusedError(
            f"{path.name} has no header row that names its columns: put {needs} above the rows, "
            "or say in a mapping which column is which"
        )
    names = columns.named(header.cells)
    below = [row for row in rows if row.line > header.line]
    places = columns.places(names, sheet, locale.columns, lambda place: _cells(below, place))
    columns.check_complete(path.name, names, sheet, places)
    used = {*places.values(), *columns.ignored(names, locale.columns)}
    return Layout(
        file=path.name,
        encoding=encoding,
        separator=separator,
        line=header.line,
        names=names,
        places=places,
        unused=tuple(names[place] for place in _unused(header, below, names, used)),
        continental=senses.continental(names, sheet, places),
    )


@contextmanager
def body(path: Path, layout: Layout) -> Iterator[Iterator[Record]]:
    """Open a file and give its rows below the header.

    Raises:
        RefusedError: the file ends in the middle, or is nothing like its encoding.
    """
    try:
        with opened(path, layout.encoding) as text:
            rows = records(text, layout.separator)
            yield (row for row in rows if row.line > layout.line)
    except (OSError, UnicodeError) as wrong:
        raise RefusedError(
            f"{path.name} cannot be read to its end as {layout.encoding} "
            f"({type(wrong).__name__}): save it as UTF-8 and import that"
        ) from wrong


def _separators(text: str, locale: Locale) -> Sequence[str]:
    declared = _DECLARED.match(text)
    if declared:
        return (declared[1],)
    if not locale.separator:
        return _SEPARATORS
    if len(locale.separator) != 1 or locale.separator in '"\r\n':
        raise RefusedError(f"{locale.separator!r} cannot separate columns: say ; , | or a tab")
    return (locale.separator,)


def _sampled(text: str, separator: str, *, cut: bool) -> tuple[str, list[Record]]:
    rows = list(islice(records(io.StringIO(text, newline=""), separator), _SAMPLE))
    if cut and len(rows) > 1 and len(rows) < _SAMPLE:
        rows.pop()
    return separator, rows


def _fitness(rows: list[Record], sheet: forms.Sheet, locale: Locale) -> tuple[int, int, int]:
    header = _header(rows, sheet, locale)
    if header is None:
        return 0, 0, 0
    alike = sum(1 for row in rows if len(row.cells) == len(header.cells))
    return columns.recognised(header.cells, sheet, locale.columns), alike, len(header.cells)


def _header(rows: list[Record], sheet: forms.Sheet, locale: Locale) -> Record | None:
    """Return the row among the first that names most of our columns, the earliest such."""
    known = [
        (columns.recognised(row.cells, sheet, locale.columns), -row.line, row)
        for row in rows[:_TITLES]
        if not row.fault
    ]
    best = max(known, key=lambda entry: entry[:2], default=None)
    return best[2] if best and best[0] else None


def _cells(rows: list[Record], place: int) -> list[str]:
    return [row.cells[place].strip() for row in rows if place < len(row.cells)]


def _unused(
    header: Record, rows: list[Record], names: Sequence[str], used: set[int]
) -> Iterator[int]:
    """Yield places of columns that nobody reads: of those without a name, only filled ones."""
    added = set(ADDED) if set(ADDED) <= set(names) else set()
    for place, name in enumerate(names):
        named = bool(header.cells[place].strip())
        if place not in used and name not in added and (named or any(_cells(rows, place))):
            yield place
