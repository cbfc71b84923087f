"""How a case grows by what pauses it: promises, disputes, holds."""

from dataclasses import replace
from typing import Final

from models.chasing import events as ev
from models.chasing.case import Case, CreditExpected, Dispute, Order, Promise
from models.chasing.growing import Growth, grown
from models.ledger.debtor import Hold


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
    return grown(case, promises=(*kept, promise))


def _promise_state(case: Case, key: str, state: str) -> Case:
    return grown(
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
        event.dispute,
        event.on,
        amount,
        event.reason,
        event.owner,
        event.answer_by,
        state,
        event.by,
    )
    return _trimmed(grown(case, disputes=(*case.disputes, dispute)))


def _trimmed(case: Case) -> Case:
    """Cut promises to what is not disputed: the word is kept for that part alone."""
    left = max(0, case.open - case.disputed - case.crediting)
    if case.promised <= left:
        return case
    cut = []
    for promise in case.promises:
        if promise.pauses:
            room = promise.received + min(promise.left, left)
            left -= min(promise.left, left)
            parts = []
            for by, amount in promise.parts:
                parts.append((by, min(amount, room)))
                room -= parts[-1][1]
            promise = replace(promise, parts=tuple(parts))  # noqa: PLW2901  the part that stands
            if promise.left == 0:
                state = "kept" if promise.amount else "withdrawn"
                promise = replace(promise, state=state)  # noqa: PLW2901
        cut.append(promise)
    return replace(case, promises=tuple(cut))


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
    return _trimmed(grown(case, disputes=tuple(ruled)))


def _settled(case: Case, event: ev.Settled) -> Case:
    dispute = next((d for d in case.disputes if d.key == event.dispute), None)
    if dispute is None or dispute.state == "closed":
        return grown(case)
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
    return grown(case, disputes=others, credits=expected, order=order)


def _held(case: Case, event: ev.Held) -> Case:
    return grown(case, holds=(*case.holds, Hold(event.hold, event.until, event.reason)))


def _released(case: Case, event: ev.Released) -> Case:
    return grown(case, holds=tuple(h for h in case.holds if event.hold and h.key != event.hold))


#: How each event about a pause grows a case.
PAUSES: Final[Growth] = {
    "promised": _promised,
    "promise-broken": _promise_broken,
    "promise-kept": _promise_kept,
    "promise-withdrawn": _promise_withdrawn,
    "disputed": _disputed,
    "dispute-ruled": _dispute_ruled,
    "settled": _settled,
    "held": _held,
    "released": _released,
}
