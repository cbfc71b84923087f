"""How a case grows by money: payments, credit notes, what a ledger says, write-offs."""

from dataclasses import replace
from datetime import date
from typing import Any, Final

from models.chasing import events as ev
from models.chasing.case import Case, Promise
from models.chasing.growing import Growth, grown
from models.ledger.invoice import Invoice


def in_time(invoice: Invoice, on: date) -> bool:
    """Say whether a day is early enough for an invoice's discount."""
    return invoice.discount_until is not None and on <= invoice.discount_until


def _paid(case: Case, event: ev.Paid) -> Case:
    beyond = max(0, event.amount - max(0, case.open))
    recovered = min(case.written, beyond)
    return _cleared(
        grown(
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
    early = case.paid_in_time + (max(0, came) if in_time(case.invoice, on) else 0)
    promises = _received(case.promises, came) if came > 0 else _returned(case.promises, -came)
    return {"paid": paid, "paid_in_time": min(early, paid), "promises": promises}


def _received(promises: tuple[Promise, ...], left: int) -> tuple[Promise, ...]:
    """Return promises after money came: those that pause first, the earliest day first."""
    after: dict[str, Promise] = {}
    for promise in sorted(promises, key=lambda p: (p.announced, p.by)):
        take = min(left, promise.left) if promise.state == "active" else 0
        if take:
            left -= take
            received = promise.received + take
            state = "kept" if received >= promise.amount else "active"
            after[promise.key] = replace(promise, received=received, state=state)
    return tuple(after.get(promise.key, promise) for promise in promises)


def _returned(promises: tuple[Promise, ...], left: int) -> tuple[Promise, ...]:
    """Return promises after money went back: the latest given loses it first."""
    after: dict[str, Promise] = {}
    for promise in reversed(promises):
        take = min(left, promise.received) if promise.state in {"active", "kept"} else 0
        if take:
            left -= take
            after[promise.key] = replace(promise, received=promise.received - take, state="active")
    return tuple(after.get(promise.key, promise) for promise in promises)


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
    credited = grown(
        case,
        open=case.open - event.amount,
        credited=case.credited + event.amount,
        credits=tuple(expected),
        disputes=tuple(disputes),
    )
    return _cleared(credited)


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
    return _reopened(grown(case, open=case.open + event.amount, **moved))


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
    return _reopened(_cleared(grown(case, **changed)))


def _ledger_settled(case: Case, event: ev.LedgerSettled) -> Case:
    moved = _moved(case, event.on, max(0, case.open))
    return _cleared(grown(case, open=min(0, case.open), settled_by_ledger=True, **moved))


def _written_off(case: Case, event: ev.WrittenOff) -> Case:
    given_up = grown(
        case,
        open=case.open - event.amount,
        written=case.written + event.amount,
        written_off=True,
    )
    return _cleared(given_up)


#: How each event about money grows a case.
MONEY: Final[Growth] = {
    "paid": _paid,
    "credited": _credited,
    "reversed": _reversed,
    "corrected": _corrected,
    "ledger-settled": _ledger_settled,
    "written-off": _written_off,
}
