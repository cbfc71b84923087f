"""Invoices, whose they are, and what happened to each."""

from datetime import date, datetime
from typing import ClassVar

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, Index

from models.store.tables.columns import Row, instant, instant_or_none, minor, table, text


class InvoiceRow(Row, table=True):
    """An invoice, with what its case and its last look came to.

    Attributes:
        due: as corrected, like ``amount``; a case is folded from ``entered_due`` and
            ``entered_amount``.
        ledger_due: what the last ledger said, like ``ledger_amount`` and ``ledger_open``:
            a ledger that repeats itself changes nothing, whatever was recorded since.
        open: minor units owed after all its events.
        events: how many events it has, over all cycles.
        looked: how many of them the last look saw, at ``looked_at``.
        wakes_at: when its workflow looks again by itself.
        rights: how many changes of owner, payee or servicer it has.
        started: a workflow was started for its present cycle.
    """

    __tablename__: ClassVar[str] = "invoices"
    __table_args__ = (
        UniqueConstraint("creditor", "number"),
        Index("ix_invoices_debtor_id_closed", "debtor_id", "closed"),
        Index("ix_invoices_creditor_closed", "creditor", "closed"),
        Index("ix_invoices_closed_next_at", "closed", "next_at"),
    )

    id: int | None = Field(default=None, primary_key=True)
    creditor: str = Field(foreign_key="creditors.key")
    number: str
    debtor_id: int = Field(foreign_key="debtors.id")
    issued: date | None = None
    due: date
    amount: int = minor()
    open: int = minor()
    currency: str
    entered_due: date
    entered_amount: int = minor()
    ledger_due: date
    ledger_amount: int = minor()
    ledger_open: int = minor()
    method: str = "transfer"
    discount: int = minor(0)
    discount_until: date | None = None
    policy: str = ""
    policy_hash: str = ""
    collector: str = ""
    salesperson: str = ""
    cycle: int = 1
    events: int = 0
    looked: int = 0
    looked_at: datetime | None = instant_or_none()
    rights: int = 0
    state: str = "open"
    level: str | None = None
    next_at: datetime | None = instant_or_none()
    wakes_at: datetime | None = instant_or_none()
    next_on: date | None = None
    blockers: str = text()
    closed: bool = False
    started: bool = False
    imported_at: datetime = instant()


class RightRow(Row, table=True):
    """Who owns a claim, is paid and chases it, from a day on; ``None`` leaves it as it was."""

    __tablename__: ClassVar[str] = "claim_rights"

    invoice_id: int = Field(primary_key=True, foreign_key="invoices.id")
    since: date = Field(primary_key=True)
    owner: str | None = None
    payee: str | None = None
    servicer: str | None = None
    disclosed: bool | None = None


class EventRow(Row, table=True):
    """Something that happened to a case; never changed. ``seq`` runs over all cycles."""

    __tablename__: ClassVar[str] = "case_events"

    invoice_id: int = Field(primary_key=True, foreign_key="invoices.id")
    cycle: int = Field(primary_key=True)
    seq: int = Field(primary_key=True)
    event_id: str = Field(unique=True)
    kind: str
    on: date
    at: datetime = instant()
    actor: str
    body: str = text()


invoices = table(InvoiceRow)
claim_rights = table(RightRow)
case_events = table(EventRow)
