"""Whether a planned notice still stands as it was composed."""

from dataclasses import replace
from datetime import datetime
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection

from models.chasing.answers import Blocker, Contact, State, Wait
from models.chasing.drafting import also_open, totals
from models.chasing.dunning import settle
from models.chasing.moment import Look, Moment, Position
from models.chasing.notice import AlsoOpen, Line, Notice
from models.store.around import Around, credits_of
from models.store.policies import policy_of
from models.store.reading import Filed, cases_named, cases_of_debtor

#: Blockers that stop what is about to leave; others concern what comes after it.
_STOPS: Final = frozenset(Blocker) - {
    Blocker.CALL,
    Blocker.APPROVAL,
    Blocker.BEING_SAID,
    Blocker.BOOKS_STALE,
    Blocker.NO_CONTACT,
    Blocker.NO_CHANNEL,
    Blocker.EXHAUSTED,
}


async def stands(
    connection: AsyncConnection,
    notice: Notice,
    world: Around,
    channels: frozenset[str],
    now: datetime,
) -> bool:
    """Say whether every line, amount and total of a notice is still true, under the locks.

    A payment of the debtor, a promise, a dispute, a hold or an insolvency committed since
    changes one of them, or the answer of a line's case; then the notice must not leave.
    """
    if notice.kind.answers:
        return await _still(connection, notice)
    cases = await cases_of_debtor(connection, world.debtor_id, lock=True)
    looks = [await _look(connection, filed, world, channels, now) for filed in cases]
    said = {line.number: line for line in notice.lines}
    group = [look for look in looks if look.number in said and _true(look, said[look.number])]
    if len(group) != len(said):
        return False
    position = Position(await credits_of(connection, world.debtor_id))
    moment = Moment(tuple(looks), position, now)
    others = moment.others(group)
    same_sums: bool = totals(moment, group, others) == notice.totals
    return same_sums and _plain(also_open(others)) == _plain(notice.also_open)


def _plain(items: tuple[AlsoOpen, ...]) -> list[AlsoOpen]:
    """Return items beside a notice's lines without what is our affair alone.

    That one of them now waits for a yes, or was said a moment ago, changes nothing for
    the debtor.
    """
    ours = {State.WAITING, State.EXHAUSTED}
    return [replace(item, state=State.OPEN) if item.state in ours else item for item in items]


async def _still(connection: AsyncConnection, notice: Notice) -> bool:
    """Say whether an answer's invoices are as open as when it was written, closed or not."""
    numbers = [line.number for line in notice.lines]
    cases = await cases_named(connection, notice.creditor, numbers, lock=True)
    open_now = {filed.case.invoice.number: filed.case.open for filed in cases}
    return all(open_now.get(line.number) == line.open for line in notice.lines)


def _true(look: Look, line: Line) -> bool:
    """Say whether a line's level is still to be said, for the same amount.

    The same notice on another channel may have said it a moment ago: then it still is, as
    long as nothing stops the case.
    """
    answer, step = look.answer, (line.level, line.round)
    if look.case.chaseable != line.amount:
        return False
    if any((said.level, said.round) == step for said in look.case.said):
        return not (isinstance(answer, Wait) and _STOPS.intersection(answer.blockers))
    return isinstance(answer, Contact) and answer.step == step


async def _look(
    connection: AsyncConnection,
    filed: Filed,
    world: Around,
    channels: frozenset[str],
    now: datetime,
) -> Look:
    """Look at a case as if nothing of it were on its way."""
    policy = await policy_of(connection, filed.case.policy_hash)
    facts = replace(world.facts(filed.id, policy, channels, now), being_said=False)
    case, _, answer = settle(filed.case, policy, facts, now)
    return Look(case, policy, facts, answer)
