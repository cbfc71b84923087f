"""The facts that follow from an order, or a refusal in a sentence a clerk understands.

One pure function, :func:`ruled`, stands between every road into the books and
``case_events``; rehearsals go through it too.
"""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any, Final

from models.chasing import events as ev
from models.chasing.case import Case
from models.chasing.commands import (
    Approve,
    Bounce,
    ChangePolicy,
    Command,
    Context,
    Credit,
    Dispute,
    Extend,
    Hold,
    Kill,
    LogCall,
    Note,
    Pay,
    Promise,
    Reject,
    RejectDebit,
    Release,
    Reverse,
    SendNow,
    Settle,
    Skip,
    WriteOff,
)
from models.chasing.level import LevelKind
from models.chasing.policy import Policy
from models.errors import RefusedError
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
        share = min(amount, max(0, case.open))
        if share:
            shares.append((case, share))
            amount -= share
    return shares


def _number(case: Case) -> str:
    return f"invoice {case.invoice.number}"


def _refuse(case: Case, why: str) -> RefusedError:
    return RefusedError(f"{_number(case)} {why}")


def _alive(case: Case) -> None:
    if case.dead is not None:
        raise _refuse(case, f"is dead ({case.dead}): nothing can be recorded on it")
    if case.open <= 0:
        raise _refuse(case, "is paid: nothing is left to chase")


def _promise(
    command: Promise, case: Case, policy: Policy, context: Context
) -> tuple[ev.Event, ...]:
    _alive(case)
    if not command.parts:
        raise _refuse(case, "needs a day by which it will be paid")
    days = [part.by for part in command.parts]
    if days != sorted(days):
        raise _refuse(case, "needs its instalments in order of day")
    if days[0] < context.today:
        raise _refuse(case, f"cannot be promised for {days[0]}: that day is past")
    for part in command.parts:
        if part.amount is not None and part.amount <= 0:
            raise _refuse(case, "needs a promised amount above zero")
    wanted = sum(part.amount or 0 for part in command.parts)
    if wanted > case.open:
        owed, asked = (Money(m, case.invoice.currency) for m in (case.open, wanted))
        raise _refuse(case, f"has {owed} open: {asked} cannot be promised")
    if case.open - case.disputed - case.crediting <= 0:
        raise _refuse(case, "is disputed in full: settle the dispute before a promise")
    reason = _beyond(policy, context, days[-1])
    return (
        ev.Promised(
            on=context.today,
            promise=context.key,
            parts=command.parts,
            announced=bool(reason) and not command.accepted,
            reason=command.reason or reason,
        ),
    )


def _beyond(policy: Policy, context: Context, last: date) -> str:
    if context.promises_made >= policy.max_promises:
        return f"more than {policy.max_promises} promises in 12 months"
    if (last - context.today).days > policy.max_promise_days:
        return f"longer than {policy.max_promise_days} days"
    return ""


def _dispute(
    command: Dispute, case: Case, policy: Policy, context: Context
) -> tuple[ev.Event, ...]:
    _alive(case)
    free = case.open - case.disputed - case.crediting
    if free <= 0:
        raise _refuse(case, "is disputed in full already")
    if command.amount is not None and not 0 < command.amount <= free:
        left = Money(free, case.invoice.currency)
        raise _refuse(case, f"has {left} that can be disputed: the amount must be within it")
    kind = policy.disputes.get(command.reason)
    days = kind.days if kind else 10
    formal = any(
        policy.levels[policy.by_name[said.level]].kind is LevelKind.FORMAL_NOTICE
        for said in case.said
        if said.level in policy.by_name
    )
    return (
        ev.Disputed(
            on=context.today,
            dispute=context.key,
            amount=command.amount,
            reason=command.reason,
            owner=kind.owner if kind else "",
            answer_by=policy.working_days.after(context.today, days),
            accepted=command.accepted or not formal,
        ),
    )


def _settle(command: Settle, case: Case, policy: Policy, context: Context) -> tuple[ev.Event, ...]:
    live = [dispute for dispute in case.disputes if dispute.state != "closed"]
    if not live:
        raise _refuse(case, "has no open dispute to settle")
    dispute = live[-1]
    part = command.outcome is ev.Outcome.IN_PART
    if part and (command.amount is None or not 0 < command.amount < dispute.amount):
        total = Money(dispute.amount, case.invoice.currency)
        raise _refuse(
            case, f"has {total} in dispute: a settlement in part needs an amount between 0 and that"
        )
    credit_by = command.credit_by
    if credit_by is None and command.outcome is not ev.Outcome.AGAINST:
        credit_by = policy.working_days.after(context.today, policy.credit_days)
    return (
        ev.Settled(
            on=context.today,
            dispute=dispute.key,
            outcome=command.outcome,
            amount=command.amount if part else None,
            credit_by=credit_by,
            reason=command.reason,
        ),
    )


def _hold(command: Hold, case: Case, _: Policy, context: Context) -> tuple[ev.Event, ...]:
    _alive(case)
    if command.until is not None and command.until <= context.today:
        raise _refuse(case, f"cannot be held until {command.until}: that day has begun")
    return (
        ev.Held(on=context.today, hold=context.key, until=command.until, reason=command.reason),
    )


def _release(command: Release, case: Case, _: Policy, context: Context) -> tuple[ev.Event, ...]:
    events: list[ev.Event] = []
    if any(hold.holds(context.today) for hold in case.holds):
        events.append(ev.Released(on=context.today, reason=command.reason))
    events.extend(
        ev.PromiseWithdrawn(on=context.today, promise=promise.key, reason=command.reason)
        for promise in case.promises
        if promise.pauses
    )
    if not events:
        raise _refuse(case, "has no hold and no promise to release")
    return tuple(events)


def _next_level(case: Case, policy: Policy) -> str | None:
    if case.order is not None:
        return case.order.level
    return next((lv.name for lv in policy.levels if not case.done(lv.name)), None)


def _approve(_: Approve, case: Case, policy: Policy, context: Context) -> tuple[ev.Event, ...]:
    _alive(case)
    late = [dispute for dispute in case.disputes if dispute.state == "to-accept"]
    if late:
        return (ev.DisputeRuled(on=context.today, dispute=late[-1].key, accepted=True),)
    asked = case.asked
    if asked is not None:
        if context.actor and context.actor == asked.by:
            raise _refuse(case, "needs another approver: nobody approves what he asked for")
        return (_yes(context, asked.level, asked.round, max(asked.amount, 0), asked.digest),)
    name = _next_level(case, policy)
    if name is None or policy.level(name).approval == "never":
        raise _refuse(case, "has nothing that waits for an approval")
    level = policy.level(name)
    if not level.legal and level.approval is None:
        raise _refuse(case, f"has nothing that waits for an approval: {name} leaves without")
    return (_yes(context, name, case.rounds(name), case.chaseable, ""),)


def _yes(context: Context, level: str, count: int, amount: int, digest: str) -> ev.Approved:
    return ev.Approved(
        on=context.today,
        level=level,
        round=count,
        amount=amount,
        digest=digest,
        by=context.actor,
    )


def _reject(command: Reject, case: Case, _: Policy, context: Context) -> tuple[ev.Event, ...]:
    late = [dispute for dispute in case.disputes if dispute.state == "to-accept"]
    if late:
        return (ev.DisputeRuled(on=context.today, dispute=late[-1].key, accepted=False),)
    if case.asked is None:
        raise _refuse(case, "has nothing that waits for an approval")
    if command.then == "hold" and command.until is not None and command.until <= context.today:
        raise _refuse(case, f"cannot be held until {command.until}: that day has begun")
    return (
        ev.Declined(
            on=context.today,
            level=case.asked.level,
            then=command.then,
            until=command.until,
            by=context.actor,
            reason=command.reason,
        ),
    )


def _call(command: LogCall, case: Case, policy: Policy, context: Context) -> tuple[ev.Event, ...]:
    level = case.call.level if case.call else _next_level(case, policy)
    if level is None or policy.level(level).kind is not LevelKind.CALL:
        raise _refuse(case, "has no call to make now: keep what was said as a note")
    return (ev.CallMade(on=context.today, level=level, outcome=command.outcome),)


def _pay(command: Pay, case: Case, _: Policy, context: Context) -> tuple[ev.Event, ...]:
    if command.amount <= 0:
        raise _refuse(case, "needs a payment above zero; a negative one is a reversal")
    on = command.on or context.today
    return (ev.Paid(on=on, amount=command.amount, payment=command.payment),)


def _credit(command: Credit, case: Case, _: Policy, context: Context) -> tuple[ev.Event, ...]:
    if command.amount <= 0:
        raise _refuse(case, "needs a credit above zero")
    return (ev.Credited(on=context.today, amount=command.amount, note=command.note),)


def _reverse(command: Reverse, case: Case, _: Policy, context: Context) -> tuple[ev.Event, ...]:
    amount = case.paid if command.amount is None else command.amount
    if not 0 < amount <= case.paid:
        paid = Money(case.paid, case.invoice.currency)
        raise _refuse(case, f"has {paid} paid: no more than that can be taken back")
    return (ev.Reversed(on=context.today, amount=amount, payment=command.payment),)


def _skip(command: Skip, case: Case, policy: Policy, context: Context) -> tuple[ev.Event, ...]:
    _alive(case)
    ahead = [level.name for level in policy.levels if not case.done(level.name)]
    if not ahead:
        raise _refuse(case, "has no level ahead to skip")
    if command.to:
        if command.to not in ahead:
            raise _refuse(case, f"has no level {command.to!r} ahead; it has {', '.join(ahead)}")
        gone = tuple(ahead[: ahead.index(command.to)])
        if not gone:
            raise _refuse(case, f"stands before {command.to} already")
    else:
        gone = (ahead[0],)
    return (ev.Passed(on=context.today, levels=gone, reason=command.reason or "by a person"),)


def _send_now(
    command: SendNow, case: Case, policy: Policy, context: Context
) -> tuple[ev.Event, ...]:
    _alive(case)
    events: list[ev.Event] = []
    level = command.level or _next_level(case, policy)
    if level is None:
        raise _refuse(case, "has no level ahead; name the level to say again")
    place = policy.by_name.get(policy.level(level).name, 0)
    gone = tuple(lv.name for lv in policy.levels[:place] if not case.done(lv.name))
    if gone:
        events.append(ev.Passed(on=context.today, levels=gone, reason=command.reason))
    if policy.level(level).kind is LevelKind.COURTESY and context.today >= case.chase_due:
        raise _refuse(case, f"is past its due date: {level} can only be said before it")
    events.append(ev.Directed(on=context.today, level=level, reason=command.reason))
    return tuple(events)


def _extend(command: Extend, case: Case, _: Policy, context: Context) -> tuple[ev.Event, ...]:
    _alive(case)
    if command.due <= case.due:
        raise _refuse(case, f"is due on {case.due}: an extension needs a later day")
    return (ev.Extended(on=context.today, due=command.due, reason=command.reason),)


def _write_off(command: WriteOff, case: Case, _: Policy, context: Context) -> tuple[ev.Event, ...]:
    if case.open <= 0:
        raise _refuse(case, "has nothing open to write off")
    return (ev.WrittenOff(on=context.today, amount=case.open, reason=command.reason),)


def _kill(command: Kill, case: Case, _: Policy, context: Context) -> tuple[ev.Event, ...]:
    if case.dead is not None:
        raise _refuse(case, f"is dead already ({case.dead})")
    return (ev.Died(on=context.today, death=command.death),)


def _note(command: Note, _: Case, __: Policy, context: Context) -> tuple[ev.Event, ...]:
    return (ev.Noted(on=context.today, text=command.text),)


def _bounce(command: Bounce, case: Case, _: Policy, context: Context) -> tuple[ev.Event, ...]:
    last = case.said[-1] if case.said else None
    if last is None or (command.channel and last.channel != command.channel):
        raise _refuse(case, "has no notice on that channel that could have bounced")
    return (ev.Bounced(on=context.today, level=last.level, round=last.round, channel=last.channel),)


def _reject_debit(_: RejectDebit, __: Case, ___: Policy, context: Context) -> tuple[ev.Event, ...]:
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


_RULES: Final[dict[type, Callable[[Any, Case, Policy, Context], tuple[ev.Event, ...]]]] = {
    Promise: _promise,
    Dispute: _dispute,
    Settle: _settle,
    Hold: _hold,
    Release: _release,
    Approve: _approve,
    Reject: _reject,
    LogCall: _call,
    Pay: _pay,
    Credit: _credit,
    Reverse: _reverse,
    Skip: _skip,
    SendNow: _send_now,
    Extend: _extend,
    WriteOff: _write_off,
    Kill: _kill,
    Note: _note,
    Bounce: _bounce,
    RejectDebit: _reject_debit,
    ChangePolicy: _change,
}
