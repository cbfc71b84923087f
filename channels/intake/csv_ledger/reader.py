"""The reader of CSV files."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final, TypeVar

from channels.intake.csv_ledger import forms, layout, sheets, survey
from channels.intake.csv_ledger.cells import Row
from channels.intake.csv_ledger.encodings import shown
from channels.intake.csv_ledger.faults import WrongCellError
from channels.intake.csv_ledger.forms import Sheet
from channels.intake.csv_ledger.layout import Layout
from channels.intake.csv_ledger.records import Record
from channels.intake.csv_ledger.vocabulary import key, meanings
from models.ledger.entries import ContactRow, ItemRow, PaymentRow, Reject
from models.ports import Locale

_Entry = TypeVar("_Entry", ItemRow, ContactRow, PaymentRow)

#: As much of a broken row as a reject shows.
_SHOWN: Final = 80
_DIGIT: Final = re.compile(r"\d")


class CsvLedger:
    """Reads CSV files; see :class:`models.ports.Reader`.

    A file is gone through twice: up to some thousands of rows to see how it writes
    numbers and dates, then row by row. Neither holds more than a row.
    """

    def items(self, path: Path, locale: Locale) -> Iterator[ItemRow | Reject]:
        """Yield open items in file order.

        Raises:
            RefusedError: the file as a whole cannot be read; at the first row asked for.
        """
        return _read(path, locale, forms.ITEMS, sheets.item)

    def contacts(self, path: Path, locale: Locale) -> Iterator[ContactRow | Reject]:
        """Yield contacts in file order; raises like :meth:`items`."""
        return _read(path, locale, forms.CONTACTS, sheets.contact)

    def payments(self, path: Path, locale: Locale) -> Iterator[PaymentRow | Reject]:
        """Yield payments in file order; raises like :meth:`items`."""
        return _read(path, locale, forms.PAYMENTS, sheets.payment)


def found(path: Path, locale: Locale, sheet: str = "items") -> Locale:
    """Return a locale with what was found out about a file, to show and to keep.

    Its columns are all that hold something; those that are not used stand for nothing.

    Args:
        path: the file.
        locale: what is known already; it is kept.
        sheet: items, contacts or payments.

    Raises:
        RefusedError: the file as a whole cannot be read.
    """
    laid = layout.found(path, locale, forms.SHEETS[sheet])
    habits = survey.habits(path, laid, locale)
    unused = dict.fromkeys(laid.unused, forms.IGNORED)
    ignored = {name: ours for name, ours in locale.columns.items() if ours == forms.IGNORED}
    named: dict[str, str] = {}
    for ours, place in laid.places.items():
        named.setdefault(laid.names[place], ours)
    return Locale(
        laid.encoding,
        laid.separator,
        habits.writing.decimal,
        habits.order,
        {**named, **unused, **ignored},
    )


def filled(path: Path, locale: Locale, sheet: str, rejects: Sequence[Reject]) -> list[Reject]:
    """Return rejects with the cells of their rows: those that the books made have none.

    The file is gone through once more, if any reject needs it. Columns get the file's names.

    Raises:
        RefusedError: the file as a whole cannot be read any more.
    """
    bare = {reject.line for reject in rejects if not reject.row}
    if not bare:
        return list(rejects)
    laid = layout.found(path, locale, forms.SHEETS[sheet])
    with layout.body(path, laid) as rows:
        cells = {row.line: _cells(row, laid) for row in rows if row.line in bare}
    names = {ours: laid.names[place] for ours, place in laid.places.items()}
    return [
        reject
        if reject.row
        else replace(
            reject,
            column=names.get(reject.column, reject.column),
            row=cells.get(reject.line, {}),
        )
        for reject in rejects
    ]


def _read(
    path: Path, locale: Locale, sheet: Sheet, build: Callable[[Row], _Entry]
) -> Iterator[_Entry | Reject]:
    laid = layout.found(path, locale, sheet)
    habits = survey.habits(path, laid, locale)
    with layout.body(path, laid) as rows:
        for record in rows:
            yield _entry(Row(record, laid, habits), record, (laid, sheet), build)


def _entry(
    row: Row, record: Record, form: tuple[Layout, Sheet], build: Callable[[Row], _Entry]
) -> _Entry | Reject:
    laid, sheet = form
    try:
        _check_whole(record, laid, sheet)
        return build(row)
    except WrongCellError as error:
        wrong = _cut_off(record, laid, sheet) or error if error.column else error
        return Reject(
            file=laid.file,
            line=record.line,
            column=wrong.column,
            value=shown(wrong.value),
            expected=wrong.expected,
            row=_cells(record, laid),
        )


def _check_whole(record: Record, laid: Layout, sheet: Sheet) -> None:
    """Refuse what is wrong with a row before any cell is looked at."""
    width, cells = len(laid.names), record.cells
    if record.fault:
        raise WrongCellError("", cells[0][:_SHOWN] if cells else "", record.fault)
    if _is_total(record, laid, sheet):
        raise WrongCellError("", cells[0], "this is a line of totals, not a single entry")
    if any(cell.strip() for cell in cells[width:]):
        why = f"this row has {len(cells)} cells and the header {width}: put quotes around a cell"
        raise WrongCellError("", "", f"{why} that holds the separator {laid.separator!r}")


def _cut_off(record: Record, laid: Layout, sheet: Sheet) -> WrongCellError | None:
    """Return what names the first needed column behind the end of a row, if there is one.

    Spreadsheets leave out the empty cells at the end of a row, so that a short one is no fault.
    """
    ends = len(record.cells)
    needed = [laid.places[ours] for ours in sheet.required]
    either = [laid.places[ours] for ours in sheet.either if ours in laid.places]
    lost = [place for place in (*needed, min(either, default=0)) if place >= ends]
    if not lost:
        return None
    expected = f"a value (the row ends after {ends} of {len(laid.names)} cells)"
    return WrongCellError(laid.names[min(lost)], "", expected)


def _is_total(record: Record, laid: Layout, sheet: Sheet) -> bool:
    words = meanings("totals")
    anchors = [laid.cell(record, ours) for ours in sheet.anchors]
    if not anchors or any(_DIGIT.search(cell) for cell in anchors):
        return False
    if any(cell and key(cell) not in words for cell in anchors):
        return False
    said = [cell for cell in record.cells if cell.strip()]
    return any(key(cell) in words or key(cell.split(maxsplit=1)[0]) in words for cell in said)


def _cells(record: Record, laid: Layout) -> dict[str, str]:
    """Return a row under the file's names; surplus cells are called by their place."""
    cells = [shown(cell) for cell in record.cells]
    missing = [""] * (len(laid.names) - len(cells))
    surplus = [f"column {place}" for place in range(len(laid.names) + 1, len(cells) + 1)]
    return dict(zip((*laid.names, *surplus), (*cells, *missing), strict=True))
