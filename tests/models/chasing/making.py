"""Cases, policies and debtors to try rules with, and a life that a case can be led through."""

from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta

from models.chasing import events as ev
from models.chasing.answers import Answer, Close, Contact
from models.chasing.case import Case
from models.chasing.commands import Command, Context
from models.chasing.composing import compose
from models.chasing.dunning import decide, settle
from models.chasing.facts import Facts
from models.chasing.folding import after, folded
from models.chasing.hours import hours
from models.chasing.moment import Composition, Look, Position
from models.chasing.notice import NoticeKind
from models.chasing.pace import Pace
from models.chasing.policy import Policy, parsed
from models.chasing.ruling import ruled
from models.ledger.debtor import Address, Debtor
from models.ledger.debtor import Contact as Person
from models.ledger.invoice import Invoice

DUE = date(2026, 3, 2)  # a Monday
CHANNELS = frozenset({"email", "letter", "registered-letter", "sms"})

HOUSE = """
name = "house"
zone = "Europe/Paris"
calendar = "FR"
gap_days = 5
tolerance = { EUR = "2.00" }

[[levels]]
name = "courtesy"
kind = "courtesy"
after_days = -5
channels = ["email"]

[[levels]]
name = "first"
kind = "reminder"
after_days = 3
channels = ["email", "letter"]

[[levels]]
name = "phone"
kind = "call"
after_days = 10

[[levels]]
name = "second"
kind = "reminder"
after_days = 15
channels = ["email", "letter"]

[[levels]]
name = "formal"
kind = "formal-notice"
after_days = 30
gap_days = 10
channels = ["registered-letter", "email"]
deadline_days = 15

[[levels]]
name = "agency"
kind = "hand-over"
after_previous_days = 10
"""


def policy(text: str = HOUSE, **changes: object) -> Policy:
    """A policy of a text, with keys changed as values rather than as text."""
    return changed(parsed(text, "house.toml"), **changes)


def changed(base: Policy, **changes: object) -> Policy:
    """A policy with other values; a copy would keep what the first had worked out."""
    kept = {name: getattr(base, name) for name in Policy.model_fields}
    return Policy.model_construct(**{**kept, **changes})


def with_level(base: Policy, name: str, **changes: object) -> Policy:
    """A policy one of whose levels is different."""
    levels = tuple(
        level.model_copy(update=changes) if level.name == name else level for level in base.levels
    )
    return changed(base, levels=levels)


def only(base: Policy, *names: str) -> Policy:
    """A policy with some of its levels."""
    levels = tuple(level for level in base.levels if level.name in names)
    return changed(base, levels=levels)


PERSON = Person(
    role="accounting",
    key="p1",
    email="a@b.example",
    phone="+33612345678",
    address=Address("1 rue X", "75001", "Paris", "FR"),
)
DEBTOR = Debtor(key="d1", name="Debtor", contacts=(PERSON,), country="FR")


def invoice(**changes: object) -> Invoice:
    """An invoice of EUR 1000.00, issued a month before it is due."""
    facts = {
        "creditor": "acme",
        "number": "F-1",
        "debtor": "d1",
        "issued": date(2026, 1, 30),
        "due": DUE,
        "amount": 100_000,
        "currency": "EUR",
    }
    return Invoice(**{**facts, **changes})


def entered(known: Invoice, house: Policy, on: date | None = None, **changes: object) -> ev.Entered:
    """The entry of an invoice, on its day of issue if no other is given."""
    day = on or known.issued or known.due
    facts = {"on": day, "open": known.amount, "policy": house.name, "hash": house.hash}
    return ev.Entered(**{**facts, **changes})


def facts(house: Policy, debtor: Debtor = DEBTOR, **changes: object) -> Facts:
    """Fresh books, connected channels, a debtor in Paris."""
    base = Facts(hours=hours(house, debtor.country, debtor.zone), debtor=debtor, channels=CHANNELS)
    return replace(base, **changes)


def at(house: Policy, day: date, hour: int = 9) -> datetime:
    """An instant of a day in the policy's zone."""
    return house.instant(day, time(hour))


@dataclass
class Life:
    """One case under one policy, looked at, ordered about and said as the engine would."""

    house: Policy = field(default_factory=policy)
    known: Invoice = field(default_factory=invoice)
    on: date | None = None
    debtor: Debtor = DEBTOR
    history: list[ev.Event] = field(default_factory=list)
    around: dict[str, object] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Enter, unless a history was given."""
        if not self.history:
            self.history.append(entered(self.known, self.house, self.on))

    @property
    def case(self) -> Case:
        return folded(self.known, self.history)

    @property
    def facts(self) -> Facts:
        return facts(self.house, self.debtor, **self.around)

    def happens(self, *events: ev.Event) -> "Life":
        self.history.extend(events)
        return self

    def orders(self, command: Command, on: date, actor: str = "anna", made: int = 0) -> "Life":
        context = Context(today=on, actor=actor, key=f"k{len(self.history)}", promises_made=made)
        return self.happens(*ruled(command, self.case, self.house, context))

    def look(self, on: date, hour: int = 9) -> Answer:
        """The answer on a day, after all there is to record was recorded."""
        _, events, answer = settle(self.case, self.house, self.facts, at(self.house, on, hour))
        self.history.extend(events)
        return answer

    def decides(self, on: date, hour: int = 9) -> Answer:
        return decide(self.case, self.house, self.facts, at(self.house, on, hour))

    def says(self, level: str, on: date, **changes: object) -> "Life":
        values = {"channel": "email", "round": self.case.rounds(level), **changes}
        return self.happens(ev.Said(on=on, level=level, **values))

    def seen(self, now: datetime) -> Look:
        """The case as composing sees it at an instant."""
        case, events, answer = settle(self.case, self.house, self.facts, now)
        self.history.extend(events)
        return Look(case, self.house, self.facts, answer)


def together(
    lives: list[Life], now: datetime, pace: Pace | None = None, **credits_: int
) -> Composition:
    """What leaves for a debtor whose cases these are."""
    looks = tuple(look for look in (life.seen(now) for life in lives) if _open(look))
    return compose(looks, pace or Pace(), Position(credits_), now)


def _open(look: Look) -> bool:
    return not isinstance(look.answer, Close)


def carry_out(lives: list[Life], result: Composition) -> None:
    """Record what a composition brings, as if every notice went out at once."""
    by_number = {life.known.number: life for life in lives}
    for number, events in result.events.items():
        by_number[number].happens(*events)
    for draft in result.drafts:
        if draft.kind in {NoticeKind.CALL, NoticeKind.HAND_OVER}:
            continue
        for line in draft.lines:
            by_number[line.number].happens(
                ev.Said(
                    on=draft.on,
                    level=line.level,
                    round=line.round,
                    channel=draft.route.channel,
                    deadline=draft.deadline,
                )
            )


def contact(answer: Answer) -> tuple[str, date]:
    """The level and the day of an answer that is a contact."""
    assert isinstance(answer, Contact), answer
    return answer.level, answer.on


def days(count: int) -> timedelta:
    return timedelta(days=count)


def grown(case: Case, *events: ev.Event) -> Case:
    for event in events:
        case = after(case, event)
    return case
