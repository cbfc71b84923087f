"""Payments by the reference they came under, which banks give to more than one."""

import hashlib
from dataclasses import replace
from typing import Any, Final

from sqlalchemy import Row, bindparam, null, select
from sqlalchemy.ext.asyncio import AsyncConnection

from models.errors import RefusedError
from models.ledger.mentions import mentioned
from models.ledger.money import Money
from models.orders import Incoming
from models.store.recognising import recognised, said
from models.store.tables.items import invoices
from models.store.tables.money import allocations, payments

_PAYMENT: Final = select(payments).where(
    payments.c.creditor == bindparam("creditor"), payments.c.key == bindparam("key")
)
#: Numbers of the invoices that a payment pays.
_PAID: Final = (
    select(invoices.c.number)
    .join_from(allocations, invoices, invoices.c.id == allocations.c.invoice_id)
    .where(allocations.c.payment_id == bindparam("row_id"), allocations.c.reversed_at == null())
)


async def payment_named(
    connection: AsyncConnection, creditor: str, key: str
) -> Row[*tuple[Any, ...]] | None:
    """Return the row of a payment."""
    found = await connection.execute(_PAYMENT, {"creditor": creditor, "key": key})
    return found.one_or_none()


async def told_apart(
    connection: AsyncConnection, incoming: Incoming, *, strict: bool = False
) -> tuple[Incoming, Row[*tuple[Any, ...]] | None]:
    """Return money under a key of its own, with the row under which it is known already.

    Banks give one reference to several payments, such as a word for any transfer: what
    differs in day, amount, currency or invoices, or was taken back since, is another one.
    The invoices that its text names among other words are told apart as well.

    Raises:
        RefusedError: a person names a reference that is another payment's, and ``strict``.
    """
    known = await payment_named(connection, incoming.creditor, incoming.key)
    if known is not None and await _same(connection, known, incoming):
        return incoming, known
    if known is None:
        return incoming if strict else await recognised(connection, incoming), None
    if strict and known.reversed_at is None:
        paid = Money(known.amount, known.currency)
        message = (
            f"{paid} of {known.on} is on record under this reference: "
            "leave it out, or give this payment one of its own"
        )
        raise RefusedError(message)
    facts = (incoming.on, incoming.amount, incoming.currency, incoming.numbers, incoming.debtor)
    mark = hashlib.sha256(repr(facts).encode()).hexdigest()[:12]
    incoming = replace(incoming, key=f"{incoming.key}#{mark}", text=incoming.text or incoming.key)
    known = await payment_named(connection, incoming.creditor, incoming.key)
    return incoming if strict or known else await recognised(connection, incoming), known


async def _same(
    connection: AsyncConnection, known: Row[*tuple[Any, ...]], incoming: Incoming
) -> bool:
    """Say whether money is what is known: day, amount and currency, and what it pays."""
    if known.reversed_at is not None:
        return False
    stated = (known.on, known.amount, known.currency)
    if stated != (incoming.on, incoming.amount, incoming.currency):
        return False
    paid = set((await connection.execute(_PAID, {"row_id": known.id})).scalars())
    if not paid or not incoming.numbers or paid & set(incoming.numbers):
        return True
    return bool(mentioned(said(incoming), paid))
