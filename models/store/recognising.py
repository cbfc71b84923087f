"""Which invoices the text of a payment names, when its numbers are not those of the books."""

from dataclasses import replace
from functools import reduce
from typing import Any, Final

from sqlalchemy import Row, bindparam, false, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from models.ledger.mentions import Mention, mentioned, spellings
from models.orders import Incoming
from models.store.finding import name_key
from models.store.placing import named_rows, payer_of
from models.store.tables.items import invoices
from models.store.tables.parties import debtors

#: What is between the parts of a number, which people leave out or write otherwise.
_BETWEEN: Final = "-/. _#:"
_PLAIN: Final = reduce(
    lambda number, sign: func.replace(number, sign, ""), _BETWEEN, func.upper(invoices.c.number)
)
#: Words that the names of many companies share, and as long as others must be.
_FORMS: Final = frozenset({"sarl", "sasu", "eurl", "gmbh", "limited", "company", "societe"})
_NAME: Final = 4
_OPEN: Final = (
    select(invoices.c.number, invoices.c.debtor_id, debtors.c.name_key)
    .join_from(invoices, debtors, debtors.c.id == invoices.c.debtor_id)
    .where(
        invoices.c.creditor == bindparam("creditor"),
        invoices.c.closed == false(),
        invoices.c.currency == bindparam("currency"),
        _PLAIN.in_(bindparam("spellings", expanding=True)),
    )
)
_PAYING: Final = debtors.alias("paying")
#: Of what a debtor owes, or pays for somebody else.
_OF_PAYER: Final = _OPEN.where(
    or_(
        invoices.c.debtor_id == bindparam("payer"),
        debtors.c.payer
        == select(_PAYING.c.key).where(_PAYING.c.id == bindparam("payer")).scalar_subquery(),
    )
)


async def recognised(connection: AsyncConnection, incoming: Incoming) -> Incoming:
    """Return a payment with the open invoices that its words name, if they are beyond doubt.

    Numbers that are in the books stand as they are. An invoice of somebody else than the
    payer is none: a wrong match is worse than none.
    """
    known = [
        row.number
        for row in await named_rows(connection, incoming.creditor, incoming.numbers, strict=False)
    ]
    text = said(replace(incoming, numbers=tuple(n for n in incoming.numbers if n not in known)))
    candidates = spellings(text)
    if not candidates:
        return incoming
    payer = await payer_of(connection, incoming, strict=False)
    values: dict[str, Any] = {
        "creditor": incoming.creditor,
        "currency": incoming.currency,
        "spellings": sorted(candidates),
    }
    if payer is None:
        rows = (await connection.execute(_OPEN, values)).all()
    else:
        rows = (await connection.execute(_OF_PAYER, {**values, "payer": payer})).all()
    owners = {row.number: row for row in rows}
    told = [
        mention
        for mention in mentioned(text, owners)
        if payer is not None or _fits(mention, owners[mention.number], incoming.debtor)
    ]
    if payer is None and len({owners[mention.number].debtor_id for mention in told}) > 1:
        return incoming
    named = dict.fromkeys([*known, *(mention.number for mention in told)])
    return replace(incoming, numbers=tuple(named)) if told else incoming


def said(incoming: Incoming) -> str:
    """Return all the words of a payment that may name an invoice."""
    return " ".join(filter(None, (*incoming.numbers, incoming.text)))


def _fits(mention: Mention, owner: Row[*tuple[Any, ...]], payer: str) -> bool:
    """Say whether an invoice may be meant by a payer who is not in the books, or not named."""
    if not payer:
        return mention.lettered
    shared = set(name_key(payer).split()) & set(owner.name_key.split()) - _FORMS
    return any(len(word) >= _NAME for word in shared) or (mention.literal and mention.lettered)
