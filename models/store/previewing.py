"""The notice that waits for a yes, as it would leave now: read, never written."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from models.chasing.dunning import settle
from models.chasing.moment import Look, Moment, Position
from models.chasing.notice import Notice
from models.chasing.noticing import Envelope, noticed
from models.chasing.previewing import in_question
from models.ledger.creditor import Creditor
from models.store.around import around, credits_of
from models.store.pacing import pace_of
from models.store.policies import policy_of
from models.store.reading import cases_named, cases_of_debtor


async def preview(
    connection: AsyncConnection,
    creditor: Creditor,
    number: str,
    channels: frozenset[str],
    now: datetime,
) -> Notice | None:
    """Return the notice to which an invoice awaits a yes; ``None`` when none is asked for."""
    found = await cases_named(connection, creditor.key, [number])
    if not found or found[0].case.asked is None:
        return None
    debtor_id = found[0].debtor_id
    world = await around(connection, creditor, debtor_id)
    looks = []
    for filed in await cases_of_debtor(connection, debtor_id):
        policy = await policy_of(connection, filed.case.policy_hash)
        facts = world.facts(filed.id, policy, channels, now)
        case, _, answer = settle(filed.case, policy, facts, now)
        looks.append(Look(case, policy, facts, answer))
    position = Position(await credits_of(connection, debtor_id))
    pace = await pace_of(connection, debtor_id, now.date())
    draft = in_question(Moment(tuple(looks), position, now), pace, number)
    if draft is None:
        return None
    envelope = Envelope(creditor, world.debtor, world.contact_number + 1)
    return noticed(draft, envelope, draft.route)
