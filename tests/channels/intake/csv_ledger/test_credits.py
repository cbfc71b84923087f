"""What is owed to a debtor: taken whatever its signs, never a reason to reject."""

import pytest

from models.ledger.entries import ItemRow
from models.ledger.invoice import Kind


@pytest.mark.parametrize(
    ("kind", "amount", "becomes", "stored"),
    [
        ("", "120.00", Kind.INVOICE, 12000),
        ("Facture", "120.00", Kind.INVOICE, 12000),
        ("", "-120.00", Kind.CREDIT_NOTE, -12000),
        ("invoice", "-120.00", Kind.CREDIT_NOTE, -12000),
        ("Avoir", "120.00", Kind.CREDIT_NOTE, -12000),
        ("Gutschrift", "-120.00", Kind.CREDIT_NOTE, -12000),
        ("règlement", "120.00", Kind.PAYMENT, -12000),
        ("ZAHLUNG", "-120.00", Kind.PAYMENT, -12000),
        ("credit-note", "120.00", Kind.CREDIT_NOTE, -12000),
        ("payment", "(120.00)", Kind.PAYMENT, -12000),
    ],
)
def test_credits_are_negative_whatever_their_sign(item, kind, amount, becomes, stored):
    found = item(kind=kind, amount=amount)
    assert (found.kind, found.amount, found.open) == (becomes, stored, stored)


@pytest.mark.parametrize(
    ("kind", "amount", "left"),
    [
        ("", "-30.00", "30.00"),
        ("invoice", "-30.00", "30.00"),
        ("credit-note", "30.00", "-30.00"),
        ("payment", "-30.00", "30.00"),
        ("Avoir", "30.00", "30.00"),
    ],
)
def test_what_is_left_of_a_credit_is_a_credit_whatever_its_sign(item, kind, amount, left):
    found = item(kind=kind, amount=amount, open=left)
    assert (found.amount, found.open) == (-3000, -3000)


def test_a_negative_row_of_an_unknown_kind_is_a_credit(item):
    """Left out, it would be chased for; a positive one could be either, and is rejected."""
    found = item(kind="poem", amount="-30.00")
    assert (found.kind, found.amount) == (Kind.CREDIT_NOTE, -3000)
    assert found.remarks == ("column kind: 'poem' is not invoice, credit-note or payment",)


def test_an_unreadable_due_date_leaves_no_credit_out(item):
    found = item(amount="-5.00", due="at once")
    assert (found.amount, found.due) == (-500, None)
    assert found.remarks[0].startswith("column due: 'at once' is not a date")


def test_a_credit_needs_no_due_date(item):
    found = item(amount="-5.00", due="", issued="2026-01-01")
    assert isinstance(found, ItemRow)
    assert found.due is None


def test_a_credit_may_fall_due_before_its_issue(item):
    """Hiding a credit would chase the debtor for too much."""
    assert item(amount="-5.00", due="2026-01-01", issued="2026-01-02").amount == -500
