"""Whether a planned notice still stands as it was composed."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection

from models.chasing.answers import Blocker, Close, Contact, State, Wait
from models.chasing.confirming import still
from models.chasing.drafting import also_open, totals
from models.chasing.dunning import settle
from models.chasing.moment import Look, Moment, Position
from models.chasing.notice import AlsoOpen, Line, Notice
from models.chasing.placing import step
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
    changes one of them, or the answer of a line's case; an extension or another policy
    changes when or how it is said. Then the notice must not leave.
    """
    if notice.kind.answers:
        return await _still(connection, notice, world)
    cases = await cases_of_debtor(connection, world.debtor_id, lock=True)
    every = [await _look(connection, filed, world, channels, now) for filed in cases]
    # A case that is over but was not looked at since is over all the same.
    looks = [look for look in every if not isinstance(look.answer, Close)]
    lines = {line.number: line for line in notice.lines}
    pairs = [(look, lines[look.number]) for look in looks if look.number in lines]
    if len(pairs) != len(lines) or not all(_true(*pair, notice, now) for pair in pairs):
        return False
    if not _timely(pairs, notice, now):
        return False
    group = [look for look, _ in pairs]
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


async def _still(connection: AsyncConnection, notice: Notice, world: Around) -> bool:
    """Say whether an answer is as true as when it was written, its invoices closed or not.

    A word that was taken back or replaced, or a dispute settled since, is not confirmed;
    nothing is said to an insolvent debtor, nor while the creditor is frozen.
    """
    if world.frozen or world.insolvent_on is not None:
        return False
    numbers = [line.number for line in notice.lines]
    filed = await cases_named(connection, notice.creditor, numbers, lock=True)
    cases = {one.case.invoice.number: one.case for one in filed}
    days = {part.by for part in notice.instalments}
    return all(still(cases[line.number], line, notice.kind, days) for line in notice.lines)


def _true(look: Look, line: Line, notice: Notice, now: datetime) -> bool:
    """Say whether a line's level is still to be said, for the same amount and to be paid alike.

    The same notice on another channel may have said it a moment ago: then it still is, as
    long as nothing stops the case.
    """
    answer, invoice = look.answer, look.case.invoice
    if look.case.chaseable != line.amount:
        return False
    owner = "" if notice.owner.casefold() == notice.creditor.casefold() else notice.owner
    if (invoice.payee, invoice.sold_to) != (notice.payee, owner):
        return False
    blockers = frozenset(answer.blockers if isinstance(answer, Wait) else ())
    if _said(look, line):
        moved = line.days_late > 0 and not look.overdue(now)
        return not (moved or _STOPS.intersection(blockers))
    if blockers or not isinstance(answer, Contact | Wait):
        return False
    following = step(look.case, look.policy, look.facts.debtor)
    here = (line.level, line.round)
    return following is not None and (following.level.name, following.round) == here


def _said(look: Look, line: Line) -> bool:
    here = (line.level, line.round)
    return any((said.level, said.round) == here for said in look.case.said)


def _timely(pairs: Sequence[tuple[Look, Line]], notice: Notice, now: datetime) -> bool:
    """Say whether it is still time for a notice, under the policy it was composed by.

    The instant of one line at least must have come. Others may come along: friendly ones
    that are near, and what is overdue where a legal level covers that.
    """
    come = [look for look, line in pairs if _said(look, line) or _come(look, now)]
    top = [look.policy for look, line in pairs if line.level == notice.level]
    if not come or notice.policy not in {policy.name for policy in top}:
        return False
    covers = any(policy.level(notice.level).covers == "overdue" for policy in top)
    return all(_along(look, now, covers=covers) for look, _ in pairs if look not in come)


def _come(look: Look, now: datetime) -> bool:
    return isinstance(look.answer, Contact) and look.answer.at <= now


def _along(look: Look, now: datetime, *, covers: bool) -> bool:
    answer = look.answer
    if isinstance(answer, Contact) and look.level.friendly:
        near = look.today(now) + timedelta(days=look.policy.bundle_days)
        return answer.on <= near
    return covers and look.overdue(now)


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
