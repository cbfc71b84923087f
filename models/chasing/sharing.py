"""How one order about several invoices falls on each of them: rule 22."""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import replace
from typing import Final

from models.chasing import events as ev
from models.chasing.case import Case
from models.chasing.commands import (
    Approve,
    Bounce,
    Command,
    Credit,
    Dispute,
    LogCall,
    Promise,
    Reject,
    Settle,
)
from models.chasing.ruling import spread
from models.errors import RefusedError
from models.ledger.money import Money

Shares = list[tuple[Case, Command]]


def shared(
    command: Command, cases: Sequence[Case], amount: int | None = None, *, in_order: bool = False
) -> Shares:
    """Return each case with its part of an order.

    Args:
        command: what is ordered; an amount in it counts like ``amount``.
        cases: those it is about; closed ones have no part in an amount.
        amount: minor units of the whole order; ``None`` for all that is open.
        in_order: let an amount fall on the cases as given, instead of the oldest first.

    Raises:
        RefusedError: the amount is more than is open, or cannot be shared.
    """
    if isinstance(command, Promise):
        return _promised(command, cases, amount, in_order=in_order)
    if isinstance(command, Dispute | Credit | Settle):
        whole = command.amount if amount is None else amount
        return _divided(command, cases, whole, in_order=in_order)
    if amount is not None:
        message = "this order takes no amount"
        raise RefusedError(message)
    return [(case, command) for case in cases]


def together(command: Command, named: Sequence[Case], every: Sequence[Case]) -> list[Case]:
    """Return the cases that an order names, and those that share with them what it is about.

    A yes or a no is given to a notice with all its lines (rule 10), a call is made about
    all that it was asked for, a mail that comes back said all that was in it.

    Args:
        command: what is ordered.
        named: the cases it names, in order.
        every: the open cases of their debtors.
    """
    shared_by = _SHARED.get(type(command))
    if shared_by is None:
        return list(named)
    keys = set(map(shared_by, named)) - {None, ""}
    numbers = {case.invoice.number for case in named}
    others = (case for case in every if case.invoice.number not in numbers)
    return [*named, *(case for case in others if shared_by(case) in keys)]


def _notice_asked_for(case: Case) -> Hashable:
    return case.asked.digest if case.asked is not None and case.yes is None else None


def _notice_in_question(case: Case) -> Hashable:
    pending = case.yes or case.asked
    return None if pending is None else pending.digest


def _call_asked_for(case: Case) -> Hashable:
    return None if case.call is None else (case.call.level, case.call.asked_on)


def _last_notice(case: Case) -> Hashable:
    return case.said[-1].notice if case.said else None


#: What each of these orders is about, beyond single cases.
_SHARED: Final[dict[type, Callable[[Case], Hashable]]] = {
    Approve: _notice_asked_for,
    Reject: _notice_in_question,
    LogCall: _call_asked_for,
    Bounce: _last_notice,
}


def concerned(command: Command, case: Case) -> bool:
    """Say whether an order about a whole debtor can be about a case at all."""
    if isinstance(command, Promise | Dispute):
        return case.dead is None and case.open - case.disputed - case.crediting > 0
    return True


def _divided(
    command: Dispute | Credit | Settle, cases: Sequence[Case], amount: int | None, *, in_order: bool
) -> Shares:
    if amount is None:
        return [(case, command) for case in cases]
    shares = [(case, amount) for case in cases]
    if len(cases) > 1:
        if isinstance(command, Settle):
            message = "a dispute is settled in part for one invoice at a time: name it"
            raise RefusedError(message)
        _within(amount, cases)
        shares = spread(amount, list(cases), in_order=in_order)
    return [(case, replace(command, amount=share)) for case, share in shares]


def _promised(
    command: Promise, cases: Sequence[Case], amount: int | None, *, in_order: bool
) -> Shares:
    parts = command.parts
    if amount is not None:
        if len(parts) != 1:
            message = "an amount besides instalments says the same twice: leave one out"
            raise RefusedError(message)
        parts = (replace(parts[0], amount=amount),)
    if len(cases) == 1 or (len(parts) == 1 and parts[0].amount is None):
        return [(case, replace(command, parts=parts)) for case in cases]
    _within(sum(part.amount or 0 for part in parts), cases)
    ranked = list(cases) if in_order else sorted(cases, key=lambda c: (c.due, c.invoice.number))
    left = {case.invoice.number: max(0, case.open) for case in ranked}
    shares: dict[str, list[ev.Part]] = {number: [] for number in left}
    for part in parts:
        rest = sum(left.values()) if part.amount is None else part.amount
        for number, open_ in left.items():
            take = min(rest, open_)
            if take:
                left[number] = open_ - take
                rest -= take
                shares[number].append(ev.Part(by=part.by, amount=take))
    return [
        (case, replace(command, parts=tuple(shares[case.invoice.number])))
        for case in ranked
        if shares[case.invoice.number]
    ]


def _within(amount: int, cases: Sequence[Case]) -> None:
    currencies = sorted({case.invoice.currency for case in cases})
    if len(currencies) > 1:
        message = f"an amount needs one currency: name the invoices in {' or '.join(currencies)}"
        raise RefusedError(message)
    owed = sum(max(0, case.open) for case in cases)
    if cases and amount > owed:
        currency = currencies[0]
        message = (
            f"{len(cases)} invoices have {Money(owed, currency)} open in all: "
            f"{Money(amount, currency)} is more"
        )
        raise RefusedError(message)


def must_be_in(currency: str, cases: Sequence[Case]) -> None:
    """See that invoices are in the currency that an order names, if it names one.

    Raises:
        RefusedError: one is not; says which.
    """
    for case in cases:
        number, own = case.invoice.number, case.invoice.currency
        if currency not in {"", own}:
            raise RefusedError(f"invoice {number} is in {own}, not in {currency}")
