"""What keeps a case from being chased, and until when."""

from collections.abc import Callable, Iterable
from datetime import date, timedelta
from typing import Final

from models.chasing.answers import Blocker, State, Wait
from models.chasing.case import Case
from models.chasing.facts import Facts
from models.chasing.policy import Policy
from models.chasing.promising import broken_on
from models.ledger.debtor import Hold
from models.ledger.invoice import Method


def blocked(case: Case, policy: Policy, facts: Facts, today: date) -> Wait | None:
    """Return why nothing may be said about a case today; ``None`` when something may."""
    for reason in _REASONS:
        wait = reason(case, policy, facts, today)
        if wait is not None:
            return wait
    return None


def _stopped(case: Case, rule: str, why: str, state: State, blocker: Blocker) -> Wait:
    return Wait(rule, why, state, (blocker,), level=case.level)


def _insolvent(case: Case, _: Policy, facts: Facts, __: date) -> Wait | None:
    judged = facts.insolvent_on
    if judged is None or (case.invoice.issued is not None and case.invoice.issued > judged):
        return None
    why = f"the debtor is insolvent since {judged}"
    return _stopped(case, "12", why, State.HELD, Blocker.INSOLVENCY)


def _excluded(case: Case, _: Policy, facts: Facts, __: date) -> Wait | None:
    invoice = case.invoice
    reasons = (
        (
            invoice.method is Method.DIRECT_DEBIT and case.debit_rejected is None,
            "it is collected by direct debit",
            Blocker.DIRECT_DEBIT,
        ),
        (invoice.method is Method.SELF_BILLED, "it is self-billed", Blocker.SELF_BILLED),
        (facts.debtor.internal, "the debtor is one of ours", Blocker.INTERNAL),
        (bool(invoice.servicer), "somebody else chases it", Blocker.SERVICER),
    )
    for applies, why, blocker in reasons:
        if applies:
            return _stopped(case, "14", why, State.EXCLUDED, blocker)
    return None


def _handed_over(case: Case, _: Policy, __: Facts, ___: date) -> Wait | None:
    if case.handed_over is None:
        return None
    why = f"it was handed over on {case.handed_over}"
    return _stopped(case, "19", why, State.HANDED_OVER, Blocker.HANDED_OVER)


def _too_old(case: Case, policy: Policy, _: Facts, __: date) -> Wait | None:
    age = (case.entered_on - case.entry_due).days
    if age <= policy.enter_until_days or case.brought or case.said or case.order is not None:
        return None
    why = f"first seen {age} days overdue: a person decides whether to chase it"
    return _stopped(case, "4", why, State.WAITING, Blocker.TOO_OLD)


def _frozen(case: Case, policy: Policy, facts: Facts, today: date) -> Wait | None:
    if facts.frozen:
        return _stopped(case, "8", "the creditor is frozen", State.HELD, Blocker.FROZEN)
    thaws = facts.thaws_on
    if thaws is None or thaws <= today:
        return None
    why = f"after the thaw this debtor's turn comes on {thaws}"
    return Wait("8", why, State.HELD, (Blocker.FROZEN,), policy.opening(thaws), thaws, case.level)


def _held(case: Case, policy: Policy, facts: Facts, today: date) -> Wait | None:
    blockers: list[Blocker] = []
    days: list[date | None] = []
    kinds: Iterable[tuple[Blocker, tuple[Hold, ...]]] = (
        (Blocker.CREDITOR_HOLD, facts.creditor_holds),
        (Blocker.DEBTOR_HOLD, facts.debtor_holds),
        (Blocker.HOLD, case.holds),
    )
    for blocker, holds in kinds:
        active = [hold.until for hold in holds if hold.holds(today)]
        if active:
            blockers.append(blocker)
            days.extend(active)
    if not blockers:
        return None
    ends = None if None in days else max(day for day in days if day is not None)
    until = None if ends is None else policy.opening(ends)
    why = "on hold" if ends is None else f"on hold until {ends}"
    return Wait("8", why, State.HELD, tuple(blockers), until, ends, case.level)


def _on_its_way(case: Case, policy: Policy, facts: Facts, today: date) -> Wait | None:
    if facts.unknown:
        why = "whether the legal notice went out is not known: a person rules"
        return _stopped(case, "10", why, State.WAITING, Blocker.UNKNOWN_OUTCOME)
    if facts.being_said:
        until = policy.opening(today + timedelta(days=1))
        return Wait(
            "1",
            "a notice is on its way",
            State.OPEN,
            (Blocker.BEING_SAID,),
            until,
            level=case.level,
        )
    return None


def _nothing_to_chase(case: Case, policy: Policy, _: Facts, today: date) -> Wait | None:
    if case.chaseable > 0:
        return None
    blockers: list[Blocker] = []
    state = State.DISPUTED
    days: list[date] = []
    if case.promised:
        blockers.append(Blocker.PROMISE)
        state = State.PROMISED
        days = sorted(
            broken_on(policy, by)
            for promise in case.promises
            if promise.pauses
            for by, _amount in promise.parts
        )
    if case.disputed:
        blockers.append(Blocker.DISPUTE)
        state = State.DISPUTED
    if case.crediting:
        blockers.append(Blocker.CREDIT_EXPECTED)
    rule = "6" if state is State.PROMISED else "7"
    ahead = next((day for day in days if day > today), None)
    until = None if ahead is None else policy.opening(ahead)
    if ahead is None and days:
        blockers.append(Blocker.BOOKS_STALE)
        until = policy.opening(policy.working_days.first(today + timedelta(days=1)))
    why = f"all that is open waits: {', '.join(blockers)}"
    return Wait(rule, why, state, tuple(blockers), until, ahead, case.level)


def _calling(case: Case, policy: Policy, _: Facts, __: date) -> Wait | None:
    call = case.call
    if call is None:
        return None
    ends = call.lapses_on + timedelta(days=1)
    why = f"a call is to be made by {call.lapses_on}"
    return Wait(
        "10", why, State.OPEN, (Blocker.CALL,), policy.opening(ends), call.lapses_on, call.level
    )


_REASONS: Final[tuple[Callable[[Case, Policy, Facts, date], Wait | None], ...]] = (
    _insolvent,
    _excluded,
    _handed_over,
    _too_old,
    _frozen,
    _held,
    _on_its_way,
    _nothing_to_chase,
    _calling,
)
