"""Orders about levels: calls, skips, moves, what bounced."""

from datetime import date, timedelta
from typing import Final

from models.chasing import events as ev
from models.chasing.case import Case
from models.chasing.commands import (
    Bounce,
    Context,
    Extend,
    LogCall,
    Present,
    SendNow,
    Skip,
)
from models.chasing.level import LevelKind
from models.chasing.placing import ANYBODY, ahead, step
from models.chasing.policy import Policy
from models.chasing.refusing import (
    Rules,
    must_be_near,
    must_live,
    person,
    refused,
)

#: What was said without a message of ours cannot come back.
_UNSENT: Final = frozenset({"", "before", "call"})


def _next_level(case: Case, policy: Policy, today: date | None = None) -> str | None:
    """Return the level that comes next; with a day, the next that may still be said then."""
    following = step(case, policy, ANYBODY)
    if following is None:
        return None
    if today is None or today < case.chase_due or following.level.kind is not LevelKind.COURTESY:
        return following.level.name
    late = (policy.levels[place] for place in ahead(case, policy))
    return next((level.name for level in late if level.kind is not LevelKind.COURTESY), None)


def _ahead(case: Case, policy: Policy) -> list[str]:
    return [policy.levels[place].name for place in ahead(case, policy)]


def _call(command: LogCall, case: Case, policy: Policy, context: Context) -> tuple[ev.Event, ...]:
    must_live(case)
    if case.call is not None:
        return (ev.CallMade(on=context.today, level=case.call.level, outcome=command.outcome),)
    name = _next_level(case, policy)
    planned = name is not None and policy.level(name).kind is LevelKind.CALL
    level = name if name is not None and planned else ""
    return (ev.CallMade(on=context.today, level=level, outcome=command.outcome),)


def _skip(command: Skip, case: Case, policy: Policy, context: Context) -> tuple[ev.Event, ...]:
    must_live(case)
    coming = _ahead(case, policy)
    following = _next_level(case, policy)
    if following is None:
        raise refused(case, "has no level ahead to skip")
    gone: tuple[str, ...] = (following,)
    if command.to:
        if command.to not in coming:
            raise refused(case, f"has no level {command.to!r} ahead; it has {', '.join(coming)}")
        gone = tuple(coming[: coming.index(command.to)])
        if not gone:
            raise refused(case, f"stands before {command.to} already")
    reason = command.reason or "by a person"
    return (ev.Passed(on=context.today, levels=gone, reason=reason, by=person(context)),)


def _send_now(
    command: SendNow, case: Case, policy: Policy, context: Context
) -> tuple[ev.Event, ...]:
    must_live(case)
    name = command.level or _next_level(case, policy, context.today)
    if name is None:
        raise refused(case, "has no level ahead; name the level to say again")
    level, today, by = policy.level(name), context.today, person(context)
    if level.kind is LevelKind.COURTESY and today >= case.chase_due:
        raise refused(case, f"is past its due date: {name} can only be said before it")
    place = policy.by_name[name]
    gone = tuple(policy.levels[one].name for one in ahead(case, policy) if one < place)
    directed = ev.Directed(on=today, level=name, reason=command.reason, by=by)
    if not gone:
        return (directed,)
    return ev.Passed(on=today, levels=gone, reason=command.reason, by=by), directed


def _extend(command: Extend, case: Case, _: Policy, context: Context) -> tuple[ev.Event, ...]:
    must_live(case)
    if command.due <= case.due:
        raise refused(case, f"is due on {case.due}: an extension needs a later day")
    must_be_near(case, command.due, context)
    return (ev.Extended(on=context.today, due=command.due, reason=command.reason),)


def _bounce(command: Bounce, case: Case, _: Policy, context: Context) -> tuple[ev.Event, ...]:
    last = case.said[-1] if case.said else None
    sent = last is not None and last.channel not in _UNSENT
    if last is None or not sent or (command.channel and last.channel != command.channel):
        raise refused(case, "has no notice on that channel that could have bounced")
    return (
        ev.Bounced(
            on=context.today,
            level=last.level,
            round=last.round,
            channel=last.channel,
            address=last.address,
        ),
    )


def _present(
    command: Present, case: Case, policy: Policy, context: Context
) -> tuple[ev.Event, ...]:
    formal = [said for said in case.said if said.deadline is not None]
    days = policy.level(formal[-1].level).deadline_days if formal else None
    if not formal or days is None:
        raise refused(case, "has no formal notice that could have been presented")
    notice = formal[-1]
    if not notice.on <= command.on <= context.today:
        raise refused(
            case, f"cannot be presented on {command.on}: name a day from {notice.on} to today"
        )
    deadline = command.on + timedelta(days=days)
    return (ev.Presented(on=command.on, level=notice.level, deadline=deadline),)


#: What each order about levels becomes.
MOVES: Final[Rules] = {
    LogCall: _call,
    Skip: _skip,
    SendNow: _send_now,
    Extend: _extend,
    Bounce: _bounce,
    Present: _present,
}
