"""The heart of the engine: from where a case stands to what should follow.

:func:`decide` gives one answer at a time and changes nothing; :func:`settle` carries out
the answers that only record, until one says to wait, to contact or to close.
Rule numbers in answers are those of the rules of chasing.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import partial
from typing import Final

from models.chasing import events as ev
from models.chasing.answers import Answer, Blocker, Close, Contact, Record, State, Wait
from models.chasing.blocking import blocked, stale_until
from models.chasing.calling import calls
from models.chasing.case import Case
from models.chasing.facts import Facts
from models.chasing.folding import after
from models.chasing.level import LevelKind
from models.chasing.placing import Step, ahead, nominal, step
from models.chasing.policy import Policy
from models.chasing.promising import looked_at, promises, unseen
from models.errors import RelanceError
from models.ledger.invoice import Method

#: A yes that has not left by then must be asked for again, in working days.
YES_LASTS: Final = 5
#: Working days after which the deputy, then the manager, is told of an unanswered request.
UNANSWERED: Final = (2, 5)
#: An exhausted case is shown to its manager this often, in days.
EXHAUSTED_EVERY: Final = 30
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
) -> tuple[Case, list[ev.Event], Answer]:
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
    if 0 < case.open <= case.invoice.discount and case.paid_in_time >= wanted:
        return Close("5", "paid in time less the discount", State.PAID, case.open)
    return None


def _nothing_open(case: Case) -> Close:
    if case.written_off:
        return Close("1", "what was open was written off", State.WRITTEN_OFF)
    if case.credited > 0 and case.paid <= 0:
        return Close("1", "credited in full", State.CREDITED)
    return Close("1", "paid in full", State.PAID)


def _late_entry(case: Case, policy: Policy, _: Facts, __: date) -> Answer | None:
    seen = _seen_on(case)
    if seen is None or case.brought or seen <= case.entry_due or case.said:
        return None
    entry = entry_place(policy, case.entry_due, seen)
    names = tuple(
        level.name
        for place, level in enumerate(policy.levels)
        if (place < entry or level.kind is LevelKind.COURTESY) and not case.done(level.name)
    )
    if not names:
        return None
    why = f"first seen {(seen - case.entry_due).days} days overdue"
    return Record("4", why, (ev.Passed(on=seen, levels=names, reason="late entry"),))


def _seen_on(case: Case) -> date | None:
    """Return the day from which a case could be chased; ``None`` while a debit may still pay."""
    if case.invoice.method is not Method.DIRECT_DEBIT:
        return case.entered_on
    rejected = case.debit_rejected
    return None if rejected is None else max(rejected, case.entered_on)


def entry_place(policy: Policy, due: date, entered_on: date) -> int:
    """Return the place of the level at which an overdue invoice enters.

    It is the last one its age has reached that is neither legal nor a call; when there is
    none, the first level that is no courtesy.
    """
    reached = 0
    for place, level in enumerate(policy.levels):
        if nominal(policy, due, place) <= entered_on and level.kind is LevelKind.REMINDER:
            reached = place
    return reached


def _approvals(case: Case, policy: Policy, _: Facts, today: date) -> Answer | None:
    asked, yes = case.asked, case.yes
    if yes is not None:
        level, most = yes.level, yes.amount
    elif asked is not None:
        level, most = asked.level, asked.amount
    else:
        return None
    lasts = partial(policy.working_days.after, count=YES_LASTS)
    if case.chaseable > most:
        reason = "the amount has grown"
    elif yes is not None and today > lasts(yes.on):
        reason = f"it was given on {yes.on}"
    elif asked is not None and _taken_along(case, policy) and today > lasts(asked.on):
        reason = f"nobody answered since {asked.on}"
    else:
        return None
    lapsed = ev.ApprovalLapsed(on=today, level=level, reason=reason)
    return Record("10", f"the approval of {level} lapsed: {reason}", (lapsed,))


def _taken_along(case: Case, policy: Policy) -> bool:
    """Say whether a yes is awaited to a notice that takes the case beyond its own next level."""
    asked = case.asked
    if asked is None or case.yes is not None or case.order is not None:
        return False
    place = policy.by_name.get(asked.level, -1)
    return any(coming < place for coming in ahead(case, policy))


_RULES: Final[tuple[Callable[[Case, Policy, Facts, date], Answer | None], ...]] = (
    _ended,
    _late_entry,
    promises,
    calls,
    _approvals,
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
    waits = _unapproved(case, policy, following, now) or _unreachable(case, facts, following)
    if waits is not None:
        until = policy.opening(case.chase_due) if level.kind is LevelKind.COURTESY else None
        return _by_then(replace(waits, next_on=on), until, _wakes(case, policy, facts, now))
    if not facts.fresh and at <= now:
        why = "the books do not cover the last bank day yet"
        again = stale_until(policy, facts, policy.day(now))
        return Wait("11", why, State.WAITING, (Blocker.BOOKS_STALE,), again, on, level.name)
    wakes = _wakes(case, policy, facts, now)
    if wakes is not None and wakes < at:
        return Wait("6", following.why, State.OPEN, (), wakes, on, level.name)
    return Contact(
        following.rule, following.why, level.name, following.round, at, on, case.chaseable
    )


def _exhausted(case: Case, policy: Policy, facts: Facts, now: datetime) -> Wait:
    why = "every level has been said: a manager decides"
    wait = Wait("15", why, State.EXHAUSTED, (Blocker.EXHAUSTED,), level=case.level)
    again = policy.opening(policy.day(now) + timedelta(days=EXHAUSTED_EVERY))
    return _by_then(wait, again, _wakes(case, policy, facts, now))


def _by_then(wait: Wait, *instants: datetime | None) -> Wait:
    """Return a wait that ends at the first of some instants, or at its own."""
    ahead = [instant for instant in (wait.until, *instants) if instant is not None]
    return replace(wait, until=min(ahead, default=None))


def _unapproved(case: Case, policy: Policy, following: Step, now: datetime) -> Wait | None:
    """Return that a level waits for a yes: to itself, or to a notice that takes it along."""
    asked = case.asked
    if asked is None or case.yes is not None:
        return None
    same = (asked.level, asked.round) == (following.level.name, following.round)
    if not same and not _taken_along(case, policy):
        return None
    days = (policy.working_days.after(asked.on, count) for count in UNANSWERED)
    again = next((day for day in days if day > policy.day(now)), None)
    why = f"{asked.level} waits for an approval asked for on {asked.on}"
    until = None if again is None else policy.opening(again)
    return Wait("10", why, State.WAITING, (Blocker.APPROVAL,), until, level=asked.level)


def _unreachable(case: Case, facts: Facts, following: Step) -> Wait | None:
    level = following.level
    if level.kind in {LevelKind.CALL, LevelKind.HAND_OVER}:
        return None
    if facts.way(level, case.tried(level.name, following.round)) is not None:
        return None
    why = f"no contact can be reached by {', '.join(level.channels)}"
    return Wait("20", why, State.WAITING, (Blocker.NO_CONTACT,), level=level.name)


def _wakes(case: Case, policy: Policy, facts: Facts, now: datetime) -> datetime | None:
    """Return when a promise of a part must be looked at, kept or broken."""
    if not case.promises:
        return None
    today = policy.day(now)
    if unseen(case, policy, today):
        return stale_until(policy, facts, today)
    day = looked_at(case, policy, today)
    return None if day is None else policy.opening(day)
