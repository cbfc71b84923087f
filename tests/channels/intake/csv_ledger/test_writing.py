"""Amounts as files write them: the habit is found out, then each is read strictly."""

import pytest

from models.ledger.entries import Reject

HEADER = "number;due;amount;currency;debtor"


def amounts(read, *values, currency="EUR", **locale):
    rows = [f'F{at};2026-03-31;"{value}";{currency};C' for at, value in enumerate(values)]
    return [
        None if isinstance(row, Reject) else row.amount
        for row in read("\n".join([HEADER, *rows]), **locale)
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
