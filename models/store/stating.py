"""Statements of everything open: on a debtor's calendar, or when somebody asks for one.

One on the calendar has a slot like any other, of no invoice's level; one asked for is
planned at once, like an answer.
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import bindparam, delete, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from models.chasing.answering import Heard, statement, statement_on
from models.chasing.moment import Draft
from models.chasing.notice import NoticeKind
from models.chasing.policy import Policy
from models.errors import RefusedError
from models.ledger.creditor import Creditor
from models.orders import Poke
from models.store.around import around, credits_of
from models.store.outgoing import Outgoing
from models.store.policies import policy_of
from models.store.reading import Filed, cases_of_debtor
from models.store.statements import insert_new
from models.store.tables.saying import notices, slots

#: Stands in the place of a level; no policy can have a level of this name.
STATEMENT: Final = "~statement"

_KNOWN: Final = select(func.count()).where(
    slots.c.debtor_id == bindparam("row_debtor"), slots.c.level == STATEMENT
)
_DONE: Final = delete(slots).where(
    slots.c.debtor_id == bindparam("row_debtor"), slots.c.level == STATEMENT
)

_PLANNED: Final = select(notices.c.on).where(
    notices.c.debtor_id == bindparam("row_debtor"),
    notices.c.kind == NoticeKind.STATEMENT.value,
    notices.c.state.in_(("planned", "sending")),
)


async def state(
    connection: AsyncConnection,
    creditor: Creditor,
    channels: frozenset[str],
    debtor_id: int,
    at: datetime,
) -> Poke:
    """Plan a statement that was asked for; return whom to wake for it.

    It goes the same day or at the next opening, and does not count for the debtor's pace.

    Raises:
        RefusedError: nothing is open there, nobody can be written to, or one is on its way.
    """
    planned = (await connection.execute(_PLANNED, {"row_debtor": debtor_id})).scalars().first()
    if planned is not None:
        message = f"a statement is planned already: it goes on {planned}"
        raise RefusedError(message)
    world = await around(connection, creditor, debtor_id, lock=True)
    heard, filed = [], {}
    for one in await cases_of_debtor(connection, debtor_id, lock=True):
        policy = await policy_of(connection, one.case.policy_hash)
        facts = world.facts(one.id, policy, channels, at)
        heard.append(Heard(one.case, policy, facts, ()))
        filed[one.case.invoice.number] = one
    drafts = statement(heard, await credits_of(connection, debtor_id), at)
    if not drafts:
        message = (
            "no statement can be sent: nothing is open there that is ours to speak of, or "
            "nobody can be written to (see relance debtor)"
        )
        raise RefusedError(message)
    outgoing = Outgoing(connection, creditor, world, filed, at)
    for draft in drafts:
        await outgoing.write(draft)
    return Poke(world.debtor.key, min(draft.at for draft in drafts))


async def registered(
    connection: AsyncConnection, filed: Filed, policy: Policy, after: date, now: datetime
) -> datetime | None:
    """See that a debtor's next statement has its slot; return it when it is new."""
    on = statement_on(policy, after)
    if on is None:
        return None
    known = await connection.execute(_KNOWN, {"row_debtor": filed.debtor_id})
    if known.scalar_one():
        return None
    at = policy.opening(on)
    row = {
        "invoice_id": filed.id,
        "cycle": filed.case.cycle,
        "level": STATEMENT,
        "round": on.toordinal(),
        "debtor_id": filed.debtor_id,
        "at": at,
        "blocker": "",
        "registered_at": now,
    }
    await connection.execute(insert_new(connection, slots), row)
    return at


async def stated(
    connection: AsyncConnection, debtor_id: int, heard: Sequence[Heard], at: datetime
) -> list[Draft]:
    """Return the statement whose slot has come, and free its slot."""
    await connection.execute(_DONE, {"row_debtor": debtor_id})
    return statement(heard, await credits_of(connection, debtor_id), at)


def due(rows: Sequence[Any], now: datetime) -> bool:
    """Say whether a statement's slot has come."""
    return any(row.level == STATEMENT and row.at <= now for row in rows)
