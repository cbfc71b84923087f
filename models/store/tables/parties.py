"""Creditors, how fresh their books are, debtors and the people to write to."""

from datetime import date, datetime
from typing import ClassVar

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, Index

from models.store.tables.columns import Row, instant, instant_or_none, table, text


class CreditorRow(Row, table=True):
    """What changes about a creditor; the rest is its TOML file.

    Attributes:
        stirred_at: when something last changed for all of its cases.
    """

    __tablename__: ClassVar[str] = "creditors"

    key: str = Field(primary_key=True)
    frozen: bool = False
    thawed_on: date | None = None
    first_import_at: datetime | None = instant_or_none()
    stirred_at: datetime | None = instant_or_none()


class SourceRow(Row, table=True):
    """How far a ledger or a bank has been read; ``covered_until`` is inclusive."""

    __tablename__: ClassVar[str] = "sources"

    creditor: str = Field(primary_key=True, foreign_key="creditors.key")
    source: str = Field(primary_key=True)
    covered_until: date
    read_at: datetime = instant()


class DebtorRow(Row, table=True):
    """A debtor of one creditor.

    Attributes:
        key: our own, made from creditor and code or name; carries no personal data.
        name_key: the name as it is compared.
        legal_id: as legal persons are compared; see :mod:`models.ledger.particulars`.
        payer: our key of the debtor that receives its notices; ``parent`` likewise.
        contact_number: how many notices were composed; the next one draws it plus one.
        thaws_on: this debtor's turn after a thaw.
        stirred_at: when something last changed for all of its cases.
    """

    __tablename__: ClassVar[str] = "debtors"
    __table_args__ = (
        UniqueConstraint("creditor", "key"),
        Index("ix_debtors_creditor_code", "creditor", "code"),
        Index("ix_debtors_creditor_name_key", "creditor", "name_key"),
    )

    id: int | None = Field(default=None, primary_key=True)
    creditor: str = Field(foreign_key="creditors.key")
    key: str
    code: str = ""
    name: str = ""
    name_key: str = ""
    legal_id: str = Field(default="", index=True)
    country: str = ""
    language: str = ""
    zone: str = ""
    segment: str = ""
    policy: str = ""
    internal: bool = False
    payment_days: str = ""
    quiet: str = ""
    payer: str = ""
    parent: str = ""
    street: str = ""
    postcode: str = ""
    city: str = ""
    insolvent_on: date | None = None
    contact_number: int = 0
    thaws_on: date | None = None
    stirred_at: datetime | None = instant_or_none()


class ContactRow(Row, table=True):
    """A person or mailbox at a debtor; ``bad`` and ``quiet`` list channels, comma-separated."""

    __tablename__: ClassVar[str] = "contacts"
    __table_args__ = (UniqueConstraint("debtor_id", "key"),)

    id: int | None = Field(default=None, primary_key=True)
    debtor_id: int = Field(foreign_key="debtors.id")
    seq: int
    role: str
    key: str
    name: str = ""
    email: str = ""
    phone: str = ""
    street: str = ""
    postcode: str = ""
    city: str = ""
    country: str = ""
    language: str = ""
    bad: str = ""
    quiet: str = ""


class HoldRow(Row, table=True):
    """A stop on a debtor, or on every debtor of a creditor when none is named."""

    __tablename__: ClassVar[str] = "holds"

    id: int | None = Field(default=None, primary_key=True)
    creditor: str = Field(foreign_key="creditors.key", index=True)
    debtor_id: int | None = Field(default=None, foreign_key="debtors.id", index=True)
    key: str
    until: date | None = None
    reason: str = text()
    by: str = ""
    at: datetime = instant()
    released_at: datetime | None = instant_or_none()


creditors = table(CreditorRow)
sources = table(SourceRow)
debtors = table(DebtorRow)
contacts = table(ContactRow)
holds = table(HoldRow)
