"""What keeps a case from being chased, and until when."""

from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from typing import Final

from models.chasing.answers import Blocker, State, Wait
from models.chasing.calling import ends_on, retried_on
from models.chasing.case import Case
from models.chasing.facts import Facts
from models.chasing.policy import Policy
from models.chasing.promising import looked_at, unseen
from models.ledger.debtor import Hold
from models.ledger.invoice import Method

#: Working days after which an answer that the owner of a dispute owes is his manager's.
MANAGER_AFTER: Final = 2


def blocked(case: Case, policy: Policy, facts: Facts, today: date) -> Wait | None:
    """Return why nothing may be said about a case today; ``None`` when something may."""
    for reason in _REASONS:
        wait = reason(case, policy, facts, today)
        if wait is not None:
            return wait
    return None


def _stopped(case: Case, rule: str, why: str, state: State, blocker: Blocker) -> Wait:
    return Wait(rule, why, state, (blocker,), level=case.level)


def stopped_by_insolvency(case: Case, facts: Facts) -> bool:
    """Say whether a claim is from before its debtor's judgment; one of unknown issue is."""
    issued, judged = case.invoice.issued, facts.insolvent_on
    return judged is not None and (issued is None or issued <= judged)


def _insolvent(case: Case, _: Policy, facts: Facts, __: date) -> Wait | None:
    if not stopped_by_insolvency(case, facts):
        return None
    why = f"the debtor is insolvent since {facts.insolvent_on}"
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
        (invoice.serviced_elsewhere, "somebody else chases it", Blocker.SERVICER),
    )
    for applies, why, blocker in reasons:
        if applies:
            return _stopped(case, "14", why, State.EXCLUDED, blocker)
    return None


def _handed_over(case: Case, _: Policy, __: Facts, ___: date) -> Wait | None:
    if case.handed_over is None:
        return None
    why = f"it was handed over on {case.handed_over.on}"
    return _stopped(case, "19", why, State.HANDED_OVER, Blocker.HANDED_OVER)


def _too_old(case: Case, policy: Policy, _: Facts, __: date) -> Wait | None:
    age = (case.entered_on - case.entry_due).days
    if age <= policy.enter_until_days or case.brought or case.said or case.order is not None:
        return None
    why = f"first seen {age} days overdue: a person decides whether to chase it"
    return _stopped(case, "4", why, State.WAITING, Blocker.TOO_OLD)


def _frozen(case: Case, _: Policy, facts: Facts, __: date) -> Wait | None:
    if not facts.frozen:
        return None
    return _stopped(case, "8", "the creditor is frozen", State.HELD, Blocker.FROZEN)


def _turn(case: Case, policy: Policy, facts: Facts, today: date) -> Wait | None:
    """Keep a debtor's turn after a thaw; what blocks a case beside it is said first."""
    turn = facts.thaws_on
    if turn is None or turn <= today:
        return None
    why = f"after the thaw this debtor's turn comes on {turn}"
    return Wait("8", why, State.HELD, (Blocker.TURN,), policy.opening(turn), turn, case.level)


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


def _nothing_to_chase(case: Case, policy: Policy, facts: Facts, today: date) -> Wait | None:
    if case.chaseable > 0:
        return None
    waits = (
        (case.promised, Blocker.PROMISE),
        (case.disputed, Blocker.DISPUTE),
        (case.crediting, Blocker.CREDIT_EXPECTED),
    )
    blockers = [blocker for amount, blocker in waits if amount]
    state = State.PROMISED if blockers == [Blocker.PROMISE] else State.DISPUTED
    broken = looked_at(case, policy, today)
    days = _answers_due(case, policy, today)
    if broken is not None:
        days.append(broken)
    until = policy.opening(min(days)) if days else None
    if unseen(case, policy, today):
        blockers.append(Blocker.BOOKS_STALE)
        again = stale_until(policy, facts, today)
        until = again if until is None else min(until, again)
    why = f"all that is open waits: {', '.join(blockers)}"
    rule = "6" if state is State.PROMISED else "7"
    return Wait(rule, why, state, tuple(blockers), until, broken, case.level)


def _answers_due(case: Case, policy: Policy, today: date) -> list[date]:
    """Return the days on which somebody in the house turns late with an answer or a credit.

    An answer that is late by some days more becomes the manager's.
    """
    answers = [dispute.answer_by for dispute in case.disputes if dispute.state == "open"]
    by = [day for day in answers if day is not None]
    by += [policy.working_days.after(day, MANAGER_AFTER) for day in by]
    by += [credit.by for credit in case.credits if credit.by is not None]
    return [day + timedelta(days=1) for day in by if day >= today]


def stale_until(policy: Policy, facts: Facts, today: date) -> datetime:
    """Return when stale books are looked at again, even if nobody reads new ones."""
    following = policy.working_days.first(today + timedelta(days=1))
    return facts.stale_until or policy.opening(following)


def _calling(case: Case, policy: Policy, _: Facts, today: date) -> Wait | None:
    call = case.call
    if call is None:
        return None
    on, ends = retried_on(call, policy), ends_on(call, policy)
    why = f"a call is to be made by {ends}"
    until = ends + timedelta(days=1)
    if on is not None:
        why = f"nobody answered on {call.tried_on}: a call is to be made on {on}"
        until = on if on > today else until
    return Wait(
        "10", why, State.OPEN, (Blocker.CALL,), policy.opening(until), on or ends, call.level
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
    _turn,
    _calling,
)
