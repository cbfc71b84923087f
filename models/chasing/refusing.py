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
from models.ledger.creditor import same_name

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
    actor = context.actor.strip()
    return "" if actor.casefold() in NOBODY else actor


def must_be(case: Case, context: Context, roles: tuple[str, ...], what: str) -> None:
    """Refuse who holds none of some roles; a creditor that names nobody is open to all.

    Args:
        case: that is decided on.
        context: who decides, and who the creditor's people are.
        roles: any of them will do; the first is whom to appoint when nobody holds one.
        what: what is decided, as in *cannot be approved*.
    """
    if not context.people:
        return
    may = [one for one in context.people if set(roles) & set(one.roles)]
    if any(same_name(one.name, context.actor) for one in may):
        return
    if not may:
        why = f"cannot be {what}: give somebody the role {roles[0]} in the creditor's file"
        raise refused(case, why)
    who = " or ".join(one.name for one in may)
    known = any(same_name(one.name, context.actor) for one in context.people)
    unknown = "" if known else ", who is not among the creditor's people"
    raise refused(case, f"cannot be {what} by {context.actor!r}{unknown}: {who} may")
