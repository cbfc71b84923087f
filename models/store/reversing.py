"""Money that is taken back: which payment it was, and the invoices that it leaves open again."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Row, bindparam, desc, insert, null, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from models.chasing.commands import RejectDebit, Reverse
from models.chasing.debiting import taken_back
from models.errors import RefusedError
from models.orders import Entry, Incoming, Order, Recorded
from models.store.appending import Stamp, append
from models.store.debits import rejectable, unbooked
from models.store.finding import lock_debtors, locked_named
from models.store.paying import Source, book, grown_by, payment_locked
from models.store.reading import Filed, cases_of
from models.store.references import told_apart
from models.store.returning import meant
from models.store.tables.items import invoices
from models.store.tables.money import allocations, payments

_LIVE: Final = (
    select(
        allocations.c.id,
        allocations.c.payment_id,
        allocations.c.invoice_id,
        allocations.c.amount,
        payments.c.key,
        payments.c.on,
        invoices.c.debtor_id,
    )
    .join_from(allocations, payments, payments.c.id == allocations.c.payment_id)
    .join(invoices, invoices.c.id == allocations.c.invoice_id)
    .where(allocations.c.reversed_at == null(), allocations.c.amount > 0)
    .order_by(desc(allocations.c.id))
)
_OF_ROW: Final = allocations.c.id == bindparam("row_id")
_END: Final = update(allocations).where(_OF_ROW).values(reversed_at=bindparam("to_at"))


@dataclass(frozen=True, slots=True)
class Part:
    """What is taken back of one allocation; without one, of an invoice the ledger settled."""

    invoice_id: int
    amount: int
    source: Source
    allocation: Row[*tuple[Any, ...]] | None = None


async def take_back(connection: AsyncConnection, incoming: Incoming) -> Recorded:
    """Book a negative payment: the payment it takes back pays nothing any more.

    It is known by the reference it quotes, by the invoices it names, or by its debtor and
    amount. When none is found, the amount stays left, for a person to look at.

    Raises:
        RepeatedError: somebody booked it at this moment.
    """
    incoming, known = await told_apart(connection, incoming)
    if known is not None:
        return Recorded(creditor=incoming.creditor, repeated=True, left=known.left)
    target = await meant(connection, incoming)
    if target is None:
        if (recorded := await unbooked(connection, incoming)) is not None:
            return recorded
        await book(connection, incoming, None, incoming.amount)
        return Recorded(creditor=incoming.creditor, left=incoming.amount)
    wanted = -incoming.amount
    live = _LIVE.where(allocations.c.payment_id == target.id)
    found = (await connection.execute(live)).all()
    await lock_debtors(connection, {row.debtor_id for row in found})
    await cases_of(connection, {row.invoice_id for row in found}, lock=True)
    found = (await connection.execute(live)).all()
    target = await payment_locked(connection, target.id)
    stands = max(0, target.left) + sum(row.amount for row in found)
    spare = min(wanted, max(0, target.left))
    parts = _parts(found, wanted - spare)
    short = wanted - spare - sum(part.amount for part in parts)
    await book(connection, incoming, target.debtor_id, -short, target.id)
    await connection.execute(
        update(payments)
        .where(payments.c.id == target.id)
        .values(left=target.left - spare, reversed_at=incoming.at if wanted >= stands else None)
    )
    stamp = Stamp(incoming.key, incoming.actor, incoming.at)
    undone = await _undo(connection, parts, stamp)
    return Recorded(creditor=incoming.creditor, entries=undone, left=-short)


async def take_back_from(
    connection: AsyncConnection, order: Order, command: Reverse | RejectDebit
) -> Recorded:
    """Take money back from an invoice: its last payments first, then what the ledger settled.

    Of an invoice that a direct debit collects, that is the debit coming back.

    Raises:
        UnknownError: the invoice is not in the books.
        RefusedError: more is taken back than was paid, or several invoices share an amount.
    """
    if not order.invoices or (order.amount is not None and len(order.invoices) > 1):
        message = "money is taken back from one invoice at a time: name it"
        raise RefusedError(message)
    cases = await locked_named(connection, order.creditor, order.invoices)
    entries: tuple[Entry, ...] = ()
    for filed in cases:
        entries += await _from_one(connection, order, command, filed)
    return Recorded(creditor=order.creditor, entries=entries)


async def _from_one(
    connection: AsyncConnection, order: Order, command: Reverse | RejectDebit, filed: Filed
) -> tuple[Entry, ...]:
    stated = order.amount
    if isinstance(command, RejectDebit):
        rejectable(filed.case)
    elif stated is None:
        stated = command.amount
    stamp = Stamp(order.event_id, order.actor, order.at)
    orders = taken_back(filed.case, stated)
    if not isinstance(orders[-1], Reverse):
        return await append(connection, [await grown_by(connection, filed, orders[0], stamp)])
    amount = filed.case.paid if stated is None else stated
    await grown_by(connection, filed, Reverse(amount=amount), stamp)
    incoming = Incoming(
        creditor=order.creditor,
        key=f"{order.event_id}.{filed.id}",
        on=order.at.date(),
        amount=-amount,
        currency=filed.case.invoice.currency,
        actor=order.actor,
        at=order.at,
    )
    payment_id = await book(connection, incoming, filed.debtor_id, 0)
    live = _LIVE.where(allocations.c.invoice_id == filed.id)
    parts = _parts((await connection.execute(live)).all(), amount)
    if rest := amount - sum(part.amount for part in parts):
        parts.append(Part(filed.id, rest, Source(payment_id, incoming.key, incoming.on)))
    return await _undo(connection, parts, stamp)


def _parts(rows: Iterable[Row[*tuple[Any, ...]]], wanted: int) -> list[Part]:
    parts = []
    for row in rows:
        amount = min(wanted, row.amount)
        if amount > 0:
            source = Source(row.payment_id, row.key, row.on)
            parts.append(Part(row.invoice_id, amount, source, row))
            wanted -= amount
    return parts


async def _undo(connection: AsyncConnection, parts: list[Part], stamp: Stamp) -> tuple[Entry, ...]:
    """End allocations, in part or whole, and record it on their invoices, already locked."""
    ended = [
        {"row_id": part.allocation.id, "to_at": stamp.at}
        for part in parts
        if part.allocation is not None
    ]
    kept = [
        {
            "payment_id": part.source.id,
            "invoice_id": part.invoice_id,
            "amount": part.allocation.amount - part.amount if part.allocation else -part.amount,
            "at": stamp.at,
        }
        for part in parts
        if part.allocation is None or part.allocation.amount > part.amount
    ]
    if ended:
        await connection.execute(_END, ended)
    if kept:
        await connection.execute(insert(allocations), kept)
    growths = []
    cases = {f.id: f for f in await cases_of(connection, {part.invoice_id for part in parts})}
    for part in parts:
        case = cases[part.invoice_id].case
        for command in taken_back(case, part.amount, part.source.key):
            growth = await grown_by(connection, cases[part.invoice_id], command, stamp)
            cases[part.invoice_id] = growth.filed
            growths.append(growth)
    return await append(connection, growths)
