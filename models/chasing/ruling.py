"""The facts that follow from an order, or a refusal in a sentence a clerk understands.

One pure function, :func:`ruled`, stands between every road into the books and
``case_events``; rehearsals go through it too.
"""

from datetime import timedelta
from typing import Final

from models.chasing import events as ev
from models.chasing.assenting import ANSWERS
from models.chasing.case import Case
from models.chasing.commands import (
    ChangePolicy,
    Command,
    Context,
    Credit,
    Kill,
    Note,
    Pay,
    RejectDebit,
    Reverse,
    WriteOff,
)
from models.chasing.granting import RESTS
from models.chasing.policy import Policy
from models.chasing.refusing import Rules, refused
from models.chasing.steering import MOVES
from models.ledger.invoice import Method
from models.ledger.money import Money

#: Promises older than this no longer count against the limit.
PROMISE_MEMORY: Final = timedelta(days=365)


def ruled(command: Command, case: Case, policy: Policy, context: Context) -> tuple[ev.Event, ...]:
    """Return the events a command makes of a case.

    Raises:
        RefusedError: the command cannot be taken; a sentence a clerk understands.
    """
    return _RULES[type(command)](command, case, policy, context)


def spread(amount: int, cases: list[Case], *, in_order: bool = False) -> list[tuple[Case, int]]:
    """Return how an amount falls on cases: in the order given, else oldest due date first.

    What is left when every case is covered is not spread.
    """
    shares = []
    ranked = cases if in_order else sorted(cases, key=lambda c: (c.due, c.invoice.number))
    for case in ranked:
        share = min(amount, case.open)
        if share > 0:
            shares.append((case, share))
            amount -= share
    return shares


def _pay(command: Pay, case: Case, _: Policy, context: Context) -> tuple[ev.Event, ...]:
    if command.amount <= 0:
        raise refused(case, "needs a payment above zero; a negative one is a reversal")
    on = command.on or context.today
    return (ev.Paid(on=on, amount=command.amount, payment=command.payment),)


def _credit(command: Credit, case: Case, _: Policy, context: Context) -> tuple[ev.Event, ...]:
    if command.amount <= 0:
        raise refused(case, "needs a credit above zero")
    if command.amount > case.open:
        open_ = max(0, case.open)
        left, credit = (Money(m, case.invoice.currency) for m in (open_, command.amount))
        raise refused(case, f"has {left} open: a credit of {credit} is more than it can take")
    on = command.on or context.today
    if on > context.today:
        raise refused(case, f"cannot be credited on {on}: that day is not here yet")
    return (ev.Credited(on=on, amount=command.amount, note=command.note),)


def _reverse(command: Reverse, case: Case, _: Policy, context: Context) -> tuple[ev.Event, ...]:
    amount = case.paid if command.amount is None else command.amount
    if not 0 < amount <= case.paid:
        paid = Money(case.paid, case.invoice.currency)
        raise refused(case, f"has {paid} paid: no more than that can be taken back")
    return (ev.Reversed(on=context.today, amount=amount, payment=command.payment),)


def _write_off(command: WriteOff, case: Case, _: Policy, context: Context) -> tuple[ev.Event, ...]:
    if case.dead is not None or case.open <= 0:
        raise refused(case, "has nothing open to write off")
    return (ev.WrittenOff(on=context.today, amount=case.open, reason=command.reason),)


def _kill(command: Kill, case: Case, _: Policy, context: Context) -> tuple[ev.Event, ...]:
    if case.dead is not None:
        raise refused(case, f"is dead already ({case.dead})")
    return (ev.Died(on=context.today, death=command.death),)


def _note(command: Note, _: Case, __: Policy, context: Context) -> tuple[ev.Event, ...]:
    return (ev.Noted(on=context.today, text=command.text),)


def _reject_debit(_: RejectDebit, case: Case, __: Policy, context: Context) -> tuple[ev.Event, ...]:
    if case.invoice.method is not Method.DIRECT_DEBIT:
        raise refused(case, "is not collected by direct debit")
    return (ev.DebitRejected(on=context.today),)


def _change(command: ChangePolicy, _: Case, __: Policy, context: Context) -> tuple[ev.Event, ...]:
    return (
        ev.PolicyChanged(
            on=context.today,
            policy=command.policy,
            version=command.version,
            hash=command.hash,
        ),
    )


_RULES: Final[Rules] = {
    **RESTS,
    **MOVES,
    **ANSWERS,
    Pay: _pay,
    Credit: _credit,
    Reverse: _reverse,
    WriteOff: _write_off,
    Kill: _kill,
    Note: _note,
    RejectDebit: _reject_debit,
    ChangePolicy: _change,
}
