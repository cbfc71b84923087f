"""A file written in the test, read by the reader."""

from collections.abc import Callable
from pathlib import Path

import pytest

from channels.intake.csv_ledger import connect
from models.ledger.entries import ContactRow, ItemRow, PaymentRow, Reject
from models.ports import Locale

type_of_row = ItemRow | ContactRow | PaymentRow | Reject
Read = Callable[..., list[type_of_row]]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    """Read a text or bytes as a file of items, contacts or payments."""

    def rows(text: str | bytes, sheet: str = "items", **locale) -> list[type_of_row]:
        path = tmp_path / "ledger.csv"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return list(getattr(connect(), sheet)(path, Locale(**locale)))

    return rows


@pytest.fixture
def item(read: Read) -> Callable[..., ItemRow | Reject]:
    """Read one open item, given the cells that differ from an ordinary one."""

    def row(**cells: str) -> ItemRow | Reject:
        usual = {
            "number": "F-1",
            "due": "2026-03-31",
            "amount": "120.00",
            "currency": "EUR",
            "debtor": "C1",
        }
        full = usual | cells
        quoted = ('"' + cell.replace('"', '""') + '"' for cell in full.values())
        (found,) = read(";".join(full) + "\n" + ";".join(quoted) + "\n")
        return found

    return row
