"""Where a level has its place: the day on which it may be said."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from models.chasing.case import Case, Order
from models.chasing.level import Level, LevelKind
from models.chasing.policy import Policy
from models.ledger.days import bank_calendar
from models.ledger.debtor import Debtor


@dataclass(frozen=True, slots=True)
class Step:
    """The level to be said next, and the first day for it, before calendars."""

    level: Level
    round: int
    day: date
    rule: str
    why: str


def nominal(policy: Policy, due: date, place: int) -> date:
    """Return the day of a level as if every level before it had gone out on its own day."""
    level = policy.levels[place]
    if level.after_days is not None:
        return due + timedelta(days=level.after_days)
    wait = timedelta(days=level.after_previous_days or 0)
    previous = policy.levels[place - 1]
    start = nominal(policy, due, place - 1)
    if previous.kind is LevelKind.FORMAL_NOTICE and previous.deadline_days:
        start += timedelta(days=previous.deadline_days)
    return start + wait


#: Which level is next does not depend on who owes; its day may.
ANYBODY: Final = Debtor(key="", name="")


def step(case: Case, policy: Policy, debtor: Debtor) -> Step | None:
    """Return the next level of a case and its first day; ``None`` after the last repeat."""
    if case.order is not None and case.order.level in policy.by_name:
        return _ordered(case, case.order, policy)
    for place in ahead(case, policy):
        return _in_turn(case, policy, debtor, place)
    return _repeated(case, policy)


def ahead(case: Case, policy: Policy) -> Iterator[int]:
    """Yield the places of the levels still to come in their turn.

    What lies before a level already said is behind the case, even where the policy it was
    moved to has more levels there.
    """
    places = policy.by_name
    reached = max((places.get(said.level, -1) for said in case.said), default=-1)
    for place in range(reached + 1, len(policy.levels)):
        if not case.done(policy.levels[place].name):
            yield place


def gap(level: Level, policy: Policy) -> timedelta:
    """Return how far a level must be from the one said before it."""
    return timedelta(days=policy.gap_days if level.gap_days is None else level.gap_days)


def _ordered(case: Case, order: Order, policy: Policy) -> Step:
    level = policy.level(order.level)
    day = order.on
    if order.keeps_gap and case.said:
        last = case.said[-1]
        day = max(day, last.on + gap(level, policy))
        if last.deadline is not None and last.level != level.name:
            day = max(day, last.deadline + timedelta(days=1))
    why = f"{level.name} was ordered on {order.on}"
    if order.round:
        why = f"{level.name} is said again after {order.on}"
    return Step(level, order.round, day, "3", why)


def _in_turn(case: Case, policy: Policy, debtor: Debtor, place: int) -> Step:
    level = policy.levels[place]
    day, rule, why = _placed(case, policy, place)
    last = case.said[-1] if case.said else None
    if last is not None:
        apart = last.on + gap(level, policy)
        if apart > day:
            day, rule = apart, "3"
            why = (
                f"{level.name} keeps {gap(level, policy).days} days from {last.level} of {last.on}"
            )
        if last.deadline is not None and last.deadline >= day:
            day, rule = last.deadline + timedelta(days=1), "2"
            why = f"{level.name} waits for the deadline of {last.level}, {last.deadline}"
    if level.kind is LevelKind.REMINDER and debtor.payment_days:
        run = _payment_run(day, debtor.payment_days)
        day, rule = bank_calendar().after(run, 2), "16"
        why = f"{level.name} waits for the debtor's payment run of {run}"
    return Step(level, 0, day, rule, why)


def _placed(case: Case, policy: Policy, place: int) -> tuple[date, str, str]:
    level = policy.levels[place]
    if level.after_days is not None:
        day = case.chase_due + timedelta(days=level.after_days)
        side = "after" if level.after_days >= 0 else "before"
        return day, "2", f"{level.name} is placed {abs(level.after_days)} days {side} the due date"
    wait = level.after_previous_days or 0
    previous = policy.levels[place - 1]
    anchor = _went_out(case, policy, place - 1)
    why = f"{level.name} is placed {wait} days after {previous.name} of {anchor}"
    return anchor + timedelta(days=wait), "2", why


def _went_out(case: Case, policy: Policy, place: int) -> date:
    """Return the day from which the level after ``place`` counts."""
    name = policy.levels[place].name
    said = [said.deadline or said.on for said in case.said if said.level == name]
    if said:
        return said[-1]
    # Passed over late, it counts from its own day: anchors stay on the debt.
    passed = [on for passed, on in case.passed if passed == name]
    return min(nominal(policy, case.chase_due, place), *passed)


def _payment_run(day: date, runs: tuple[int, ...]) -> date:
    """Return the first payment run on or after a day; 31 means the last of the month.

    >>> _payment_run(date(2026, 2, 16), (15, 31))
    datetime.date(2026, 2, 28)
    """
    while True:
        last = (day.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
        for run in sorted(runs):
            candidate = day.replace(day=min(run, last.day))
            if candidate >= day:
                return candidate
        day = last + timedelta(days=1)


def _repeated(case: Case, policy: Policy) -> Step | None:
    level = policy.levels[-1]
    if level.repeat is None or not case.said:
        return None
    rounds = case.rounds(level.name)
    if rounds == 0 or rounds > level.repeat.times:
        return None
    last = case.said[-1]
    day = last.on + max(timedelta(days=level.repeat.every_days), gap(level, policy))
    if last.deadline is not None:
        day = max(day, last.deadline + timedelta(days=1))
    return Step(
        level, rounds, day, "2", f"{level.name} repeats every {level.repeat.every_days} days"
    )
