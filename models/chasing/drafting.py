"""What a notice carries: its lines, what else is open, the totals, and where it goes."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from models.chasing.answers import State, Wait
from models.chasing.level import Level, LevelKind
from models.chasing.moment import Draft, Look, Moment, Position
from models.chasing.notice import AlsoOpen, Line, NoticeKind, Total
from models.chasing.reaching import Route, reachable
from models.ledger.debtor import Contact as Person


def drafted(moment: Moment, group: list[Look], top: Look) -> Draft | None:
    """Return the notice that says a group's levels; ``None`` when nobody can be reached."""
    level = top.level
    way = _way(top, level)
    if way is None:
        return None
    now = moment.now
    lines = tuple(_line(look, now) for look in sorted(group, key=lambda x: (x.case.due, x.number)))
    others = moment.others(group)
    on = top.policy.day(now)
    deadline = None
    if level.kind is LevelKind.FORMAL_NOTICE and level.deadline_days:
        deadline = on + timedelta(days=level.deadline_days)
    return Draft(
        kind=NoticeKind(level.kind.value),
        level=level.name,
        policy=top.policy,
        route=way,
        at=now,
        on=on,
        lines=lines,
        also_open=also_open(others),
        totals=totals(group, others, moment.position),
        deadline=deadline,
        payee=top.case.invoice.payee,
        owner=top.case.invoice.owner,
        beside=_beside(top, level, way),
        cc=tuple(c for c in top.facts.debtor.contacts if c.role in level.cc),
        copy_to=level.copy_to,
        why=top.contact.why,
    )


def _way(top: Look, level: Level) -> Route | None:
    debtor = top.facts.debtor
    if level.kind in {LevelKind.CALL, LevelKind.HAND_OVER}:
        person = next((c for role in level.to for c in debtor.contacts if c.role == role), None)
        return Route(person or Person(role=level.to[0] if level.to else ""), level.kind.value)
    said = (level.name, top.contact.round)
    tried = frozenset(ch for name, count, ch in top.case.bounced if (name, count) == said)
    return top.facts.way(level, tried)


def _beside(top: Look, level: Level, way: Route) -> tuple[Route, ...]:
    debtor = top.facts.debtor
    routes = []
    for channel in level.also:
        if channel in top.facts.channels and channel != way.channel:
            person = next(
                (
                    c
                    for role in level.to
                    for c in debtor.contacts
                    if c.role == role and reachable(c, channel, debtor)
                ),
                None,
            )
            if person is not None:
                routes.append(Route(person, channel))
    return tuple(routes)


def _line(look: Look, now: datetime) -> Line:
    case = look.case
    return Line(
        number=look.number,
        currency=case.invoice.currency,
        level=look.contact.level,
        round=look.contact.round,
        amount=case.chaseable,
        open=case.open,
        total=case.amount,
        due=case.due,
        issued=case.invoice.issued,
        days_late=(look.policy.day(now) - case.due).days,
        charges=look.level.charges,
        cycle=case.cycle,
    )


def also_open(others: Sequence[Look]) -> tuple[AlsoOpen, ...]:
    """Return items mentioned beside the lines, oldest first, each with its state."""
    return tuple(
        AlsoOpen(
            look.number,
            look.currency,
            look.case.open,
            look.case.due,
            look.answer.state.value if isinstance(look.answer, Wait) else State.OPEN.value,
        )
        for look in sorted(others, key=lambda x: (x.case.due, x.number))
    )


def totals(group: Sequence[Look], others: Sequence[Look], position: Position) -> tuple[Total, ...]:
    """Return the sum of each currency of the lines, with other items, less credits."""
    sums = []
    for currency in sorted({look.case.invoice.currency for look in group}):
        lines, also = (
            sum(x.case.chaseable for x in looks if x.case.invoice.currency == currency)
            for looks in (group, others)
        )
        credit = position.credits.get(currency, 0)
        sums.append(Total(currency, lines, also, credit, lines + also - credit))
    return tuple(sums)
