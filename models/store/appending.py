"""Adding to what happened: events, and the columns of the invoice that follow from them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from sqlalchemy import bindparam, insert, null, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from models.chasing import events as ev
from models.chasing.answers import State
from models.chasing.case import Case
from models.chasing.folding import after
from models.orders import Entry
from models.store.reading import Filed
from models.store.tables.items import case_events, invoices
from models.store.tables.records import task_invoices, tasks

_FOLLOWING: Final = (
    "events",
    "cycle",
    "open",
    "due",
    "amount",
    "level",
    "policy_hash",
    "closed",
    "started",
    "state",
)
_INSERT: Final = insert(case_events)
_UPDATE: Final = (
    update(invoices)
    .where(invoices.c.id == bindparam("row_id"))
    .values({name: bindparam(f"to_{name}") for name in _FOLLOWING})
)
#: What was left within tolerance was written off after all, or paid.
_NOTHING_LEFT: Final = (
    update(tasks)
    .where(
        tasks.c.kind == "write-off",
        tasks.c.closed_at == null(),
        tasks.c.id.in_(
            select(task_invoices.c.task_id).where(
                task_invoices.c.invoice_id.in_(bindparam("ids", expanding=True))
            )
        ),
    )
    .values(closed_at=bindparam("to_at"), outcome="nothing is left")
)


@dataclass(frozen=True, slots=True)
class Stamp:
    """By which order, by whom and when something is recorded."""

    order: str
    actor: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Growth:
    """A case after new events, and the rows to be written for it."""

    filed: Filed
    events: tuple[ev.Event, ...]
    rows: tuple[dict[str, Any], ...]
    values: dict[str, Any]

    @property
    def entries(self) -> tuple[Entry, ...]:
        """What to tell the invoice's workflow: one entry per event."""
        invoice = self.filed.case.invoice
        return tuple(
            Entry(invoice.number, row["event_id"], row["kind"], invoice.creditor)
            for row in self.rows
        )


def grown(filed: Filed, events: Sequence[ev.Event], stamp: Stamp) -> Growth:
    """Return a case as it stands after events, with its rows; nothing is written yet."""
    case, count = filed.case, filed.events
    rows = []
    for event in events:
        case, count = after(case, event), count + 1
        rows.append(row_of(filed.id, (case.cycle, count), event, stamp))
    reopened = filed.closed and case.closed is None
    filed = replace(
        filed,
        case=case,
        events=count,
        closed=case.closed is not None,
        started=filed.started and not reopened,
        state=State.OPEN.value if reopened else filed.state,
    )
    return Growth(filed, tuple(events), tuple(rows), _values(filed))


def row_of(
    invoice_id: int, place: tuple[int, int], event: ev.Event, stamp: Stamp
) -> dict[str, Any]:
    """Return the row of an event at its place: cycle and sequence number."""
    cycle, seq = place
    return {
        "invoice_id": invoice_id,
        "cycle": cycle,
        "seq": seq,
        "event_id": f"{stamp.order}.{invoice_id}.{seq}",
        "kind": event.kind,
        "on": event.on,
        "at": stamp.at,
        "actor": stamp.actor,
        "body": ev.dumped(event),
    }


def standing(case: Case) -> dict[str, Any]:
    """Return the invoice's columns that follow from its case alone."""
    return {
        "cycle": case.cycle,
        "open": case.open,
        "due": case.due,
        "amount": case.amount,
        "level": case.level,
        "policy_hash": case.policy_hash,
        "closed": case.closed is not None,
    }


async def append(connection: AsyncConnection, growths: Sequence[Growth]) -> tuple[Entry, ...]:
    """Write what grew, in order, under locks the caller holds; return whom to tell."""
    rows = [row for growth in growths for row in growth.rows]
    if not rows:
        return ()
    await connection.execute(_INSERT, rows)
    await connection.execute(_UPDATE, [growth.values for growth in growths if growth.rows])
    over = [growth.filed.id for growth in growths if _settled_later(growth)]
    if over:
        await connection.execute(_NOTHING_LEFT, {"ids": over, "to_at": rows[0]["at"]})
    return tuple(entry for growth in growths for entry in growth.entries)


def _settled_later(growth: Growth) -> bool:
    """Say whether a case that was closed before has nothing open any more."""
    if not growth.filed.closed or growth.filed.case.open > 0 or not growth.events:
        return False
    return not isinstance(growth.events[-1], ev.Closed)


def _values(filed: Filed) -> dict[str, Any]:
    columns = {
        **standing(filed.case),
        "events": filed.events,
        "started": filed.started,
        "state": filed.state,
    }
    return {"row_id": filed.id, **{f"to_{name}": columns[name] for name in _FOLLOWING}}
