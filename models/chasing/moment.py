"""A debtor at one moment: its cases as they look, and what the moment brings."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from models.chasing import events as ev
from models.chasing.answers import Blocker, Contact, Following, Wait
from models.chasing.case import Case
from models.chasing.facts import Facts
from models.chasing.level import Level
from models.chasing.notice import AlsoOpen, Instalment, Line, NoticeKind, Total
from models.chasing.policy import Policy
from models.chasing.reaching import Route
from models.ledger.debtor import Contact as Person

#: Blockers under which an item is not mentioned to its debtor at all.
_UNSAID = frozenset(
    {
        Blocker.DIRECT_DEBIT,
        Blocker.SELF_BILLED,
        Blocker.INTERNAL,
        Blocker.SERVICER,
        Blocker.HANDED_OVER,
        Blocker.INSOLVENCY,
    }
)


@dataclass(frozen=True, slots=True)
class Look:
    """A case, its policy, the facts and the answer, at one moment."""

    case: Case
    policy: Policy
    facts: Facts
    answer: Following
    skipped: tuple[str, ...] = ()

    @property
    def number(self) -> str:
        """The invoice's number."""
        return self.case.invoice.number

    @property
    def currency(self) -> str:
        """The invoice's currency."""
        return self.case.invoice.currency

    @property
    def age(self) -> tuple[date, str]:
        """What orders items: the oldest first, then by number."""
        return self.case.due, self.number

    def today(self, now: datetime) -> date:
        """Return the day an instant falls on under the case's policy."""
        return self.policy.day(now)

    def overdue(self, now: datetime) -> bool:
        """Say whether the item is past its due date, or past the one agreed since."""
        return self.case.chase_due < self.policy.day(now)

    @property
    def contact(self) -> Contact:
        """The answer, known to be a contact."""
        assert isinstance(self.answer, Contact)  # noqa: S101  callers have looked
        return self.answer

    @property
    def level(self) -> Level:
        """The level the answer says."""
        return self.policy.level(self.contact.level)

    @property
    def place(self) -> int:
        """The level's place in its policy."""
        return self.policy.by_name[self.contact.level]

    @property
    def group(self) -> tuple[str, str, bool]:
        """What must be the same for two items to share a notice."""
        return self.case.invoice.group

    def at_level(self, name: str, now: datetime) -> "Look":
        """Return this look moved up to a level, with the levels passed over on the way."""
        case, place = self.case, self.policy.by_name[name]
        skipped = [lv.name for lv in self.policy.levels[:place] if not case.done(lv.name)]
        if case.order is not None and case.order.level not in skipped:
            skipped.append(case.order.level)
        answer = Contact(
            "18",
            f"{name} covers what else is overdue",
            name,
            case.rounds(name),
            now,
            self.policy.day(now),
            case.chaseable,
        )
        return replace(self, answer=answer, skipped=tuple(skipped))


@dataclass(frozen=True, slots=True)
class Position:
    """A debtor's unapplied credits: positive minor units by currency."""

    credits: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Draft:
    """A notice about to leave; the store gives it its key.

    Attributes:
        beside: channels on which the same is said as well, with their contact.
        cc: others at the debtor who get a copy; ``copy_to`` are roles in the house.
    """

    kind: NoticeKind
    level: str
    policy: Policy
    route: Route
    at: datetime
    on: date
    lines: tuple[Line, ...]
    also_open: tuple[AlsoOpen, ...]
    totals: tuple[Total, ...]
    deadline: date | None = None
    payee: str = ""
    owner: str = ""
    beside: tuple[Route, ...] = ()
    cc: tuple[Person, ...] = ()
    copy_to: tuple[str, ...] = ()
    instalments: tuple[Instalment, ...] = ()
    why: str = ""

    @property
    def legal(self) -> bool:
        """Whether it is an act of law."""
        return self.kind in {NoticeKind.FORMAL_NOTICE, NoticeKind.HAND_OVER}

    @property
    def digest(self) -> str:
        """Names what would be said: level, lines, amounts and totals."""
        said = repr((self.level, self.lines, self.totals, self.payee))
        return hashlib.sha256(said.encode()).hexdigest()[:16]


@dataclass(slots=True)
class Composition:
    """What one moment brings for a debtor.

    Attributes:
        drafts: notices to leave now, legal ones first.
        events: what to record per invoice number before anything leaves.
        waits: why cases whose slot has come say nothing, by invoice number.
        at: when to compose again although nothing happens; ``None`` for never.
    """

    drafts: list[Draft] = field(default_factory=list)
    events: dict[str, list[ev.Event]] = field(default_factory=dict)
    waits: dict[str, Wait] = field(default_factory=dict)
    at: datetime | None = None

    def again(self, at: datetime) -> None:
        """Ask to compose again no later than an instant."""
        self.at = at if self.at is None else min(self.at, at)


def _oldest(looks: list[Look]) -> tuple[date, str]:
    return min(look.age for look in looks)


@dataclass(frozen=True, slots=True)
class Moment:
    """All a composition looks at, and the result it fills.

    Attributes:
        taken: numbers of the items this moment has dealt with.
        gone: numbers of those it has handed over, of which nothing is said any more.
    """

    looks: tuple[Look, ...]
    position: Position
    now: datetime
    result: Composition = field(default_factory=Composition)
    taken: set[str] = field(default_factory=set)
    gone: set[str] = field(default_factory=set)

    def record(self, look: Look, event: ev.Event) -> None:
        """Note what is to be recorded of a case."""
        self.result.events.setdefault(look.number, []).append(event)

    def wait(self, look: Look, wait: Wait) -> None:
        """Note why a case says nothing although its slot has come."""
        self.result.waits[look.number] = wait

    def others(self, group: list[Look]) -> list[Look]:
        """Return the overdue items that belong beside a group's lines, in no order."""
        numbers = {look.number for look in group}
        return [
            look
            for look in self.looks
            if look.number not in numbers and self._mentioned(look, group[0].group)
        ]

    def net(self, lines: list[Look]) -> int:
        """Return what is owed in the currency of ``lines``: with other items, less credits."""
        currency = lines[0].currency
        return self._owed(lines, currency) - self.credit(lines, currency)

    def credit(self, lines: list[Look], currency: str) -> int:
        """Return the part of the debtor's credits that counts against a notice's items.

        What may not share a notice shares the credits all the same, each only once: first
        they cover what is owed to the creditor's own account, then the oldest items.
        """
        left = self.position.credits.get(currency, 0)
        groups: dict[tuple[str, str, bool], list[Look]] = {}
        for look in self.looks:
            if look.currency == currency and self._mentioned(look, look.group):
                groups.setdefault(look.group, []).append(look)
        mine = lines[0].group
        if left <= 0 or groups.keys() <= {mine}:
            return left
        ranked = sorted(groups, key=lambda group: (group[:2] != ("", ""), _oldest(groups[group])))
        for group in ranked[: ranked.index(mine) if mine in groups else 0]:
            left -= min(left, sum(look.case.chaseable for look in groups[group]))
        return left if mine == ranked[-1] else min(left, self._owed(lines, currency))

    def _owed(self, lines: list[Look], currency: str) -> int:
        items = [look for look in (*lines, *self.others(lines)) if look.currency == currency]
        return sum(look.case.chaseable for look in items)

    def _mentioned(self, look: Look, group: tuple[str, str, bool]) -> bool:
        """Say whether an item is overdue and may be named to its debtor."""
        if look.case.open <= 0 or not look.overdue(self.now) or look.group != group:
            return False
        if look.number in self.gone:
            return False
        blockers = look.answer.blockers if isinstance(look.answer, Wait) else ()
        return not _UNSAID.intersection(blockers)
