"""What comes next for a debtor's cases, as they stand now: read, never written."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import bindparam, select
from sqlalchemy.ext.asyncio import AsyncConnection

from models.chasing.answers import Blocker, Contact, Following, State, Wait
from models.chasing.case import Case
from models.chasing.dunning import settle
from models.chasing.policy import Policy
from models.ledger.creditor import Creditor
from models.store.around import around
from models.store.policies import policy_of
from models.store.reading import Filed, cases_of
from models.store.tables.items import invoices
from models.store.tables.saying import slots

_IDS: Final = select(invoices.c.id).where(invoices.c.debtor_id == bindparam("debtor_id"))
_HELD: Final = select(slots).where(
    slots.c.debtor_id == bindparam("debtor_id"), slots.c.blocker != ""
)


@dataclass(frozen=True, slots=True)
class Prospect:
    """A case, its policy and what follows for it."""

    filed: Filed
    case: Case
    policy: Policy
    answer: Following


async def foresee(
    connection: AsyncConnection,
    creditor: Creditor,
    debtor_id: int,
    channels: frozenset[str],
    now: datetime,
) -> dict[str, Prospect]:
    """Return by number what follows for each of a debtor's invoices, closed ones too.

    What composing has put off says so, with the day on which it is weighed again.
    """
    world = await around(connection, creditor, debtor_id)
    ids = (await connection.execute(_IDS, {"debtor_id": debtor_id})).scalars().all()
    held = {
        (row.invoice_id, row.level, row.round): row
        for row in await connection.execute(_HELD, {"debtor_id": debtor_id})
    }
    found = {}
    for filed in await cases_of(connection, ids):
        policy = await policy_of(connection, filed.case.policy_hash)
        facts = world.facts(filed.id, policy, channels, now)
        case, _, answer = settle(filed.case, policy, facts, now)
        if isinstance(answer, Contact):
            row = held.get((filed.id, answer.level, answer.round))
            if row is not None:
                answer = _put_off(answer, row.at, row.blocker, policy)
        found[case.invoice.number] = Prospect(filed, case, policy, answer)
    return found


def _put_off(answer: Contact, at: datetime | None, blocker: str, policy: Policy) -> Wait:
    known: Mapping[str, tuple[Blocker, ...]] = {b.value: (b,) for b in Blocker}
    blockers = known.get(blocker, ())
    why = f"{answer.level} waits: {blocker}" if blockers else answer.why
    state = State.WAITING if blockers else State.OPEN
    next_on = None if at is None or blockers else policy.day(at)
    return Wait("16", why, state, blockers, at, next_on, answer.level)
