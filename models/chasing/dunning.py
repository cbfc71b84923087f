"""The heart of the engine: from where a case stands to what should follow.

:func:`decide` gives one answer at a time and changes nothing; :func:`settle` carries out
the answers that only record, until one says to wait, to contact or to close.
Rule numbers in answers are those of the rules of chasing.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Final

from models.chasing import events as ev
from models.chasing.answers import (
    Answer,
    Blocker,
    Close,
    Contact,
    Following,
    Record,
    State,
    Wait,
)
from models.chasing.blocking import blocked, stale_until
from models.chasing.calling import calls
from models.chasing.case import Case
from models.chasing.consenting import approvals, unapproved
from models.chasing.entering import late_entry
from models.chasing.exhausting import asked_again_on
from models.chasing.facts import Facts
from models.chasing.folding import after
from models.chasing.level import Level, LevelKind
from models.chasing.placing import Step, step
from models.chasing.policy import Policy
from models.chasing.promising import looked_at, promises, unseen
from models.errors import RelanceError

#: No case has this many things to record at once; more is a defect.
_ROUNDS: Final = 50


def decide(case: Case, policy: Policy, facts: Facts, now: datetime) -> Answer:
    """Say what should follow for a case.

    Args:
        case: where the invoice stands.
        policy: the policy the case is pinned to.
        facts: what the look read beside the case.
        now: any aware instant; days are counted in ``policy.zone``.
    """
    today = policy.day(now)
    for rule in _RULES:
        answer = rule(case, policy, facts, today)
        if answer is not None:
            return answer
    return blocked(case, policy, facts, today) or _next(case, policy, facts, now)


def settle(
    case: Case, policy: Policy, facts: Facts, now: datetime
) -> tuple[Case, list[ev.Event], Following]:
    """Return the case after all there was to record, those events, and the answer then."""
    events: list[ev.Event] = []
    for _ in range(_ROUNDS):
        answer = decide(case, policy, facts, now)
        if not isinstance(answer, Record):
            return case, events, answer
        for event in answer.events:
            case = after(case, event)
        events.extend(answer.events)
    message = f"invoice {case.invoice.number}: its rules did not come to rest"
    raise RelanceError(message)


def _ended(case: Case, policy: Policy, _: Facts, __: date) -> Answer | None:
    if case.closed is not None:
        return Close("1", f"the case was closed as {case.closed}", State(case.closed))
    if case.dead is not None:
        return Close("12", f"the invoice is dead: {case.dead}", State.DEAD)
    if case.open <= 0:
        return _nothing_open(case)
    residue = policy.tolerance.get(case.invoice.currency, 0)
    if case.open <= residue and case.paid + case.credited > 0 and not case.disputed:
        return Close("5", "what is left is within tolerance", State.PAID, case.open)
    wanted = case.amount - case.credited - case.invoice.discount
    short = residue if case.paid_in_time else 0
    if 0 < case.open <= case.invoice.discount + short and case.paid_in_time >= wanted - short:
        return Close("5", "paid in time less the discount", State.PAID, case.open)
    return None


def _nothing_open(case: Case) -> Close:
    if case.written_off:
        return Close("1", "what was open was written off", State.WRITTEN_OFF)
    if case.credited > 0 and case.paid <= 0:
        return Close("1", "credited in full", State.CREDITED)
    return Close("1", "paid in full", State.PAID)


_RULES: Final[tuple[Callable[[Case, Policy, Facts, date], Answer | None], ...]] = (
    _ended,
    late_entry,
    promises,
    calls,
    approvals,
)


def _next(case: Case, policy: Policy, facts: Facts, now: datetime) -> Answer:
    following = step(case, policy, facts.debtor)
    if following is None:
        return _exhausted(case, policy, facts, now)
    level = following.level
    at = facts.hours.slot(following.day, now)
    on = policy.day(at)
    if level.kind is LevelKind.COURTESY and on >= case.chase_due:
        passed = ev.Passed(on=policy.day(now), levels=(level.name,), reason="its time is gone")
        return Record("5", f"{level.name} would come on or after the due date", (passed,))
    waits = unapproved(case, policy, following, now) or _unreachable(case, facts, following)
    if waits is not None:
        until = policy.opening(case.chase_due) if level.kind is LevelKind.COURTESY else None
        return _by_then(replace(waits, next_on=on), until, _wakes(case, policy, facts, now))
    if not facts.fresh and at <= now:
        why = "the books do not cover the last bank day yet"
        again = stale_until(policy, facts, policy.day(now))
        return Wait("11", why, State.WAITING, (Blocker.BOOKS_STALE,), again, on, level.name)
    wakes, warns = _wakes(case, policy, facts, now), _warns(policy, level, on, now)
    before = min((instant for instant in (wakes, warns) if instant is not None), default=at)
    if before < at:
        rule = "6" if before == wakes else "20"
        return Wait(rule, following.why, State.OPEN, (), before, on, level.name)
    return Contact(
        following.rule, following.why, level.name, following.round, at, on, case.chaseable
    )


def _warns(policy: Policy, level: Level, on: date, now: datetime) -> datetime | None:
    """Return when the house is to be told that a level leaves on a day, if that is ahead."""
    if not level.warn_days:
        return None
    warns = policy.opening(on - timedelta(days=level.warn_days))
    return warns if warns > now else None


def _exhausted(case: Case, policy: Policy, facts: Facts, now: datetime) -> Wait:
    why = "every level has been said: a manager decides"
    deadline = case.said[-1].deadline if case.said else None
    if deadline is not None and deadline >= policy.day(now):
        why = f"every level has been said: a manager decides once {deadline} has passed"
    wait = Wait("15", why, State.EXHAUSTED, (Blocker.EXHAUSTED,), level=case.level)
    again = policy.opening(asked_again_on(case, policy.day(now)))
    return _by_then(wait, again, _wakes(case, policy, facts, now))


def _by_then(wait: Wait, *instants: datetime | None) -> Wait:
    """Return a wait that ends at the first of some instants, or at its own."""
    ahead = [instant for instant in (wait.until, *instants) if instant is not None]
    return replace(wait, until=min(ahead, default=None))


def _unreachable(case: Case, facts: Facts, following: Step) -> Wait | None:
    level = following.level
    if level.kind in {LevelKind.CALL, LevelKind.HAND_OVER}:
        return None
    tried = case.tried(level.name, following.round)
    if facts.way(level, tried) is not None:
        return None
    why, blockers = facts.lacks(level, tried)
    return Wait("20", why, State.WAITING, blockers, level=level.name)


def _wakes(case: Case, policy: Policy, facts: Facts, now: datetime) -> datetime | None:
    """Return when a promise of a part must be looked at, kept or broken."""
    if not case.promises:
        return None
    today = policy.day(now)
    if unseen(case, policy, today):
        return stale_until(policy, facts, today)
    day = looked_at(case, policy, today)
    return None if day is None else policy.opening(day)
