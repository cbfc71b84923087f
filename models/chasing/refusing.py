"""Refusals: sentences a clerk understands, the same for every order."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any, Final

from models.chasing import events as ev
from models.chasing.case import Case
from models.chasing.commands import (
    Context,
)
from models.chasing.policy import Policy
from models.errors import RefusedError

#: No day in an order lies farther ahead.
FARTHEST: Final = timedelta(days=3653)
#: Neither the engine nor a story is a person: four eyes concern people.
NOBODY: Final = frozenset({"", "system", "story"})


#: By kind of order, the function from an order and its case to the facts that follow.
Rules = dict[type, Callable[[Any, Case, Policy, Context], tuple[ev.Event, ...]]]


def refused(case: Case, why: str) -> RefusedError:
    """Return the refusal of an order, to be raised."""
    return RefusedError(f"invoice {case.invoice.number} {why}")


def must_live(case: Case) -> None:
    """Refuse where nothing is left to chase."""
    if case.dead is not None:
        raise refused(case, f"is dead ({case.dead}): nothing can be recorded on it")
    if case.open <= 0:
        raise refused(case, "is paid: nothing is left to chase")
    if case.closed is not None:
        raise refused(case, f"is closed as {case.closed}: nothing is left to chase")


def must_be_near(case: Case, day: date, context: Context, hint: str = "") -> None:
    """Refuse a day that nobody can have meant, before a calendar runs out on it."""
    if day - context.today > FARTHEST:
        raise refused(case, f"cannot wait until {day}: that is over ten years ahead{hint}")


def person(context: Context) -> str:
    """Return the person who orders; nothing for the engine or a story."""
    return "" if context.actor in NOBODY else context.actor
