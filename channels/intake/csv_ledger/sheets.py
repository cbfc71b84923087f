"""What the rows of ledgers, contacts and payments mean."""

import re
from dataclasses import replace
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
    kind = _kind(row, amount)
    credit = kind is not Kind.INVOICE
    left = _open(row, amount, currency, credit=credit)
    issued = row.optional("issued", row.day, None)
    due = row.optional("due", row.day, None) if credit else _due(row, issued)
    debtor, debtor_name = _debtor(row)
    found = ItemRow(
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
        email=row.optional("email", row.email, ""),
        phone=row.optional("phone", row.text, ""),
        street=row.optional("street", row.text, ""),
        postcode=row.optional("postcode", row.text, ""),
        city=row.optional("city", row.text, ""),
        country=row.optional("country", row.country, ""),
        language=row.optional("language", row.language, ""),
        policy=row.optional("policy", row.text, ""),
        segment=row.optional("segment", row.text, ""),
        method=row.optional("method", row.method, ""),
        payee=row.text("payee"),
        owner=row.text("owner"),
        servicer=row.text("servicer"),
        discount=row.optional("discount", lambda _: row.discount(amount, currency), 0),
        discount_until=row.optional("discount_until", row.day, None),
        collector=row.optional("collector", row.text, ""),
        salesperson=row.optional("salesperson", row.text, ""),
        level=_level(row),
        level_on=row.day("level_on"),
        disputed=row.disputed(left, currency),
        promised_by=row.day("promised_by"),
        hold_until=row.day("hold_until"),
        legal_id=row.optional("legal_id", row.text, ""),
        payment_days=row.optional("payment_days", row.days_of_month, ()),
        internal=row.optional("internal", row.answer, None),
        zone=row.optional("zone", row.zone, ""),
        disclosed=row.optional("disclosed", row.answer, None),
    )
    return replace(found, remarks=row.remarks) if row.remarks else found


def contact(row: Row) -> ContactRow:
    """Return a contact; a role nobody knows stays as it is, in lower case."""
    role = row.text("role")
    if not role:
        raise row.wrong("role", "a role such as accounting")
    email, phone = row.optional("email", row.email, ""), row.optional("phone", row.text, "")
    if not email and not phone:
        row.email()  # a cell that cannot be read is more to the point than one that is missing
        row.text("phone")
        either = row.present("email", "phone")
        raise row.wrong(either, "an e-mail address or a telephone number")
    found = ContactRow(
        line=row.line,
        debtor=row.number("debtor"),
        role=meanings("roles").get(key(role), role.casefold()),
        creditor=row.text("creditor"),
        name=row.optional("name", row.text, ""),
        email=email,
        phone=phone,
        language=row.optional("language", row.language, ""),
        segment=row.optional("segment", row.text, ""),
        legal_id=row.optional("legal_id", row.text, ""),
        payment_days=row.optional("payment_days", row.days_of_month, ()),
        internal=row.optional("internal", row.answer, None),
        zone=row.optional("zone", row.zone, ""),
    )
    return replace(found, remarks=row.remarks) if row.remarks else found


def payment(row: Row) -> PaymentRow:
    """Return a payment; a negative one takes an earlier one back."""
    on, currency = row.day("on"), row.currency()
    if on is None:
        raise row.wrong("on", "the day of the payment")
    found = PaymentRow(
        line=row.line,
        on=on,
        amount=_amount(row, currency),
        currency=currency,
        creditor=row.text("creditor"),
        reference=row.optional("reference", row.text, ""),
        numbers=_numbers(row.optional("numbers", row.text, "")),
        debtor=row.optional("debtor", row.text, ""),
        debtor_name=row.optional("debtor_name", row.text, ""),
        text=row.optional("text", row.text, ""),
    )
    return replace(found, remarks=row.remarks) if row.remarks else found


def _amount(row: Row, currency: str) -> int:
    amount = row.amount("amount", currency)
    settled = amount == 0 and row.one("amount", "open")
    if not amount and not settled:
        raise row.wrong("amount", "an amount other than 0")
    return amount or 0


def _open(row: Row, amount: int, currency: str, *, credit: bool) -> int:
    left = row.amount("open", currency)
    if left is None:
        return amount
    if left < 0 and not credit:
        raise row.wrong("open", "an open amount with the sign of the amount")
    if abs(left) > abs(amount):
        raise row.wrong("open", "an open amount of at most the amount")
    return left


def _kind(row: Row, amount: int) -> Kind:
    """Return what a row is; one that is negative is a credit, whatever else it calls itself."""
    said = row.optional("kind", row.kind, "") if amount < 0 else row.kind()
    kind = Kind(said or Kind.INVOICE)
    return Kind.CREDIT_NOTE if kind is Kind.INVOICE and amount < 0 else kind


def _due(row: Row, issued: date | None) -> date:
    due = row.day("due")
    if due is None:
        raise row.wrong("due", "a due date (terms are not read from this file)")
    if issued is not None and due < issued:
        raise row.wrong("due", f"a due date on or after the day of issue, {issued}")
    return due


def _debtor(row: Row) -> tuple[str, str]:
    code, name = row.text("debtor"), row.text("debtor_name")
    if not code and not name:
        either = row.present("debtor", "debtor_name")
        raise row.wrong(either, "a debtor's code or name")
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
