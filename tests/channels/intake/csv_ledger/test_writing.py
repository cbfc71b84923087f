"""Numbers and dates: the file's habit is found out, then each value is read strictly."""

from datetime import date

import pytest

from models.ledger.entries import ItemRow, Reject

HEADER = "number;due;amount;currency;debtor"


def amounts(read, *values, currency="EUR", **locale):
    rows = [f'F{at};2026-03-31;"{value}";{currency};C' for at, value in enumerate(values)]
    return [
        None if isinstance(row, Reject) else row.amount
        for row in read("\n".join([HEADER, *rows]), **locale)
    ]


def dues(read, *values, header=HEADER, currency="EUR", **locale):
    rows = [f"F{at};{value};1;{currency};C" for at, value in enumerate(values)]
    return [
        None if isinstance(row, Reject) else row.due
        for row in read("\n".join([header, *rows]), **locale)
    ]


@pytest.mark.parametrize(
    ("values", "minor"),
    [
        (["1.234,56", "7"], [123456, 700]),
        (["1,234.56", "7"], [123456, 700]),
        (["1 234,56"], [123456]),
        (["1\u00a0234,56"], [123456]),
        (["1\u202f234,56"], [123456]),
        (["1'234.56", "1\u2019234.56"], [123456, 123456]),
        (["1.234.567"], [123456700]),
        (["1234,5"], [123450]),
        ([",50"], [50]),
        (["000000000001437,12"], [143712]),
        (["1.234,56-"], [-123456]),
        (["(12.00)"], [-1200]),
        (["-12.00", "\u221212.00", "- 12.00"], [-1200] * 3),
        (["€ 12.00", "12.00 €", "12.00 EUR", "EUR -12.00"], [1200, 1200, 1200, -1200]),
        (["12.5000"], [1250]),
    ],
)
def test_amounts_are_read_as_their_file_writes_them(read, values, minor):
    assert amounts(read, *values) == minor


@pytest.mark.parametrize(
    "value",
    [
        "1.23.4",
        "12,34.56.7",
        "--1",
        "(-1)",
        "(1",
        "1)",
        "+-1",
        "1..2",
        "1 23",
        "12.",
        "1,2,3",
        "١٢",
        "12€€",
        "€12€",
        "1_000",
        "0x1",
        "NaN",
        "Infinity",
        "1e5",
        "1'23",
    ],
)
def test_an_amount_in_doubt_is_rejected(read, value):
    assert amounts(read, value) == [None]


def test_one_clear_value_settles_the_unclear_ones(read):
    """1.234 is a thousand and more where another row shows a decimal comma."""
    assert amounts(read, "1.234", "5,50") == [123400, 550]
    assert amounts(read, "1,234", "5.50") == [123400, 550]


def test_without_any_clear_value_the_unclear_are_rejected(read):
    assert amounts(read, "1.234", "900") == [None, 90000]


def test_a_file_that_writes_thousands_plainly_shows_no_points_between_them(read):
    """A lone 1.234 among 5678,90 may be a slip of a factor of a thousand."""
    assert amounts(read, "5678,90", "1.234") == [567890, None]
    assert amounts(read, "5678,90", "1.234", "1.234,00") == [567890, 123400, 123400]


def test_a_file_that_mixes_both_keeps_only_what_is_clear(read):
    assert amounts(read, "1,50", "1.50", "1.500") == [150, 150, None]


def test_a_rare_slip_does_not_unsettle_a_file(read):
    found = amounts(read, *["1,50"] * 40, "1.50", "1.500")
    assert found[-2:] == [None, 150000]


def test_a_decimal_sign_that_was_said_is_not_searched_for(read):
    assert amounts(read, "1.234", decimal=",") == [123400]
    assert amounts(read, "1.234", decimal=".") == [None]
    assert amounts(read, "1.234", decimal=".", currency="TND") == [1234]


@pytest.mark.parametrize(
    ("value", "currency", "minor"),
    [("120", "JPY", 120), ("120.00", "JPY", 120), ("1.2345", "TND", None), ("1.5", "TND", 1500)],
)
def test_decimals_are_the_currencys(read, value, currency, minor):
    assert amounts(read, value, currency=currency) == [minor]


@pytest.mark.parametrize(
    "value",
    [
        "2026-03-31",
        "2026/3/31",
        "2026.03.31",
        "20260331",
        "31/03/2026",
        "31.03.2026",
        "31.3.26",
        "31-03-2026",
        "31-Mar-2026",
        "31 mars 2026",
        "31. März 2026",
        "31 MARZ 2026",
        "31-Mrz-26",
        "March 31, 2026",
        "Mar 31 2026",
        "31 Maerz 2026",
        "2026-03-31 00:00:00",
        "2026-03-31T12:30",
        "31/03/2026 00:00",
        "31st March 2026",
    ],
)
def test_a_day_has_many_spellings(read, value):
    assert dues(read, value) == [date(2026, 3, 31)]


@pytest.mark.parametrize(
    ("value", "month"),
    [
        ("1er janvier 2026", 1),
        ("1 févr. 2026", 2),
        ("1 fevrier 2026", 2),
        ("1 avr. 26", 4),
        ("1 juin 2026", 6),
        ("1 juil. 2026", 7),
        ("1 AOUT 2026", 8),
        ("1. Dez 2026", 12),
        ("1. Mai 2026", 5),
        ("1 Sept 2026", 9),
        ("1 Okt. 2026", 10),
    ],
)
def test_months_are_known_in_three_languages(read, value, month):
    assert dues(read, value) == [date(2026, month, 1)]


@pytest.mark.parametrize(
    "value",
    [
        "31/02/2026",
        "2026-02-30",
        "00/01/2026",
        "46112",
        "46112.0",
        "1 jui 2026",
        "tomorrow",
        "32.01.2026",
        "2026-00-10",
        "01/01/1989",
        "01/01/2101",
        "31/03-2026",
        "٣١/٠٣/٢٠٢٦",
        "1 Foo 2026",
        "2026-03-31T00:00:00+02:00",
        "310326",
    ],
)
def test_what_is_no_day_is_rejected(read, value):
    assert dues(read, value, "2026-01-01") == [None, date(2026, 1, 1)]


def test_a_value_above_twelve_settles_the_order_for_the_file(read):
    assert dues(read, "03/04/2026", "25/12/2026")[0] == date(2026, 4, 3)
    assert dues(read, "03/04/2026", "12/25/2026")[0] == date(2026, 3, 4)


def test_under_the_files_order_an_impossible_day_is_rejected(read):
    found = dues(read, *["25/12/2026"] * 40, "12/25/2026", "03/04/2026")
    assert found[-2:] == [None, date(2026, 4, 3)]


def test_a_file_that_mixes_both_orders_keeps_only_clear_days(read):
    """So looks a file that a spreadsheet of another country has opened and saved."""
    found = dues(read, "25/12/2026", "12/25/2026", "03/04/2026", "05/05/2026")
    assert found == [date(2026, 12, 25), date(2026, 12, 25), None, date(2026, 5, 5)]


def test_without_evidence_the_day_comes_first(read):
    assert dues(read, "03/04/2026") == [date(2026, 4, 3)]


def test_points_mean_day_first_even_in_dollars(read):
    assert dues(read, "03.04.2026", currency="USD") == [date(2026, 4, 3)]


def test_points_with_the_month_first_leave_doubt(read):
    assert dues(read, "03.31.2026", "03.04.2026") == [date(2026, 3, 31), None]


def test_without_evidence_an_english_ledger_in_dollars_has_the_month_first(read):
    assert dues(read, "03/04/2026", currency="USD") == [date(2026, 3, 4)]
    french = "N° facture;Échéance;Montant;Devise;Client"
    assert dues(read, "03/04/2026", currency="USD", header=french) == [date(2026, 4, 3)]


def test_no_invoice_falls_due_before_its_issue_settles_the_order(read):
    text = "number;issued;due;amount;currency;debtor\nF1;03/01/2026;02/02/2026;1;USD;C\n"
    (found,) = read(text)
    assert (found.issued, found.due) == (date(2026, 1, 3), date(2026, 2, 2))


def test_an_order_that_was_said_is_not_searched_for(read):
    assert dues(read, "03/04/2026", dates="mdy") == [date(2026, 3, 4)]
    assert dues(read, "26/04/03", dates="ymd") == [date(2026, 4, 3)]


def test_two_digits_of_a_year_lie_around_now(read):
    assert dues(read, "31/12/99", "31/12/26") == [date(1999, 12, 31), date(2026, 12, 31)]


def test_a_file_without_rows_says_nothing(read):
    assert read(HEADER + "\n") == []


def test_evidence_is_taken_from_rows_that_are_rejected_too(read):
    first, second = read(f"{HEADER}\nF1;03/04/2026;1;EUR;C\n;12/25/2026;1;EUR;C\n")
    assert isinstance(first, ItemRow)
    assert first.due == date(2026, 3, 4)
    assert isinstance(second, Reject)
