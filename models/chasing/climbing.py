"""How a case grows by its levels: said, passed over, ordered, called about, approved."""

from dataclasses import replace
from typing import Final

from models.chasing import events as ev
from models.chasing.case import Call, Case, Order, Yes
from models.chasing.growing import Growth, grown
from models.ledger.debtor import Hold


def _said(case: Case, event: ev.Said) -> Case:
    order = case.order
    if order is not None and order.level == event.level:
        order = None
    return grown(
        case,
        said=(*case.said, event),
        order=order,
        asked=None,
        yes=None,
        call=None,
        lapsed=None,
        caused_by="",
    )


def _presented(case: Case, event: ev.Presented) -> Case:
    said = tuple(
        replace(s, deadline=event.deadline) if s.level == event.level else s for s in case.said
    )
    return grown(case, said=said, presented=(*case.presented, event.level))


def _bounced(case: Case, event: ev.Bounced) -> Case:
    gone = next((s for s in case.said if s.level == event.level and s.round == event.round), None)
    bounced = (*case.bounced, event)
    if gone is None:
        return grown(case, bounced=bounced)
    again = Order(event.level, event.on, event.round, keeps_gap=False)
    return grown(
        case,
        said=tuple(s for s in case.said if s is not gone),
        bounced=bounced,
        order=again,
    )


def _passed(case: Case, event: ev.Passed) -> Case:
    """Whatever was under way for a level ends when it is passed over."""
    gone = tuple((level, event.on) for level in event.levels)
    order, call, asked, yes = case.order, case.call, case.asked, case.yes
    return grown(
        case,
        passed=(*case.passed, *gone),
        order=None if order is not None and order.level in event.levels else order,
        call=None if call is not None and call.level in event.levels else call,
        asked=None if asked is not None and asked.level in event.levels else asked,
        yes=None if yes is not None and yes.level in event.levels else yes,
        caused_by=event.by or case.caused_by,
    )


def _directed(case: Case, event: ev.Directed) -> Case:
    """An order goes before a call that nobody has made yet."""
    order = Order(event.level, event.on, case.rounds(event.level), event.keeps_gap)
    return grown(case, order=order, call=None, caused_by=event.by or case.caused_by)


def _call_asked(case: Case, event: ev.CallAsked) -> Case:
    call = case.call
    tries = call.tries if call is not None and call.level == event.level else 0
    asked = Call(event.level, event.round, event.on, event.lapses_on, tries, None)
    return grown(case, call=asked, asked=None, yes=None)


def _call_made(case: Case, event: ev.CallMade) -> Case:
    if event.outcome == "reached" and event.level:
        rounds = case.rounds(event.level)
        said = ev.Said(on=event.on, level=event.level, round=rounds, channel="call")
        return _said(case, said)
    lapsed = None if event.outcome == "reached" else case.lapsed
    if case.call is None or case.call.level != event.level:
        return grown(case, lapsed=lapsed)
    return grown(case, call=replace(case.call, tries=case.call.tries + 1, tried_on=event.on))


def _call_lapsed(case: Case, event: ev.CallLapsed) -> Case:
    order = case.order
    if order is not None and order.level == event.level:
        order = None
    gone = (*case.passed, (event.level, event.on))
    return grown(case, call=None, lapsed=event, passed=gone, order=order)


def _approval_asked(case: Case, event: ev.ApprovalAsked) -> Case:
    return grown(case, asked=event, yes=None)


def _approved(case: Case, event: ev.Approved) -> Case:
    yes = Yes(event.level, event.round, event.amount, event.on, event.digest)
    return grown(case, yes=yes)


def _approval_lapsed(case: Case, _: ev.ApprovalLapsed) -> Case:
    return grown(case, asked=None, yes=None)


def _declined(case: Case, event: ev.Declined) -> Case:
    changed = grown(case, asked=None, yes=None)
    match event.then:
        case "hold":
            hold = Hold(f"declined-{event.level}-{event.on}", event.until, event.reason)
            return replace(changed, holds=(*case.holds, hold))
        case "skip":
            passed = ev.Passed(on=event.on, levels=(event.level,))
            return _passed(replace(case, asked=None, yes=None), passed)
        case "repeat" if case.said:
            last = case.said[-1].level
            return replace(changed, order=Order(last, event.on, case.rounds(last)))
        case _:
            return changed


#: How each event about a level grows a case.
LEVELS: Final[Growth] = {
    "said": _said,
    "presented": _presented,
    "bounced": _bounced,
    "passed": _passed,
    "directed": _directed,
    "call-asked": _call_asked,
    "call-made": _call_made,
    "call-lapsed": _call_lapsed,
    "approval-asked": _approval_asked,
    "approved": _approved,
    "approval-lapsed": _approval_lapsed,
    "declined": _declined,
}
