"""The notice a yes is asked for, as it would leave were the yes given now.

It is composed anew whenever somebody looks, from what is true then and by what composes
the notice that leaves: a copy kept from the day of the question could only disagree.
"""

from dataclasses import replace

from models.chasing.answers import Contact, State, Wait
from models.chasing.drafting import drafted, in_person, way_of
from models.chasing.level import LEGAL, LevelKind
from models.chasing.moment import Draft, Look, Moment
from models.chasing.pace import Pace, earliest
from models.chasing.placing import step

#: What is handed to a person, known to the debtor or not.
_IN_PERSON = frozenset({LevelKind.CALL, LevelKind.HAND_OVER})


def in_question(moment: Moment, pace: Pace, number: str) -> Draft | None:
    """Return the notice to which an invoice awaits a yes, or has one that has not left yet.

    Args:
        moment: all open cases of the debtor as they look now.
        pace: the debtor's contacts so far.
        number: of the invoice.

    Returns:
        The notice for the slot at which it would leave; ``None`` when no yes is asked for.
    """
    mine = next((look for look in moment.looks if look.number == number), None)
    if mine is None or mine.case.asked is None:
        return None
    digest = mine.case.asked.digest
    asked = [look for look in moment.looks if look is mine or (digest and _digest(look) == digest)]
    group = [_approved(look, mine, moment) for look in asked]
    top = max(group, key=lambda look: (list(LevelKind).index(look.level.kind), look.place))
    today, legal = top.today(moment.now), top.level.kind in LEGAL
    day = earliest(pace, [look.policy for look in moment.looks if _ours(look)], today, legal=legal)
    at = max(look.facts.hours.slot(day, moment.now) for look in group)
    way = None if top.level.kind in _IN_PERSON else way_of(top)
    return drafted(replace(moment, now=at), group, top, way or in_person(top))


def _digest(look: Look) -> str:
    return "" if look.case.asked is None else look.case.asked.digest


def _ours(look: Look) -> bool:
    """Say whether we chase an item: then its policy has a say in the debtor's pace."""
    return not isinstance(look.answer, Wait) or look.answer.state is not State.EXCLUDED


def _approved(look: Look, mine: Look, moment: Moment) -> Look:
    """Return a look that says what was asked for: its own level, or the act that takes it along."""
    asked = look.case.asked
    assert asked is not None  # noqa: S101  it is part of the same question
    if asked.level not in look.policy.by_name:
        look = replace(look, policy=mine.policy)
    level, count = asked.level, asked.round
    if look.policy.level(level).friendly:
        following = step(look.case, look.policy, look.facts.debtor)
        if following is not None and following.level.friendly:
            level, count = following.level.name, following.round
    on = look.today(moment.now)
    why = f"asked for on {asked.on}"
    contact = Contact("10", why, level, count, moment.now, on, look.case.chaseable)
    return replace(look, answer=contact)
