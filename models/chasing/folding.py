"""How a case grows: one small function per event, from a case to the case after it."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date
from typing import Any, Final

from models.chasing import events as ev
from models.chasing.case import Call, Case, CreditExpected, Dispute, Order, Promise, Yes
from models.errors import RefusedError
from models.ledger.debtor import Hold
from models.ledger.invoice import Invoice


def after(case: Case, event: ev.Event) -> Case:
    """Return a case as it stands after an event."""
    return _AFTER[event.kind](case, event)


def opened(invoice: Invoice, event: ev.Entered) -> Case:
    """Return the case of an invoice that entered."""
    brought = event.level is not None
    said = (
        (ev.Said(on=event.level_on or event.on, level=event.level, channel="before"),)
        if event.level is not None
        else ()
    )
    before = max(0, invoice.amount - event.open)
    return Case(
        invoice=invoice,
        open=event.open,
        due=invoice.due,
        chase_due=invoice.due,
        entered_on=event.on,
        entry_due=invoice.due,
        policy=event.policy,
        policy_version=event.version,
        policy_hash=event.hash,
        amount=invoice.amount,
        paid=before,
        paid_in_time=before if _in_time(invoice, event.on) else 0,
        brought=brought,
        said=said,
        count=1,
    )


def folded(invoice: Invoice, events: Iterable[ev.Event]) -> Case:
    """Return the case that its events, over all cycles and in order, make.

    Raises:
        RefusedError: the first event is not its entry.
    """
    rest = iter(events)
    first = next(rest, None)
    if not isinstance(first, ev.Entered):
        message = f"invoice {invoice.number}: its first event is not its entry"
        raise RefusedError(message)
    case = opened(invoice, first)
    for event in rest:
        case = after(case, event)
    return case


def _grown(case: Case, **changes: object) -> Case:
    return replace(case, count=case.count + 1, **changes)  # type: ignore[arg-type]


def _entered(case: Case, event: ev.Entered) -> Case:
    """A second entry is a new cycle under the same history."""
    return _grown(case, open=event.open, cycle=case.cycle + 1, closed=None)


def _in_time(invoice: Invoice, on: date) -> bool:
    return invoice.discount_until is not None and on <= invoice.discount_until


def _paid(case: Case, event: ev.Paid) -> Case:
    beyond = max(0, event.amount - max(0, case.open))
    recovered = min(case.written, beyond)
    return _cleared(
        _grown(
            case,
            open=case.open - event.amount + recovered,
            written=case.written - recovered,
            written_off=case.written_off and case.written > recovered,
            **_moved(case, event.on, event.amount),
        )
    )


def _moved(case: Case, on: date, came: int) -> dict[str, Any]:
    """Return what changes when money came in, or went back when ``came`` is negative."""
    paid = max(0, case.paid + came)
    in_time = case.paid_in_time + (max(0, came) if _in_time(case.invoice, on) else 0)
    promises = _received(case.promises, came) if came > 0 else _returned(case.promises, -came)
    return {"paid": paid, "paid_in_time": min(in_time, paid), "promises": promises}


def _received(promises: tuple[Promise, ...], left: int) -> tuple[Promise, ...]:
    """Return promises after money came: those that pause first, the earliest day first."""
    grown: dict[str, Promise] = {}
    for promise in sorted(promises, key=lambda p: (p.announced, p.by)):
        take = min(left, promise.left) if promise.state == "active" else 0
        if take:
            left -= take
            received = promise.received + take
            state = "kept" if received >= promise.amount else "active"
            grown[promise.key] = replace(promise, received=received, state=state)
    return tuple(grown.get(promise.key, promise) for promise in promises)


def _returned(promises: tuple[Promise, ...], left: int) -> tuple[Promise, ...]:
    """Return promises after money went back: the latest given loses it first."""
    grown: dict[str, Promise] = {}
    for promise in reversed(promises):
        take = min(left, promise.received) if promise.state in {"active", "kept"} else 0
        if take:
            left -= take
            grown[promise.key] = replace(promise, received=promise.received - take, state="active")
    return tuple(grown.get(promise.key, promise) for promise in promises)


def _credited(case: Case, event: ev.Credited) -> Case:
    """A credit note answers what waits for one, then what is disputed, then the rest."""
    left = event.amount
    expected = []
    for credit in case.credits:
        take = min(left, credit.amount)
        left -= take
        if credit.amount > take:
            expected.append(replace(credit, amount=credit.amount - take))
    disputes = []
    for dispute in case.disputes:
        take = min(left, dispute.amount) if dispute.state != "closed" else 0
        left -= take
        state = "closed" if 0 < dispute.amount == take else dispute.state
        disputes.append(replace(dispute, amount=dispute.amount - take, state=state))
    grown = _grown(
        case,
        open=case.open - event.amount,
        credited=case.credited + event.amount,
        credits=tuple(expected),
        disputes=tuple(disputes),
    )
    return _cleared(grown)


def _cleared(case: Case) -> Case:
    """Payment in full closes disputes and ends what waited."""
    if case.open > 0:
        return case
    return replace(
        case,
        disputes=tuple(replace(d, state="closed") for d in case.disputes),
        credits=(),
        order=None,
        call=None,
        asked=None,
        yes=None,
    )


def _reversed(case: Case, event: ev.Reversed) -> Case:
    moved = _moved(case, event.on, -event.amount)
    return _reopened(_grown(case, open=case.open + event.amount, **moved))


def _reopened(case: Case) -> Case:
    if case.closed is None or case.open <= 0:
        return case
    return replace(case, closed=None, cycle=case.cycle + 1, settled_by_ledger=False)


def _corrected(case: Case, event: ev.Corrected) -> Case:
    due = event.due or case.due
    extended = case.chase_due != case.due
    changed: dict[str, Any] = {
        "due": due,
        "chase_due": max(case.chase_due, due) if extended else due,
        "amount": case.amount if event.amount is None else event.amount,
    }
    if event.open is not None:
        came = case.open - event.open - (case.amount - changed["amount"])
        taken_back = min(case.written, max(0, -came))
        changed |= {
            "open": event.open,
            "settled_by_ledger": False,
            "written": case.written - taken_back,
            "written_off": case.written_off and case.written > taken_back,
            **_moved(case, event.on, came + taken_back),
        }
    return _reopened(_cleared(_grown(case, **changed)))


def _ledger_settled(case: Case, event: ev.LedgerSettled) -> Case:
    moved = _moved(case, event.on, max(0, case.open))
    return _cleared(_grown(case, open=min(0, case.open), settled_by_ledger=True, **moved))


def _extended(case: Case, event: ev.Extended) -> Case:
    return _grown(case, chase_due=event.due)


def _promised(case: Case, event: ev.Promised) -> Case:
    free = max(0, case.open - case.disputed - case.crediting)
    parts = []
    left = free
    for part in event.parts:
        amount = min(left, left if part.amount is None else part.amount)
        left -= amount
        parts.append((part.by, amount))
    promise = Promise(event.promise, event.on, tuple(parts), event.announced)
    kept = tuple(p for p in case.promises if p.key != event.promise)
    if not event.announced and promise.amount + sum(p.left for p in kept if p.pauses) > free:
        kept = tuple(replace(p, state="withdrawn") if p.pauses else p for p in kept)
    return _grown(case, promises=(*kept, promise))


def _promise_state(case: Case, key: str, state: str) -> Case:
    return _grown(
        case,
        promises=tuple(replace(p, state=state) if p.key == key else p for p in case.promises),
    )


def _promise_broken(case: Case, event: ev.PromiseBroken) -> Case:
    return _promise_state(case, event.promise, "broken")


def _promise_kept(case: Case, event: ev.PromiseKept) -> Case:
    return _promise_state(case, event.promise, "kept")


def _promise_withdrawn(case: Case, event: ev.PromiseWithdrawn) -> Case:
    return _promise_state(case, event.promise, "withdrawn")


def _disputed(case: Case, event: ev.Disputed) -> Case:
    free = max(0, case.open - case.disputed - case.crediting)
    amount = free if event.amount is None else min(free, event.amount)
    state = "open" if event.accepted else "to-accept"
    dispute = Dispute(
        event.dispute, event.on, amount, event.reason, event.owner, event.answer_by, state
    )
    return _grown(case, disputes=(*case.disputes, dispute))


def _dispute_ruled(case: Case, event: ev.DisputeRuled) -> Case:
    free = max(0, case.open - case.disputed - case.crediting)
    ruled = []
    for dispute in case.disputes:
        if dispute.key != event.dispute or dispute.state != "to-accept":
            ruled.append(dispute)
        elif event.accepted:
            by = event.answer_by or dispute.answer_by
            amount = min(dispute.amount, free)
            ruled.append(replace(dispute, state="open", amount=amount, answer_by=by))
        else:
            ruled.append(replace(dispute, state="closed"))
    return _grown(case, disputes=tuple(ruled))


def _settled(case: Case, event: ev.Settled) -> Case:
    dispute = next((d for d in case.disputes if d.key == event.dispute), None)
    if dispute is None or dispute.state == "closed":
        return _grown(case)
    others = tuple(
        replace(d, state="closed") if d.key == event.dispute else d for d in case.disputes
    )
    accepted = 0
    if event.outcome is not ev.Outcome.AGAINST:
        wanted = dispute.amount if event.amount is None else event.amount
        accepted = min(wanted, max(0, case.open))
    expected = case.credits
    if accepted:
        expected = (*expected, CreditExpected(accepted, event.credit_by))
    order = case.order
    paused = dispute.state == "open"
    if event.outcome is ev.Outcome.AGAINST and case.said and paused and order is None:
        last = case.said[-1]
        order = Order(last.level, event.on, case.rounds(last.level), keeps_gap=True)
    return _grown(case, disputes=others, credits=expected, order=order)


def _held(case: Case, event: ev.Held) -> Case:
    return _grown(case, holds=(*case.holds, Hold(event.hold, event.until, event.reason)))


def _released(case: Case, event: ev.Released) -> Case:
    return _grown(case, holds=tuple(h for h in case.holds if event.hold and h.key != event.hold))


def _said(case: Case, event: ev.Said) -> Case:
    order = case.order
    if order is not None and order.level == event.level:
        order = None
    return _grown(
        case,
        said=(*case.said, event),
        order=order,
        asked=None,
        yes=None,
        call=None,
        caused_by="",
    )


def _presented(case: Case, event: ev.Presented) -> Case:
    said = tuple(
        replace(s, deadline=event.deadline) if s.level == event.level else s for s in case.said
    )
    return _grown(case, said=said)


def _bounced(case: Case, event: ev.Bounced) -> Case:
    gone = next((s for s in case.said if s.level == event.level and s.round == event.round), None)
    if gone is None:
        return _grown(case)
    again = Order(event.level, event.on, event.round, keeps_gap=False)
    return _grown(
        case,
        said=tuple(s for s in case.said if s is not gone),
        bounced=(*case.bounced, (event.level, event.round, event.channel)),
        order=again,
    )


def _passed(case: Case, event: ev.Passed) -> Case:
    """Whatever was under way for a level ends when it is passed over."""
    gone = tuple((level, event.on) for level in event.levels)
    order, call, asked, yes = case.order, case.call, case.asked, case.yes
    return _grown(
        case,
        passed=(*case.passed, *gone),
        order=None if order is not None and order.level in event.levels else order,
        call=None if call is not None and call.level in event.levels else call,
        asked=None if asked is not None and asked.level in event.levels else asked,
        yes=None if yes is not None and yes.level in event.levels else yes,
        caused_by=event.by or case.caused_by,
    )


def _directed(case: Case, event: ev.Directed) -> Case:
    """An order goes before a call that nobody has made yet."""
    order = Order(event.level, event.on, case.rounds(event.level), event.keeps_gap)
    return _grown(case, order=order, call=None, caused_by=event.by or case.caused_by)


def _call_asked(case: Case, event: ev.CallAsked) -> Case:
    call = case.call
    tries = call.tries if call is not None and call.level == event.level else 0
    return _grown(case, call=Call(event.level, event.round, event.on, event.lapses_on, tries, None))


def _call_made(case: Case, event: ev.CallMade) -> Case:
    if event.outcome == "reached" and event.level:
        rounds = case.rounds(event.level)
        said = ev.Said(on=event.on, level=event.level, round=rounds, channel="call")
        return _said(case, said)
    if case.call is None or case.call.level != event.level:
        return _grown(case)
    return _grown(case, call=replace(case.call, tries=case.call.tries + 1, tried_on=event.on))


def _call_lapsed(case: Case, event: ev.CallLapsed) -> Case:
    order = case.order
    if order is not None and order.level == event.level:
        order = None
    return _grown(case, call=None, passed=(*case.passed, (event.level, event.on)), order=order)


def _approval_asked(case: Case, event: ev.ApprovalAsked) -> Case:
    return _grown(case, asked=event, yes=None)


def _approved(case: Case, event: ev.Approved) -> Case:
    yes = Yes(event.level, event.round, event.amount, event.on, event.digest)
    return _grown(case, yes=yes)


def _approval_lapsed(case: Case, _: ev.ApprovalLapsed) -> Case:
    return _grown(case, asked=None, yes=None)


def _declined(case: Case, event: ev.Declined) -> Case:
    changed = _grown(case, asked=None, yes=None)
    match event.then:
        case "hold":
            hold = Hold(f"declined-{event.level}-{event.on}", event.until, event.reason)
            return replace(changed, holds=(*case.holds, hold))
        case "skip":
            passed = ev.Passed(on=event.on, levels=(event.level,))
            return _passed(replace(case, asked=None, yes=None), passed)
        case "repeat" if case.said:
            last = case.said[-1].level
            return replace(changed, order=Order(last, event.on, case.rounds(last)))
        case _:
            return changed


def _handed_over(case: Case, event: ev.HandedOver) -> Case:
    return _grown(case, handed_over=event.on)


def _debit_rejected(case: Case, event: ev.DebitRejected) -> Case:
    return _grown(case, debit_rejected=case.debit_rejected or event.on)


def _written_off(case: Case, event: ev.WrittenOff) -> Case:
    given_up = _grown(
        case,
        open=case.open - event.amount,
        written=case.written + event.amount,
        written_off=True,
    )
    return _cleared(given_up)


def _died(case: Case, event: ev.Died) -> Case:
    return _grown(case, dead=event.death)


def _policy_changed(case: Case, event: ev.PolicyChanged) -> Case:
    """A yes was given to a notice of the former policy, and lapses with it."""
    return _grown(
        case,
        policy=event.policy,
        policy_version=event.version,
        policy_hash=event.hash,
        asked=None,
        yes=None,
    )


def _noted(case: Case, _: ev.Noted) -> Case:
    return _grown(case)


def _closed(case: Case, event: ev.Closed) -> Case:
    return _grown(case, closed=event.state)


_AFTER: Final[dict[str, Callable[[Case, Any], Case]]] = {
    "entered": _entered,
    "paid": _paid,
    "credited": _credited,
    "reversed": _reversed,
    "corrected": _corrected,
    "ledger-settled": _ledger_settled,
    "extended": _extended,
    "promised": _promised,
    "promise-broken": _promise_broken,
    "promise-kept": _promise_kept,
    "promise-withdrawn": _promise_withdrawn,
    "disputed": _disputed,
    "dispute-ruled": _dispute_ruled,
    "settled": _settled,
    "held": _held,
    "released": _released,
    "said": _said,
    "presented": _presented,
    "bounced": _bounced,
    "passed": _passed,
    "directed": _directed,
    "call-asked": _call_asked,
    "call-made": _call_made,
    "call-lapsed": _call_lapsed,
    "approval-asked": _approval_asked,
    "approved": _approved,
    "approval-lapsed": _approval_lapsed,
    "declined": _declined,
    "handed-over": _handed_over,
    "debit-rejected": _debit_rejected,
    "written-off": _written_off,
    "died": _died,
    "policy-changed": _policy_changed,
    "noted": _noted,
    "closed": _closed,
}
