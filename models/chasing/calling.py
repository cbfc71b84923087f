"""A call that is somebody's task: when it is tried again, and when it lapses."""

from datetime import date, timedelta

from models.chasing import events as ev
from models.chasing.answers import Record
from models.chasing.case import Call, Case
from models.chasing.facts import Facts
from models.chasing.policy import Policy


def calls(case: Case, policy: Policy, _: Facts, today: date) -> Record | None:
    """Return what there is to record of a call: that nobody made it, or nobody answered."""
    call = case.call
    if call is None or (today <= ends_on(call, policy) and not _in_vain(call, policy)):
        return None
    lapsed = ev.CallLapsed(on=today, level=call.level)
    return Record("10", f"the call asked for on {call.asked_on} was not made", (lapsed,))


def retried_on(call: Call, policy: Policy) -> date | None:
    """Return the working day of the next try; ``None`` before the first."""
    if call.tried_on is None or call.level not in policy.by_name:
        return None
    wait = timedelta(days=policy.level(call.level).retry_days)
    return policy.working_days.first(call.tried_on + wait)


def ends_on(call: Call, policy: Policy) -> date:
    """Return the last day for a call; where tries are counted, one that is due keeps it alive."""
    if _retries(call, policy) is None:
        return call.lapses_on
    return max(call.lapses_on, retried_on(call, policy) or call.lapses_on)


def _in_vain(call: Call, policy: Policy) -> bool:
    """Say whether it was tried as often as the policy wants."""
    most = _retries(call, policy)
    return most is not None and call.tries > most


def _retries(call: Call, policy: Policy) -> int | None:
    """Return how often it is tried again at most; ``None`` where only its days count."""
    place = policy.by_name.get(call.level)
    return None if place is None else policy.levels[place].retries
