"""Rows of a CSV text, one at a time; a broken row is told apart from the good ones after it."""

import csv
import io
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

#: The most characters a row may have; a stray quote must not swallow a ledger.
LONGEST: Final = 131_072
#: The most lines a row may span.
TALLEST: Final = 200
#: How much of an overlong row is kept, to show it.
_SHOWN: Final = 200
_UNCLOSED: Final = (
    "the quotes of this row are never closed: close them, and write a quote inside a cell twice"
)
_OVERLONG: Final = (
    f"this row is longer than the {LONGEST} characters that a row may have: shorten its cells, "
    "and see whether a line break is missing"
)


@dataclass(frozen=True, slots=True)
class Record:
    """A row as it stands in the file.

    Attributes:
        line: physical line where it begins, from 1.
        fault: what is wrong with the row as a whole; empty when it is well formed.
    """

    line: int
    cells: list[str]
    fault: str = ""


def records(text: io.TextIOBase, separator: str) -> Iterator[Record]:
    """Yield the rows of a text opened with ``newline=""``; blank rows are left out."""
    lines = _Lines(text)
    while (first := lines.take()) is not None:
        record = _record(lines, first, separator)
        if record.fault or any(cell and not cell.isspace() for cell in record.cells):
            yield record


class _Lines:
    """Physical lines, with a way to put some back."""

    def __init__(self, text: io.TextIOBase) -> None:
        self._text = text
        self._waiting: deque[str] = deque()
        self.number = 0

    def take(self) -> str | None:
        """Return the next line, cut when it is longer than a row may be."""
        line = self._waiting.popleft() if self._waiting else self._fresh()
        if not line:
            return None
        self.number += 1
        return line

    def put_back(self, lines: list[str]) -> None:
        """Return lines to the front, the first of them first."""
        self._waiting.extendleft(reversed(lines))
        self.number -= len(lines)

    def _fresh(self) -> str:
        line = rest = self._text.readline(LONGEST + 1)
        while len(rest) > LONGEST and not rest.endswith(("\n", "\r")):
            rest = self._text.readline(LONGEST + 1)
        return line


def _record(lines: _Lines, first: str, separator: str) -> Record:
    number = lines.number
    if len(first) > LONGEST:
        return _overlong(number, first, separator)
    if '"' not in first:
        return Record(number, first.rstrip("\r\n").split(separator))
    taken = [first]

    def feed() -> Iterator[str]:
        yield first
        size = len(first)
        while size <= LONGEST and len(taken) < TALLEST and (line := lines.take()) is not None:
            taken.append(line)
            size += len(line)
            yield line

    try:
        cells = next(csv.reader(feed(), delimiter=separator, strict=True))
    except csv.Error:
        lines.put_back(taken[1:])
        cells = first.rstrip("\r\n").split(separator)
        return Record(number, cells, _UNCLOSED)
    return Record(number, cells)


def _overlong(number: int, first: str, separator: str) -> Record:
    cells = first[:_SHOWN].split(separator)
    return Record(number, cells, _OVERLONG)
