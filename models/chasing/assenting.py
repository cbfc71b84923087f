"""Orders that answer what waits for a person: a yes, or a no and what then."""

from typing import Final

from models.chasing import events as ev
from models.chasing.case import Case
from models.chasing.commands import Approve, Context, Reject
from models.chasing.consenting import UNANSWERED
from models.chasing.granting import late_dispute
from models.chasing.placing import ANYBODY, ahead, nominal, step
from models.chasing.policy import Policy
from models.chasing.refusing import Rules, must_be, must_be_near, must_live, person, refused
from models.ledger.creditor import same_name


def _approve(
    command: Approve, case: Case, policy: Policy, context: Context
) -> tuple[ev.Event, ...]:
    must_live(case)
    ruling = late_dispute(case, policy, context, accepted=True)
    if ruling is not None:
        return (ruling,)
    asked, approver = case.asked, person(context)
    following = step(case, policy, ANYBODY) if asked is None and command.ahead else None
    if asked is None and (following is None or not following.level.may_ask):
        raise refused(case, f"has nothing that waits for an approval{_asked_for(case, policy)}")
    must_be(case, context, _deciders(case, policy, context), "approved")
    if approver and same_name(approver, case.caused_by if asked is None else asked.by):
        raise refused(case, "needs another approver: nobody approves what he asked for")
    if asked is not None:
        return (_yes(context, asked.level, asked.round, max(asked.amount, 0), asked.digest),)
    assert following is not None  # noqa: S101  refused above
    return (_yes(context, following.level.name, following.round, case.chaseable, ""),)


def _asked_for(case: Case, policy: Policy) -> str:
    """Return which level will ask for a yes and when, as the rest of a refusal.

    A yes is given to a notice as it will leave: who gives it must have seen that.
    """
    following = step(case, policy, ANYBODY)
    if following is None:
        return ": no level is ahead"
    level, day = following.level, following.day
    said = ""
    if not level.may_ask:
        said = f": {level.name} leaves without one"
        later = (place for place in ahead(case, policy) if policy.levels[place].may_ask)
        place = next(later, None)
        if place is None:
            return said
        level, day = policy.levels[place], nominal(policy, case.chase_due, place)
        said += ","
    day = policy.working_days.first(day)
    return f"{said or ':'} {level.name} asks for one when its day comes, from {day} on"


def _deciders(case: Case, policy: Policy, context: Context) -> tuple[str, ...]:
    """Return the roles that may decide on a notice: the deputy once nobody has answered."""
    deputy = None if case.asked is None else policy.working_days.after(case.asked.on, UNANSWERED[0])
    waited = deputy is not None and context.today >= deputy
    return ("approver", "manager", "deputy") if waited else ("approver", "manager")


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
    must_live(case)
    ruling = late_dispute(case, policy, context, accepted=False)
    if ruling is not None:
        return (ruling,)
    pending = case.yes or case.asked
    if pending is None:
        raise refused(case, "has nothing that waits for an approval")
    must_be(case, context, _deciders(case, policy, context), "rejected")
    if command.then == "hold" and command.until is not None:
        if command.until <= context.today:
            raise refused(case, f"cannot be held until {command.until}: that day has begun")
        must_be_near(case, command.until, context, "; leave the day out for a hold without end")
    if command.then == "repeat" and not case.said:
        raise refused(case, "has no level before this one that could be repeated")
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


#: What each answer becomes.
ANSWERS: Final[Rules] = {Approve: _approve, Reject: _reject}
