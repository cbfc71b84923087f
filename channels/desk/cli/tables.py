"""Tables: drawn to the width of a terminal, aligned text everywhere else."""

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

#: Below this a column that gives way would say nothing.
_NARROWEST: Final = 10
#: Between two columns.
_GAP: Final = 2
#: What a terminal would act on instead of showing it.
_CONTROL: Final = dict.fromkeys((*range(32), *range(127, 160)), "\N{REPLACEMENT CHARACTER}")

Rows = Sequence[Sequence[str]]


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table.

    Attributes:
        right: it holds figures.
        wide: it is cut short where the window is narrow.
        extra: it is left out where the window is narrower still.
    """

    title: str
    right: bool = False
    wide: bool = False
    extra: bool = False


def columns(*titles: str) -> Sequence[Column]:
    """Return columns: ``>`` marks figures, ``~`` what gives way, ``?`` what may go."""
    return [
        Column(title.rstrip(">~?"), right=">" in title, wide="~" in title, extra="?" in title)
        for title in titles
    ]


def cleaned(rows: Rows) -> list[list[str]]:
    """Return cells without what a terminal would act on."""
    return [[cell.translate(_CONTROL) for cell in row] for row in rows]


def aligned(columns: Sequence[Column], rows: Rows) -> Iterator[str]:
    """Yield a table as lines of text, as wide as it is."""
    titles = [column.title for column in columns]
    widths = _natural(columns, rows)
    for cells in (titles, *rows):
        placed = (
            cell.rjust(width) if column.right else cell.ljust(width)
            for column, cell, width in zip(columns, cells, widths, strict=True)
        )
        yield (" " * _GAP).join(placed).rstrip()


def draw(columns: Sequence[Column], rows: Rows) -> None:
    """Draw a table on a terminal, within its width."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console(file=sys.stdout, highlight=False)
    table = Table(box=None, pad_edge=False, padding=(0, _GAP, 0, 0), header_style="bold")
    widths = fitted(columns, rows, console.width)
    for column, width in zip(columns, widths, strict=True):
        if width:
            table.add_column(
                column.title,
                justify="right" if column.right else "left",
                width=width,
                no_wrap=True,
                overflow="ellipsis",
            )
    for row in rows:
        table.add_row(*(Text(cell) for cell, width in zip(row, widths, strict=True) if width))
    console.print(table)


def fitted(columns: Sequence[Column], rows: Rows, room: int) -> list[int]:
    """Return how wide each column may be; 0 for one that is left out.

    Columns that give way share what the others leave; extra ones go from the right when
    that is not enough.
    """
    widths = _natural(columns, rows)
    least = [
        min(width, _NARROWEST) if column.wide else width
        for column, width in zip(columns, widths, strict=True)
    ]
    for place in reversed(range(len(columns))):
        if _taken(least) > room and columns[place].extra:
            least[place] = 0
    left = room - _taken(least)
    short = [place for place, low in enumerate(least) if 0 < low < widths[place]]
    short.sort(key=lambda place: widths[place])
    for done, place in enumerate(short):
        more = max(0, min(widths[place] - least[place], left // (len(short) - done)))
        least[place] += more
        left -= more
    return least


def _natural(columns: Sequence[Column], rows: Rows) -> list[int]:
    titles = [column.title for column in columns]
    return [max(map(len, cells)) for cells in zip(titles, *rows, strict=True)]


def _taken(widths: Sequence[int]) -> int:
    shown = [width for width in widths if width]
    return sum(shown) + _GAP * (len(shown) - 1)
