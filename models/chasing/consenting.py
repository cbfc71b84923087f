"""The yes a level waits for, and what makes it lapse: rule 10."""

from datetime import date, datetime, timedelta
from functools import partial
from typing import Final

from models.chasing import events as ev
from models.chasing.answers import Answer, Blocker, Record, State, Wait
from models.chasing.case import Case
from models.chasing.facts import Facts
from models.chasing.placing import Step, ahead
from models.chasing.policy import Policy

#: A yes that has not left by then must be asked for again, in working days.
YES_LASTS: Final = 5
#: Working days after which the deputy, then the manager, is told of an unanswered request.
UNANSWERED: Final = (2, 5)


def approvals(case: Case, policy: Policy, _: Facts, today: date) -> Answer | None:
    """Return that a yes, or the request for one, has lapsed: rule 10."""
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


def unapproved(case: Case, policy: Policy, following: Step, now: datetime) -> Wait | None:
    """Return that a level waits for a yes: to itself, or to a notice that takes it along."""
    asked = case.asked
    if asked is None or case.yes is not None:
        return None
    same = (asked.level, asked.round) == (following.level.name, following.round)
    if not same and not _taken_along(case, policy):
        return None
    days = [policy.working_days.after(asked.on, count) for count in UNANSWERED]
    if _taken_along(case, policy):
        # A request that nobody answers holds the case's own levels back no longer than a yes.
        days.append(policy.working_days.after(asked.on, YES_LASTS) + timedelta(days=1))
    again = next((day for day in days if day > policy.day(now)), None)
    why = f"{asked.level} waits for an approval asked for on {asked.on}"
    until = None if again is None else policy.opening(again)
    return Wait("10", why, State.WAITING, (Blocker.APPROVAL,), until, level=asked.level)
