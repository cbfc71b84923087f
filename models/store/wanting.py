"""The tasks that an answer asks for, and those that it makes needless."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from sqlalchemy import bindparam, null, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from models.chasing import events as ev
from models.chasing.answers import Blocker, Close, Contact, State, Wait
from models.chasing.blocking import MANAGER_AFTER
from models.chasing.case import Case
from models.chasing.consenting import UNANSWERED
from models.chasing.policy import Policy
from models.store.describing import View
from models.store.reading import Filed
from models.store.statements import upsert
from models.store.tables.records import tasks

#: Blockers that a person must lift, with the role that owns the task.
_OWNED: Final = {
    Blocker.NO_CONTACT: ("missing-contact", "collector"),
    Blocker.TOO_OLD: ("too-old", "manager"),
    Blocker.EXHAUSTED: ("exhausted", "manager"),
    Blocker.CALL: ("call", "collector"),
    Blocker.APPROVAL: ("approval", "approver"),
    Blocker.UNKNOWN_OUTCOME: ("unknown-outcome", "manager"),
    Blocker.CREDIT_EXPECTED: ("credit-note", "owner"),
}
_KINDS: Final = frozenset(
    {kind for kind, _ in _OWNED.values()}
    | {"dispute", "dispute-to-accept", "warning", "presentation"}
)
#: Of a notice on this channel, somebody must say when it was first presented.
_PRESENTED_BY: Final = "registered-letter"
_OPEN: Final = select(tasks.c.id, tasks.c.kind, tasks.c.key).where(
    tasks.c.invoice_id == bindparam("row_id"), tasks.c.closed_at == null()
)
_CLOSE: Final = (
    update(tasks)
    .where(tasks.c.id == bindparam("row_id"))
    .values(closed_at=bindparam("to_at"), outcome=bindparam("to_outcome"))
)


@dataclass(frozen=True, slots=True)
class Want:
    """A task to be opened, once per key."""

    kind: str
    key: str
    owner: str
    due: date | None
    body: dict[str, Any]


async def wanted(connection: AsyncConnection, view: View) -> None:
    """Open the tasks that a look's answer asks for; close those that it no longer needs."""
    filed, at = view.filed, view.now
    wants = _wants(view)
    if not wants and filed.state == State.OPEN and not _may_linger(view):
        return
    keys = {want.key for want in wants}
    for row in (await connection.execute(_OPEN, {"row_id": filed.id})).all():
        if row.kind in _KINDS and row.key not in keys:
            values = {"row_id": row.id, "to_at": at, "to_outcome": "no longer needed"}
            await connection.execute(_CLOSE, values)
    for want in wants:
        await open_task(connection, want, filed, at)


async def open_task(connection: AsyncConnection, want: Want, filed: Filed, at: datetime) -> None:
    """Open a task of an invoice; one whose key is known is opened again if it was closed."""
    row = {
        "creditor": filed.case.invoice.creditor,
        "debtor_id": filed.debtor_id,
        "invoice_id": filed.id,
        "kind": want.kind,
        "key": want.key,
        "due": want.due,
        "owner": want.owner,
        "opened_at": at,
        "body": json.dumps(want.body),
    }
    statement = upsert(connection, tasks).values(row)
    await connection.execute(
        statement.on_conflict_do_update(
            index_elements=["key"],
            set_={"closed_at": None, "outcome": "", "due": want.due, "owner": want.owner},
        )
    )


def _may_linger(view: View) -> bool:
    """Say whether an open case may still have a task that nothing asks for any more."""
    case = view.case
    return bool(
        case.disputes
        or any(said.deadline is not None for said in case.said)
        or any(level.warn_days for level in view.policy.levels)
    )


def _wants(view: View) -> list[Want]:
    case, answer = view.case, view.answer
    today = view.policy.day(view.now)
    place = f"{case.invoice.creditor}/{case.invoice.number}/{case.cycle}"
    if isinstance(answer, Close):
        if not answer.residue:
            return []
        body = {"amount": answer.residue, "currency": case.invoice.currency, "why": answer.why}
        return [Want("write-off", f"write-off/{place}", "manager", today, body)]
    wants = [*_disputes(view, place, today), *_warnings(view, place, today)]
    if isinstance(answer, Wait):
        for blocker in answer.blockers:
            if blocker in _OWNED:
                kind, owner = _OWNED[blocker]
                due, owner = _due(view, kind, owner, today)
                body = {"why": answer.why, "level": answer.level}
                wants.append(Want(kind, f"{kind}/{place}/{answer.level or ''}", owner, due, body))
    return wants


def _disputes(view: View, place: str, today: date) -> Iterator[Want]:
    """Yield the answers that are owed: by the owner, then by his manager."""
    case = view.case
    for dispute in case.disputes:
        if dispute.state == "to-accept":
            body = {"why": "a dispute after a formal notice pauses once a person accepts it"}
            key = f"dispute-to-accept/{place}/{dispute.key}"
            yield Want("dispute-to-accept", key, "manager", today, body)
        elif dispute.state == "open":
            by = dispute.answer_by or today
            late = today > view.policy.working_days.after(by, MANAGER_AFTER)
            owner = "manager" if late else dispute.owner or "collector"
            body = {"why": f"it is disputed ({dispute.reason}): an answer is owed by {by}"}
            yield Want("dispute", f"dispute/{place}/{dispute.key}", owner, by, body)


def _warnings(view: View, place: str, today: date) -> Iterator[Want]:
    """Yield what the house is told before it happens or has to confirm after it did."""
    case, answer = view.case, view.answer
    if isinstance(answer, Contact):
        level = view.policy.level(answer.level)
        if level.warn_days and answer.on <= today + timedelta(days=level.warn_days):
            owner = level.copy_to[0] if level.copy_to else "collector"
            body = {"why": f"{level.name} leaves on {answer.on}", "level": level.name}
            key = f"warning/{place}/{level.name}/{answer.round}"
            yield Want("warning", key, owner, answer.on, body)
    last = case.said[-1] if case.said else None
    if last is not None and last.channel == _PRESENTED_BY and last.level not in case.presented:
        yield presentation(view.policy, case, last)


def presentation(policy: Policy, case: Case, said: ev.Said) -> Want:
    """Return the task to confirm when a registered formal notice was first presented."""
    place = f"{case.invoice.creditor}/{case.invoice.number}/{case.cycle}"
    days = policy.level(said.level).presented_after_days if said.level in policy.by_name else 0
    due = said.on + timedelta(days=days)
    why = f"when was {said.level} first presented? Without word it counts as of {due}"
    body = {"why": why, "level": said.level}
    return Want("presentation", f"presentation/{place}/{said.level}", "collector", due, body)


def _due(view: View, kind: str, owner: str, today: date) -> tuple[date, str]:
    """Return a task's day and owner: those of the request, credit note or call behind it."""
    case, days = view.case, view.policy.working_days
    if kind == "approval" and case.asked is not None:
        deputy, manager = (days.after(case.asked.on, count) for count in UNANSWERED)
        late = "manager" if today >= manager else "deputy" if today >= deputy else owner
        return case.asked.on, late
    if kind == "credit-note":
        by = [credit.by for credit in case.credits if credit.by is not None]
        return min(by, default=today), owner
    if kind == "call" and case.call is not None:
        return case.call.lapses_on, owner
    return today, owner
