"""Acts of law: what a formal notice covers, and what follows a hand-over."""

from dataclasses import replace

from models.chasing import events as ev
from models.chasing.answers import Blocker, Contact, State, Wait
from models.chasing.approving import ask, leaves
from models.chasing.drafting import drafted, in_person
from models.chasing.moment import Look, Moment

#: A call not made yet, or a friendly level that has no way to go, does not keep an item
#: from a formal notice that can reach the debtor.
_NO_BAR = frozenset({Blocker.CALL, Blocker.NO_CONTACT, Blocker.NO_CHANNEL})
#: What is held, with another, or not ours to chase, stays where it is.
_STAY = frozenset({State.HELD, State.EXCLUDED, State.HANDED_OVER})


def covered(same: list[Look], moment: Moment) -> list[Look]:
    """Return what else is overdue and free, taken along at the level of ``same``."""
    first = same[0]
    name = first.level.name
    numbers = {look.number for look in same}
    extra = []
    for look in moment.looks:
        if look.number in numbers | moment.taken or not _free(look, first, moment):
            continue
        if _stands_before(look, look.policy.by_name.get(name, -1)):
            extra.append(look.at_level(name, moment.now))
    return extra


def _stands_before(look: Look, place: int) -> bool:
    """Say whether an item's next level, or what it waits to say or call, is not beyond a place."""
    answer = look.answer
    if not look.facts.fresh or not isinstance(answer, Contact | Wait):
        return False
    if isinstance(answer, Wait) and not _NO_BAR.issuperset(answer.blockers):
        return False
    return look.policy.by_name.get(answer.level or "", place + 1) <= place


def hand_over(moment: Moment, group: list[Look]) -> None:
    """Hand a group over, or ask for the yes it needs; the debtor's other items follow.

    Those that go along are lines of the same notice, under the same yes.
    """
    top = group[0]
    numbers = {look.number for look in group}
    others = [
        look
        for look in moment.looks
        if look.number not in numbers and _free(look, top, moment) and not _stays(look)
    ]
    whole = group
    if top.policy.on_hand_over == "along":
        whole = group + [_along(look, top, moment) for look in others]
    moment.taken.update(look.number for look in whole)
    draft = drafted(moment, whole, top, in_person(top))
    if not leaves(whole, draft):
        ask(moment, whole, draft)
        return
    moment.result.drafts.append(draft)
    moment.gone.update(look.number for look in whole)
    for look in whole:
        over = ev.HandedOver(on=look.today(moment.now), level=draft.level)
        moment.record(look, over)
    if top.policy.on_hand_over == "firm":
        moment.taken.update(look.number for look in others)
        for look in others:
            _firm(moment, look)


def _along(look: Look, top: Look, moment: Moment) -> Look:
    """Return an item at the hand-over's level; where its policy has none, under that of ``top``."""
    if top.level.name in look.policy.by_name:
        return look.at_level(top.level.name, moment.now)
    return replace(look, policy=top.policy).at_level(top.level.name, moment.now)


def _stays(look: Look) -> bool:
    """Say whether an item has a reason of its own not to follow a hand-over."""
    answer = look.answer
    if not isinstance(answer, Wait):
        return False
    return answer.state in _STAY or Blocker.TOO_OLD in answer.blockers


def _free(look: Look, first: Look, moment: Moment) -> bool:
    """Say whether an item is overdue, free of promise and dispute, and of the same group."""
    case = look.case
    return (
        look.overdue(moment.now)
        and case.chaseable > 0
        and case.promised == 0
        and case.disputed == 0
        and look.group == first.group
    )


def _firm(moment: Moment, look: Look) -> None:
    """Pass over what is friendly, so that the next level is a legal one."""
    names = []
    for level in look.policy.levels:
        if level.legal:
            break
        if not look.case.done(level.name):
            names.append(level.name)
    if names:
        today = look.today(moment.now)
        gone = ev.Passed(on=today, levels=tuple(names), reason="firm after hand-over")
        moment.record(look, gone)
