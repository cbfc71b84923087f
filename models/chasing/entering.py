"""Where an invoice enters that is first seen overdue: rule 4."""

from datetime import date

from models.chasing import events as ev
from models.chasing.answers import Answer, Record
from models.chasing.case import Case
from models.chasing.facts import Facts
from models.chasing.level import LevelKind
from models.chasing.placing import nominal
from models.chasing.policy import Policy
from models.ledger.invoice import Method


def late_entry(case: Case, policy: Policy, _: Facts, __: date) -> Answer | None:
    """Return the levels that an invoice first seen overdue passes over: rule 4."""
    seen = _seen_on(case)
    if seen is None or case.brought or seen <= case.entry_due or case.said:
        return None
    entry = entry_place(policy, case.entry_due, seen)
    names = tuple(
        level.name
        for place, level in enumerate(policy.levels)
        if (place < entry or level.kind is LevelKind.COURTESY) and not case.done(level.name)
    )
    if not names:
        return None
    why = f"first seen {(seen - case.entry_due).days} days overdue"
    return Record("4", why, (ev.Passed(on=seen, levels=names, reason="late entry"),))


def _seen_on(case: Case) -> date | None:
    """Return the day from which a case could be chased; ``None`` while a debit may still pay."""
    if case.invoice.method is not Method.DIRECT_DEBIT:
        return case.entered_on
    rejected = case.debit_rejected
    return None if rejected is None else max(rejected, case.entered_on)


def entry_place(policy: Policy, due: date, entered_on: date) -> int:
    """Return the place of the level at which an overdue invoice enters.

    It is the last one its age has reached that is neither legal nor a call; when there is
    none, the first level that is no courtesy.
    """
    reached = 0
    for place, level in enumerate(policy.levels):
        if nominal(policy, due, place) <= entered_on and level.kind is LevelKind.REMINDER:
            reached = place
    return reached
