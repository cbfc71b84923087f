"""Bytes into rows: encodings, separators, quotes, and files that are no ledger."""

import io
from pathlib import Path

import pytest

from channels.intake.csv_ledger import connect, survey
from channels.intake.csv_ledger.records import LONGEST, records
from models.errors import RefusedError
from models.ledger.entries import ItemRow, Reject
from models.ports import Locale

HEADER = "number;due;amount;currency;debtor_name"
ROW = "F-1;2026-03-31;120.00;EUR;Société Générale à Besançon \u2013 Müller & Søn"


@pytest.mark.parametrize(
    "encoding",
    ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252", "mac_roman"],
)
def test_encodings_are_found_out(read, encoding):
    (row,) = read(f"{HEADER}\n{ROW}\n".encode(encoding))
    assert row.debtor_name == "Société Générale à Besançon \u2013 Müller & Søn"


def test_an_encoding_that_was_said_is_used(read):
    (row,) = read(f"{HEADER}\nF;2026-03-31;1;EUR;Łódź\n".encode("cp1250"), encoding="cp1250")
    assert row.debtor_name == "Łódź"


def test_a_byte_order_mark_beats_the_encoding_that_was_said(read):
    """A corrected file comes back in UTF-8 under the mapping of the first one."""
    (row,) = read(f"{HEADER}\n{ROW}\n".encode("utf-8-sig"), encoding="cp1252")
    assert "Müller" in row.debtor_name


def test_a_row_that_does_not_decode_is_one_reject(read):
    """Deep in the file, where nothing of it could be seen when the encoding was chosen."""
    good = "".join(f"F{at};2026-03-31;1;EUR;Dupont\n" for at in range(4000)).encode()
    rows = read(HEADER.encode() + b"\n" + good + b"X;2026-03-31;1;EUR;M\xfcller\n" + good)
    (bad,) = [row for row in rows if isinstance(row, Reject)]
    assert (len(rows), bad.line, bad.column) == (8001, 4002, "debtor_name")
    assert (bad.value, bad.expected) == ("Müller", "a text in utf-8")


def test_a_damaged_utf_16_row_is_one_reject(read):
    text = f"{HEADER}\nF1;2026-03-31;1;EUR;A@\nF2;2026-03-31;1;EUR;B\n".encode("utf-16-le")
    damaged = b"\xff\xfe" + text.replace("@".encode("utf-16-le"), b"\x00\xdc")
    first, second = read(damaged)
    assert isinstance(first, Reject)
    assert second.debtor_name == "B"


@pytest.mark.parametrize("separator", [";", ",", "\t", "|"])
def test_separators_are_found_out(read, separator):
    text = f"{HEADER}\nF-1;2026-03-31;120.00;EUR;'a'\n".replace(";", separator)
    (row,) = read(text.replace("'a'", '"Dupont, Durand; Fils | Cie"'))
    assert row.debtor_name == "Dupont, Durand; Fils | Cie"


@pytest.mark.parametrize("first", ["sep=^", '"sep=^"', "SEP=^"])
def test_a_declared_separator_is_honoured(read, first):
    (row,) = read(f"{first}\r\n" + f"{HEADER}\r\nF-1;2026-03-31;1;EUR;a,b\r\n".replace(";", "^"))
    assert (row.line, row.debtor_name) == (3, "a,b")


def test_a_separator_that_was_said_is_used(read):
    (row,) = read(f"{HEADER}\nF-1;2026-03-31;1;EUR;a".replace(";", "~"), separator="~")
    assert row.debtor_name == "a"


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_lines_are_counted_as_an_editor_counts_them(read, end):
    """Also behind quoted line breaks and blank lines."""
    lines = [
        HEADER,
        f'F-1;2026-03-31;1;EUR;"two{end}lines"',
        "",
        ";;;;",
        "F-2;2026-03-31;1;EUR;b",
        "F-3;soon;1;EUR;c",
    ]
    first, second, third = read(end.join(lines))
    assert (first.line, second.line, third.line) == (2, 6, 7)
    assert first.debtor_name == "two lines"


def test_doubled_quotes_are_one(read):
    (row,) = read(f'{HEADER}\n"F ""1""";2026-03-31;1;EUR;12" pipes\n')
    assert (row.number, row.debtor_name) == ('F "1"', '12" pipes')


def test_a_stray_quote_costs_one_row(read):
    """Read naively it would swallow every row below it."""
    good = "F-1;2026-03-31;1;EUR;a\n"
    rows = read(f'{HEADER}\n{good}F-2;2026-03-31;1;EUR;"b\n{good * 500}')
    (bad,) = [row for row in rows if isinstance(row, Reject)]
    assert (len(rows), bad.line) == (502, 3)
    assert bad.expected.startswith("the quotes of this row are never closed: close them")
    assert bad.row["number"] == "F-2"


def test_a_row_with_too_many_cells_is_rejected(read):
    bad, good = read(f"{HEADER}\nF-1;2026-03-31;1;EUR;a;b\nF-2;2026-03-31;1;EUR;a\n")
    assert bad.expected == (
        "this row has 6 cells and the header 5: put quotes around a cell that holds the "
        "separator ';'"
    )
    assert isinstance(good, ItemRow)


def test_empty_cells_behind_a_row_do_not_matter(read):
    (row,) = read(f"{HEADER}\nF-1;2026-03-31;1;EUR;a;;;\n")
    assert isinstance(row, ItemRow)


@pytest.mark.parametrize(
    "cells",
    [
        "Total;;120,00;EUR;",
        ";;120,00;;Summe:",
        "Somme",
        "Sous-total;;1;;",
        ";;;;Total général",
        "TOTAL EUR;;1;EUR;",
        "Grand Total;;1;EUR;",
    ],
)
def test_lines_of_totals_are_rejected_as_such(read, cells):
    (bad,) = read(f"{HEADER}\n{cells}\n")
    assert (bad.column, bad.expected) == ("", "this is a line of totals, not a single entry")


def test_a_debtor_may_be_called_total(read):
    (row,) = read(f"{HEADER}\nF-1;2026-03-31;1;EUR;Total Énergies\n")
    assert row.debtor_name == "Total Énergies"


def test_an_overlong_row_is_rejected_and_the_next_is_read(read):
    bad, good = read(f"{HEADER}\nF-1;2026-03-31;1;EUR;{'x' * 300_000}\nF-2;2026-03-31;1;EUR;a\n")
    assert bad.expected.startswith(f"this row is longer than the {LONGEST} characters")
    assert len(bad.row["debtor_name"]) < 1000
    assert (good.number, good.line) == ("F-2", 3)


def test_overlong_quoted_cells_are_rejected_line_by_line(read):
    filling = "y" * 60_000 + "\n"
    rows = read(f'{HEADER}\nF-1;2026-03-31;1;EUR;"{filling * 4}";\nF-2;2026-03-31;1;EUR;a\n')
    assert [type(row) for row in rows].count(ItemRow) == 1
    assert rows[-1].line == 7


def test_a_null_byte_spoils_its_row_only(read):
    bad, good = read(f"{HEADER}\nF-1;2026-03-31;1;EUR;a\x00b\nF-2;2026-03-31;1;EUR;a\n")
    assert (bad.column, bad.expected) == ("debtor_name", "a text without control characters")
    assert isinstance(good, ItemRow)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "is empty"),
        (b"\xef\xbb\xbf", "is empty"),
        (b" \r\n\n", "is empty"),
        (b"PK\x03\x04rest", "spreadsheet or archive .* save it as CSV"),
        (b"%PDF-1.7", "a PDF"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", "an old Excel workbook"),
        (b"\x1f\x8b\x08", "a compressed file"),
        (b"<?xml version='1.0'?>", "an XML file"),
        (bytes(range(32)) * 9, "is not a text file"),
        (b"F-1;2026-03-31;120.00;EUR;Dupont\n", "no header row"),
        (b"hello world", "no header row"),
    ],
)
def test_a_file_that_is_no_ledger_is_refused_in_one_sentence(read, content, sentence):
    with pytest.raises(RefusedError, match=f"ledger.csv .*{sentence}"):
        read(content)


@pytest.mark.parametrize(
    ("locale", "sentence"),
    [
        ({"encoding": "klingon"}, "'klingon' is not an encoding"),
        ({"encoding": "rot13"}, "'rot13' is not an encoding"),
        ({"separator": ";;"}, "cannot separate columns"),
        ({"separator": '"'}, "cannot separate columns"),
        ({"decimal": "'"}, "is no decimal sign"),
        ({"dates": "american"}, "is no order of dates"),
    ],
)
def test_a_locale_that_cannot_be_is_refused(read, locale, sentence):
    with pytest.raises(RefusedError, match=sentence):
        read(f"{HEADER}\n{ROW}\n", **locale)


def test_a_missing_file_or_a_folder_is_refused(tmp_path: Path):
    for path, sentence in ((tmp_path / "no.csv", "cannot be opened"), (tmp_path, "is not a file")):
        with pytest.raises(RefusedError, match=sentence):
            next(connect().items(path, Locale()))


class Counting(io.StringIO):
    """A text that knows how many lines were taken from it."""

    taken = 0

    def readline(self, size=-1):
        self.taken += 1
        return super().readline(size)


def test_rows_are_taken_one_by_one():
    """Memory must not grow with the file, so nothing is read before it is asked for."""
    text = Counting("a;b\n" * 100_000, newline="")
    rows = records(text, ";")
    for _ in range(3):
        next(rows)
    assert text.taken == 3


def test_the_first_row_of_a_long_file_needs_only_its_beginning(tmp_path: Path, monkeypatch):
    """The look ahead ends after a fixed number of rows, and the second pass is lazy."""
    path = tmp_path / "ledger.csv"
    path.write_text(f"{HEADER}\n" + "F-1;2026-03-31;120.00;EUR;a\n" * 100_000)
    taken = 0

    def counted(rows):
        nonlocal taken
        for row in rows:
            taken += 1
            yield row

    from channels.intake.csv_ledger import layout

    monkeypatch.setattr(layout, "records", lambda text, mark: counted(records(text, mark)))
    rows = connect().items(path, Locale())
    assert isinstance(next(rows), ItemRow)
    assert taken < survey.ROWS + 1_000
    rows.close()
