"""What waits for a person: tasks, money and credits that pay nothing yet."""

import json
from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import Row, bindparam, null, select
from sqlalchemy.ext.asyncio import AsyncConnection

from models.store.selecting import about_debtor, limited
from models.store.tables.items import invoices
from models.store.tables.money import credits_, payments
from models.store.tables.parties import debtors
from models.store.tables.records import task_invoices, tasks
from models.views import Selection, Task, Unallocated

_i, _d = invoices.c, debtors.c
_TASKS: Final = (
    select(
        tasks.c.id,
        tasks.c.creditor,
        tasks.c.kind,
        _d.key.label("debtor"),
        _d.name,
        tasks.c.owner,
        tasks.c.due,
        tasks.c.asked,
        tasks.c.opened_at,
        tasks.c.body,
    )
    .outerjoin_from(tasks, debtors, _d.id == tasks.c.debtor_id)
    .where(tasks.c.closed_at == null())
    .order_by(tasks.c.due, tasks.c.id)
)
_ABOUT: Final = select(task_invoices.c.task_id, _i.number).join_from(
    task_invoices, invoices, _i.id == task_invoices.c.invoice_id
)
_NUMBERS: Final = _ABOUT.where(
    task_invoices.c.task_id.in_(bindparam("ids", expanding=True))
).order_by(_i.due, _i.number)
_MONEY: Final = (
    select(payments, _d.key.label("debtor"), _d.name)
    .outerjoin_from(payments, debtors, _d.id == payments.c.debtor_id)
    .where(payments.c.left != 0)
    .order_by(payments.c.on, payments.c.id)
)
_CREDITS: Final = (
    select(credits_, _d.key.label("debtor"), _d.name)
    .outerjoin_from(credits_, debtors, _d.id == credits_.c.debtor_id)
    .where(credits_.c.left != 0)
    .order_by(credits_.c.issued, credits_.c.id)
)
Found = Row[*tuple[Any, ...]]


async def open_tasks(connection: AsyncConnection, wanted: Selection) -> Sequence[Task]:
    """Return open tasks, by the day they are due; ``states`` are kinds of tasks."""
    statement = _TASKS
    if wanted.creditor:
        statement = statement.where(tasks.c.creditor == wanted.creditor)
    if wanted.numbers:
        about = _ABOUT.with_only_columns(task_invoices.c.task_id)
        named = about.where(_i.number.in_(wanted.numbers))
        statement = statement.where(tasks.c.id.in_(named))
    if wanted.debtor:
        statement = statement.where(about_debtor(wanted.debtor))
    if wanted.states:
        statement = statement.where(tasks.c.kind.in_(wanted.states))
    rows = (await connection.execute(limited(statement, wanted))).all()
    numbers: dict[int, list[str]] = {row.id: [] for row in rows}
    for task_id, number in await connection.execute(_NUMBERS, {"ids": list(numbers)}):
        numbers[task_id].append(number)
    return [
        Task(
            id=row.id,
            creditor=row.creditor,
            kind=row.kind,
            numbers=tuple(numbers[row.id]),
            debtor=row.debtor or "",
            name=row.name or "",
            owner=row.owner,
            due=row.due,
            asked=row.asked,
            opened_at=row.opened_at,
            facts=json.loads(row.body or "{}"),
        )
        for row in rows
    ]


async def unallocated(connection: AsyncConnection, creditor: str) -> Sequence[Unallocated]:
    """Return what pays nothing yet, payments first; of all creditors when none is named."""
    money, notes = _MONEY, _CREDITS
    if creditor:
        money = money.where(payments.c.creditor == creditor)
        notes = notes.where(credits_.c.creditor == creditor)
    return [
        *(_payment(row) for row in await connection.execute(money)),
        *(_credit(row) for row in await connection.execute(notes)),
    ]


def _payment(row: Found) -> Unallocated:
    return Unallocated(
        creditor=row.creditor,
        kind="payment",
        key=row.key,
        on=row.on,
        amount=row.amount,
        left=row.left,
        currency=row.currency,
        debtor=row.debtor or "",
        name=row.name or "",
        text=row.text,
    )


def _credit(row: Found) -> Unallocated:
    return Unallocated(
        creditor=row.creditor,
        kind=row.kind,
        key=row.number,
        on=row.issued,
        amount=row.amount,
        left=row.left,
        currency=row.currency,
        debtor=row.debtor or "",
        name=row.name or "",
    )
