"""Whatever stands in a file: well formed it reads back equal, else nothing breaks."""

import csv
import io
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from channels.intake.csv_ledger import connect
from models.errors import RefusedError
from models.ledger.entries import ItemRow, Reject
from models.ports import Locale

REAL = Path(__file__).resolve().parents[4].parent / "shared" / "samples" / "ledger.csv"

ENGLISH = ("Invoice No.", "Invoice date", "Due date", "Total", "Currency", "Customer name", "City")
FRENCH = ("N° facture", "Date facture", "Échéance", "Montant TTC", "Devise", "Nom client", "Ville")
GERMAN = ("Rechnungs-Nr.", "Rechnungsdatum", "Fälligkeit", "Betrag", "Währung", "Kundenname", "Ort")
OURS = ("number", "issued", "due", "amount", "currency", "debtor_name", "city")

#: header, decimal sign, sign between thousands, dates
HABITS = [
    (OURS, ".", "", "%Y-%m-%d"),
    (ENGLISH, ".", ",", "%m/%d/%Y"),
    (ENGLISH, ".", "", "%d-%b-%Y"),
    (FRENCH, ",", "\u202f", "%d/%m/%Y"),
    (FRENCH, ",", " ", "%d/%m/%y"),
    (GERMAN, ",", ".", "%d.%m.%Y"),
    (GERMAN, ".", "'", "%Y%m%d"),
]
NAMES = ["Société Générale", "Müller & Söhne", "Dupont; Durand, Fils", 'Le "Relais"', "A|B\tC"]
DAYS = st.dates(date(1995, 1, 1), date(2085, 12, 31))


@st.composite
def items(draw):
    issued, due = sorted((draw(DAYS), draw(DAYS)))
    cents = draw(st.integers(1, 10**11) | st.integers(-(10**9), -1))
    number = draw(st.text("ABC019-/_. ;,'\"é", min_size=1, max_size=12)).strip() or "0"
    return number, issued, due, cents, draw(st.sampled_from(NAMES)), draw(st.sampled_from(NAMES))


def amount(cents, decimal, group):
    whole = f"{abs(cents) // 100:,}".replace(",", group)
    return f"{'-' if cents < 0 else ''}{whole}{decimal}{abs(cents) % 100:02d}"


@given(
    st.lists(items(), min_size=1, max_size=8),
    st.sampled_from(HABITS),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "cp1252"]),
    st.tuples(st.sampled_from(";,\t|"), st.sampled_from(["\n", "\r\n", "\r"])),
)
@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_well_formed_ledger_reads_back_equal(tmp_path, entries, habit, encoding, marks):
    header, decimal, group, dates = habit
    group = "\u00a0" if group == "\u202f" and encoding == "cp1252" else group
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=marks[0], lineterminator=marks[1])
    writer.writerow(header)
    clear = ("clear", date(2026, 1, 25), date(2026, 1, 28), 123456, NAMES[0], NAMES[1])
    for number, issued, due, cents, name, city in (*entries, clear):
        days = issued.strftime(dates), due.strftime(dates)
        writer.writerow([number, *days, amount(cents, decimal, group), "EUR", name, city])
    path = tmp_path / "ledger.csv"
    path.write_bytes(out.getvalue().encode(encoding))
    rows = list(connect().items(path, Locale()))
    assert [
        (row.number, row.issued, row.due, row.amount, row.debtor_name, row.city) for row in rows
    ] == [
        (number, issued, due, cents, name.replace("\t", " "), city.replace("\t", " "))
        for number, issued, due, cents, name, city in (*entries, clear)
    ]


BYTES = st.binary(max_size=400) | st.builds(
    bytes.__add__,
    st.sampled_from(
        [
            b"number;due;amount;currency;debtor;email;country;disputed;discount\n",
            b"\xff\xfen\x00u\x00m\x00b\x00e\x00r\x00",
            "N° facture,Échéance,Montant,Devise,Client\n".encode(),
            b"debtor,role,email\n",
            b"on\tamount\tcurrency\tnumbers\n",
        ]
    ),
    st.binary(max_size=300)
    | st.text(max_size=200).map(lambda text: text.encode("utf-8", "replace"))
    | st.text('F1-/.,;"\t\r\n €%0235eEURx=()', max_size=300).map(str.encode),
)


@given(
    BYTES,
    st.sampled_from(["items", "contacts", "payments"]),
    st.sampled_from(["", "cp1252", "utf-16", "shift_jis", "iso2022_jp", "utf-7"]),
)
@settings(
    max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_no_file_breaks_the_reader(tmp_path, content, sheet, encoding):
    """It is refused in a sentence, or its rows are taken in or rejected."""
    path = tmp_path / "any.csv"
    path.write_bytes(content)
    try:
        rows = list(getattr(connect(), sheet)(path, Locale(encoding=encoding)))
    except RefusedError:
        return
    for row in rows:
        assert row.line > 0
        if isinstance(row, Reject):
            assert row.expected
            str(row).encode()


@pytest.mark.skipif(not REAL.is_file(), reason="the shared samples are not on this machine")
def test_every_row_of_a_real_ledger_is_taken_in_or_rejected_for_its_reason():
    text = list(csv.DictReader(io.StringIO(REAL.read_text("utf-8"))))
    rows = list(connect().items(REAL, Locale()))
    assert len(rows) == len(text)
    for said, row in zip(text, rows, strict=True):
        negative = said["amount"].startswith("-")
        if said["amount"] == "0.00":
            assert (row.column, row.expected) == ("amount", "an amount other than 0")
        elif not said["due"] and not negative:
            assert (row.column, row.expected[:10]) == ("due", "a due date")
        elif not negative and said["due"] < said["issued"]:
            assert (row.column, row.value) == ("due", said["due"])
            assert said["number"] == "150377292"
        else:
            assert isinstance(row, ItemRow), row
            assert (row.number, row.country) == (said["number"], said["country"])
            assert (row.amount < 0) == negative
    assert sum(isinstance(row, Reject) for row in rows) == 11
