"""Money that came in, what it paid, and credits that wait to be applied."""

from datetime import date, datetime
from typing import ClassVar

from sqlalchemy import UniqueConstraint
from sqlmodel import Field

from models.store.tables.columns import Row, instant, instant_or_none, minor, table, text


class CreditRow(Row, table=True):
    """A credit the ledger holds against a debtor; ``left`` is what is not yet applied.

    Attributes:
        stated: minor units left when the ledger last spoke of it.
    """

    __tablename__: ClassVar[str] = "credits"
    __table_args__ = (UniqueConstraint("debtor_id", "kind", "number"),)

    id: int | None = Field(default=None, primary_key=True)
    creditor: str = Field(foreign_key="creditors.key")
    number: str
    kind: str
    debtor_id: int = Field(foreign_key="debtors.id", index=True)
    currency: str
    amount: int = minor()
    left: int = minor()
    stated: int = minor()
    issued: date | None = None


class PaymentRow(Row, table=True):
    """A payment; ``left`` is what pays nothing yet. A negative one took another back.

    Attributes:
        key: the bank's reference, or made from its contents.
        reverses: the payment that this one took back.
    """

    __tablename__: ClassVar[str] = "payments"
    __table_args__ = (UniqueConstraint("creditor", "key"),)

    id: int | None = Field(default=None, primary_key=True)
    creditor: str = Field(foreign_key="creditors.key")
    key: str
    on: date
    amount: int = minor()
    left: int = minor()
    currency: str
    debtor_id: int | None = Field(default=None, foreign_key="debtors.id", index=True)
    text: str = text()
    at: datetime = instant()
    reverses: int | None = Field(default=None, foreign_key="payments.id")
    reversed_at: datetime | None = instant_or_none()


class AllocationRow(Row, table=True):
    """The part of a payment that paid an invoice."""

    __tablename__: ClassVar[str] = "allocations"

    id: int | None = Field(default=None, primary_key=True)
    payment_id: int = Field(foreign_key="payments.id", index=True)
    invoice_id: int = Field(foreign_key="invoices.id", index=True)
    amount: int = minor()
    at: datetime = instant()
    reversed_at: datetime | None = instant_or_none()


credits_ = table(CreditRow)
payments = table(PaymentRow)
allocations = table(AllocationRow)
