"""An open amount without a gross one: it stands for the amount, unless it may be a balance."""

import pytest

from models.errors import RefusedError

HEADER = "number;due;currency;debtor"
ROW = "F-1;2026-03-31;EUR;C1"


@pytest.mark.parametrize("name", ["Balance Due", "Solde", "Offener Betrag"])
def test_an_open_amount_stands_for_the_amount_where_there_is_no_other(read, name):
    (row,) = read(f"{HEADER};{name}\n{ROW};20.00")
    assert (row.amount, row.open) == (2000, 2000)


def test_an_open_amount_of_zero_is_settled_where_there_is_no_other(read):
    """Rejected, the row would keep an invoice open that its ledger knows to be paid."""
    (row,) = read(f"{HEADER};Solde\n{ROW};0.00")
    assert (row.amount, row.open) == (0, 0)


def test_an_open_amount_alone_may_be_a_credit(read):
    (row,) = read(f"{HEADER};Saldo\n{ROW};-20.00")
    assert (row.amount, row.open) == (-2000, -2000)


@pytest.mark.parametrize(
    ("sides", "balance"),
    [("Débit;Crédit", "Solde"), ("Betrag Soll;Betrag Haben", "Saldo"), ("Debit;Credit", "Balance")],
)
def test_the_balance_of_an_account_does_not_stand_for_an_amount(read, sides, balance):
    """It may be a sum of all the rows so far; only a person can say that it is not."""
    text = f"{HEADER};{sides};{balance}\n{ROW};0;0;20.00"
    with pytest.raises(RefusedError, match="no column for amount"):
        read(text)
    (row,) = read(text, columns={balance: "open"})
    assert (row.amount, row.open) == (2000, 2000)


def test_what_is_left_of_an_entry_is_no_balance(read):
    (row,) = read(f"{HEADER};Débit;Crédit;Reste à régler\n{ROW};9;;20.00")
    assert (row.amount, row.open) == (2000, 2000)


def test_not_every_credit_is_a_side_of_an_account(read):
    (row,) = read(f"{HEADER};Balance;Credit limit\n{ROW};20.00;9")
    assert row.amount == 2000
