"""Days as files write them: the order is found out, then each is read strictly."""

from datetime import date

import pytest

from models.ledger.entries import ItemRow, Reject

HEADER = "number;due;amount;currency;debtor"


def dues(read, *values, header=HEADER, currency="EUR", **locale):
    rows = [f"F{at};{value};1;{currency};C" for at, value in enumerate(values)]
    return [
        None if isinstance(row, Reject) else row.due
        for row in read("\n".join([header, *rows]), **locale)
    ]


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
        "31.03.2026.",
        "2026-03-31T00:00:00Z",
        "2026-03-31T00:00:00.000+00:00",
        "2026-03-31T00:00:00+02:00",
        "2026-03-31 00:00:00 UTC",
        "2026-03-31T23:59:59Z",
        "03/31/2026 12:00:00 AM",
        "3/31/2026 12:00 am",
        "3/31/2026 12:00:00 AM +00:00",
        "31/03/2026 11:59 p.m.",
        "Mar 31, 2026, 12:00:00 AM",
        "31 mars 2026 00:00:00",
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
        "2026-03-30T22:00:00Z",
        "2026-03-31T12:00:00+01:00",
        "3/31/2026 12:00:00 PM +00:00",
        "2026-03-31 AM",
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
