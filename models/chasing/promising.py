"""When a promise is kept, when it is broken, and what a broken one leads to."""

from datetime import date, timedelta

from models.chasing import events as ev
from models.chasing.answers import Record
from models.chasing.case import Case, Promise
from models.chasing.facts import Facts
from models.chasing.placing import ahead
from models.chasing.policy import Policy
from models.ledger.days import bank_calendar


def promises(case: Case, policy: Policy, facts: Facts, today: date) -> Record | None:
    """Return what there is to record of a case's promises today: one kept, or one broken."""
    for promise in case.promises:
        if not promise.pauses:
            continue
        due = _part_due(promise, policy, today)
        if due <= promise.received:
            continue
        missing = due - promise.received
        if missing <= policy.tolerance.get(case.invoice.currency, 0):
            if due < promise.amount:
                continue
            kept = ev.PromiseKept(on=today, promise=promise.key)
            return Record("6", "the promise was kept within tolerance", (kept,))
        if facts.fresh:
            return _broken(case, policy, promise, today)
    return None


def looked_at(case: Case, policy: Policy, today: date) -> date | None:
    """Return the next day after today on which a promise may turn out broken."""
    days = (
        broken_on(policy, by)
        for promise in case.promises
        if promise.pauses and promise.left
        for by, _ in promise.parts
    )
    return min((day for day in days if day > today), default=None)


def unseen(case: Case, policy: Policy, today: date) -> bool:
    """Say whether a promise's time is over and only the books are missing to call it broken."""
    tolerance = policy.tolerance.get(case.invoice.currency, 0)
    return any(
        promise.pauses and _part_due(promise, policy, today) > promise.received + tolerance
        for promise in case.promises
    )


def _part_due(promise: Promise, policy: Policy, today: date) -> int:
    """Return the minor units that the promise's days, with their grace, have made due."""
    return sum(amount for by, amount in promise.parts if broken_on(policy, by) <= today)


def broken_on(policy: Policy, by: date) -> date:
    """Return the first working day on which a promise for a day counts as broken.

    >>> from models.policies import shipped
    >>> broken_on(shipped()["standard-b2b"], date(2026, 3, 20))  # Fri; grace Mon and Tue
    datetime.date(2026, 3, 25)
    """
    grace = bank_calendar().after(by, policy.grace_days)
    return policy.working_days.first(grace + timedelta(days=1))


def _broken(case: Case, policy: Policy, promise: Promise, today: date) -> Record:
    events: list[ev.Event] = [ev.PromiseBroken(on=today, promise=promise.key)]
    named = policy.on_broken_promise
    places = list(ahead(case, policy))
    if policy.by_name.get(named) in places:
        gone = tuple(policy.levels[place].name for place in places if place < policy.by_name[named])
        if gone:
            events.append(ev.Passed(on=today, levels=gone, reason="broken promise"))
        events.append(ev.Directed(on=today, level=named, reason="broken promise", keeps_gap=True))
    return Record("6", f"the promise of {promise.on} was broken", tuple(events))
