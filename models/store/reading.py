"""From rows to values: cases folded from their events, debtors, and the facts around them."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from sqlalchemy import ColumnElement, Row, Select, bindparam, false, select
from sqlalchemy.ext.asyncio import AsyncConnection

from models.chasing import events as ev
from models.chasing.case import Case
from models.chasing.folding import folded
from models.errors import UnknownError
from models.ledger.invoice import Invoice, Method
from models.store.tables.items import case_events, claim_rights, invoices
from models.store.tables.parties import debtors

_i = invoices.c

#: What a case is read from, and what its row says of the last look.
_INVOICE: Final = select(
    _i.id,
    _i.debtor_id,
    _i.creditor,
    _i.number,
    _i.issued,
    _i.entered_due,
    _i.entered_amount,
    _i.currency,
    _i.method,
    _i.discount,
    _i.discount_until,
    _i.policy,
    _i.collector,
    _i.salesperson,
    _i.rights,
    _i.looked,
    _i.state,
    _i.started,
    _i.closed,
    debtors.c.key.label("debtor"),
).join_from(invoices, debtors, debtors.c.id == _i.debtor_id)

_EVENTS: Final = (
    select(case_events.c.invoice_id, case_events.c.body)
    .where(case_events.c.invoice_id.in_(bindparam("ids", expanding=True)))
    .order_by(case_events.c.invoice_id, case_events.c.cycle, case_events.c.seq)
)
_RIGHTS: Final = (
    select(claim_rights)
    .where(claim_rights.c.invoice_id.in_(bindparam("ids", expanding=True)))
    .order_by(claim_rights.c.invoice_id, claim_rights.c.since)
)


def _invoices(where: ColumnElement[bool]) -> tuple[Select[Any], Select[Any]]:
    """Return a statement that reads invoices, and one that locks them in order of id."""
    found = _INVOICE.where(where).order_by(_i.id)
    return found, found.with_for_update(of=invoices, key_share=True)


_BY_ID: Final = _invoices(_i.id.in_(bindparam("ids", expanding=True)))
_OF_DEBTOR: Final = _invoices((_i.debtor_id == bindparam("debtor_id")) & (_i.closed == false()))
_NAMED: Final = _invoices(
    (_i.creditor == bindparam("creditor")) & _i.number.in_(bindparam("numbers", expanding=True))
)


@dataclass(frozen=True, slots=True)
class Filed:
    """A case with its place in the books.

    Attributes:
        id: of the invoice's row; rows are locked in its order.
        events: how many there are; ``looked`` is how many the last look saw.
        state: as the last look found it.
        started: a workflow was started for its present cycle.
    """

    id: int
    debtor_id: int
    case: Case
    events: int
    looked: int
    state: str
    started: bool
    closed: bool


async def case_of(
    connection: AsyncConnection, invoice_id: int, on: date | None = None, *, lock: bool = False
) -> Filed:
    """Return the case of an invoice.

    Args:
        connection: in a transaction.
        invoice_id: of the invoice's row.
        on: the day as of which the claim's owner, payee and servicer are read; the
            latest ones when missing.
        lock: keep others from changing it until the transaction ends. Lock its debtor
            first.

    Raises:
        UnknownError: there is no such invoice.
    """
    found = await connection.execute(_BY_ID[lock], {"ids": [invoice_id]})
    cases = await _folded(connection, found.all(), on)
    if not cases:
        message = f"no invoice has the id {invoice_id}"
        raise UnknownError(message)
    return cases[0]


async def cases_of(
    connection: AsyncConnection,
    invoice_ids: Iterable[int],
    on: date | None = None,
    *,
    lock: bool = False,
) -> list[Filed]:
    """Return the cases of invoices, in order of id; see :func:`case_of`."""
    found = await connection.execute(_BY_ID[lock], {"ids": list(invoice_ids)})
    return await _folded(connection, found.all(), on)


async def cases_of_debtor(
    connection: AsyncConnection, debtor_id: int, on: date | None = None, *, lock: bool = False
) -> list[Filed]:
    """Return a debtor's cases that are not closed, in order of id; see :func:`case_of`."""
    found = await connection.execute(_OF_DEBTOR[lock], {"debtor_id": debtor_id})
    return await _folded(connection, found.all(), on)


async def cases_named(
    connection: AsyncConnection,
    creditor: str,
    numbers: Iterable[str],
    on: date | None = None,
    *,
    lock: bool = False,
) -> list[Filed]:
    """Return the cases of the invoices that a creditor has under these numbers.

    In order of id; numbers without an invoice are left out. See :func:`case_of`.
    """
    values = {"creditor": creditor, "numbers": list(numbers)}
    found = await connection.execute(_NAMED[lock], values)
    return await _folded(connection, found.all(), on)


async def _folded(
    connection: AsyncConnection, rows: Sequence[Row[Any]], on: date | None
) -> list[Filed]:
    if not rows:
        return []
    bodies: dict[int, list[str]] = defaultdict(list)
    ids = [row.id for row in rows]
    for invoice_id, body in await connection.execute(_EVENTS, {"ids": ids}):
        bodies[invoice_id].append(body)
    changes: dict[int, list[Row[Any]]] = defaultdict(list)
    if moved := [row.id for row in rows if row.rights]:
        for change in await connection.execute(_RIGHTS, {"ids": moved}):
            changes[change.invoice_id].append(change)
    return [
        Filed(
            id=row.id,
            debtor_id=row.debtor_id,
            case=folded(
                _invoice(row, _rights(changes[row.id], on)),
                (ev.loaded(body) for body in bodies[row.id]),
            ),
            events=len(bodies[row.id]),
            looked=row.looked,
            state=row.state,
            started=row.started,
            closed=row.closed,
        )
        for row in rows
    ]


def _rights(changes: Iterable[Row[Any]], on: date | None) -> dict[str, Any]:
    """Return owner, payee, servicer and disclosed as of a day: each as it last changed."""
    held: dict[str, Any] = {}
    for change in changes:
        if on is not None and change.since > on:
            break
        stated = {name: change._mapping[name] for name in _RIGHT_NAMES}  # noqa: SLF001  SQLAlchemy's own name for it
        held.update({name: value for name, value in stated.items() if value is not None})
    return held


_RIGHT_NAMES: Final = ("owner", "payee", "servicer", "disclosed")


def _invoice(row: Row[Any], rights: dict[str, Any]) -> Invoice:
    return Invoice(
        creditor=row.creditor,
        number=row.number,
        debtor=row.debtor,
        issued=row.issued,
        due=row.entered_due,
        amount=row.entered_amount,
        currency=row.currency,
        method=Method(row.method),
        discount=row.discount,
        discount_until=row.discount_until,
        policy=row.policy,
        collector=row.collector,
        salesperson=row.salesperson,
        **rights,
    )
