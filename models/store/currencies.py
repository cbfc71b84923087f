"""Which currency an invoice is in, for those who name amounts only."""

from typing import Final

from sqlalchemy import bindparam, select

from models.errors import UnknownError
from models.store.engine import Store
from models.store.tables.items import invoices

_CURRENCY: Final = select(invoices.c.currency).where(
    invoices.c.creditor == bindparam("creditor"), invoices.c.number == bindparam("number")
)


class Currencies:
    """Reads currencies from the books."""

    def __init__(self, store: Store) -> None:
        """Read from these books."""
        self._store = store

    async def currency(self, creditor: str, number: str) -> str:
        """Return an invoice's currency.

        Raises:
            UnknownError: there is no such invoice.
        """
        async with self._store.reading() as connection:
            values = {"creditor": creditor, "number": number}
            found = (await connection.execute(_CURRENCY, values)).scalar_one_or_none()
        if found is None:
            message = f"{creditor} has no invoice {number}"
            raise UnknownError(message)
        return str(found)
