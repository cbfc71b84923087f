"""Which payment the bank takes back."""

from typing import Any, Final

from sqlalchemy import Row, bindparam, desc, exists, func, null, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from models.chasing.debiting import awaits
from models.orders import Incoming
from models.store.placing import named_rows, payer_of
from models.store.reading import cases_of
from models.store.tables.money import allocations, payments

_OF_IT: Final = allocations.c.payment_id == payments.c.id
_NAMED: Final = exists().where(
    _OF_IT, allocations.c.invoice_id.in_(bindparam("ids", expanding=True))
)
_PAYS: Final = (
    select(func.coalesce(func.sum(allocations.c.amount), 0))
    .where(_OF_IT, allocations.c.reversed_at == null())
    .scalar_subquery()
)
#: Live payments that could be the one taken back: those of named invoices first, the last
#: first. ``stands`` is what was not taken back of one before.
_CANDIDATES: Final = (
    select(payments, _NAMED.label("named"), (payments.c.left + _PAYS).label("stands"))
    .where(
        payments.c.creditor == bindparam("creditor"),
        payments.c.currency == bindparam("currency"),
        payments.c.amount >= bindparam("amount"),
        payments.c.reversed_at == null(),
        or_(
            payments.c.key == bindparam("text"),
            _NAMED,
            payments.c.debtor_id == bindparam("debtor_id"),
        ),
    )
    .order_by(desc("named"), desc(payments.c.on), desc(payments.c.id))
)


async def meant(connection: AsyncConnection, incoming: Incoming) -> Row[*tuple[Any, ...]] | None:
    """Return the payment that a negative one takes back; ``None`` when none is known.

    The one whose reference it quotes, else one of which just its amount stands, if it can
    be one that pays nothing, else the last that is large enough among those which paid an
    invoice that it names.
    """
    named = await named_rows(connection, incoming.creditor, incoming.numbers, strict=False)
    debits = [f for f in await cases_of(connection, [row.id for row in named]) if awaits(f.case)]
    # What names a direct debit is that debit coming back, not another payment of the debtor.
    debtor_id = None if debits else await payer_of(connection, incoming, strict=False)
    values = {
        "creditor": incoming.creditor,
        "currency": incoming.currency,
        "amount": -incoming.amount,
        "text": incoming.text,
        "ids": [row.id for row in named],
        "debtor_id": debtor_id,
    }
    rows = (await connection.execute(_CANDIDATES, values)).all()
    quoted = [row for row in rows if row.key == incoming.text]
    wanted = -incoming.amount
    same = [row for row in rows if row.stands == wanted]
    spare = [row for row in same if row.left >= wanted]
    large = [row for row in rows if row.named and row.stands > wanted]
    return next(iter(quoted or spare or same or large), None)
