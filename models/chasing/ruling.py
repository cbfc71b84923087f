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
from models.chasing.placing import ahead, step
from models.chasing.policy import Policy
from models.errors import RefusedError
from models.ledger.debtor import Debtor
from models.ledger.invoice import Method
from models.ledger.money import Money

#: Promises older than this no longer count against the limit.
PROMISE_MEMORY: Final = timedelta(days=365)
#: Working days in which a dispute is answered whose reason the policy does not name.
ANSWER_WITHIN: Final = 10
#: No day in an order lies farther ahead.
FARTHEST: Final = timedelta(days=3653)
#: Working days in which a person accepts or refuses a dispute raised after a formal notice.
RULE_WITHIN: Final = 2
#: Neither the engine nor a story is a person: four eyes concern people.
NOBODY: Final = frozenset({"", "system", "story"})

#: Which level is next does not depend on who owes.
_ANYBODY: Final = Debtor(key="", name="")
#: What was said without a message of ours cannot come back.
_UNSENT: Final = frozenset({"", "before", "call"})


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


def _number(case: Case) -> str:
    return f"invoice {case.invoice.number}"


def _refuse(case: Case, why: str) -> RefusedError:
    return RefusedError(f"{_number(case)} {why}")


def _alive(case: Case) -> None:
    if case.dead is not None:
        raise _refuse(case, f"is dead ({case.dead}): nothing can be recorded on it")
    if case.open <= 0:
        raise _refuse(case, "is paid: nothing is left to chase")
    if case.closed is not None:
        raise _refuse(case, f"is closed as {case.closed}: nothing is left to chase")


def _near(case: Case, day: date, context: Context, hint: str = "") -> None:
    """Refuse a day that nobody can have meant, before a calendar runs out on it."""
    if day - context.today > FARTHEST:
        raise _refuse(case, f"cannot wait until {day}: that is over ten years ahead{hint}")


def _person(context: Context) -> str:
    return "" if context.actor in NOBODY else context.actor


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
    _near(case, days[-1], context)
    if any(part.amount is None for part in command.parts[:-1]):
        raise _refuse(case, "needs the amount of each instalment but the last")
    if any(part.amount is not None and part.amount <= 0 for part in command.parts):
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
    accepted = command.accepted or not _formal(case, policy)
    ruled_by = policy.working_days.after(context.today, RULE_WITHIN)
    return (
        ev.Disputed(
            on=context.today,
            dispute=context.key,
            amount=command.amount,
            reason=command.reason,
            owner=kind.owner if kind else "",
            answer_by=_answer_by(command.reason, policy, context) if accepted else ruled_by,
            accepted=accepted,
        ),
    )


def _answer_by(reason: str, policy: Policy, context: Context) -> date:
    kind = policy.disputes.get(reason)
    return policy.working_days.after(context.today, kind.days if kind else ANSWER_WITHIN)


def _formal(case: Case, policy: Policy) -> bool:
    """Say whether a formal notice went out, under this policy or a former one."""
    formal = {lv.name for lv in policy.levels if lv.kind is LevelKind.FORMAL_NOTICE}
    return any(said.level in formal or said.deadline is not None for said in case.said)


def _late_dispute(
    case: Case, policy: Policy, context: Context, *, accepted: bool
) -> ev.Event | None:
    """Return the ruling on the last dispute that waits for one; ``None`` when none does."""
    late = [dispute for dispute in case.disputes if dispute.state == "to-accept"]
    if not late:
        return None
    by = _answer_by(late[-1].reason, policy, context) if accepted else None
    return ev.DisputeRuled(on=context.today, dispute=late[-1].key, accepted=accepted, answer_by=by)


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
    if credit_by is not None:
        _near(case, credit_by, context)
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
    if command.until is not None:
        _near(case, command.until, context, "; leave the day out for a hold without end")
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
    following = step(case, policy, _ANYBODY)
    return None if following is None else following.level.name


def _ahead(case: Case, policy: Policy) -> list[str]:
    return [policy.levels[place].name for place in ahead(case, policy)]


def _approve(_: Approve, case: Case, policy: Policy, context: Context) -> tuple[ev.Event, ...]:
    _alive(case)
    ruling = _late_dispute(case, policy, context, accepted=True)
    if ruling is not None:
        return (ruling,)
    asked, person = case.asked, _person(context)
    if person and person == (case.caused_by if asked is None else asked.by):
        raise _refuse(case, "needs another approver: nobody approves what he asked for")
    if asked is not None:
        return (_yes(context, asked.level, asked.round, max(asked.amount, 0), asked.digest),)
    following = step(case, policy, _ANYBODY)
    if following is None or following.level.approval == "never":
        raise _refuse(case, "has nothing that waits for an approval")
    level = following.level
    if not level.legal and level.approval is None:
        raise _refuse(case, f"has nothing that waits for an approval: {level.name} leaves without")
    return (_yes(context, level.name, following.round, case.chaseable, ""),)


def _yes(context: Context, level: str, count: int, amount: int, digest: str) -> ev.Approved:
    return ev.Approved(
        on=context.today,
        level=level,
        round=count,
        amount=amount,
        digest=digest,
        by=context.actor,
    )


def _reject(command: Reject, case: Case, policy: Policy, context: Context) -> tuple[ev.Event, ...]:
    _alive(case)
    ruling = _late_dispute(case, policy, context, accepted=False)
    if ruling is not None:
        return (ruling,)
    pending = case.yes or case.asked
    if pending is None:
        raise _refuse(case, "has nothing that waits for an approval")
    if command.then == "hold" and command.until is not None:
        if command.until <= context.today:
            raise _refuse(case, f"cannot be held until {command.until}: that day has begun")
        _near(case, command.until, context, "; leave the day out for a hold without end")
    if command.then == "repeat" and not case.said:
        raise _refuse(case, "has no level before this one that could be repeated")
    return (
        ev.Declined(
            on=context.today,
            level=pending.level,
            then=command.then,
            until=command.until,
            by=context.actor,
            reason=command.reason,
        ),
    )


def _call(command: LogCall, case: Case, policy: Policy, context: Context) -> tuple[ev.Event, ...]:
    _alive(case)
    if case.call is not None:
        return (ev.CallMade(on=context.today, level=case.call.level, outcome=command.outcome),)
    name = _next_level(case, policy)
    planned = name is not None and policy.level(name).kind is LevelKind.CALL
    level = name if name is not None and planned else ""
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
    coming = _ahead(case, policy)
    following = _next_level(case, policy)
    if following is None:
        raise _refuse(case, "has no level ahead to skip")
    gone: tuple[str, ...] = (following,)
    if command.to:
        if command.to not in coming:
            raise _refuse(case, f"has no level {command.to!r} ahead; it has {', '.join(coming)}")
        gone = tuple(coming[: coming.index(command.to)])
        if not gone:
            raise _refuse(case, f"stands before {command.to} already")
    reason = command.reason or "by a person"
    return (ev.Passed(on=context.today, levels=gone, reason=reason, by=_person(context)),)


def _send_now(
    command: SendNow, case: Case, policy: Policy, context: Context
) -> tuple[ev.Event, ...]:
    _alive(case)
    name = command.level or _next_level(case, policy)
    if name is None:
        raise _refuse(case, "has no level ahead; name the level to say again")
    level, today, by = policy.level(name), context.today, _person(context)
    if level.kind is LevelKind.COURTESY and today >= case.chase_due:
        raise _refuse(case, f"is past its due date: {name} can only be said before it")
    place = policy.by_name[name]
    gone = tuple(policy.levels[one].name for one in ahead(case, policy) if one < place)
    directed = ev.Directed(on=today, level=name, reason=command.reason, by=by)
    if not gone:
        return (directed,)
    return ev.Passed(on=today, levels=gone, reason=command.reason, by=by), directed


def _extend(command: Extend, case: Case, _: Policy, context: Context) -> tuple[ev.Event, ...]:
    _alive(case)
    if command.due <= case.due:
        raise _refuse(case, f"is due on {case.due}: an extension needs a later day")
    _near(case, command.due, context)
    return (ev.Extended(on=context.today, due=command.due, reason=command.reason),)


def _write_off(command: WriteOff, case: Case, _: Policy, context: Context) -> tuple[ev.Event, ...]:
    if case.dead is not None or case.open <= 0:
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
    sent = last is not None and last.channel not in _UNSENT
    if last is None or not sent or (command.channel and last.channel != command.channel):
        raise _refuse(case, "has no notice on that channel that could have bounced")
    return (ev.Bounced(on=context.today, level=last.level, round=last.round, channel=last.channel),)


def _reject_debit(_: RejectDebit, case: Case, __: Policy, context: Context) -> tuple[ev.Event, ...]:
    if case.invoice.method is not Method.DIRECT_DEBIT:
        raise _refuse(case, "is not collected by direct debit")
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
