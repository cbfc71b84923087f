"""Work for people: opened once per key, closed with what came of it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import bindparam, null, update
from sqlalchemy.ext.asyncio import AsyncConnection

from models.errors import UnknownError
from models.store.statements import insert_new
from models.store.tables.records import tasks

_CLOSE: Final = (
    update(tasks)
    .where(tasks.c.key == bindparam("row_key"), tasks.c.closed_at == null())
    .values(closed_at=bindparam("to_at"), outcome=bindparam("to_outcome"))
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """A task to open.

    Attributes:
        key: the same work has the same key, however often it is asked for.
        facts: what it is about: ids, dates, amounts.
    """

    creditor: str
    kind: str
    key: str
    at: datetime
    due: date | None = None
    owner: str = ""
    debtor_id: int | None = None
    invoice_id: int | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)


async def open_once(connection: AsyncConnection, task: Opening) -> bool:
    """Open a task unless its key is known, open or closed; say whether it is new."""
    row = {
        "creditor": task.creditor,
        "debtor_id": task.debtor_id,
        "invoice_id": task.invoice_id,
        "kind": task.kind,
        "key": task.key,
        "due": task.due,
        "owner": task.owner,
        "opened_at": task.at,
        "body": json.dumps(dict(task.facts)),
    }
    return (await connection.execute(insert_new(connection, tasks), row)).rowcount == 1


async def close(connection: AsyncConnection, key: str, outcome: str, at: datetime) -> bool:
    """Close a task; say whether it was open.

    Raises:
        UnknownError: there is no task of this key.
    """
    values = {"row_key": key, "to_at": at, "to_outcome": outcome}
    if (await connection.execute(_CLOSE, values)).rowcount == 1:
        return True
    known = await connection.execute(tasks.select().where(tasks.c.key == key))
    if known.one_or_none() is None:
        message = f"no task has the key {key}"
        raise UnknownError(message)
    return False
