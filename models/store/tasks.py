"""Work for people: opened once per key, closed when it is done or needed no more.

A task may be about several invoices, as a yes to a notice is. It stays open until the last
of them needs it no more, or until a person says that it is done.
"""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import Row, bindparam, delete, func, null, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from models.errors import RefusedError, UnknownError
from models.store.engine import Store
from models.store.reading import Filed
from models.store.statements import insert_new
from models.store.tables.records import task_invoices, tasks

#: Tasks that an order answers: what to type instead of saying that they are done.
_ANSWERED_BY: Final = {
    "approval": "relance approve or relance reject",
    "call": "relance call",
    "dispute": "relance settle",
    "dispute-to-accept": "relance approve or relance reject",
    "presentation": "relance presented",
    "unknown-outcome": "relance rule",
    "credit-note": "the credit note, once a ledger file or relance pay brings it in,",
    "missing-contact": "relance import contacts",
    "import": "relance import confirm, or a newer file,",
    "channel": "the first notice that leaves on it",
    "missing-channel": "connecting the channel, or relance skip,",
}
#: What may change about a task that is known.
_RENEWED: Final = ("due", "owner", "body", "asked", "opened_at")
_OF_KEY: Final = select(tasks).where(tasks.c.key == bindparam("row_key")).with_for_update()
_OF_ID: Final = select(tasks).where(tasks.c.id == bindparam("row_id")).with_for_update()
_LINK: Final = select(task_invoices.c.invoice_id).where(
    task_invoices.c.task_id == bindparam("row_id")
)
_UNLINK: Final = delete(task_invoices).where(
    task_invoices.c.task_id == bindparam("row_task"),
    task_invoices.c.invoice_id == bindparam("row_invoice"),
)
_OTHERS: Final = (
    select(func.count())
    .select_from(task_invoices)
    .where(
        task_invoices.c.task_id == bindparam("row_task"),
        task_invoices.c.invoice_id != bindparam("row_invoice"),
    )
)
_UPDATE: Final = (
    update(tasks)
    .where(tasks.c.id == bindparam("row_id"))
    .values(
        {
            **{name: bindparam(f"to_{name}") for name in _RENEWED},
            "closed_at": None,
            "closed_by": "",
            "outcome": "",
        }
    )
)
_CLOSE: Final = (
    update(tasks)
    .where(tasks.c.id == bindparam("row_id"))
    .values(
        closed_at=bindparam("to_at"),
        closed_by=bindparam("to_by"),
        outcome=bindparam("to_outcome"),
    )
)
_CLOSE_KEYS: Final = (
    update(tasks)
    .where(tasks.c.key.in_(bindparam("keys", expanding=True)), tasks.c.closed_at == null())
    .values(closed_at=bindparam("to_at"), outcome=bindparam("to_outcome"))
)


@dataclass(frozen=True, slots=True)
class Want:
    """A task to be opened, once per key.

    Attributes:
        due: the day on which it should be done.
        moves: whether ``due`` may move while it is open; a later day asks anew even for
            what somebody called done.
        body: what it is about: ids, dates, amounts.
    """

    kind: str
    key: str
    owner: str
    due: date | None
    body: dict[str, Any] = field(default_factory=dict)
    moves: bool = True


class Tasks:
    """Takes people's word for what they did."""

    def __init__(self, store: Store) -> None:
        """Keep the tasks of these books."""
        self._store = store

    async def done(self, task: int, outcome: str, actor: str, at: datetime) -> bool:
        """Close a task that a person has done; say whether it was open.

        Raises:
            UnknownError: there is no task of this number.
            RefusedError: an order answers it; says which.
        """
        async with self._store.writing() as connection:
            return await done(connection, task, outcome, actor, at)


async def open_task(
    connection: AsyncConnection, want: Want, cases: Sequence[Filed], at: datetime
) -> bool:
    """Open a task about cases of one debtor; say whether it was not open before.

    One that is open learns what is new. One that was closed opens again, unless a person
    called it done and nothing has come since.
    """
    first = cases[0]
    row = _row(want, first.case.invoice.creditor, at) | {"debtor_id": first.debtor_id}
    made = (await connection.execute(insert_new(connection, tasks), row)).rowcount == 1
    known = (await connection.execute(_OF_KEY, {"row_key": want.key})).one()
    linked = set((await connection.execute(_LINK, {"row_id": known.id})).scalars())
    missing = [filed.id for filed in cases if filed.id not in linked]
    if known.closed_by and not missing and not _anew(want, known):
        return False
    if missing:
        links = [{"task_id": known.id, "invoice_id": key} for key in missing]
        await connection.execute(insert_new(connection, task_invoices), links)
    if not made:
        await _renewed(connection, want, known, row)
    return made or known.closed_at is not None


async def open_general(
    connection: AsyncConnection, want: Want, creditor: str, at: datetime
) -> None:
    """Open a task about no case; one that was closed opens again, one that is open stays."""
    row = _row(want, creditor, at)
    if (await connection.execute(insert_new(connection, tasks), row)).rowcount == 1:
        return
    known = (await connection.execute(_OF_KEY, {"row_key": want.key})).one()
    if known.closed_at is not None:
        await _renewed(connection, want, known, row)


def _row(want: Want, creditor: str, at: datetime) -> dict[str, Any]:
    return {
        "creditor": creditor,
        "kind": want.kind,
        "key": want.key,
        "due": want.due,
        "owner": want.owner,
        "opened_at": at,
        "body": json.dumps(want.body),
    }


def _anew(want: Want, known: Row[Any]) -> bool:
    """Say whether something is asked for a later day than before."""
    return want.moves and want.due is not None and (known.due is None or want.due > known.due)


async def _renewed(
    connection: AsyncConnection, want: Want, known: Row[Any], row: dict[str, Any]
) -> None:
    """Write what changed about a known task, if anything did."""
    closed = known.closed_at is not None
    due = row["due"] if want.moves or closed else known.due
    new = {
        "due": due,
        "owner": row["owner"],
        "body": row["body"],
        "asked": known.asked + _anew(want, known),
        "opened_at": row["opened_at"] if closed else known.opened_at,
    }
    if closed or any(getattr(known, name) != value for name, value in new.items()):
        values = {f"to_{name}": value for name, value in new.items()}
        await connection.execute(_UPDATE, {"row_id": known.id, **values})


async def release(connection: AsyncConnection, task_id: int, invoice_id: int, at: datetime) -> None:
    """Let a case need a task no more; with the last of its cases the task is closed."""
    known = (await connection.execute(_OF_ID, {"row_id": task_id})).one()
    place = {"row_task": task_id, "row_invoice": invoice_id}
    if known.closed_at is not None or (await connection.execute(_OTHERS, place)).scalar():
        await connection.execute(_UNLINK, place)
        return
    values = {"row_id": task_id, "to_at": at, "to_by": "", "to_outcome": "no longer needed"}
    await connection.execute(_CLOSE, values)


async def close(
    connection: AsyncConnection, keys: Collection[str], outcome: str, at: datetime
) -> None:
    """Close the tasks of some keys that are open, since what they ask for has come about."""
    if keys:
        values = {"keys": sorted(keys), "to_at": at, "to_outcome": outcome}
        await connection.execute(_CLOSE_KEYS, values)


async def done(
    connection: AsyncConnection, task_id: int, outcome: str, actor: str, at: datetime
) -> bool:
    """Take a person's word that a task is done; see :meth:`Tasks.done`."""
    known = (await connection.execute(_OF_ID, {"row_id": task_id})).one_or_none()
    if known is None:
        message = f"there is no task {task_id}: relance tasks lists those that are open"
        raise UnknownError(message)
    if known.closed_at is not None:
        return False
    if known.kind in _ANSWERED_BY:
        message = f"task {task_id} ({known.kind}) closes by itself: {_ANSWERED_BY[known.kind]} "
        raise RefusedError(f"{message}answers it")
    values = {"row_id": task_id, "to_at": at, "to_by": actor, "to_outcome": outcome}
    await connection.execute(_CLOSE, values)
    return True
