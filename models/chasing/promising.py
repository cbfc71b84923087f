"""When a promise is kept, when it is broken, and what a broken one leads to."""

from datetime import date, timedelta

from models.chasing import events as ev
from models.chasing.answers import Record
from models.chasing.case import Case, Promise
from models.chasing.facts import Facts
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
    if named != "next" and not case.done(named):
        gone = tuple(
            level.name
            for level in policy.levels[: policy.by_name[named]]
            if not case.done(level.name)
        )
        if gone:
            events.append(ev.Passed(on=today, levels=gone, reason="broken promise"))
        events.append(ev.Directed(on=today, level=named, reason="broken promise", keeps_gap=True))
    return Record("6", f"the promise of {promise.on} was broken", tuple(events))
