"""Orders about a whole debtor or a whole creditor: holds, freeze and thaw, insolvency, notes."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Final

from sqlalchemy import bindparam, false, null, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from models.chasing import events as ev
from models.chasing.commands import Hold, Release
from models.errors import RefusedError
from models.ledger.creditor import Creditor
from models.orders import Entry, Freeze, Insolvency, Order, Recorded, SetDebtor, State, Thaw
from models.store.appending import Stamp, append, grown
from models.store.finding import lock_debtors, locked_of_debtor
from models.store.freezing import freeze, thaw
from models.store.knowing import set_debtor
from models.store.policies import policy_of
from models.store.statements import insert_new
from models.store.stating import state
from models.store.tables.items import invoices
from models.store.tables.parties import creditors, debtors, holds

_OPEN: Final = select(invoices.c.number).where(
    invoices.c.debtor_id == bindparam("debtor_id"), invoices.c.closed == false()
)
_JUDGED: Final = select(debtors.c.insolvent_on).where(debtors.c.id == bindparam("row_id"))
_STIR_DEBTOR: Final = update(debtors).where(debtors.c.id == bindparam("row_id"))
_STIR_CREDITOR: Final = update(creditors).where(creditors.c.key == bindparam("row_key"))


async def ensure_creditor(connection: AsyncConnection, creditor: str) -> None:
    """Give a creditor its row, when it has none yet."""
    await connection.execute(insert_new(connection, creditors), {"key": creditor})


async def stir_debtor(connection: AsyncConnection, order: Order, debtor_id: int) -> Recorded:
    """Say that all cases of a debtor must look again, and which they are."""
    await connection.execute(_STIR_DEBTOR.values(stirred_at=order.at), {"row_id": debtor_id})
    kind = type(order.command).__name__.lower()
    numbers = (await connection.execute(_OPEN, {"debtor_id": debtor_id})).scalars()
    entries = tuple(Entry(number, order.event_id, kind) for number in numbers)
    return Recorded(creditor=order.creditor, entries=entries)


async def hold(
    connection: AsyncConnection, order: Order, command: Hold, where: tuple[int | None, date]
) -> Recorded:
    """Stop chasing a debtor, or everybody when ``where`` names none, until a day.

    Raises:
        RefusedError: that day has begun.
    """
    debtor_id, today = where
    if command.until is not None and command.until <= today:
        message = f"nothing can be held until {command.until}: that day has begun"
        raise RefusedError(message)
    row = {
        "creditor": order.creditor,
        "debtor_id": debtor_id,
        "key": order.event_id,
        "until": command.until,
        "reason": command.reason,
        "by": order.actor,
        "at": order.at,
    }
    await connection.execute(holds.insert(), row)
    return await _stirred(connection, order, debtor_id)


async def release(
    connection: AsyncConnection, order: Order, debtor_id: int | None
) -> Recorded | None:
    """End the holds of a debtor, or of the creditor; ``None`` when there is none."""
    scope = holds.c.debtor_id == debtor_id if debtor_id else holds.c.debtor_id == null()
    ended = await connection.execute(
        update(holds)
        .where(holds.c.creditor == order.creditor, holds.c.released_at == null(), scope)
        .values(released_at=order.at)
    )
    if ended.rowcount == 0:
        return None
    return await _stirred(connection, order, debtor_id)


async def insolvent(connection: AsyncConnection, debtor_id: int) -> bool:
    """Say whether a debtor was judged insolvent."""
    found = await connection.execute(_JUDGED, {"row_id": debtor_id})
    return found.scalar_one_or_none() is not None


async def _stirred(connection: AsyncConnection, order: Order, debtor_id: int | None) -> Recorded:
    if debtor_id is not None:
        return await stir_debtor(connection, order, debtor_id)
    values = {"row_key": order.creditor}
    await connection.execute(_STIR_CREDITOR.values(stirred_at=order.at), values)
    return Recorded(creditor=order.creditor)


async def judge(
    connection: AsyncConnection, order: Order, command: Insolvency, debtor_id: int
) -> Recorded:
    """Record an insolvency, or take it back, for a legal person in every creditor's books.

    A debtor without a legal id is stopped alone.
    """
    legal_id = select(debtors.c.legal_id).where(debtors.c.id == debtor_id)
    same = select(debtors.c.id, debtors.c.creditor).where(
        (debtors.c.id == debtor_id)
        | ((debtors.c.legal_id != "") & (debtors.c.legal_id == legal_id.scalar_subquery()))
    )
    found: dict[int, str] = {row.id: row.creditor for row in await connection.execute(same)}
    await lock_debtors(connection, found)
    await connection.execute(
        update(debtors).where(debtors.c.id.in_(found)).values(insolvent_on=command.judged_on)
    )
    heard = {key: await stir_debtor(connection, order, key) for key in sorted(found)}
    elsewhere = tuple(
        Recorded(creditor=found[key], entries=heard[key].entries)
        for key in heard
        if key != debtor_id
    )
    return Recorded(creditor=order.creditor, entries=heard[debtor_id].entries, elsewhere=elsewhere)


@dataclass(frozen=True, slots=True)
class House:
    """In whose books an order is carried out, and on which day.

    Attributes:
        policies: names of those on offer.
        channels: those that are connected.
    """

    creditor: Creditor
    today: date
    policies: Collection[str]
    channels: frozenset[str]


async def ordered(
    connection: AsyncConnection, order: Order, debtor_id: int | None, house: House
) -> Recorded | None:
    """Carry out an order about a debtor or a creditor; ``None`` leaves it to the cases.

    Raises:
        RefusedError: why it cannot be taken.
    """
    match order.command:
        case Freeze():
            return await freeze(connection, order)
        case Thaw():
            return await thaw(connection, order, house.creditor, house.today)
        case Hold() as stop:
            return await hold(connection, order, stop, (debtor_id, house.today))
        case Release():
            return await _released(connection, order, debtor_id)
        case _ if debtor_id is not None:
            return await _of_debtor(connection, order, debtor_id, house)
        case _:
            message = "this order needs a debtor"
            raise RefusedError(message)


async def _of_debtor(
    connection: AsyncConnection, order: Order, debtor_id: int, house: House
) -> Recorded:
    """Carry out an order that is about one debtor and nothing else."""
    match order.command:
        case Insolvency() as insolvency:
            return await judge(connection, order, insolvency, debtor_id)
        case SetDebtor() as facts:
            await set_debtor(connection, order, facts, debtor_id, house.policies)
            return await stir_debtor(connection, order, debtor_id)
        case State():
            poke = await state(connection, house.creditor, house.channels, debtor_id, order.at)
            return Recorded(creditor=order.creditor, pokes=(poke,))
        case _:
            return Recorded(creditor=order.creditor)


async def _released(
    connection: AsyncConnection, order: Order, debtor_id: int | None
) -> Recorded | None:
    """End holds, of a debtor's single cases too; without any, take an insolvency back."""
    released = await release(connection, order, debtor_id)
    if debtor_id is None:
        return released
    if released is not None:
        await _let_go(connection, order, debtor_id)
        return released
    if not await insolvent(connection, debtor_id):
        return None
    return await judge(connection, order, Insolvency(judged_on=None), debtor_id)


async def _let_go(connection: AsyncConnection, order: Order, debtor_id: int) -> None:
    """End the holds of single cases when those of their debtor end; never a promise."""
    growths = []
    for filed in await locked_of_debtor(connection, debtor_id):
        policy = await policy_of(connection, filed.case.policy_hash)
        today = policy.day(order.at)
        if any(hold.holds(today) for hold in filed.case.holds):
            ended = ev.Released(on=today, reason=_reason(order))
            stamp = Stamp(order.event_id, order.actor, order.at)
            growths.append(grown(filed, [ended], stamp))
    await append(connection, growths)


def _reason(order: Order) -> str:
    return order.command.reason if isinstance(order.command, Release) else ""
