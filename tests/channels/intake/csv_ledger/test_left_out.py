"""What a row can do without: it is left out and remarked on, and the receivable is taken."""

import pytest

from channels.intake.csv_ledger.vocabulary import nothing
from models.ledger.entries import ContactRow, ItemRow, PaymentRow, Reject

HEADER = "number;due;amount;currency;debtor"
ROW = "F-1;2026-03-31;1;EUR;C1"
OPTIONAL = [
    "issued",
    "email",
    "phone",
    "street",
    "city",
    "postcode",
    "country",
    "language",
    "policy",
    "segment",
    "method",
    "discount",
    "discount_until",
    "collector",
    "salesperson",
    "level",
    "level_on",
    "disputed",
    "promised_by",
    "hold_until",
    "kind",
]


@pytest.mark.parametrize("word", ["-", "--", "n/a", "NA", "néant", "keine", "None", "null", "#N/A"])
def test_people_have_words_for_an_empty_cell(item, word):
    assert item(**dict.fromkeys(OPTIONAL, word)) == item()
    assert item(**dict.fromkeys(OPTIONAL, word)).remarks == ()


def test_an_open_amount_of_a_dash_is_not_guessed(item):
    """A spreadsheet shows zero as a dash; read as nothing, a paid invoice would be chased."""
    assert "-" in nothing()
    assert isinstance(item(open="-"), Reject)


@pytest.mark.parametrize(
    ("column", "cell", "remark"),
    [
        ("issued", "soon", "column issued: 'soon' is not a date from 1990"),
        ("issued", "0000-00-00", "column issued: '0000-00-00' is not a date"),
        ("country", "Europe", "column country: 'Europe' is not a country"),
        ("language", "Klingon", "column language: 'Klingon' is not a language"),
        ("method", "barter", "column method: 'barter' is not transfer, direct-debit or"),
        ("discount", "121.00", "column discount: '121.00' is not a discount"),
        ("discount_until", "14 days", "column discount_until: '14 days' is not a date"),
        ("policy", "a\x00b", "column policy: 'a\\x00b' is not a text without control"),
        ("email", "nobody", "column email: this is not an e-mail address"),
        ("email", "ann miller@b.example", "column email: this is not an e-mail address"),
        ("email", "a@b@c", "column email: this is not an e-mail address"),
        ("street", "x" * 1001, "column street: this is not a text of at most 1000"),
        ("salesperson", "a\x00b", "column salesperson: this is not a text without"),
    ],
)
def test_an_unreadable_cell_leaves_no_receivable_out(item, column, cell, remark):
    """The remark names the column, and shows the cell unless it is about a person."""
    found = item(**{column: cell})
    assert isinstance(found, ItemRow)
    assert found == item()
    (said,) = found.remarks
    assert said.startswith(remark)


def test_a_remark_does_not_tell_two_rows_apart(item):
    """Else a row that comes twice would be rejected as stated differently."""
    assert hash(item(country="Europe")) == hash(item(country="Atlantis"))


@pytest.mark.parametrize(
    ("column", "cell", "value"),
    [
        ("email", "a@b.example / c@d.example", "a@b.example"),
        ("email", "a@b.example|c@d.example", "a@b.example"),
        ("email", "a@b.example c@d.example", "a@b.example"),
        ("email", "n/a; a@b.example", "a@b.example"),
        ("email", "mailto:a@b.example", "a@b.example"),
        ("email", '"Miller, Ann" <a@b.example>', "a@b.example"),
        ("country", "EL", "GR"),
        ("country", "UK", "GB"),
        ("country", "GB-ENG", "GB"),
        ("country", "France métropolitaine", "FR"),
        ("country", "FR - France", "FR"),
        ("country", "Österreich (AT)", "AT"),
        ("country", "Grèce", "GR"),
        ("country", "Griechenland", "GR"),
        ("country", "United States of America", "US"),
    ]
    + [("method", said, "direct-debit") for said in ("SEPA DD", "prélèvement", "Lastschrift", "DD")]
    + [("method", said, "transfer") for said in ("LCR", "traite", "chèque", "virement", "Wechsel")]
    + [("method", said, "transfer") for said in ("transfer", "Überweisung", "billet à ordre")],
)
def test_more_spellings_are_read(item, column, cell, value):
    found = item(**{column: cell})
    assert (getattr(found, column), found.remarks) == (value, ())


@pytest.mark.parametrize(
    ("column", "cell"),
    [
        ("due", "soon"),
        ("open", "some"),
        ("open", "n/a"),
        ("currency", "-"),
        ("disputed", "maybe"),
        ("level_on", "soon"),
        ("promised_by", "soon"),
        ("hold_until", "soon"),
        ("payee", "a\x00b"),
        ("owner", "a\x00b"),
    ],
)
def test_what_says_how_much_is_owed_to_whom_and_what_was_agreed_stays_strict(item, column, cell):
    found = item(**{column: cell})
    assert isinstance(found, Reject)
    assert found.column == column


@pytest.mark.parametrize(
    ("column", "cell", "left"),
    [
        ("email", "nobody", ""),
        ("language", "Klingon", ""),
        ("name", "a\x00b", ""),
        ("payment_days", "45", ()),
        ("zone", "Mars/Base", ""),
    ],
)
def test_a_contact_is_taken_without_what_cannot_be_read(read, column, cell, left):
    cells = {"debtor": "C1", "role": "accounting", "phone": "+33612345678", column: cell}
    (found,) = read(";".join(cells) + "\n" + ";".join(cells.values()) + "\n", "contacts")
    assert isinstance(found, ContactRow)
    assert getattr(found, column) == left
    (remark,) = found.remarks
    assert remark.startswith(f"column {column}: ")


@pytest.mark.parametrize(
    ("cells", "column"),
    [
        ("C1;accounting;nobody;", "email"),
        (f"C1;accounting;;{'1' * 1001}", "phone"),
        ("C1;accounting;;", "email"),
        (";accounting;a@b.example;", "debtor"),
        ("C1;;a@b.example;", "role"),
    ],
)
def test_a_contact_that_cannot_be_reached_is_left_out_with_the_cell_that_says_why(
    read, cells, column
):
    (found,) = read(f"debtor;role;email;phone\n{cells}\n", "contacts")
    assert isinstance(found, Reject)
    assert found.column == column


@pytest.mark.parametrize("column", ["reference", "numbers", "debtor", "debtor_name", "text"])
def test_a_payment_is_taken_without_what_cannot_be_read(read, column):
    cells = {"on": "2026-03-02", "amount": "5.00", "currency": "EUR", column: "x" * 1001}
    (found,) = read(";".join(cells) + "\n" + ";".join(cells.values()) + "\n", "payments")
    assert isinstance(found, PaymentRow)
    assert getattr(found, column) in {"", ()}
    (remark,) = found.remarks
    assert remark.startswith(f"column {column}: ")


@pytest.mark.parametrize("cells", ["soon;5.00;EUR", "2026-03-02;some;EUR", "2026-03-02;5.00;gold"])
def test_how_much_came_and_when_stays_strict(read, cells):
    (found,) = read(f"on;amount;currency\n{cells}\n", "payments")
    assert isinstance(found, Reject)


def test_damaged_bytes_cost_a_row_only_what_they_stand_in(read):
    """A column that nobody reads costs nothing, a needed one the row."""
    good = "".join(f"F{at};2026-03-31;1;EUR;C;;\n" for at in range(4000))
    rows = read(
        f"{HEADER};city;Remarque\n{good}".encode()
        + b"A;2026-03-31;1;EUR;C;;M\xfcller\nB;2026-03-31;1;EUR;C;K\xf6ln;\n"
        + b"C;2026-03-31;1;EUR;M\xfcller;;\n"
    )
    unread, optional, needed = rows[4000:]
    assert (unread.number, unread.remarks) == ("A", ())
    assert (optional.number, optional.city) == ("B", "")
    assert optional.remarks == ("column city: this is not a text in utf-8",)
    assert (needed.column, needed.expected) == ("debtor", "a text in utf-8")


def test_empty_cells_at_the_end_of_a_row_may_be_missing(read):
    """Spreadsheets leave them out."""
    rows = read(f"{HEADER};city;Remarque\n{ROW}\n{ROW};Paris\n{ROW};Paris;x\n")
    assert [row.city for row in rows] == ["", "Paris", "Paris"]


def test_a_credit_may_end_before_its_due_date(read):
    (row,) = read("number;amount;currency;debtor;due\nC-1;-5.00;EUR;C1\n")
    assert (row.amount, row.due) == (-500, None)


@pytest.mark.parametrize(
    ("cells", "column"),
    [
        ("F-1;2026-03-31;1;EUR", "debtor"),
        ("F-1;2026-03-31", "amount"),
        ("F-1", "due"),
        ("F-1;;1", "currency"),
    ],
)
def test_a_row_that_ends_too_early_names_the_first_cell_it_lacks(read, cells, column):
    bad, good = read(f"{HEADER};city\n{cells}\n{ROW}\n")
    assert (bad.column, bad.value) == (column, "")
    assert bad.expected == f"a value (the row ends after {cells.count(';') + 1} of 6 cells)"
    assert isinstance(good, ItemRow)


@pytest.mark.parametrize(
    ("cells", "sentence"),
    [
        ({"amount": ""}, "column amount: it is empty; an amount other than 0 is needed"),
        ({"number": ""}, "column number: it is empty; a number of 1 to 200 characters is needed"),
        ({"debtor": ""}, "column debtor: it is empty; a debtor's code or name is needed"),
        ({"amount": "0.00"}, "column amount: '0.00' is not an amount other than 0"),
    ],
)
def test_a_reject_says_what_is_wrong_in_a_sentence(item, cells, sentence):
    assert str(item(**cells)) == f"ledger.csv, line 2, {sentence}"


def test_a_row_that_is_wrong_as_a_whole_says_what_is_wrong_with_it(read):
    (row,) = read(f"{HEADER}\nTotal;;1;EUR;\n")
    assert str(row) == "ledger.csv, line 2: this is a line of totals, not a single entry"
