"""Where money goes: the payer, and the open invoices that a payment settles."""

from collections.abc import Iterable
from typing import Any, Final

from sqlalchemy import Row, bindparam, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from models.chasing.allocating import OpenItem, Shares, allocated
from models.errors import RefusedError, UnknownError
from models.orders import Incoming, Order
from models.store.finding import debtor_named, lock_debtors
from models.store.reading import cases_of_debtor
from models.store.tables.items import invoices

_NAMED: Final = select(
    invoices.c.id, invoices.c.number, invoices.c.debtor_id, invoices.c.currency
).where(
    invoices.c.creditor == bindparam("creditor"),
    invoices.c.number.in_(bindparam("numbers", expanding=True)),
)
_OWED: Final = (
    select(invoices.c.id, invoices.c.number, invoices.c.due, invoices.c.open)
    .where(
        or_(
            invoices.c.id.in_(bindparam("ids", expanding=True)),
            invoices.c.debtor_id == bindparam("debtor_id"),
        ),
        invoices.c.open > 0,
        invoices.c.currency == bindparam("currency"),
    )
    .order_by(invoices.c.id)
    .with_for_update(key_share=True)
)


async def placed(
    connection: AsyncConnection, incoming: Incoming, *, strict: bool, payer: int | None = None
) -> tuple[int | None, Shares]:
    """Return a payment's debtor and what it pays, with all of it locked."""
    named = await named_rows(connection, incoming.creditor, incoming.numbers, strict=strict)
    debtor_id = payer or await payer_of(connection, incoming, strict=strict)
    owners = {row.debtor_id for row in named}
    if debtor_id is None and len(owners) == 1:
        (debtor_id,) = owners
    if debtor_id is None and not owners:
        return None, []
    await lock_debtors(connection, owners if debtor_id is None else owners | {debtor_id})
    values = {
        "ids": [row.id for row in named],
        "debtor_id": debtor_id,
        "currency": incoming.currency,
    }
    owed = (await connection.execute(_OWED, values)).all()
    shares = allocated(
        incoming.amount,
        [OpenItem(row.id, row.number, row.due, row.open) for row in owed],
        incoming.numbers,
        exact=incoming.exact,
        oldest=incoming.oldest,
    )
    return debtor_id, shares


async def named_rows(
    connection: AsyncConnection, creditor: str, numbers: Iterable[str], *, strict: bool
) -> list[Row[*tuple[Any, ...]]]:
    """Return id, number, debtor and currency of invoices; ``strict`` refuses unknown numbers.

    Raises:
        UnknownError: a number is not in the books.
    """
    wanted = list(dict.fromkeys(numbers))
    if not wanted:
        return []
    found = await connection.execute(_NAMED, {"creditor": creditor, "numbers": wanted})
    rows = {row.number: row for row in found}
    missing = [number for number in wanted if number not in rows]
    if strict and missing:
        message = f"{creditor} has no invoice {missing[0]}"
        raise UnknownError(message)
    return [rows[number] for number in wanted if number in rows]


async def payer_of(connection: AsyncConnection, incoming: Incoming, *, strict: bool) -> int | None:
    """Return the debtor that a payment names; ``strict`` refuses one that is not known.

    Raises:
        UnknownError: nobody is known by it.
        RefusedError: several have this name.
    """
    if not incoming.debtor:
        return None
    try:
        return await debtor_named(connection, incoming.creditor, incoming.debtor)
    except RefusedError:
        if strict:
            raise
        return None


async def currency_of(connection: AsyncConnection, order: Order) -> str:
    """Return the currency of what an order is about.

    Raises:
        RefusedError: there is none, or more than one.
    """
    if order.invoices:
        rows = await named_rows(connection, order.creditor, order.invoices, strict=True)
        currencies: set[str] = {row.currency for row in rows}
    else:
        debtor_id = await debtor_named(connection, order.creditor, order.debtor)
        cases = await cases_of_debtor(connection, debtor_id)
        currencies = {filed.case.invoice.currency for filed in cases}
    if len(currencies) == 1:
        return next(iter(currencies))
    what = f"{' and '.join(sorted(currencies))} are open" if currencies else "nothing is open"
    message = f"a payment needs one currency, but {what}: name the invoices"
    raise RefusedError(message)
