"""The kinds of files, and the columns that each may have."""

from dataclasses import dataclass, fields
from typing import Final

from models.ledger.entries import ContactRow, ItemRow, PaymentRow

#: The mapping's word for a column that is to be left alone.
IGNORED: Final = ""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A kind of file.

    Attributes:
        required: columns it must have; of ``either``, one.
        anchors: columns that are empty in a line of totals.
    """

    name: str
    columns: frozenset[str]
    required: tuple[str, ...]
    either: tuple[str, ...] = ()
    anchors: tuple[str, ...] = ()


def _columns(row: type[ItemRow | ContactRow | PaymentRow]) -> frozenset[str]:
    return frozenset(field.name for field in fields(row)) - {"line", "remarks"}


ITEMS: Final = Sheet(
    "items",
    _columns(ItemRow),
    required=("number", "due", "amount", "currency"),
    either=("debtor", "debtor_name"),
    anchors=("number", "due"),
)
CONTACTS: Final = Sheet(
    "contacts", _columns(ContactRow), required=("debtor", "role"), either=("email", "phone")
)
PAYMENTS: Final = Sheet(
    "payments",
    _columns(PaymentRow),
    required=("on", "amount", "currency"),
    anchors=("on",),
)
SHEETS: Final = {sheet.name: sheet for sheet in (ITEMS, CONTACTS, PAYMENTS)}
