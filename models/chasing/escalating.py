"""Acts of law: what a formal notice covers, and what follows a hand-over."""

from models.chasing import events as ev
from models.chasing.answers import Contact
from models.chasing.approving import ask, leaves
from models.chasing.drafting import drafted
from models.chasing.moment import Look, Moment


def covered(same: list[Look], moment: Moment) -> list[Look]:
    """Return what else is overdue and free, taken along at the level of ``same``."""
    first = same[0]
    name = first.level.name
    numbers = {look.number for look in same}
    extra = []
    for look in moment.looks:
        if look.number in numbers or not _free(look, first, moment):
            continue
        if not isinstance(look.answer, Contact) or name not in look.policy.by_name:
            continue
        if look.place < look.policy.by_name[name]:
            extra.append(look.at_level(name, moment.now))
    return extra


def hand_over(moment: Moment, group: list[Look]) -> None:
    """Hand a group over, or ask for the yes it needs; the debtor's other items follow."""
    top = group[0]
    draft = drafted(moment, group, top)
    if draft is None:
        return
    if not leaves(group, top, draft):
        ask(moment, group, draft)
        return
    moment.result.drafts.append(draft)
    numbers = {look.number for look in group}
    others = [
        look
        for look in moment.looks
        if look.number not in numbers and look.case.handed_over is None and _free(look, top, moment)
    ]
    along = others if top.policy.on_hand_over == "along" else []
    for look in [*group, *along]:
        over = ev.HandedOver(on=look.today(moment.now), level=draft.level)
        moment.record(look, over)
    if top.policy.on_hand_over == "firm":
        for look in others:
            _firm(moment, look)


def _free(look: Look, first: Look, moment: Moment) -> bool:
    """Say whether an item is overdue, free of promise and dispute, and of the same group."""
    case = look.case
    return (
        case.due < look.today(moment.now)
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
