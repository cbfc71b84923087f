"""Cases as people look them up: where each stands, what happened, why."""

import json
from collections.abc import Sequence
from datetime import date
from typing import Any, Final

from sqlalchemy import bindparam, desc, select
from sqlalchemy.ext.asyncio import AsyncConnection

from models.store.selecting import limited, narrowed, split
from models.store.tables.items import case_events, invoices
from models.store.tables.parties import debtors
from models.store.tables.records import journal, orders, policies
from models.store.tables.saying import slots
from models.views import Happened, Item, Reason, Selection, Slot

_i, _d = invoices.c, debtors.c
_LAST: Final = (
    select(journal.c.why).where(journal.c.invoice_id == _i.id).order_by(desc(journal.c.at)).limit(1)
)
#: The last agreement on a later due date, as its event says it.
_EXTENDED: Final = (
    select(case_events.c.body)
    .where(case_events.c.invoice_id == _i.id, case_events.c.kind == "extended")
    .order_by(desc(case_events.c.seq))
    .limit(1)
)
_ITEMS: Final = (
    select(
        _i.creditor,
        _i.number,
        _d.key.label("debtor"),
        _d.code,
        _d.name,
        _i.issued,
        _i.due,
        _i.amount,
        _i.open,
        _i.currency,
        _i.state,
        _i.level,
        _i.next_at,
        _i.next_on,
        _i.blockers,
        policies.c.name.label("policy"),
        _i.closed,
        _LAST.scalar_subquery().label("why"),
        _LAST.with_only_columns(journal.c.rule).scalar_subquery().label("rule"),
        _i.looked_at,
        (_i.events - _i.looked).label("behind"),
        _EXTENDED.scalar_subquery().label("extended"),
    )
    .join_from(invoices, debtors, _d.id == _i.debtor_id)
    .join(policies, policies.c.hash == _i.policy_hash)
    .order_by(_i.creditor, _i.due, _i.number)
)
_ONE: Final = (_i.creditor == bindparam("creditor"), _i.number == bindparam("number"))
_HAPPENED: Final = (
    select(
        case_events.c.at,
        case_events.c.on,
        case_events.c.kind,
        case_events.c.actor,
        case_events.c.body,
    )
    .join_from(case_events, invoices, _i.id == case_events.c.invoice_id)
    .where(*_ONE)
    .order_by(case_events.c.cycle, case_events.c.seq)
)
#: What was ordered of the whole debtor without becoming an event of its cases.
_ORDERED: Final = (
    select(orders.c.at, orders.c.kind, orders.c.actor, orders.c.body)
    .join_from(orders, invoices, _i.debtor_id == orders.c.debtor_id)
    .where(*_ONE, orders.c.kind.in_(("hold", "release", "note", "insolvency")))
    .order_by(orders.c.at)
)
_REASONS: Final = (
    select(journal)
    .join_from(journal, invoices, _i.id == journal.c.invoice_id)
    .where(*_ONE)
    .order_by(desc(journal.c.at), desc(journal.c.look))
)
_SLOTS: Final = (
    select(
        _i.creditor,
        _i.number,
        _d.key.label("debtor"),
        slots.c.level,
        slots.c.round,
        slots.c.at,
        slots.c.blocker,
    )
    .join_from(slots, invoices, _i.id == slots.c.invoice_id)
    .join(debtors, _d.id == slots.c.debtor_id)
    .order_by(slots.c.at, _i.number)
)


async def items(connection: AsyncConnection, wanted: Selection) -> Sequence[Item]:
    """Return invoices, by creditor, then due date and number."""
    return [
        Item(
            **{
                **row._asdict(),
                "blockers": split(row.blockers),
                "why": row.why or "",
                "rule": row.rule or "",
                "extended": _later(row.extended, row.due),
            }
        )
        for row in await connection.execute(narrowed(_ITEMS, wanted))
    ]


async def happened(connection: AsyncConnection, creditor: str, number: str) -> Sequence[Happened]:
    """Return what happened to an invoice, in order, and to its whole debtor."""
    values = {"creditor": creditor, "number": number}
    events = [
        Happened(at=row.at, on=row.on, kind=row.kind, actor=row.actor, facts=_facts(row.body))
        for row in await connection.execute(_HAPPENED, values)
    ]
    wide = [
        Happened(
            at=row.at,
            on=row.at.date(),
            kind=f"debtor-{row.kind}",
            actor=row.actor,
            facts=_facts(row.body),
        )
        for row in await connection.execute(_ORDERED, values)
    ]
    return sorted(events + wide, key=lambda one: one.at) if wide else events


async def reasons(
    connection: AsyncConnection, creditor: str, number: str, limit: int
) -> Sequence[Reason]:
    """Return the last answers about an invoice, newest first; all of them for 0."""
    statement = limited(_REASONS, Selection(limit=limit))
    values = {"creditor": creditor, "number": number}
    return [
        Reason(
            at=row.at,
            rule=row.rule,
            why=row.why,
            policy=row.policy,
            version=row.version,
            hash=row.hash,
            blockers=split(row.blockers),
            facts=json.loads(row.facts or "{}"),
            answer=json.loads(row.answer or "{}"),
            engine=row.engine,
        )
        for row in await connection.execute(statement, values)
    ]


async def planned(connection: AsyncConnection, wanted: Selection) -> Sequence[Slot]:
    """Return the levels that are to be said, by their instant."""
    found = await connection.execute(narrowed(_SLOTS, wanted))
    return [Slot(**row._asdict()) for row in found]


def _later(extended: str | None, due: date) -> date | None:
    """Return the due date agreed on; a correction may have moved the debt's own beyond it."""
    agreed = None if extended is None else date.fromisoformat(json.loads(extended)["due"])
    return agreed if agreed is not None and agreed > due else None


def _facts(body: str) -> dict[str, Any]:
    said: dict[str, Any] = json.loads(body)
    return {key: value for key, value in said.items() if key not in {"on", "kind"}}
