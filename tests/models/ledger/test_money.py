"""Amounts are exact, know their currency's digits, and add up only with their own kind."""

from decimal import Decimal

import pytest
from babel.numbers import list_currencies
from hypothesis import given
from hypothesis import strategies as st

from models.errors import RefusedError
from models.ledger.money import LIMIT, Money, decimal, exponent, known, totals

CURRENCIES = st.sampled_from(["EUR", "JPY", "TND", "USD", "RSD", "CLF", "GBP"])
MINOR = st.integers(-LIMIT, LIMIT)


@pytest.mark.parametrize(
    ("currency", "digits"),
    [
        ("EUR", 2),
        ("JPY", 0),
        ("KRW", 0),
        ("TND", 3),
        ("KWD", 3),
        ("CLF", 4),
        ("ITL", 0),
        # CLDR counts none for these, because nobody pays in their coins; ledgers still do
        ("RSD", 2),
        ("ALL", 2),
        ("LBP", 2),
        ("IQD", 3),
        ("MGA", 2),
    ],
)
def test_a_currency_has_the_digits_that_ledgers_keep(currency, digits):
    assert exponent(currency) == digits


def test_every_currency_is_known_and_nothing_else():
    assert all(known(code) for code in list_currencies())
    assert not known("EURO")


@pytest.mark.parametrize(
    ("text", "currency", "minor"),
    [
        ("12.50", "EUR", 1250),
        ("12.5", "EUR", 1250),
        ("12", "EUR", 1200),
        ("-0.01", "EUR", -1),
        ("1.5e3", "JPY", 1500),
        ("1.234", "TND", 1234),
        ("12.50000000000000000000000000000000000", "EUR", 1250),
        (Decimal("7.10"), "EUR", 710),
        ("1000000000000000", "EUR", LIMIT),
        ("-1000000000000000", "EUR", -LIMIT),
    ],
)
def test_a_decimal_string_is_read_to_the_last_digit(text, currency, minor):
    assert Money.of(text, currency) == Money(minor, currency)


@pytest.mark.parametrize(
    ("text", "currency", "sentence"),
    [
        ("12.505", "EUR", "12.505 is finer than EUR allows (2 decimals)"),
        ("0.5", "JPY", "0.5 is finer than JPY allows (0 decimals)"),
        # 28 digits is where decimal arithmetic would begin to round
        (f"1.{'0' * 40}1", "EUR", "finer than EUR allows"),
        ("twelve", "EUR", "'twelve' is not an amount such as 1234.50"),
        ("", "EUR", "'' is not an amount"),
        ("NaN", "EUR", "outside what a ledger can hold"),
        ("sNaN", "EUR", "outside what a ledger can hold"),
        ("-Infinity", "EUR", "outside what a ledger can hold"),
        ("1e999999", "EUR", "outside what a ledger can hold"),
        ("1000000000000000.01", "EUR", "outside what a ledger can hold"),
        ("1", "EURO", "'EURO' is not a currency of ISO 4217"),
    ],
)
def test_what_is_no_exact_amount_is_refused_with_a_sentence(text, currency, sentence):
    with pytest.raises(RefusedError) as refused:
        Money.of(text, currency)
    assert sentence in str(refused.value)


@given(MINOR, CURRENCIES)
def test_an_amount_survives_being_written_and_read(minor, currency):
    assert Money.of(decimal(minor, currency), currency) == Money(minor, currency)


@given(st.text(max_size=30), CURRENCIES)
def test_any_text_is_an_amount_or_refused(text, currency):
    try:
        amount = Money.of(text, currency)
    except RefusedError:
        return
    assert abs(amount.minor) <= LIMIT
    assert amount.major == Decimal(text)


@given(st.integers(-(10**12), 10**12), st.integers(-(10**12), 10**12), CURRENCIES)
def test_what_is_added_can_be_taken_away_again(one, other, currency):
    first, second = Money(one, currency), Money(other, currency)
    assert first + second - second == first
    assert first + second == second + first


@pytest.mark.parametrize(
    ("minor", "percent", "part"),
    [(10_050, "2", 201), (25, "2", 1), (24, "2", 0), (-25, "2", -1), (100, "0", 0)],
)
def test_a_share_is_rounded_once_half_away_from_zero(minor, percent, part):
    assert Money(minor, "EUR").share(Decimal(percent)) == Money(part, "EUR")


@pytest.mark.parametrize("add", [Money.__add__, Money.__sub__])
def test_different_currencies_do_not_add_up(add):
    with pytest.raises(RefusedError, match="EUR and USD do not add up"):
        add(Money(1, "EUR"), Money(1, "USD"))


def test_an_amount_reads_as_in_a_table():
    assert str(Money(-1250, "EUR")) == "EUR -12.50"
    assert str(Money(1250, "JPY")) == "JPY 1250"


@given(st.lists(st.builds(Money, MINOR, CURRENCIES), max_size=8))
def test_totals_add_up_per_currency_in_alphabetical_order(amounts):
    sums = totals(amounts)

    assert sum(sums.values()) == sum(amount.minor for amount in amounts)
    assert list(sums) == sorted({amount.currency for amount in amounts})
