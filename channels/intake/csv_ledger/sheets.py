"""What the rows of ledgers, contacts and payments mean."""

import re
from datetime import date
from typing import Final

from channels.intake.csv_ledger.cells import Row
from channels.intake.csv_ledger.vocabulary import key, meanings
from models.ledger.entries import ContactRow, ItemRow, PaymentRow
from models.ledger.invoice import Kind

_WORD: Final = re.compile(r"\w")


def item(row: Row) -> ItemRow:
    """Return an open item; credits are negative whatever their sign in the file."""
    number, currency = row.number("number"), row.currency()
    amount = _amount(row, currency)
    left = _open(row, amount, currency)
    kind = _kind(row, amount)
    credit = kind is not Kind.INVOICE
    issued, due = row.day("issued"), row.day("due")
    if not credit:
        _check_due(row, issued, due)
    debtor, debtor_name = _debtor(row)
    return ItemRow(
        line=row.line,
        number=number,
        due=due,
        amount=-abs(amount) if credit else amount,
        open=-abs(left) if credit else left,
        currency=currency,
        creditor=row.text("creditor"),
        kind=kind,
        issued=issued,
        debtor=debtor,
        debtor_name=debtor_name,
        email=row.email(),
        phone=row.text("phone"),
        street=row.text("street"),
        postcode=row.text("postcode"),
        city=row.text("city"),
        country=row.country(),
        language=row.language(),
        policy=row.text("policy"),
        segment=row.text("segment"),
        method=row.meaning("method", "methods", "transfer, direct-debit or self-billed"),
        payee=row.text("payee"),
        owner=row.text("owner"),
        servicer=row.text("servicer"),
        discount=row.discount(amount, currency),
        discount_until=row.day("discount_until"),
        collector=row.text("collector"),
        salesperson=row.text("salesperson"),
        level=_level(row),
        level_on=row.day("level_on"),
        disputed=row.disputed(left, currency),
        promised_by=row.day("promised_by"),
        hold_until=row.day("hold_until"),
    )


def contact(row: Row) -> ContactRow:
    """Return a contact; a role nobody knows stays as it is, in lower case."""
    role = row.text("role")
    if not role:
        raise row.wrong("role", "a role such as accounting")
    email, phone = row.email(), row.text("phone")
    if not email and not phone:
        raise row.wrong("email", "an e-mail address or a telephone number")
    return ContactRow(
        line=row.line,
        debtor=row.number("debtor"),
        role=meanings("roles").get(key(role), role.casefold()),
        creditor=row.text("creditor"),
        name=row.text("name"),
        email=email,
        phone=phone,
        language=row.language(),
    )


def payment(row: Row) -> PaymentRow:
    """Return a payment; a negative one takes an earlier one back."""
    on, currency = row.day("on"), row.currency()
    if on is None:
        raise row.wrong("on", "the day of the payment")
    return PaymentRow(
        line=row.line,
        on=on,
        amount=_amount(row, currency),
        currency=currency,
        creditor=row.text("creditor"),
        reference=row.text("reference"),
        numbers=_numbers(row.text("numbers")),
        debtor=row.text("debtor"),
        debtor_name=row.text("debtor_name"),
        text=row.text("text"),
    )


def _amount(row: Row, currency: str) -> int:
    amount = row.amount("amount", currency)
    if not amount:
        raise row.wrong("amount", "an amount other than 0")
    return amount


def _open(row: Row, amount: int, currency: str) -> int:
    left = row.amount("open", currency)
    if left is None:
        return amount
    if left and (left < 0) != (amount < 0):
        raise row.wrong("open", "an open amount with the sign of the amount")
    if abs(left) > abs(amount):
        raise row.wrong("open", "an open amount of at most the amount")
    return left


def _kind(row: Row, amount: int) -> Kind:
    said = row.meaning("kind", "kinds", "invoice, credit-note or payment")
    kind = Kind(said or Kind.INVOICE)
    return Kind.CREDIT_NOTE if kind is Kind.INVOICE and amount < 0 else kind


def _check_due(row: Row, issued: date | None, due: date | None) -> None:
    if due is None:
        raise row.wrong("due", "a due date (terms are not read from this file)")
    if issued is not None and due < issued:
        raise row.wrong("due", f"a due date on or after the day of issue, {issued}")


def _debtor(row: Row) -> tuple[str, str]:
    code, name = row.text("debtor"), row.text("debtor_name")
    if not code and not name:
        raise row.wrong("debtor_name", "a debtor: a code or a name")
    return code, name


def _level(row: Row) -> str:
    level = row.text("level")
    return "" if level == "0" else level


def _numbers(text: str) -> tuple[str, ...]:
    """Split at commas and semicolons; only a text without any is split at blanks.

    >>> _numbers("F 1; F 2"), _numbers("F1 F2")
    (('F 1', 'F 2'), ('F1', 'F2'))
    """
    marked = any(mark in text for mark in ",;")
    parts = re.split(r"[,;]", text) if marked else text.split()
    return tuple(part.strip() for part in parts if _WORD.search(part))
