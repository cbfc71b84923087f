"""What a row of a ledger means."""

from datetime import date

import pytest

from models.ledger.entries import ItemRow, Reject


def test_a_row_says_what_it_says(item):
    """Each column of ours arrives where it belongs."""
    found = item(
        creditor="ACME",
        issued="2026-03-01",
        open="20.00",
        debtor_name="Müller & Cie",
        email="a@b.example",
        phone="+33 1 23",
        street="1 rue X\nBât. B",
        postcode="75001",
        city="Paris",
        country="France",
        language="français",
        policy="key-account",
        segment="north",
        method="virement",
        payee="FR76",
        owner="factor",
        servicer="agency",
        discount="2%",
        discount_until="2026-03-11",
        collector="Ann",
        salesperson="Bob",
        level="first-reminder",
        level_on="2026-04-05",
        disputed="5.00",
        promised_by="2026-04-20",
        hold_until="2026-04-21",
    )
    assert found == ItemRow(
        line=2,
        number="F-1",
        due=date(2026, 3, 31),
        amount=12000,
        open=2000,
        currency="EUR",
        creditor="ACME",
        issued=date(2026, 3, 1),
        debtor="C1",
        debtor_name="Müller & Cie",
        email="a@b.example",
        phone="+33 1 23",
        street="1 rue X Bât. B",
        postcode="75001",
        city="Paris",
        country="FR",
        language="fr",
        policy="key-account",
        segment="north",
        method="transfer",
        payee="FR76",
        owner="factor",
        servicer="agency",
        discount=240,
        discount_until=date(2026, 3, 11),
        collector="Ann",
        salesperson="Bob",
        level="first-reminder",
        level_on=date(2026, 4, 5),
        disputed=500,
        promised_by=date(2026, 4, 20),
        hold_until=date(2026, 4, 21),
    )


def test_an_item_paid_in_full_is_still_told(item):
    assert item(open="0.00").open == 0


@pytest.mark.parametrize(
    ("cells", "column", "expected"),
    [
        ({"number": ""}, "number", "a number of 1 to 200 characters"),
        ({"number": "9" * 201}, "number", "a number of 1 to 200 characters"),
        ({"number": "F\n1"}, "number", "without line breaks"),
        ({"number": "F\u200b1"}, "number", "invisible"),
        ({"due": ""}, "due", "a due date (terms are not read from this file)"),
        ({"due": "31.02.2026"}, "due", "a date from 1990 to 2100"),
        ({"due": "1989-12-31"}, "due", "a date from 1990 to 2100"),
        ({"due": "2101-01-01"}, "due", "a date from 1990 to 2100"),
        ({"due": "46112"}, "due", "spreadsheet's day number"),
        ({"due": "2026-01-01", "issued": "2026-01-02"}, "due", "on or after the day of issue"),
        ({"amount": ""}, "amount", "an amount other than 0"),
        ({"amount": "0.00"}, "amount", "an amount other than 0"),
        ({"amount": "-0"}, "amount", "an amount other than 0"),
        ({"amount": "twelve"}, "amount", "an amount such as"),
        ({"amount": "1e3"}, "amount", "an amount such as"),
        ({"amount": "12.345"}, "amount", "decimal sign is clear"),
        ({"amount": "12.34567"}, "amount", "at most 2 decimals"),
        ({"amount": "12.50", "currency": "JPY"}, "amount", "at most 0 decimals"),
        ({"amount": "999999999999999999.00"}, "amount", "a ledger holds"),
        ({"amount": "$120.00"}, "amount", "an amount in EUR"),
        ({"currency": ""}, "currency", "a currency of ISO 4217"),
        ({"currency": "EURX"}, "currency", "a currency of ISO 4217"),
        ({"currency": "XXX"}, "currency", "a currency of ISO 4217"),
        ({"currency": "$"}, "currency", "a currency of ISO 4217"),
        ({"open": "121.00"}, "open", "at most the amount"),
        ({"open": "-1.00"}, "open", "the sign of the amount"),
        ({"kind": "poem"}, "kind", "invoice, credit-note or payment"),
        ({"debtor": ""}, "debtor", "a debtor's code or name"),
        ({"disputed": "121.00"}, "disputed", "up to what is open"),
        ({"disputed": "maybe"}, "disputed", "an amount such as"),
        ({"hold_until": "2026-13-01"}, "hold_until", "a date"),
        ({"debtor_name": "A\x00B"}, "debtor_name", "without control characters"),
        ({"owner": "x" * 1001}, "owner", "at most 1000 characters"),
    ],
)
def test_a_wrong_cell_is_named(item, cells, column, expected):
    """A reject names line, column and value, and says what would have been taken."""
    found = item(**cells)
    assert isinstance(found, Reject)
    assert (found.file, found.line, found.column) == ("ledger.csv", 2, column)
    assert expected in found.expected
    if column:
        assert found.value == cells[column].strip()
        assert found.row[column] == cells[column]


@pytest.mark.parametrize(
    ("said", "currency"), [("eur", "EUR"), ("€", "EUR"), ("Euro", "EUR"), ("chf", "CHF")]
)
def test_currencies_have_several_spellings(item, said, currency):
    assert item(currency=said).currency == currency


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("FR", "FR"),
        ("fra", "FR"),
        ("Deutschland", "DE"),
        ("D", "DE"),
        ("Royaume-Uni", "GB"),
        ("UK", "GB"),
        ("österreich", "AT"),
        ("ETATS-UNIS", "US"),
        ("RE", "RE"),
        ("", ""),
    ],
)
def test_countries_are_known_by_code_and_name(item, said, code):
    assert item(country=said).country == code


@pytest.mark.parametrize(
    ("said", "code"),
    [("fr", "fr"), ("FR-fr", "fr"), ("German", "de"), ("Allemand", "de"), ("ger", "de"), ("", "")],
)
def test_languages_are_known_by_code_and_name(item, said, code):
    assert item(language=said).language == code


@pytest.mark.parametrize(
    ("said", "address"),
    [
        ("a@b.example", "a@b.example"),
        ("a@b.example; c@d.example", "a@b.example"),
        ("a@b.example,c@d.example", "a@b.example"),
        ("Ann <a@b.example>", "a@b.example"),
        ("", ""),
    ],
)
def test_the_first_address_is_taken(item, said, address):
    assert item(email=said).email == address


@pytest.mark.parametrize(
    ("said", "disputed"),
    [(word, -1) for word in ("yes", "oui", "Ja", "TRUE", "1", "x")]
    + [(word, None) for word in ("", "no", "non", "nein", "0", "-", "0.00")]
    + [("5.00", 500), ("120.00", 12000)],
)
def test_a_dispute_is_all_or_an_amount(item, said, disputed):
    assert item(disputed=said).disputed == disputed


@pytest.mark.parametrize(
    ("said", "minor"), [("", 0), ("3.50", 350), ("2%", 240), ("2,5 %", 300), ("0", 0)]
)
def test_a_discount_is_an_amount_or_a_percentage(item, said, minor):
    assert item(discount=said).discount == minor


def test_a_name_alone_makes_a_debtor(item):
    assert item(debtor="", debtor_name="Dupont").debtor_name == "Dupont"


def test_a_code_kept_from_the_spreadsheet_keeps_its_zeros(item):
    assert item(number='="00123"').number == "00123"


def test_blanks_inside_a_number_stay(item):
    assert item(number="  018304 / 28865 ").number == "018304 / 28865"


def test_a_level_of_zero_is_none(item):
    """Accounting programs write 0 for an invoice nobody has been reminded of."""
    assert item(level="0").level == ""


@pytest.mark.parametrize(
    ("written", "currency"),
    [
        ("1 200,00 kr", "SEK"),
        ("kr. 1.200,00", "DKK"),
        ("1.200,- kr", "NOK"),
        ("Fr. 1'200.00", "CHF"),
        ("SFr. 1'200.--", "CHF"),
        ("1'200.\N{EM DASH}", "CHF"),
        ("1 200,00 zł", "PLN"),
        ("1 200,00 Kč", "CZK"),
        ("1 200 Ft", "HUF"),
    ],
)
def test_signs_of_currencies_are_read_where_the_currency_column_decides(item, written, currency):
    found = item(amount=written, currency=currency)
    assert (found.amount, found.currency) == (120_000, currency)


@pytest.mark.parametrize(
    ("written", "currency"), [("5,00 kr", "EUR"), ("Fr. 5.00", "EUR"), ("5,00 zł", "CZK")]
)
def test_a_sign_that_the_currency_column_contradicts_is_refused(item, written, currency):
    found = item(amount=written, currency=currency)
    assert isinstance(found, Reject)
    assert found.expected == f"an amount in {currency}, as the row's currency says"


@pytest.mark.parametrize(
    ("said", "code"), [("Fr.", "CHF"), ("zł", "PLN"), ("Kč", "CZK"), ("€", "EUR"), ("kr", "")]
)
def test_a_currency_may_be_a_sign_that_means_one(item, said, code):
    assert getattr(item(currency=said), "currency", "") == code
