"""What ledgers and files of contacts say of debtors themselves, in their own columns."""

import pytest

from channels.intake.csv_ledger import connect
from models.ledger.entries import Reject
from models.ports import Locale

ITEM = "number;due;amount;currency;debtor;{}\nF-1;2026-03-20;1000,00;EUR;D1;{}\n"
LOCALE = Locale()


def one(path, kind="items"):
    (row,) = getattr(connect(), kind)(path, LOCALE)
    assert not isinstance(row, Reject), str(row)
    return row


@pytest.mark.parametrize(
    ("column", "cell", "fact", "value"),
    [
        ("SIREN", "732 829 320", "legal_id", "732 829 320"),
        ("SIRET", "73282932000074", "legal_id", "73282932000074"),
        ("N° TVA intracommunautaire", "FR44732829320", "legal_id", "FR44732829320"),
        ("VAT number", "GB 123 4567 89", "legal_id", "GB 123 4567 89"),
        ("VAT", "FR44732829320", "legal_id", "FR44732829320"),
        ("USt-IdNr.", "DE123456788", "legal_id", "DE123456788"),
        ("Company number", "01234567", "legal_id", "01234567"),
        ("payment_days", "15,31", "payment_days", (15, 31)),
        ("Zahllauf", "31 und 15", "payment_days", (15, 31)),
        ("internal", "yes", "internal", True),
        ("Intragroupe", "non", "internal", False),
        ("Intern", "ja", "internal", True),
        ("Time zone", "europe/berlin", "zone", "Europe/Berlin"),
        ("disclosed", "no", "disclosed", False),
        ("Cession notifiée", "oui", "disclosed", True),
    ],
)
def test_a_column_is_known_by_its_name(tmp_path, column, cell, fact, value):
    path = tmp_path / "ledger.csv"
    path.write_text(ITEM.format(column, cell), "utf-8")
    assert getattr(one(path), fact) == value


@pytest.mark.parametrize("cell", ["166,67", "20 %", "20,00", "0,00"])
def test_a_column_of_tax_amounts_names_no_legal_person(tmp_path, cell):
    path = tmp_path / "ledger.csv"
    path.write_text(ITEM.format("VAT", cell), "utf-8")
    assert one(path).legal_id == ""


@pytest.mark.parametrize(
    ("column", "cell", "expected"),
    [
        ("payment_days", "45", "days of the month such as 15, 31"),
        ("payment_days", "30 days net", "days of the month such as 15, 31"),
        ("internal", "perhaps", "yes or no"),
        ("zone", "Mars/Base", "a time zone such as Europe/Paris"),
    ],
)
def test_what_cannot_be_read_is_left_out_with_a_remark(tmp_path, column, cell, expected):
    path = tmp_path / "ledger.csv"
    path.write_text(ITEM.format(column, cell), "utf-8")
    row = one(path)
    assert (row.payment_days, row.internal, row.zone) == ((), None, "")
    (remark,) = row.remarks
    assert expected in remark


def test_contacts_bring_facts_of_their_debtor(tmp_path):
    path = tmp_path / "contacts.csv"
    head = "debtor;role;email;segment;siren;payment_days;internal;zone\n"
    path.write_text(f"{head}D1;accounting;a@b.example;small;732829320;5;no;Europe/Paris\n", "utf-8")
    row = one(path, "contacts")
    assert (row.segment, row.legal_id, row.payment_days) == ("small", "732829320", (5,))
    assert (row.internal, row.zone) == (False, "Europe/Paris")
