"""Orders that let a case rest: promises, disputes and their settlement, holds."""

from datetime import date
from typing import Final

from models.chasing import events as ev
from models.chasing.case import Case
from models.chasing.commands import (
    Context,
    Dispute,
    Hold,
    Promise,
    Release,
    Settle,
)
from models.chasing.level import LevelKind
from models.chasing.policy import Policy
from models.chasing.refusing import Rules, must_be, must_be_near, must_live, person, refused
from models.ledger.creditor import same_name
from models.ledger.money import Money

#: Working days in which a dispute is answered whose reason the policy does not name.
ANSWER_WITHIN: Final = 10
#: Who rules on a dispute that is raised after a formal notice.
_RULERS: Final = ("manager", "approver")
#: Working days in which a person accepts or refuses a dispute raised after a formal notice.
RULE_WITHIN: Final = 2


def _promise(
    command: Promise, case: Case, policy: Policy, context: Context
) -> tuple[ev.Event, ...]:
    must_live(case)
    if not command.parts:
        raise refused(case, "needs a day by which it will be paid")
    days = [part.by for part in command.parts]
    if days != sorted(days):
        raise refused(case, "needs its instalments in order of day")
    if days[0] < context.today:
        raise refused(case, f"cannot be promised for {days[0]}: that day is past")
    must_be_near(case, days[-1], context)
    if any(part.amount is None for part in command.parts[:-1]):
        raise refused(case, "needs the amount of each instalment but the last")
    if any(part.amount is not None and part.amount <= 0 for part in command.parts):
        raise refused(case, "needs a promised amount above zero")
    wanted = sum(part.amount or 0 for part in command.parts)
    if wanted > case.open:
        owed, asked = (Money(m, case.invoice.currency) for m in (case.open, wanted))
        raise refused(case, f"has {owed} open: {asked} cannot be promised")
    if case.open - case.disputed - case.crediting <= 0:
        raise refused(case, "is disputed in full: settle the dispute before a promise")
    reason = _accepted(command, case, policy, context)
    return (
        ev.Promised(
            on=context.today,
            promise=context.key,
            parts=command.parts,
            announced=bool(reason) and not command.accepted,
            reason=command.reason or reason,
        ),
    )


def _accepted(command: Promise, case: Case, policy: Policy, context: Context) -> str:
    """Return what makes a promise go beyond the limits; only a manager accepts such a one."""
    reason = _beyond(policy, context, command.parts[-1].by)
    if reason and command.accepted:
        must_be(case, context, ("manager",), f"promised beyond the limits ({reason})")
    return reason


def _beyond(policy: Policy, context: Context, last: date) -> str:
    if context.promises_made >= policy.max_promises:
        return f"more than {policy.max_promises} promises in 12 months"
    if (last - context.today).days > policy.max_promise_days:
        return f"longer than {policy.max_promise_days} days"
    return ""


def _dispute(
    command: Dispute, case: Case, policy: Policy, context: Context
) -> tuple[ev.Event, ...]:
    must_live(case)
    free = case.open - case.disputed - case.crediting
    if free <= 0:
        raise refused(case, "is disputed in full already")
    if command.amount is not None and not 0 < command.amount <= free:
        left = Money(free, case.invoice.currency)
        raise refused(case, f"has {left} that can be disputed: the amount must be within it")
    kind = policy.disputes.get(command.reason)
    late = _formal(case, policy)
    if late and command.accepted:
        _must_rule(case, context)
    accepted = command.accepted or not late
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
            by=person(context),
        ),
    )


def _answer_by(reason: str, policy: Policy, context: Context) -> date:
    kind = policy.disputes.get(reason)
    return policy.working_days.after(context.today, kind.days if kind else ANSWER_WITHIN)


def _formal(case: Case, policy: Policy) -> bool:
    """Say whether a formal notice went out, under this policy or a former one."""
    formal = {lv.name for lv in policy.levels if lv.kind is LevelKind.FORMAL_NOTICE}
    return any(said.level in formal or said.deadline is not None for said in case.said)


def late_dispute(
    case: Case, policy: Policy, context: Context, *, accepted: bool
) -> ev.Event | None:
    """Return the ruling on the last dispute that waits for one; ``None`` when none does.

    It is the creditor's managers' and approvers', where it names any, and never his who
    raised it.

    Raises:
        RefusedError: it is not for this person.
    """
    late = [dispute for dispute in case.disputes if dispute.state == "to-accept"]
    if not late:
        return None
    _must_rule(case, context)
    ruler = person(context)
    if ruler and same_name(ruler, late[-1].by):
        raise refused(case, f"needs another than {ruler!r} to rule on the dispute, who raised it")
    by = _answer_by(late[-1].reason, policy, context) if accepted else None
    return ev.DisputeRuled(on=context.today, dispute=late[-1].key, accepted=accepted, answer_by=by)


def _must_rule(case: Case, context: Context) -> None:
    if any(set(one.roles) & set(_RULERS) for one in context.people):
        must_be(case, context, _RULERS, "ruled on as disputed after a formal notice")


def _settle(command: Settle, case: Case, policy: Policy, context: Context) -> tuple[ev.Event, ...]:
    live = [dispute for dispute in case.disputes if dispute.state != "closed"]
    if not live:
        raise refused(case, "has no open dispute to settle")
    dispute = live[-1]
    part = command.outcome is ev.Outcome.IN_PART
    if part and (command.amount is None or not 0 < command.amount < dispute.amount):
        total = Money(dispute.amount, case.invoice.currency)
        raise refused(
            case, f"has {total} in dispute: a settlement in part needs an amount between 0 and that"
        )
    credit_by = command.credit_by
    if credit_by is not None:
        must_be_near(case, credit_by, context)
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
    must_live(case)
    if command.until is not None and command.until <= context.today:
        raise refused(case, f"cannot be held until {command.until}: that day has begun")
    if command.until is not None:
        must_be_near(case, command.until, context, "; leave the day out for a hold without end")
    return (
        ev.Held(on=context.today, hold=context.key, until=command.until, reason=command.reason),
    )


def _release(command: Release, case: Case, _: Policy, context: Context) -> tuple[ev.Event, ...]:
    events: list[ev.Event] = []
    if any(hold.holds(context.today) for hold in case.holds):
        events.append(ev.Released(on=context.today, reason=command.reason))
    # A promise is not taken back by the way: only where it alone lets the case rest.
    promised = [] if events else [promise for promise in case.promises if promise.pauses]
    events.extend(
        ev.PromiseWithdrawn(on=context.today, promise=promise.key, reason=command.reason)
        for promise in promised
    )
    if not events:
        raise refused(case, "has no hold and no promise to release")
    return tuple(events)


#: What each order that lets a case rest becomes.
RESTS: Final[Rules] = {
    Promise: _promise,
    Dispute: _dispute,
    Settle: _settle,
    Hold: _hold,
    Release: _release,
}
