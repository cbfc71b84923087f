"""What is kept for proof and for people: orders, journal, policies, tasks, imports."""

from datetime import date, datetime
from typing import ClassVar

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, Index

from models.store.tables.columns import Row, instant, instant_or_none, table, text


class OrderRow(Row, table=True):
    """A command that was taken, once: ``body`` is what it said, ``outcome`` what it came to."""

    __tablename__: ClassVar[str] = "orders"

    creditor: str = Field(primary_key=True, foreign_key="creditors.key")
    event_id: str = Field(primary_key=True)
    debtor_id: int | None = Field(default=None, foreign_key="debtors.id", index=True)
    kind: str
    actor: str
    at: datetime = instant()
    body: str = text()
    outcome: str = text()


class PolicyRow(Row, table=True):
    """A policy in full, by the hash that events and journal name; kept for ever."""

    __tablename__: ClassVar[str] = "policies"

    hash: str = Field(primary_key=True)
    name: str
    version: int
    body: str = text()


class JournalRow(Row, table=True):
    """Why: one answer of one look, with what it was made from."""

    __tablename__: ClassVar[str] = "journal"
    __table_args__ = (Index("ix_journal_invoice_id_at", "invoice_id", "at"),)

    workflow: str = Field(primary_key=True)
    run: str = Field(primary_key=True)
    look: int = Field(primary_key=True)
    invoice_id: int | None = Field(default=None, foreign_key="invoices.id")
    debtor_id: int | None = Field(default=None, foreign_key="debtors.id")
    at: datetime = instant()
    policy: str = ""
    version: int = 0
    hash: str = ""
    rule: str = ""
    why: str = text()
    blockers: str = ""
    facts: str = text()
    answer: str = text()
    engine: str = ""


class TaskRow(Row, table=True):
    """Something a person must do; opened once per key.

    Attributes:
        asked: how often it was asked for, since a later day asks anew.
        closed_by: the person who said that it is done; empty when it was needed no more.
    """

    __tablename__: ClassVar[str] = "tasks"
    __table_args__ = (
        UniqueConstraint("key"),
        Index("ix_tasks_creditor_closed_at", "creditor", "closed_at"),
    )

    id: int | None = Field(default=None, primary_key=True)
    creditor: str = Field(foreign_key="creditors.key")
    debtor_id: int | None = Field(default=None, foreign_key="debtors.id", index=True)
    kind: str
    key: str
    due: date | None = None
    owner: str = ""
    asked: int = 1
    opened_at: datetime = instant()
    closed_at: datetime | None = instant_or_none()
    closed_by: str = ""
    outcome: str = text()
    body: str = text()


class TaskInvoiceRow(Row, table=True):
    """An invoice that a task is about, as long as it asks for it."""

    __tablename__: ClassVar[str] = "task_invoices"

    task_id: int = Field(primary_key=True, foreign_key="tasks.id")
    invoice_id: int = Field(primary_key=True, foreign_key="invoices.id", index=True)


class ImportRow(Row, table=True):
    """A file that was read: running, done, or waiting for a yes."""

    __tablename__: ClassVar[str] = "imports"
    __table_args__ = (Index("ix_imports_creditor_kind", "creditor", "kind"),)

    id: int | None = Field(default=None, primary_key=True)
    creditor: str = Field(foreign_key="creditors.key")
    kind: str
    name: str = ""
    sha256: str = ""
    complete: bool = False
    content_on: date
    at: datetime = instant()
    rows: int = 0
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    settled: int = 0
    rejected: int = 0
    state: str = "running"


class MissingRow(Row, table=True):
    """An invoice that a complete file no longer held, waiting for a yes."""

    __tablename__: ClassVar[str] = "missing"

    import_id: int = Field(primary_key=True, foreign_key="imports.id")
    invoice_id: int = Field(primary_key=True, foreign_key="invoices.id")


orders = table(OrderRow)
policies = table(PolicyRow)
journal = table(JournalRow)
tasks = table(TaskRow)
task_invoices = table(TaskInvoiceRow)
imports = table(ImportRow)
missing = table(MissingRow)
