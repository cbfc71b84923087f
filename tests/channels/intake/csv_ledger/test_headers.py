"""What programs call their columns: each is known, doubtful ones are asked about."""

from datetime import date

import pytest

from channels.intake.csv_ledger.reader import found
from channels.intake.csv_ledger.vocabulary import key, spellings
from models.errors import RefusedError
from models.ledger.entries import ItemRow
from models.ports import Locale

USUAL = {
    "number": ("number", "F-1"),
    "due": ("due", "2026-03-31"),
    "amount": ("amount", "120.00"),
    "currency": ("currency", "EUR"),
    "debtor": ("debtor", "C1"),
}

OPEN = [
    "Restant à payer",
    "Solde restant dû",
    "Reste à payer TTC",
    "Reste dû TTC",
    "Montant dû TTC",
    "MONTANT DU TTC",
    "Montant impayé",
    "Impayé",
    "Reste",
    "Restant",
    "Restant dû",
    "Solde (€)",
    "Solde dû T.T.C.",
    "Reste à encaisser",
    "Outstanding balance",
    "Outstanding",
    "Remaining balance",
    "Remaining",
    "Remaining Amt.",
    "Unpaid",
    "Unpaid balance",
    "Unpaid amount",
    "Balance outstanding",
    "Balance (as of 31/03/2026)",
    "InvoiceAmountDue",
    "Inv. Bal.",
    "O/S Amount",
    "Amount owing",
    "Noch zu zahlen",
    "Restforderung",
    "Restbetrag",
    "Offener Betrag (brutto)",
    "OP-Betrag",
    "OP-Saldo",
    "Betrag offen (EUR)",
    "Rückstand",
    "Fälliger Betrag",
]


def ledger(**named: tuple[str, str]) -> str:
    """A file of one row, some of its columns called otherwise, or left away."""
    cells = {ours: pair for ours, pair in {**USUAL, **named}.items() if pair}
    return "\n".join(";".join(f'"{pair[at]}"' for pair in cells.values()) for at in (0, 1))


@pytest.mark.parametrize("name", OPEN)
def test_no_program_hides_what_is_still_open(read, name):
    """Unread, the column would let paid invoices be chased in full."""
    (row,) = read(ledger(open=(name, "20.00")))
    assert (row.amount, row.open) == (12000, 2000)


@pytest.mark.parametrize(
    ("ours", "name"),
    [("number", name) for name in ("Inv No", "Inv #", "Inv. No.", "Inv. Nbr", "Invoice Ref")]
    + [("number", name) for name in ("Réf.", "N˚ facture", "Faktura", "Faktura-Nr.", "Facture #")]
    + [("amount", name) for name in ("Amount (incl. VAT)", "Grand total", "Total incl. tax")]
    + [("amount", name) for name in ("Montant T.T.C.", "Total T.T.C.", "Mt TTC", "Inv. Amt")]
    + [("amount", name) for name in ("Rechnungsbetrag (brutto)", "Rechnungssumme", "Gesamt")]
    + [("due", name) for name in ("Due date (UTC)", "Date éch.", "Date limite de règlement")]
    + [("due", name) for name in ("Fälligkeitstermin", "Zahlungsziel", "Payment terms")]
    + [("currency", name) for name in ("Dev.", "Währ.", "Währg.", "Waehr.", "Ccy (ISO)")]
    + [("debtor", name) for name in ("Cust. No", "Cust. #", "Kd.-Nr.", "A/C Ref")],
)
def test_abbreviations_and_asides_do_not_hide_a_column(read, ours, name):
    (row,) = read(ledger(**{ours: (name, USUAL[ours][1])}))
    assert isinstance(row, ItemRow)
    assert row.number == "F-1"


@pytest.mark.parametrize(
    ("ours", "name", "cell"),
    [("debtor_name", name, "Dupont SA") for name in ("Cust. Name", "ContactName", "Kontaktname")]
    + [("email", name, "a@b.c") for name in ("customer_email", "Customer Email", "Kunden-E-Mail")],
)
def test_names_and_addresses_of_customers_are_found(read, ours, name, cell):
    (row,) = read(ledger(**{ours: (name, cell)}))
    assert getattr(row, ours) == cell


@pytest.mark.parametrize(
    "names",
    [
        ("N° de facture", "Nº de facture", "Facture no.", "Facture #", "Facture Nr."),
        ("T.T.C.", "TTC", "t.t.c"),
        ("E-Mail", "email", "eMail"),
    ],
)
def test_one_name_has_many_spellings(names):
    assert len({key(name) for name in names}) == 1


@pytest.mark.parametrize(
    "name",
    [
        "Montant (HT)",
        "Amount (excl. VAT)",
        "Betrag (netto)",
        "Amount (VAT)",
        "Betrag (MwSt)",
        "Amount (paid)",
        "Montant (réglé)",
        "Amount (LCY)",
        "Amount (2)",
    ],
)
def test_brackets_that_make_another_column_are_read(name):
    """Taken for the amount, the column would be chased for."""
    assert key("amount") not in spellings(name)
    assert key("Montant") not in spellings(name)
    assert key("Betrag") not in spellings(name)


def test_a_name_as_it_stands_is_surer_than_one_without_its_brackets(read):
    (row,) = read(ledger(amount=("Montant (A)", "1.00"), phone=("Montant TTC", "120.00")))
    assert row.amount == 12000
    (row,) = read(ledger(amount=("Betrag (EUR)", "1.00"), phone=("Betrag", "120.00")))
    assert row.amount == 12000
    (row,) = read(ledger(amount=("Total", "1.00"), phone=("Total (incl. VAT)", "120.00")))
    assert row.amount == 12000


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Amount (EUR)", "Amount (USD)"),
        ("Montant (A)", "Montant (B)"),
        ("Montant TTC", "Montant TTC"),
        ("Amount", "Amount (incl. VAT)"),
        ("Betrag", "Betrag TTC"),
    ],
)
def test_two_columns_that_only_brackets_tell_apart_are_asked_about(read, one, other):
    text = ledger(amount=(one, "120.00"), phone=(other, "7.00"))
    with pytest.raises(RefusedError, match=r"two columns .* say in a mapping which one is"):
        read(text)
    other = f"{other} (2)" if one == other else other
    (row,) = read(text, columns={other: "amount", one: ""})
    assert row.amount == 700


def test_terms_are_not_taken_for_days(read):
    """*Zahlungsziel* holds days in one program and terms in another."""
    (row,) = read(ledger(phone=("Zahlungsziel", "14 Tage netto")))
    assert row.due == date(2026, 3, 31)
    with pytest.raises(RefusedError, match="no column for due"):
        read(ledger(due=("Zahlungsziel", "14 Tage netto")))


def test_a_contact_is_no_debtor_where_the_customer_is_named(read):
    (row,) = read(ledger(debtor=("Customer", "Dupont SA"), phone=("Contact name", "Ann")))
    assert (row.debtor, row.debtor_name) == ("", "Dupont SA")


def test_a_column_that_only_says_yes_and_no_is_no_open_amount(read):
    (row,) = read(ledger(open=("Open", "Yes"), phone=("Remaining Amount", "20.00")))
    assert row.open == 2000


def test_what_remains_is_surer_than_what_was_due(read):
    """In some exports *Amount Due* stays when an invoice is paid."""
    (row,) = read(ledger(open=("Amount Due", "120.00"), phone=("Amount Remaining", "0.00")))
    assert row.open == 0


def test_what_is_not_used_is_told_with_what_was_found_out(tmp_path):
    """But not what a mapping leaves out, what nobody filled in, and what we added ourselves."""
    path = tmp_path / "ledger.csv"
    path.write_text(
        "number;due;amount;currency;debtor;Statut;Remarque;;;line;column;reason\n"
        "F-1;2026-03-31;1.00;EUR;C1;x;y;;z;;;\n",
        "utf-8",
    )
    form = found(path, Locale(columns={"remarque": ""}))
    unread = [name for name, ours in form.columns.items() if not ours]
    assert unread == ["Statut", "column 9", "remarque"]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (
            "number;due;amount;currency;Wer\nF-1;2026-03-31;1;EUR;C1",
            r"no column for debtor or debtor_name; .*under \[columns\] .* \"Wer\" = \"debtor\"$",
        ),
        (
            "Facture;Montant TTC;Remarque\nF-1;1;x",
            r"no column for due, currency, .* such as \"Remarque\" = \"due\"$",
        ),
        ("number;due;debtor\nF-1;2026-03-31;C1", r"no column for amount, currency; .*export"),
    ],
)
def test_a_missing_column_is_named_with_a_line_that_would_mend_it(read, text, sentence):
    with pytest.raises(RefusedError, match=sentence):
        read(text)


def test_the_line_that_would_mend_it_is_accepted(read):
    text = "number;due;amount;currency;Wer\nF-1;2026-03-31;1;EUR;C1"
    (row,) = read(text, columns={"Wer": "debtor"})
    assert row.debtor == "C1"
