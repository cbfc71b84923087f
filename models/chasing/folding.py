"""How a case grows: from its entry, by one small function per event."""

from collections.abc import Iterable
from typing import Final

from models.chasing import events as ev
from models.chasing.case import Case
from models.chasing.climbing import LEVELS
from models.chasing.growing import Growth, grown
from models.chasing.pausing import PAUSES
from models.chasing.paying import MONEY, in_time
from models.errors import RefusedError
from models.ledger.invoice import Invoice


def after(case: Case, event: ev.Event) -> Case:
    """Return a case as it stands after an event."""
    return _AFTER[event.kind](case, event)


def opened(invoice: Invoice, event: ev.Entered) -> Case:
    """Return the case of an invoice that entered."""
    brought = event.level is not None
    said: tuple[ev.Said, ...] = ()
    if event.level is not None:
        on, deadline = event.level_on or event.on, event.deadline
        said = (ev.Said(on=on, level=event.level, channel="before", deadline=deadline),)
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
        paid_in_time=before if in_time(invoice, event.on) else 0,
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


def _entered(case: Case, event: ev.Entered) -> Case:
    """A second entry is a new cycle under the same history."""
    return grown(case, open=event.open, cycle=case.cycle + 1, closed=None)


def _extended(case: Case, event: ev.Extended) -> Case:
    return grown(case, chase_due=event.due)


def _handed_over(case: Case, event: ev.HandedOver) -> Case:
    return grown(case, handed_over=event)


def _debit_rejected(case: Case, event: ev.DebitRejected) -> Case:
    return grown(case, debit_rejected=case.debit_rejected or event.on)


def _died(case: Case, event: ev.Died) -> Case:
    return grown(case, dead=event.death)


def _policy_changed(case: Case, event: ev.PolicyChanged) -> Case:
    """A yes was given to a notice of the former policy, and lapses with it."""
    return grown(
        case,
        policy=event.policy,
        policy_version=event.version,
        policy_hash=event.hash,
        asked=None,
        yes=None,
    )


def _noted(case: Case, _: ev.Noted) -> Case:
    return grown(case)


def _closed(case: Case, event: ev.Closed) -> Case:
    return grown(case, closed=event.state)


_AFTER: Final[Growth] = {
    **MONEY,
    **PAUSES,
    **LEVELS,
    "entered": _entered,
    "extended": _extended,
    "handed-over": _handed_over,
    "debit-rejected": _debit_rejected,
    "died": _died,
    "policy-changed": _policy_changed,
    "noted": _noted,
    "closed": _closed,
}
