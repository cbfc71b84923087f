"""One order carried out in one transaction: the road of every command into the books."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final

from pydantic import TypeAdapter
from sqlalchemy import bindparam, select
from sqlalchemy.ext.asyncio import AsyncConnection

from models.chasing import events as ev
from models.chasing.commands import (
    Approve,
    Bounce,
    Command,
    Context,
    Credit,
    LogCall,
    Promise,
    Reject,
)
from models.chasing.ruling import PROMISE_MEMORY, ruled
from models.chasing.sharing import concerned, shared, together
from models.errors import RefusedError
from models.ledger.creditor import Person
from models.orders import AnyCommand, Entry, Order, Recorded
from models.store.appending import Growth, Stamp, append, grown
from models.store.bouncing import bounced
from models.store.crediting import must_be_usable, use
from models.store.finding import debtor_named, locked_named, locked_of_debtor
from models.store.policies import policy_of
from models.store.reading import Filed
from models.store.repeating import news
from models.store.statements import insert_new
from models.store.tables.items import case_events, invoices
from models.store.tables.records import orders

_KNOWN: Final = select(orders.c.outcome).where(
    orders.c.creditor == bindparam("creditor"), orders.c.event_id == bindparam("event_id")
)
_PROMISES: Final = (
    select(case_events.c.body)
    .join_from(case_events, invoices, invoices.c.id == case_events.c.invoice_id)
    .where(
        invoices.c.debtor_id == bindparam("debtor_id"),
        case_events.c.kind == "promised",
        case_events.c.on >= bindparam("since"),
    )
)
_COMMAND: Final[TypeAdapter[AnyCommand]] = TypeAdapter(AnyCommand)
_OUTCOME: Final = TypeAdapter(Recorded)


class RepeatedError(Exception):
    """The order was carried out before: undo this transaction and answer as then."""


@dataclass(frozen=True, slots=True)
class Meant:
    """The cases an order is about, locked; ``debtor_id`` when it named the debtor instead."""

    cases: list[Filed]
    debtor_id: int | None = None
    people: tuple[Person, ...] = ()


async def meant(connection: AsyncConnection, order: Order) -> Meant:
    """Return the cases that an order names, locked.

    Raises:
        UnknownError: an invoice or the debtor is not in the books.
        RefusedError: it names neither.
    """
    if order.invoices:
        named = await locked_named(connection, order.creditor, order.invoices)
        return Meant(await _together(connection, order, named))
    if not order.debtor:
        message = "this order needs an invoice or a debtor"
        raise RefusedError(message)
    debtor_id = await debtor_named(connection, order.creditor, order.debtor)
    return Meant(await locked_of_debtor(connection, debtor_id), debtor_id)


async def _together(connection: AsyncConnection, order: Order, named: list[Filed]) -> list[Filed]:
    """Return the cases an order names, with those it is about as well, locked."""
    if not isinstance(order.command, Approve | Reject | LogCall | Bounce):
        return named
    found = {filed.case.invoice.number: filed for filed in named}
    for debtor_id in sorted({filed.debtor_id for filed in named}):
        for filed in await locked_of_debtor(connection, debtor_id):
            found.setdefault(filed.case.invoice.number, filed)
    every = [one.case for one in found.values()]
    cases = together(order.command, [one.case for one in named], every)
    return [found[case.invoice.number] for case in cases]


async def carry_out(
    connection: AsyncConnection, order: Order, command: Command, people: tuple[Person, ...] = ()
) -> Recorded:
    """Rule on an order about cases and write what follows, for all of them or for none.

    An order about a whole debtor leaves out the cases that it cannot concern, and a promise
    those to which it was made already.

    Raises:
        RefusedError: why the order cannot be taken.
        RepeatedError: it was taken before.
    """
    about = replace(await meant(connection, order), people=people)
    if isinstance(command, Credit) and command.note:
        for filed in about.cases:
            await must_be_usable(connection, filed, command)
    growths = await _ruled(connection, order, command, about)
    if isinstance(command, Promise):
        growths = await news(connection, order, about.cases, growths)
        if not growths:
            return Recorded(creditor=order.creditor, repeated=True)
    entries = await append(connection, growths)
    entries += await _beside(connection, command, growths)
    recorded = Recorded(creditor=order.creditor, entries=entries)
    await keep_order(connection, order, recorded, about.debtor_id)
    return recorded


async def keep_order(
    connection: AsyncConnection, order: Order, recorded: Recorded, debtor_id: int | None = None
) -> None:
    """Remember that an order was carried out, and what it came to.

    Raises:
        RepeatedError: it was remembered already.
    """
    row = {
        "creditor": order.creditor,
        "event_id": order.event_id,
        "kind": type(order.command).__name__.lower(),
        "debtor_id": debtor_id,
        "actor": order.actor,
        "at": order.at,
        "body": _COMMAND.dump_json(order.command).decode(),
        "outcome": _OUTCOME.dump_json(recorded).decode(),
    }
    kept = await connection.execute(insert_new(connection, orders), row)
    if kept.rowcount == 0:
        raise RepeatedError


async def known(connection: AsyncConnection, creditor: str, event_id: str) -> Recorded | None:
    """Return what an order came to when it was carried out; ``None`` when it never was."""
    found = await connection.execute(_KNOWN, {"creditor": creditor, "event_id": event_id})
    outcome = found.scalar_one_or_none()
    return None if outcome is None else replace(_OUTCOME.validate_json(outcome), repeated=True)


async def _ruled(
    connection: AsyncConnection, order: Order, command: Command, about: Meant
) -> list[Growth]:
    """Return how each case grows.

    Raises:
        RefusedError: one case refuses; for a whole debtor, when no case accepts, or when
            the order's amount could not be placed.
    """
    by_number = {filed.case.invoice.number: filed for filed in about.cases}
    cases = [filed.case for filed in about.cases]
    whole = about.debtor_id is not None
    if whole:
        cases = [case for case in cases if concerned(command, case)]
    made = await _promises_made(connection, order, about)
    stamp = Stamp(order.event_id, order.actor, order.at)
    refusal = RefusedError("the debtor has nothing open that this could concern")
    growths: list[Growth] = []
    for case, share in shared(command, cases, order.amount, in_order=not whole):
        filed = by_number[case.invoice.number]
        policy = await policy_of(connection, case.policy_hash)
        context = Context(
            today=policy.day(order.at),
            actor=order.actor,
            key=order.event_id,
            promises_made=made.get(filed.debtor_id, 0),
            people=about.people,
        )
        try:
            events = ruled(share, case, policy, context)
        except RefusedError as refused:
            if not whole or share != command:
                raise
            refusal = refused
            continue
        growths.append(grown(filed, events, stamp))
    if not growths:
        raise refusal
    return growths


async def _promises_made(connection: AsyncConnection, order: Order, about: Meant) -> dict[int, int]:
    """Return how many promises each debtor gave in the last 12 months, this one left out."""
    if not isinstance(order.command, Promise):
        return {}
    since = (order.at - PROMISE_MEMORY).date()
    made = {}
    for debtor_id in {filed.debtor_id for filed in about.cases}:
        values = {"debtor_id": debtor_id, "since": since}
        bodies = (await connection.execute(_PROMISES, values)).scalars()
        made[debtor_id] = len(_keys(ev.loaded(body) for body in bodies) - {order.event_id})
    return made


def _keys(events: Iterable[ev.Event]) -> set[str]:
    return {e.promise for e in events if isinstance(e, ev.Promised) and not e.announced}


async def _beside(
    connection: AsyncConnection, command: Command, growths: list[Growth]
) -> tuple[Entry, ...]:
    """Write what an order changes beside its cases: an address, a credit; return whom to tell."""
    if isinstance(command, Credit) and command.note:
        for growth in growths:
            await use(connection, growth, command.note)
    return await bounced(connection, growths) if isinstance(command, Bounce) else ()
