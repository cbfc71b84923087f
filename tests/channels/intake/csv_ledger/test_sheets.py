"""Contacts and payments."""

from datetime import date

import pytest

from models.errors import RefusedError
from models.ledger.entries import ContactRow, PaymentRow, Reject


def test_a_contact_says_what_it_says(read):
    (row,) = read(
        "debtor;role;name;email;phone;language;creditor\nC1;Buchhaltung;Ann;a@b.c;+33;de;ACME",
        "contacts",
    )
    assert row == ContactRow(
        line=2,
        debtor="C1",
        role="accounting",
        creditor="ACME",
        name="Ann",
        email="a@b.c",
        phone="+33",
        language="de",
    )


@pytest.mark.parametrize(
    ("said", "role"),
    [
        ("Comptabilité", "accounting"),
        ("COMPTA", "accounting"),
        ("Geschäftsführung", "management"),
        ("direction", "management"),
        ("juridique", "legal"),
        ("commercial", "sales"),
        ("Vertrieb", "sales"),
        ("accounting", "accounting"),
        ("Night Watch", "night watch"),
    ],
)
def test_roles_are_known_in_three_languages(read, said, role):
    (row,) = read(f"Code client;Fonction;Courriel\nC1;{said};a@b.c", "contacts")
    assert row.role == role


@pytest.mark.parametrize(
    ("cells", "column", "expected"),
    [
        ("C1;accounting;;", "email", "an e-mail address or a telephone number"),
        (";accounting;a@b.c;", "debtor", "a number of 1 to 200 characters"),
        ("C1;;a@b.c;", "role", "a role such as accounting"),
        ("C1;accounting;nobody;", "email", "an e-mail address, or nothing"),
    ],
)
def test_a_contact_nobody_can_reach_is_rejected(read, cells, column, expected):
    (row,) = read(f"debtor;role;email;phone\n{cells}", "contacts")
    assert isinstance(row, Reject)
    assert (row.column, row.expected) == (column, expected)


def test_contacts_need_a_way_to_reach_them(read):
    with pytest.raises(RefusedError, match="no column for email or phone"):
        read("debtor;role\nC1;accounting", "contacts")


def test_a_name_in_contacts_is_the_persons(read):
    (row,) = read("Kunde;Rolle;Name;E-Mail\nC1;GF;Ann;a@b.c", "contacts")
    assert (row.debtor, row.name, row.role) == ("C1", "Ann", "management")


def test_a_payment_says_what_it_says(read):
    (row,) = read(
        "on;amount;currency;numbers;debtor;debtor_name;reference;text;creditor\n"
        "2026-04-02;120.00;EUR;F-2, F-1;C1;Dupont;B7;thanks;ACME",
        "payments",
    )
    assert row == PaymentRow(
        line=2,
        on=date(2026, 4, 2),
        amount=12000,
        currency="EUR",
        creditor="ACME",
        reference="B7",
        numbers=("F-2", "F-1"),
        debtor="C1",
        debtor_name="Dupont",
        text="thanks",
    )


@pytest.mark.parametrize(
    "header",
    [
        "date;amount;currency",
        "value_date;amount;currency",
        "Date de règlement;Montant;Devise",
        "Buchungstag;Betrag;Währung",
        "Valuta;Umsatz;WKZ",
    ],
)
def test_payments_are_recognised_in_three_languages(read, header):
    (row,) = read(f"{header}\n02.04.2026;-1.200,00;EUR", "payments")
    assert (row.on, row.amount) == (date(2026, 4, 2), -120000)


@pytest.mark.parametrize(
    ("said", "numbers"),
    [
        ("F1", ("F1",)),
        ("F1,F2", ("F1", "F2")),
        ("F 1; F 2", ("F 1", "F 2")),
        ("", ()),
        ("F1  F2 F3", ("F1", "F2", "F3")),
        ("F1;;", ("F1",)),
    ],
)
def test_several_numbers_keep_their_order(read, said, numbers):
    (row,) = read(f'on;amount;currency;invoice\n2026-04-02;1;EUR;"{said}"', "payments")
    assert row.numbers == numbers


@pytest.mark.parametrize(
    ("cells", "column", "expected"),
    [
        ("2026-04-02;0.00;EUR", "amount", "an amount other than 0"),
        (";1.00;EUR", "on", "the day of the payment"),
        ("2026-04-02;1.00;", "currency", "a currency of ISO 4217 such as EUR"),
        ("Total;;", "on", "a date"),
    ],
)
def test_a_payment_without_substance_is_rejected(read, cells, column, expected):
    (row,) = read(f"on;amount;currency\n{cells}", "payments")
    assert isinstance(row, Reject)
    if cells.startswith("Total"):
        assert row.expected == "this is a line of totals, not a single entry"
        return
    assert (row.column, row.expected) == (column, expected)
