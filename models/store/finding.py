"""Finding what a person names: invoices by number, debtors by key, code or name; and locks.

Lock order everywhere: debtors by ascending id, then invoices by ascending id. SQLite has
one writer at a time, so there only the reading is done.
"""

import unicodedata
from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from typing import Any, Final

from sqlalchemy import Select, bindparam, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from models.errors import RefusedError, UnknownError
from models.store.reading import Filed, cases_named, cases_of, cases_of_debtor
from models.store.tables.items import invoices
from models.store.tables.parties import debtors

#: How many numbers are looked through for one that was meant.
_LOOKED_THROUGH: Final = 2000

_BY_NAME: Final = select(
    debtors.c.id, debtors.c.key, debtors.c.code, debtors.c.name, debtors.c.name_key
).where(
    debtors.c.creditor == bindparam("creditor"),
    or_(
        debtors.c.key == bindparam("given"),
        debtors.c.code == bindparam("given"),
        debtors.c.name_key == bindparam("name_key"),
    ),
)
_BY_KEY: Final = select(debtors.c.id).where(
    debtors.c.creditor == bindparam("creditor"), debtors.c.key == bindparam("key")
)
_LOCK_DEBTORS: Final = (
    select(debtors.c.id)
    .where(debtors.c.id.in_(bindparam("ids", expanding=True)))
    .order_by(debtors.c.id)
    .with_for_update(key_share=True)
)
_DEBTORS_OF: Final = (
    select(invoices.c.debtor_id)
    .where(
        invoices.c.creditor == bindparam("creditor"),
        invoices.c.number.in_(bindparam("numbers", expanding=True)),
    )
    .distinct()
)


def name_key(name: str) -> str:
    """Return a name as names are compared: without accents, case and punctuation.

    >>> name_key("Hôtel  Saint-Denis, S.A.R.L.")
    'hotel saint denis s a r l'
    """
    plain = unicodedata.normalize("NFKD", name.casefold())
    letters = (ch if ch.isalnum() else " " for ch in plain if not unicodedata.combining(ch))
    return " ".join("".join(letters).split())


async def lock_debtors(connection: AsyncConnection, ids: Iterable[int]) -> None:
    """Keep others from changing these debtors until the transaction ends."""
    if connection.dialect.name != "sqlite":
        await connection.execute(_LOCK_DEBTORS, {"ids": sorted(set(ids))})


async def debtor_id_of(connection: AsyncConnection, creditor: str, key: str) -> int:
    """Return the id of the debtor that has one of our own keys.

    Raises:
        UnknownError: nobody has it.
    """
    found = await connection.execute(_BY_KEY, {"creditor": creditor, "key": key})
    debtor_id = found.scalar_one_or_none()
    if debtor_id is None:
        message = f"no debtor of {creditor} has the key {key}"
        raise UnknownError(message)
    return int(debtor_id)


async def debtor_named(connection: AsyncConnection, creditor: str, given: str) -> int:
    """Return the id of the debtor that a key, a code or a name means, in this order.

    Raises:
        UnknownError: nobody is known by it.
        RefusedError: several have this name.
    """
    values = {"creditor": creditor, "given": given, "name_key": name_key(given) or given}
    rows = (await connection.execute(_BY_NAME, values)).all()
    for column in ("key", "code", "name_key"):
        meant = values["name_key"] if column == "name_key" else given
        found = [row for row in rows if row._mapping[column] == meant]  # noqa: SLF001  SQLAlchemy's own name for it
        if len(found) == 1:
            return int(found[0].id)
        if found:
            keys = ", ".join(sorted(row.key for row in found))
            message = f"{len(found)} debtors of {creditor} have this name: use a key of {keys}"
            raise RefusedError(message)
    message = f"no debtor of {creditor} is known by that key, code or name"
    raise UnknownError(message)


async def locked_named(
    connection: AsyncConnection, creditor: str, numbers: Sequence[str]
) -> list[Filed]:
    """Return the cases of invoices in the order named, locked with their debtors.

    Raises:
        UnknownError: a number is not in the books; says which numbers come near.
    """
    if connection.dialect.name != "sqlite":
        values = {"creditor": creditor, "numbers": list(numbers)}
        found = (await connection.execute(_DEBTORS_OF, values)).scalars().all()
        await lock_debtors(connection, found)
    cases = await cases_named(connection, creditor, numbers, lock=True)
    by_number = {filed.case.invoice.number: filed for filed in cases}
    for number in numbers:
        if number not in by_number:
            raise UnknownError(await _unknown(connection, creditor, number))
    return [by_number[number] for number in dict.fromkeys(numbers)]


async def locked_ids(
    connection: AsyncConnection, debtor_ids: Iterable[int], invoice_ids: Iterable[int]
) -> list[Filed]:
    """Return cases by their ids, in order of id, locked after their debtors."""
    await lock_debtors(connection, debtor_ids)
    return await cases_of(connection, invoice_ids, lock=True)


async def locked_of_debtor(connection: AsyncConnection, debtor_id: int) -> list[Filed]:
    """Return a debtor's cases that are not closed, locked with it."""
    await lock_debtors(connection, [debtor_id])
    return await cases_of_debtor(connection, debtor_id, lock=True)


async def _unknown(connection: AsyncConnection, creditor: str, number: str) -> str:
    near: list[str] = []
    for statement in (_alike(creditor, number), _any(creditor)):
        known = (await connection.execute(statement)).scalars().all()
        near = get_close_matches(number, known, n=3, cutoff=0.6)
        if near:
            break
    hint = f": did you mean {' or '.join(near)}?" if near else ""
    return f"{creditor} has no invoice {number}{hint}"


def _any(creditor: str) -> Select[Any]:
    return (
        select(invoices.c.number)
        .where(invoices.c.creditor == creditor)
        .order_by(invoices.c.closed, invoices.c.id.desc())
        .limit(_LOOKED_THROUGH)
    )


def _alike(creditor: str, number: str) -> Select[Any]:
    """Return the numbers that begin or end like one."""
    edge = max(1, len(number) // 2)
    return _any(creditor).where(
        or_(
            invoices.c.number.istartswith(number[:edge], autoescape=True),
            invoices.c.number.iendswith(number[-edge:], autoescape=True),
        )
    )
