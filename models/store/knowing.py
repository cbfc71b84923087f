"""What is known of a debtor beside its items: facts that a person sets, and what follows."""

from collections.abc import Callable, Collection, Iterable
from typing import Any, Final

from sqlalchemy import bindparam, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from models.errors import RefusedError, UnknownError
from models.ledger import particulars
from models.orders import Order, SetDebtor
from models.store.finding import debtor_named
from models.store.tables.parties import debtors

#: How each fact is checked and kept.
_KEPT: Final[dict[str, Callable[[Any], Any]]] = {
    "legal_id": particulars.legal_person,
    "payment_days": lambda days: ",".join(map(str, particulars.payment_days(days))),
    "internal": bool,
    "zone": particulars.zone,
    "country": particulars.country,
    "language": particulars.language,
    "segment": str.strip,
    "policy": str,
    "quiet": lambda channels: ",".join(particulars.quiet(channels)),
}
_ROW: Final = select(debtors).where(debtors.c.id == bindparam("row_id"))
_PAID_FOR: Final = select(func.count()).where(
    debtors.c.creditor == bindparam("row_creditor"), debtors.c.payer == bindparam("row_key")
)
_PARENT: Final = select(debtors.c.parent).where(
    debtors.c.creditor == bindparam("row_creditor"), debtors.c.key == bindparam("row_key")
)
_SAME: Final = debtors.alias()
_JUDGED: Final = (
    select(func.max(_SAME.c.insolvent_on))
    .where(_SAME.c.legal_id == debtors.c.legal_id)
    .correlate(debtors)
    .scalar_subquery()
)
_INHERIT: Final = (
    update(debtors)
    .where(
        debtors.c.id.in_(bindparam("ids", expanding=True)),
        debtors.c.legal_id != "",
        debtors.c.insolvent_on.is_(None),
        _JUDGED.is_not(None),
    )
    .values(insolvent_on=_JUDGED)
)


async def set_debtor(
    connection: AsyncConnection,
    order: Order,
    command: SetDebtor,
    debtor_id: int,
    policies: Collection[str],
) -> None:
    """Change the facts of a debtor that an order names.

    Raises:
        RefusedError: one cannot be; says what could.
        UnknownError: a policy, the payer or the parent is not known.
    """
    row = (await connection.execute(_ROW, {"row_id": debtor_id})).one()
    values = _checked(command, policies)
    if command.payer is not None:
        values["payer"] = await _payer(connection, order, command.payer, row)
    if command.parent is not None:
        values["parent"] = await _parent(connection, order, command.parent, row)
    if not values:
        message = "nothing of this debtor was to be changed: say what"
        raise RefusedError(message)
    await connection.execute(update(debtors).where(debtors.c.id == debtor_id).values(values))
    await inherit(connection, [debtor_id])


async def inherit(connection: AsyncConnection, ids: Iterable[int]) -> None:
    """Stop debtors whose legal person was judged insolvent, in whoever's books."""
    if known := list(ids):
        await connection.execute(_INHERIT, {"ids": known})


def _checked(command: SetDebtor, policies: Collection[str]) -> dict[str, Any]:
    if command.policy and command.policy not in policies:
        message = f"no policy is called {command.policy!r}: there are {', '.join(policies)}"
        raise UnknownError(message)
    given = {name: getattr(command, name) for name in _KEPT}
    return {name: _KEPT[name](value) for name, value in given.items() if value is not None}


async def _payer(connection: AsyncConnection, order: Order, given: str, row: Any) -> str:  # noqa: ANN401  a row of any shape
    """Return the key of the debtor that receives another's notices."""
    if not given:
        return ""
    payer = await _other(connection, order, given)
    if payer.id == row.id:
        return ""
    paid_for = {"row_creditor": order.creditor, "row_key": row.key}
    if payer.payer or (await connection.execute(_PAID_FOR, paid_for)).scalar_one():
        message = "a payer has no payer itself: name the one who receives the notices in the end"
        raise RefusedError(message)
    return str(payer.key)


async def _parent(connection: AsyncConnection, order: Order, given: str, row: Any) -> str:  # noqa: ANN401  a row of any shape
    """Return the key of the debtor above another."""
    if not given:
        return ""
    parent = await _other(connection, order, given)
    above: str | None = parent.key
    while above:
        if above == row.key:
            message = "a debtor cannot stand above itself: name a parent that it does not own"
            raise RefusedError(message)
        values = {"row_creditor": order.creditor, "row_key": above}
        above = (await connection.execute(_PARENT, values)).scalar_one_or_none()
    return str(parent.key)


async def _other(connection: AsyncConnection, order: Order, given: str) -> Any:  # noqa: ANN401  a row of any shape
    other = await debtor_named(connection, order.creditor, given)
    return (await connection.execute(_ROW, {"row_id": other})).one()
