"""What a notice carries: its lines, what else is open, the totals, and where it goes."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Protocol, TypeVar

from models.chasing.answers import Blocker, State, Wait
from models.chasing.case import Case
from models.chasing.level import Level, LevelKind
from models.chasing.moment import Draft, Look, Moment
from models.chasing.notice import AlsoOpen, Line, NoticeKind, Total
from models.chasing.policy import Policy
from models.chasing.reaching import Route, reachable
from models.ledger.debtor import Contact as Person


class _Cased(Protocol):
    @property
    def case(self) -> Case: ...


C = TypeVar("C", bound=_Cased)


def grouped(items: Iterable[C]) -> list[list[C]]:
    """Return what may share a message, the creditor's own first: rule 18."""
    groups: dict[tuple[str, str, bool], list[C]] = {}
    for item in items:
        groups.setdefault(item.case.invoice.group, []).append(item)
    return [groups[key] for key in sorted(groups)]


def drafted(moment: Moment, group: list[Look], top: Look, way: Route) -> Draft:
    """Return the notice that says a group's levels, in the tone of the highest."""
    level = top.level
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
        at=now.astimezone(top.policy.tz),
        on=on,
        lines=lines,
        also_open=also_open(others),
        totals=totals(moment, group, others),
        deadline=deadline,
        payee=top.case.invoice.payee,
        owner=top.case.invoice.owner,
        beside=_beside(top, level, way),
        cc=tuple(c for c in top.facts.debtor.contacts if c.role in level.cc),
        copy_to=level.copy_to,
        why=top.contact.why,
    )


def way_of(look: Look) -> Route | None:
    """Return how a look's level reaches the debtor; ``None`` when nobody can be reached."""
    level = look.level
    return look.facts.way(level, look.case.tried(level.name, look.contact.round))


def lacks(look: Look) -> tuple[str, tuple[Blocker, ...]]:
    """Return what a look's level needs to reach the debtor and does not have."""
    level = look.level
    return look.facts.lacks(level, look.case.tried(level.name, look.contact.round))


def in_person(look: Look) -> Route:
    """Return whom a call or a hand-over is about: known or not, it is somebody's task."""
    level, people = look.level, look.facts.debtor.contacts
    person = next((c for role in level.to for c in people if c.role == role), None)
    return Route(person or Person(role=level.to[0]), level.kind.value)


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
        first=not any(_wrote(look.policy, said.level) for said in case.said),
    )


def _wrote(policy: Policy, level: str) -> bool:
    """Say whether saying a level meant writing: a call does not."""
    return level not in policy.by_name or policy.level(level).kind is not LevelKind.CALL


def also_open(others: Sequence[Look]) -> tuple[AlsoOpen, ...]:
    """Return items mentioned beside the lines, oldest first, each with its state."""
    return tuple(
        AlsoOpen(
            look.number,
            look.currency,
            look.case.open,
            look.case.due,
            look.answer.state.value if isinstance(look.answer, Wait) else State.OPEN.value,
            look.case.chaseable,
        )
        for look in sorted(others, key=lambda x: (x.case.due, x.number))
    )


def totals(moment: Moment, group: list[Look], others: Sequence[Look]) -> tuple[Total, ...]:
    """Return the sum of each currency, lines and other items, less credits."""
    sums = []
    for currency in sorted({look.currency for look in (*group, *others)}):
        lines, also = (
            sum(look.case.chaseable for look in looks if look.currency == currency)
            for looks in (group, others)
        )
        credit = moment.credit(group, currency)
        sums.append(Total(currency, lines, also, credit, lines + also - credit))
    return tuple(sums)
