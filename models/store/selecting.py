"""What a person asks to see, as conditions on invoices and their debtors."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import ColumnElement, Select, false, or_

from models.store.finding import name_key
from models.store.tables.items import invoices
from models.store.tables.parties import debtors
from models.views import Selection


def narrowed(statement: Select[Any], wanted: Selection) -> Select[Any]:
    """Return a statement over invoices and debtors with the conditions of a selection."""
    return limited(statement.where(*_about(wanted), *_standing(wanted)), wanted)


def limited(statement: Select[Any], wanted: Selection) -> Select[Any]:
    """Return a statement that gives no more rows than asked for."""
    return statement.limit(wanted.limit) if wanted.limit else statement


def split(listed: str) -> tuple[str, ...]:
    """Return the members of a list that a column keeps, separated by commas."""
    return tuple(filter(None, listed.split(",")))


def about_debtor(given: str) -> ColumnElement[bool]:
    """Return the condition that a debtor has this key, code or name."""
    return or_(
        debtors.c.key == given,
        debtors.c.code == given,
        debtors.c.name_key == (name_key(given) or given),
    )


def _about(wanted: Selection) -> Iterator[ColumnElement[bool]]:
    if wanted.creditor:
        yield invoices.c.creditor == wanted.creditor
    if wanted.numbers:
        yield invoices.c.number.in_(wanted.numbers)
    if wanted.debtor:
        yield about_debtor(wanted.debtor)
    if wanted.due_before is not None:
        yield invoices.c.due < wanted.due_before


def _standing(wanted: Selection) -> Iterator[ColumnElement[bool]]:
    if not wanted.closed:
        yield invoices.c.closed == false()
    if wanted.states:
        yield invoices.c.state.in_(wanted.states)
    if wanted.blocker:
        yield invoices.c.blockers.contains(wanted.blocker, autoescape=True)
    if wanted.level:
        yield invoices.c.level == wanted.level
