"""One debtor at one moment: which notices leave, and what waits, and why.

:func:`compose` takes the answers of all open cases and changes nothing. It knows pace
(when this debtor may be contacted at all), bundling (what shares a notice) and the
debtor's net position (whether anything is owed at all).
"""

from datetime import datetime, timedelta
from typing import Final

from models.chasing import events as ev
from models.chasing.answers import Blocker, Contact, State, Wait
from models.chasing.approving import ask, leaves
from models.chasing.drafting import drafted
from models.chasing.escalating import covered, hand_over
from models.chasing.level import LEGAL, LevelKind
from models.chasing.moment import Composition, Look, Moment, Position
from models.chasing.pace import Pace, earliest

#: The order in which kinds of level take the slot.
_RANK: Final = {kind: rank for rank, kind in enumerate(LevelKind)}
_DAY: Final = timedelta(days=1)


def compose(looks: tuple[Look, ...], pace: Pace, position: Position, now: datetime) -> Composition:
    """Return what leaves for a debtor now.

    Args:
        looks: all open cases of the debtor, settled, with their answers as of ``now``.
        pace: the debtor's contacts so far.
        position: its unapplied credits.
        now: the slot, or the moment after it.
    """
    moment = Moment(looks, position, now)
    due = [look for look in looks if isinstance(look.answer, Contact) and look.answer.at <= now]
    kinds = (
        [look for look in due if look.level.kind in LEGAL],
        [look for look in due if look.level.kind is LevelKind.CALL],
        [look for look in due if look.level.friendly],
    )
    for group, say in zip(kinds, (_legal, _call, _friendly), strict=True):
        if group and _slot_is_free(moment, group, pace) and say(moment, group):
            legal = say is _legal
            pace = pace.contacted(group[0].policy.day(now), legal=legal)
    return moment.result


def _slot_is_free(moment: Moment, group: list[Look], pace: Pace) -> bool:
    """Say whether pace lets a group speak now; put it off to its first day when not."""
    today = group[0].policy.day(moment.now)
    legal = group[0].level.kind in LEGAL
    day = earliest(pace, [look.policy for look in group], today, legal=legal)
    if day <= today:
        return True
    at = max(look.facts.hours.slot(day, moment.now) for look in group)
    for look in group:
        level, on = look.contact.level, look.policy.day(at)
        why = f"{level} keeps the debtor's pace: next contact on {on}"
        moment.wait(look, Wait("16", why, State.OPEN, (), at, on, level))
    moment.result.again(at)
    return False


def _legal(moment: Moment, due: list[Look]) -> bool:
    taken = False
    for group in _grouped(due):
        for level in sorted({look.level.name for look in group}):
            same = [look for look in group if look.level.name == level]
            kept = _above_minimum(moment, same)
            if not kept:
                continue
            if kept[0].level.kind is LevelKind.HAND_OVER:
                hand_over(moment, kept)
                continue
            if kept[0].level.covers == "overdue":
                kept = kept + covered(kept, moment)
            taken |= _say(moment, kept)
    return taken


def _friendly(moment: Moment, due: list[Look]) -> bool:
    said = False
    for group in _grouped(due + _bundled(moment, due)):
        said |= _say(moment, _above_minimum(moment, group))
    return said


def _bundled(moment: Moment, due: list[Look]) -> list[Look]:
    """Return friendly levels whose day falls within ``bundle_days``."""
    numbers = {look.number for look in due}
    return [
        look
        for look in moment.looks
        if look.number not in numbers
        and isinstance(look.answer, Contact)
        and look.level.friendly
        and look.answer.on <= look.today(moment.now) + timedelta(days=look.policy.bundle_days)
        and look.facts.hours.slot(look.today(moment.now), moment.now) <= moment.now
    ]


def _say(moment: Moment, group: list[Look]) -> bool:
    """Draft one notice of a group, or ask for the yes it needs."""
    if not group:
        return False
    top = max(group, key=lambda look: (_RANK[look.level.kind], look.place))
    draft = drafted(moment, group, top)
    if draft is None:
        return False
    if not leaves(group, top, draft):
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
    today = lines[0].today(moment.now)
    days = [
        look.case.due + _DAY
        for look in moment.looks
        if look.case.open > 0 and look.case.due >= today
    ]
    again = lines[0].facts.hours.slot(min(days), moment.now) if days else None
    for look in lines:
        wait = Wait(rule, why, State.WAITING, (blocker,), again, level=look.contact.level)
        moment.wait(look, wait)
    if again is not None:
        moment.result.again(again)


def _call(moment: Moment, due: list[Look]) -> bool:
    said = False
    for group in _grouped(due):
        kept = _above_minimum(moment, group)
        draft = drafted(moment, kept, max(kept, key=lambda look: look.place)) if kept else None
        if draft is None:
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


def _grouped(due: list[Look]) -> list[list[Look]]:
    """Return what may share a notice: the same payee, owner and disclosure."""
    groups: dict[tuple[str, str, bool], list[Look]] = {}
    for look in due:
        groups.setdefault(look.group, []).append(look)
    return [groups[key] for key in sorted(groups)]
