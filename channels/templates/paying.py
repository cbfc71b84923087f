"""Where a notice asks to be paid, and with which reference."""

import re
from collections.abc import Sequence
from typing import Any, Final

from models.chasing.notice import Line, Notice, Total
from models.ledger.creditor import Account, Creditor

#: Characters a bank passes on with a transfer (SEPA credit transfer, remittance information).
_REMITTANCE: Final = 140

_IBAN: Final = re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]){11,30}\b")


def one_line(text: str) -> str:
    """Return a text without line ends and other characters that do not show."""
    if text.isprintable():
        return text
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())


def payees(
    notice: Notice, asked: Sequence[Line], totals: Sequence[Total], creditor: Creditor
) -> list[dict[str, Any]]:
    """Where each currency is paid to: the notice's own payee, or else the creditor's account.

    The reference names the invoices that are asked for.
    """
    by_account: dict[str, dict[str, Any]] = {}
    for total in totals:
        items = asked or notice.also_open
        numbers = [one_line(x.number) for x in items if x.currency == total.currency]
        if notice.payee:
            payee = _named(one_line(notice.payee))
        elif account := creditor.accounts.get(total.currency):
            payee = _own(account, creditor.name)
        else:
            continue
        same = by_account.setdefault(str(payee), payee | {"currencies": [], "numbers": []})
        same["currencies"].append(total.currency)
        same["numbers"] += numbers
    for payee in by_account.values():
        payee["reference"] = _reference(payee["numbers"])
    return list(by_account.values())


def _own(account: Account, holder: str) -> dict[str, Any]:
    return {
        "holder": holder,
        "iban": _grouped(account.iban),
        "bic": account.bic,
        "bank": account.bank,
        "text": account.text,
        "only": False,
    }


def _named(payee: str) -> dict[str, Any]:
    found = _IBAN.search(payee)
    rest = payee.replace(found[0], "") if found else payee
    return {
        "holder": rest.strip(" ,;:-/"),
        "iban": _grouped(found[0]) if found else "",
        "bic": "",
        "bank": "",
        "text": "",
        "only": True,
    }


def _grouped(iban: str) -> str:
    """Return an IBAN in groups of four.

    >>> _grouped("DE89370400440532013000")
    'DE89 3704 0044 0532 0130 00'
    """
    signs = iban.replace(" ", "")
    return " ".join(signs[start : start + 4] for start in range(0, len(signs), 4))


def _reference(numbers: list[str]) -> str:
    """Return invoice numbers as far as a transfer carries them, and how many are left.

    >>> _reference([f"FACTURE-2026-{number:04}" for number in range(1, 10)])[-25:]
    'FACTURE-2026-0007, +2'
    """
    for count in range(len(numbers), 0, -1):
        rest = [f"+{len(numbers) - count}"] if count < len(numbers) else []
        reference = ", ".join([*numbers[:count], *rest])
        if len(reference) <= _REMITTANCE:
            return reference
    return ""
