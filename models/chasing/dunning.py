"""The heart of the engine: from where a case stands to what should follow.

:func:`decide` gives one answer at a time and changes nothing; :func:`settle` carries out
the answers that only record, until one says to wait, to contact or to close.
Rule numbers in answers are those of the rules of chasing.
"""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Final

from models.chasing import events as ev
from models.chasing.answers import Answer, Blocker, Close, Contact, Record, State, Wait
from models.chasing.blocking import blocked
from models.chasing.case import Case
from models.chasing.facts import Facts
from models.chasing.folding import after
from models.chasing.level import LevelKind
from models.chasing.placing import nominal, step
from models.chasing.policy import Policy
from models.chasing.promising import broken_on, promises
from models.errors import RelanceError

#: A yes that has not left by then must be asked for again, in working days.
YES_LASTS: Final = 5
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
    if case.brought or case.entered_on <= case.entry_due or case.said:
        return None
    entry = entry_place(policy, case.entry_due, case.entered_on)
    names = tuple(
        level.name
        for place, level in enumerate(policy.levels)
        if (place < entry or level.kind is LevelKind.COURTESY) and not case.done(level.name)
    )
    if not names:
        return None
    late = (case.entered_on - case.entry_due).days
    why = f"first seen {late} days overdue"
    return Record("4", why, (ev.Passed(on=case.entered_on, levels=names, reason="late entry"),))


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


def _calls(case: Case, policy: Policy, _: Facts, today: date) -> Answer | None:
    call = case.call
    if call is None:
        return None
    level = policy.level(call.level)
    if today > call.lapses_on or call.tries > level.retries:
        lapsed = ev.CallLapsed(on=today, level=call.level)
        return Record("10", f"the call asked for on {call.asked_on} was not made", (lapsed,))
    return None


def _approvals(case: Case, _: Policy, facts: Facts, today: date) -> Answer | None:
    yes = case.yes
    if yes is None:
        return None
    if case.chaseable > yes.amount:
        reason = "the amount has grown"
    elif today > facts.hours.calendars[0].after(yes.on, YES_LASTS):
        reason = f"it was given on {yes.on}"
    else:
        return None
    lapsed = ev.ApprovalLapsed(on=today, level=yes.level, reason=reason)
    return Record("10", f"the approval of {yes.level} lapsed: {reason}", (lapsed,))


_RULES: Final[tuple[Callable[[Case, Policy, Facts, date], Answer | None], ...]] = (
    _ended,
    _late_entry,
    promises,
    _calls,
    _approvals,
)


def _next(case: Case, policy: Policy, facts: Facts, now: datetime) -> Answer:
    following = step(case, policy, facts.debtor)
    if following is None:
        again = policy.opening(policy.day(now) + timedelta(days=EXHAUSTED_EVERY))
        return Wait(
            "15",
            "every level has been said: a manager decides",
            State.EXHAUSTED,
            (Blocker.EXHAUSTED,),
            again,
            level=case.level,
        )
    level = following.level
    at = facts.hours.slot(following.day, now)
    on = policy.day(at)
    if level.kind is LevelKind.COURTESY and on >= case.chase_due:
        passed = ev.Passed(on=policy.day(now), levels=(level.name,), reason="its time is gone")
        return Record("5", f"{level.name} would come on or after the due date", (passed,))
    waits = _waiting(case, policy, facts, level.name, following.round)
    if waits is not None:
        until = policy.opening(case.chase_due) if level.kind is LevelKind.COURTESY else None
        return Wait(*waits, until=until, next_on=on, level=level.name)
    if not facts.fresh and at <= now:
        why = "the books do not cover the last bank day yet"
        return Wait(
            "11", why, State.WAITING, (Blocker.BOOKS_STALE,), facts.stale_until, on, level.name
        )
    wakes = _promise_wakes(case, policy)
    if wakes is not None and wakes < at:
        return Wait("6", following.why, State.OPEN, (), wakes, on, level.name)
    return Contact(
        following.rule, following.why, level.name, following.round, at, on, case.chaseable
    )


def _waiting(
    case: Case, policy: Policy, facts: Facts, name: str, count: int
) -> tuple[str, str, State, tuple[Blocker, ...]] | None:
    """Return why a level whose turn it is cannot go: nobody to write to, or no yes."""
    level = policy.level(name)
    asked = case.asked
    if asked is not None and asked.level == name and asked.round == count and case.yes is None:
        why = f"{name} waits for an approval asked for on {asked.on}"
        return "10", why, State.WAITING, (Blocker.APPROVAL,)
    if level.kind in {LevelKind.CALL, LevelKind.HAND_OVER}:
        return None
    tried = frozenset(
        channel for said, count_, channel in case.bounced if (said, count_) == (name, count)
    )
    if facts.way(level, tried) is None:
        why = f"no contact can be reached by {', '.join(level.channels)}"
        return "20", why, State.WAITING, (Blocker.NO_CONTACT,)
    return None


def _promise_wakes(case: Case, policy: Policy) -> datetime | None:
    """Return when the next promise must be looked at, kept or broken."""
    days = [
        broken_on(policy, by)
        for promise in case.promises
        if promise.pauses and promise.left
        for by, _ in promise.parts
    ]
    return policy.opening(min(days)) if days else None
