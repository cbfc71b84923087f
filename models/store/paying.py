"""Money that comes in: payments, what they pay, and what is left of them.

At any time the amounts of all payments, negative ones among them, sum up to the live
allocations and what is left. :mod:`models.store.reversing` takes payments back.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from sqlalchemy import Row, bindparam, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from models.chasing.allocating import Shares
from models.chasing.commands import Command, Context
from models.chasing.commands import Pay as PayCommand
from models.chasing.ruling import ruled
from models.errors import RefusedError, UnknownError
from models.orders import Allocate, Entry, Incoming, Order, Recorded
from models.store.appending import Growth, Stamp, append, grown
from models.store.placing import placed
from models.store.policies import policy_of
from models.store.reading import Filed, cases_of
from models.store.recording import RepeatedError
from models.store.references import payment_named, told_apart
from models.store.statements import insert_new
from models.store.tables.money import allocations, payments

_LOCKED: Final = (
    select(payments).where(payments.c.id == bindparam("row_id")).with_for_update(key_share=True)
)
_ALLOCATE: Final = insert(allocations)
_SET_LEFT: Final = (
    update(payments)
    .where(payments.c.id == bindparam("row_id"))
    .values(left=bindparam("to_left"), debtor_id=bindparam("to_debtor"))
)


@dataclass(frozen=True, slots=True)
class Source:
    """A payment in the books: what an allocation is made from."""

    id: int
    key: str
    on: date


async def payment_locked(connection: AsyncConnection, payment_id: int) -> Row[*tuple[Any, ...]]:
    """Return the row of a payment, kept from others until the transaction ends."""
    return (await connection.execute(_LOCKED, {"row_id": payment_id})).one()


async def receive(
    connection: AsyncConnection, incoming: Incoming, *, strict: bool = False
) -> Recorded:
    """Book a payment and allocate what can be; a known one changes nothing.

    Args:
        connection: of a writing transaction.
        incoming: money above zero.
        strict: refuse a number or a debtor that is not in the books, as for a person;
            a bank's payment is kept all the same, unallocated.

    Raises:
        UnknownError: see ``strict``.
        RefusedError: nothing came in.
        RepeatedError: somebody booked it at this moment.
    """
    if incoming.amount <= 0:
        message = f"a payment needs an amount above zero, not {incoming.amount}"
        raise RefusedError(message)
    incoming, known = await told_apart(connection, incoming, strict=strict)
    if known is not None:
        return Recorded(creditor=incoming.creditor, repeated=True, left=known.left)
    debtor_id, shares = await placed(connection, incoming, strict=strict)
    left = incoming.amount - sum(part for _, part in shares)
    payment_id = await book(connection, incoming, debtor_id, left)
    source = Source(payment_id, incoming.key, incoming.on)
    stamp = Stamp(incoming.key, incoming.actor, incoming.at)
    entries = await allocate(connection, source, shares, stamp)
    return Recorded(creditor=incoming.creditor, entries=entries, left=left)


async def book(
    connection: AsyncConnection,
    incoming: Incoming,
    debtor_id: int | None,
    left: int,
    reverses: int | None = None,
) -> int:
    """Write a payment and return its id.

    Raises:
        RepeatedError: its key is taken.
    """
    row = {
        "creditor": incoming.creditor,
        "key": incoming.key,
        "on": incoming.on,
        "amount": incoming.amount,
        "left": left,
        "currency": incoming.currency,
        "debtor_id": debtor_id,
        "text": incoming.text,
        "at": incoming.at,
        "reverses": reverses,
    }
    insertion = insert_new(connection, payments).returning(payments.c.id)
    payment_id = (await connection.execute(insertion, row)).scalar_one_or_none()
    if payment_id is None:
        raise RepeatedError
    return int(payment_id)


async def allocate(
    connection: AsyncConnection, source: Source, shares: Shares, stamp: Stamp
) -> tuple[Entry, ...]:
    """Pay invoices from a payment, under locks the caller holds; return whom to tell."""
    if not shares:
        return ()
    amounts = {item.id: part for item, part in shares}
    growths = [
        await grown_by(
            connection,
            filed,
            PayCommand(amount=amounts[filed.id], on=source.on, payment=source.key),
            stamp,
        )
        for filed in await cases_of(connection, amounts, lock=True)
    ]
    rows = [
        {"payment_id": source.id, "invoice_id": key, "amount": part, "at": stamp.at}
        for key, part in amounts.items()
    ]
    await connection.execute(_ALLOCATE, rows)
    return await append(connection, growths)


async def grown_by(
    connection: AsyncConnection, filed: Filed, command: Command, stamp: Stamp
) -> Growth:
    """Return a case after an order about money."""
    policy = await policy_of(connection, filed.case.policy_hash)
    context = Context(today=policy.day(stamp.at), actor=stamp.actor, key=stamp.order)
    return grown(filed, ruled(command, filed.case, policy, context), stamp)


async def allocate_left(connection: AsyncConnection, order: Order, command: Allocate) -> Recorded:
    """Let what is left of a payment pay the invoices named, else the debtor's oldest.

    Raises:
        UnknownError: the payment, an invoice or the debtor is not in the books.
        RefusedError: nothing is left, or nothing that is named is open in its currency.
    """
    row = await payment_named(connection, order.creditor, command.payment)
    if row is None:
        message = f"{order.creditor} has no payment {command.payment}"
        raise UnknownError(message)
    incoming = Incoming(
        creditor=order.creditor,
        key=row.key,
        on=row.on,
        amount=row.left,
        currency=row.currency,
        actor=order.actor,
        at=order.at,
        numbers=order.invoices,
        debtor=order.debtor,
        oldest=not order.invoices,
    )
    debtor_id, shares = await placed(connection, incoming, strict=True, payer=row.debtor_id)
    held = await payment_locked(connection, row.id)
    if not shares or held.left != row.left:
        message = f"payment {row.key} has {row.left} left, and nothing named that it could pay"
        raise RefusedError(message)
    left = row.left - sum(part for _, part in shares)
    values = {"row_id": row.id, "to_left": left, "to_debtor": debtor_id}
    await connection.execute(_SET_LEFT, values)
    stamp = Stamp(order.event_id, order.actor, order.at)
    entries = await allocate(connection, Source(row.id, row.key, row.on), shares, stamp)
    return Recorded(creditor=order.creditor, entries=entries, left=left)
