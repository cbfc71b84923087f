"""Direct debits that come back: what money taken back means for an invoice they collect."""

from models.chasing.case import Case
from models.chasing.commands import RejectDebit, Reverse
from models.ledger.invoice import Method


def awaits(case: Case) -> bool:
    """Say whether a direct debit still collects an invoice: none has come back yet."""
    return case.invoice.method is Method.DIRECT_DEBIT and case.debit_rejected is None


def taken_back(
    case: Case, amount: int | None = None, payment: str = ""
) -> tuple[RejectDebit | Reverse, ...]:
    """Return what is ordered of a case whose money is taken back.

    The first time, that is its direct debit coming back; one that was never booked as paid
    leaves no money to reverse. Without an amount, what is still open shows that it was not.
    """
    reverse = Reverse(amount=amount, payment=payment)
    if not awaits(case):
        return (reverse,)
    booked = case.paid > 0 and (case.open <= 0 if amount is None else amount <= case.paid)
    return (RejectDebit(), reverse) if booked else (RejectDebit(),)
