"""Which column is which: a mapping, then our own names, then what programs call things."""

import pytest

from channels.intake.csv_ledger.vocabulary import columns, key
from models.errors import RefusedError
from models.ledger.entries import ItemRow

PREPARED = {"number": "F-1", "due": "2026-03-31", "amount": "120.00", "currency": "EUR"}


def header(**names):
    return {**{ours: ours for ours in ("number", "due", "amount", "currency", "debtor")}, **names}


@pytest.mark.parametrize(
    ("ours", "name"),
    [("number", name) for name in ("Invoice No.", "N° facture", "Numéro de pièce", "InvoiceNumber")]
    + [("number", name) for name in ("Rechnungsnummer", "Rechnungs-Nr.", "Belegnummer", "NUMERO")]
    + [("number", name) for name in ("Facture n°", "Nº de facture", "Document Number", "Pièce")]
    + [("number", name) for name in ("Belegfeld 1", "invoice_number", "Réf. facture", "RE-NR")]
    + [
        ("due", name)
        for name in ("Échéance", "Date d'échéance", "ECHEANCE", "Fällig am", "DueDate")
    ]
    + [("due", name) for name in ("Fälligkeit", "Faelligkeit", "Net due date", "Invoice Date Due")]
    + [("due", name) for name in ("Date d\u2019échéance", "Fälligkeitsdatum", "échéance le")]
    + [("amount", name) for name in ("Montant TTC", "Betrag", "Montant TTC (EUR)", "Total Signed")]
    + [("amount", name) for name in ("Bruttobetrag", "Amount in doc. curr.", "Betrag in EUR")]
    + [
        ("currency", name) for name in ("Devise", "Währung", "Waehrung", "WKZ", "Document currency")
    ],
)
def test_common_names_are_recognised(read, ours, name):
    names = header(**{ours: name})
    cells = [PREPARED.get(each, "C1") for each in names]
    (row,) = read(";".join(f'"{each}"' for each in names.values()) + "\n" + ";".join(cells))
    assert isinstance(row, ItemRow)


@pytest.mark.parametrize(
    ("field", "name", "cell", "value"),
    [
        ("open", "Reste dû", "20.00", 2000),
        ("open", "MONTANT DU", "20.00", 2000),
        ("open", "Solde", "20.00", 2000),
        ("open", "Offen", "20.00", 2000),
        ("open", "Amount Due Signed", "20.00", 2000),
        ("debtor_name", "Raison sociale", "Dupont", "Dupont"),
        ("debtor_name", "Kundenname", "Dupont", "Dupont"),
        ("debtor_name", "Name 1", "Dupont", "Dupont"),
        ("email", "E-Mail-Adresse", "a@b.c", "a@b.c"),
        ("email", "Courriel", "a@b.c", "a@b.c"),
        ("postcode", "PLZ", "01067", "01067"),
        ("postcode", "Code postal", "01067", "01067"),
        ("street", "Straße", "X", "X"),
        ("street", "STRASSE", "X", "X"),
        ("level", "Mahnstufe", "2", "2"),
        ("level", "Niveau de relance", "2", "2"),
        ("salesperson", "Commercial", "Bob", "Bob"),
        ("policy", "Scénario de relance", "export", "export"),
        ("method", "Mode de règlement", "prélèvement", "direct-debit"),
        ("country", "Land", "D", "DE"),
    ],
)
def test_other_columns_are_recognised_too(read, field, name, cell, value):
    (row,) = read(f"number;due;amount;currency;debtor;{name}\nF-1;2026-03-31;120.00;EUR;C;{cell}")
    assert getattr(row, field) == value


def test_no_common_name_means_two_columns_in_one_language():
    """Otherwise which one it means would depend on the order of a table."""
    unclear = {
        (sheet, name)
        for sheet in ("items", "contacts", "payments")
        for name, senses in columns(sheet).items()
        if len(senses) > 1 and {sense.column for sense in senses} != {"name", "debtor_name"}
    }
    assert unclear == set()


def test_a_column_is_never_used_twice(read):
    """*Reference* can be the number, but *Number* is the surer one."""
    (row,) = read(
        "Reference;Number;Due date;Total;Amount due;Currency;Customer\n"
        "PO 7;F-1;2026-03-31;120.00;20.00;EUR;Dupont"
    )
    assert (row.number, row.amount, row.open) == ("F-1", 12000, 2000)


def test_our_own_name_always_wins(read):
    (row,) = read(
        "Montant TTC;amount;Invoice No.;number;due;currency;debtor\n"
        "999.00;120.00;X;F-1;2026-03-31;EUR;C"
    )
    assert (row.amount, row.number) == (12000, "F-1")


@pytest.mark.parametrize(
    ("names", "cells", "debtor", "debtor_name"),
    [
        ("Client", "Dupont SA", "", "Dupont SA"),
        ("Client", "C0042", "C0042", ""),
        ("Kunde;Kundennummer", "Dupont;42", "42", "Dupont"),
        ("Customer;Customer name", "K7;Dupont", "K7", "Dupont"),
        ("Code client;Client", "K7;Dupont", "K7", "Dupont"),
        ("Code client;Raison sociale;Tiers", "K7;Dupont;other", "K7", "Dupont"),
        ("Debitor;Name 1", "10001;Müller GmbH", "10001", "Müller GmbH"),
    ],
)
def test_a_customer_is_a_code_or_a_name_given_what_stands_beside(
    read, names, cells, debtor, debtor_name
):
    (row,) = read(f"number;due;amount;currency;{names}\nF-1;2026-03-31;120.00;EUR;{cells}")
    assert (row.debtor, row.debtor_name) == (debtor, debtor_name)


def test_a_mapping_wins_over_what_is_recognised(read):
    text = "Montant TTC;Solde;Pièce;Échéance;Devise;Client\n100.00;20.00;F-1;2026-03-31;EUR;Dupont"
    (row,) = read(text, columns={"solde": "amount", "Montant TTC": "", "Client": "debtor"})
    assert (row.amount, row.debtor, row.debtor_name) == (2000, "Dupont", "")


@pytest.mark.parametrize(
    ("mapping", "sentence"),
    [
        ({"Nowhere": "open"}, "names the column 'Nowhere', but the file has number, due"),
        ({"amount": "total"}, "names 'total', which is none of amount"),
        ({"amount": "open", "due": "open"}, "names two columns as 'open'"),
    ],
)
def test_a_mapping_that_does_not_fit_is_refused(read, mapping, sentence):
    with pytest.raises(RefusedError, match=sentence):
        read("number;due;amount;currency;debtor\n", columns=mapping)


def test_missing_columns_are_named_with_those_that_are_there(read):
    with pytest.raises(RefusedError) as refused:
        read("Facture;Montant TTC;Remarque\nF-1;1;x")
    assert str(refused.value).startswith(
        "ledger.csv has no column for due, currency, debtor or debtor_name; "
        "its columns are Facture, Montant TTC, Remarque: "
    )


def test_two_columns_of_one_name_are_not_guessed_between(read):
    text = "number;due;amount;amount;currency;debtor\nF-1;2026-03-31;1;2;EUR;C"
    with pytest.raises(RefusedError, match=r"two columns 'amount'.*'amount \(2\)'"):
        read(text)
    (row,) = read(text, columns={"amount (2)": "amount"})
    assert row.amount == 200


def test_titles_above_the_header_are_passed_over(read):
    text = (
        "Balance âgée;;;;\n;;;;\nAu 31/03/2026;;;;\n"
        "N° facture;Échéance;Montant;Devise;Client\nF-1;31/03/2026;1,00;EUR;Dupont\n"
    )
    (row,) = read(text)
    assert row.line == 5


@pytest.mark.parametrize(
    ("name", "same"),
    [("Date d'échéance", "DATE_ECHEANCE"), ("Kunden-Nr.", "Kundennummer"), ("N°", "Number")],
)
def test_names_are_compared_by_their_words(name, same):
    assert key(name) == key(same)
