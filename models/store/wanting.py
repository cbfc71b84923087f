"""The tasks that an answer asks for, and those that it makes needless."""

import json
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import bindparam, null, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from models.chasing.answers import Answer, Blocker, Close, State, Wait
from models.chasing.case import Case
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
    Blocker.DISPUTE: ("dispute", "owner"),
}
_KINDS: Final = tuple(kind for kind, _ in _OWNED.values())
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
    wants = _wants(view.case, view.answer, view.policy.day(at))
    if not wants and filed.state == State.OPEN:
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
            index_elements=["key"], set_={"closed_at": None, "outcome": "", "due": want.due}
        )
    )


def _wants(case: Case, answer: Answer, today: date) -> list[Want]:
    place = f"{case.invoice.creditor}/{case.invoice.number}/{case.cycle}"
    if isinstance(answer, Close):
        if not answer.residue:
            return []
        body = {"amount": answer.residue, "currency": case.invoice.currency, "why": answer.why}
        return [Want("write-off", f"write-off/{place}", "manager", today, body)]
    wants = []
    blockers = answer.blockers if isinstance(answer, Wait) else ()
    for blocker in blockers:
        if blocker in _OWNED:
            kind, owner = _OWNED[blocker]
            level = answer.level if isinstance(answer, Wait) else None
            due, owner = _due(case, kind, owner, today)
            body = {"why": answer.why, "level": level}
            wants.append(Want(kind, f"{kind}/{place}/{level or ''}", owner, due, body))
    late = [dispute for dispute in case.disputes if dispute.state == "to-accept"]
    if late:
        body = {"why": "a dispute after a formal notice pauses once a person accepts it"}
        key = f"dispute-to-accept/{place}/{late[-1].key}"
        wants.append(Want("dispute-to-accept", key, "manager", today, body))
    return wants


def _due(case: Case, kind: str, owner: str, today: date) -> tuple[date, str]:
    """Return a task's day and owner: those of the dispute, credit note or call behind it."""
    if kind == "dispute":
        live = [d for d in case.disputes if d.state == "open" and d.answer_by is not None]
        if live:
            return live[-1].answer_by or today, live[-1].owner or owner
    if kind == "credit-note":
        days = [credit.by for credit in case.credits if credit.by is not None]
        return min(days, default=today), owner
    if kind == "call" and case.call is not None:
        return case.call.lapses_on, owner
    return today, owner
