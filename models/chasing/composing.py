"""One debtor at one moment: which notices leave, and what waits, and why.

:func:`compose` takes the answers of all open cases and changes nothing. It knows pace
(when this debtor may be contacted at all), bundling (what shares a notice) and the
debtor's net position (whether anything is owed at all).
"""

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Final

from models.chasing import events as ev
from models.chasing.answers import Blocker, Contact, State, Wait
from models.chasing.approving import ask, leaves
from models.chasing.drafting import drafted, grouped, in_person, lacks, way_of
from models.chasing.escalating import covered, hand_over
from models.chasing.level import LEGAL, LevelKind
from models.chasing.moment import Composition, Look, Moment, Position
from models.chasing.pace import Pace, earliest
from models.chasing.placing import gap

#: The order in which kinds of level take the slot.
_RANK: Final = {kind: rank for rank, kind in enumerate(LevelKind)}
_DAY: Final = timedelta(days=1)


def compose(looks: tuple[Look, ...], pace: Pace, position: Position, now: datetime) -> Composition:
    """Return what leaves for a debtor now.

    Args:
        looks: all open cases of the debtor, settled, with their answers as of ``now``; the
            order in which they come tells nothing.
        pace: the debtor's contacts so far.
        position: its unapplied credits.
        now: the slot, or the moment after it.
    """
    moment = Moment(tuple(sorted(looks, key=lambda look: look.age)), position, now)
    ready = (look for look in moment.looks if isinstance(look.answer, Contact))
    due = [look for look in ready if look.contact.at <= now]
    kinds = (
        [look for look in due if look.level.kind in LEGAL],
        [look for look in due if look.level.kind is LevelKind.CALL],
        [look for look in due if look.level.friendly],
    )
    for found, say in zip(kinds, (_legal, _call, _friendly), strict=True):
        group = [look for look in found if look.number not in moment.taken]
        if group and _slot_is_free(moment, group, pace) and say(moment, group):
            pace = _spoken(pace, group, now, legal=say is _legal)
    return moment.result


def _spoken(pace: Pace, group: list[Look], now: datetime, *, legal: bool) -> Pace:
    """Return the pace after a group spoke: friendly contact waits for another day.

    A call that is asked for takes the slot as well, but counts only once it is made.
    """
    today = group[0].policy.day(now)
    return pace.contacted(today, legal=True) if legal else replace(pace, legal_on=today)


def _slot_is_free(moment: Moment, group: list[Look], pace: Pace) -> bool:
    """Say whether pace lets a group speak now; put it off to its first day when not.

    The pace is the debtor's: the policies of all its cases that we chase set it, not the
    group's.
    """
    today = group[0].policy.day(moment.now)
    legal = group[0].level.kind in LEGAL
    day = earliest(pace, [look.policy for look in moment.looks if _ours(look)], today, legal=legal)
    if day <= today:
        return True
    at = max(look.facts.hours.slot(day, moment.now) for look in group)
    for look in group:
        level, on = look.contact.level, look.policy.day(at)
        why = f"{level} keeps the debtor's pace: next contact on {on}"
        moment.wait(look, Wait("16", why, State.OPEN, (), at, on, level))
    moment.result.again(at)
    return False


def _ours(look: Look) -> bool:
    return not isinstance(look.answer, Wait) or look.answer.state is not State.EXCLUDED


def _legal(moment: Moment, due: list[Look]) -> bool:
    said = False
    for group in grouped(due):
        ranked = sorted(group, key=_severity)
        for level in dict.fromkeys(look.level.name for look in ranked):
            same = [
                look
                for look in group
                if look.level.name == level and look.number not in moment.taken
            ]
            kept = sorted(_above_minimum(moment, same), key=_severity)
            if not kept:
                continue
            if kept[0].level.kind is LevelKind.HAND_OVER:
                hand_over(moment, kept)
                continue
            if any(look.level.covers == "overdue" for look in kept):
                kept = kept + covered(kept, moment)
            said |= _say(moment, kept)
    return said


def _severity(look: Look) -> tuple[int, int, date, str]:
    """Return what orders lines: the harshest level first, then the oldest item."""
    return -_RANK[look.level.kind], -look.place, *look.age


def _friendly(moment: Moment, due: list[Look]) -> bool:
    said, near = False, _bundled(moment, due)
    for group in grouped(due):
        numbers = {look.number for look in group}
        along = [look for look in near if look.group == group[0].group]
        kept = _above_minimum(moment, group + along)
        for look in along:
            moment.result.waits.pop(look.number, None)
        if any(look.number in numbers for look in kept):
            said |= _say(moment, kept)
    return said


def _bundled(moment: Moment, due: list[Look]) -> list[Look]:
    """Return friendly levels that fall within ``bundle_days``: they come along, never alone."""
    numbers = {look.number for look in due}
    return [
        look
        for look in moment.looks
        if look.number not in numbers | moment.taken
        and isinstance(look.answer, Contact)
        and look.level.friendly
        and _may_come_early(look, moment)
    ]


def _may_come_early(look: Look, moment: Moment) -> bool:
    """Say whether a level may be taken along: near, far from the one before, and in hours."""
    today, said = look.today(moment.now), look.case.said
    apart = gap(look.level, look.policy)
    return (
        look.contact.on <= today + timedelta(days=look.policy.bundle_days)
        and (not said or said[-1].on + apart <= today)
        and look.facts.fresh
        and look.facts.hours.slot(today, moment.now) <= moment.now
    )


def _say(moment: Moment, group: list[Look]) -> bool:
    """Draft one notice of a group, or ask for the yes it needs."""
    top = min(group, key=_severity)
    way = way_of(top)
    moment.taken.update(look.number for look in group)
    if way is None:
        why, blockers = lacks(top)
        for look in group:
            moment.wait(look, Wait("20", why, State.WAITING, blockers, level=look.contact.level))
        return False
    draft = drafted(moment, group, top, way)
    if not leaves(group, draft):
        ask(moment, group, draft)
        return False
    moment.result.drafts.append(draft)
    for look in group:
        if look.skipped:
            reason = f"covered by {draft.level}"
            passed = ev.Passed(on=look.today(moment.now), levels=look.skipped, reason=reason)
            moment.record(look, passed)
    return True


def _above_minimum(moment: Moment, group: list[Look]) -> list[Look]:
    """Return the group without the currencies in which too little is owed to write."""
    kept = []
    for currency in sorted({look.currency for look in group}):
        lines = [look for look in group if look.currency == currency]
        net = moment.net(lines)
        minimum = max(look.policy.minimum.get(currency, 0) for look in lines)
        if net > 0 and net >= minimum:
            kept.extend(lines)
        elif net <= 0:
            why = "the debtor's unapplied credits cover what is overdue"
            _too_little(moment, lines, "17", why, Blocker.NET_CREDIT)
        else:
            why = "what is owed in all is below the minimum"
            _too_little(moment, lines, "5", why, Blocker.MINIMUM)
    return kept


def _too_little(moment: Moment, lines: list[Look], rule: str, why: str, blocker: Blocker) -> None:
    """Let lines wait until the debtor's next item turns overdue, and the sum with it."""
    days = [
        look.case.chase_due + _DAY
        for look in moment.looks
        if look.case.open > 0 and not look.overdue(moment.now)
    ]
    again = lines[0].facts.hours.slot(min(days), moment.now) if days else None
    for look in lines:
        wait = Wait(rule, why, State.WAITING, (blocker,), again, level=look.contact.level)
        moment.wait(look, wait)
    if again is not None:
        moment.result.again(again)


def _call(moment: Moment, due: list[Look]) -> bool:
    said = False
    for group in grouped(due):
        kept = _above_minimum(moment, group)
        if not kept:
            continue
        top = min(kept, key=_severity)
        draft = drafted(moment, kept, top, in_person(top))
        if not leaves(kept, draft):
            ask(moment, kept, draft)
            continue
        moment.result.drafts.append(draft)
        said = True
        for look in kept:
            today = look.today(moment.now)
            lapses = look.policy.working_days.after(today, look.level.lapse_days)
            contact = look.contact
            asked = ev.CallAsked(
                on=today, level=contact.level, round=contact.round, lapses_on=lapses
            )
            moment.record(look, asked)
    return said
