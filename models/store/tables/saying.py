"""What is being said and was said: slots, notices and their lines."""

from datetime import date, datetime
from typing import ClassVar

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, Index

from models.store.tables.columns import Row, instant, instant_or_none, minor, table, text


class SlotRow(Row, table=True):
    """A level of a case that is due to be said; ``at`` is missing while something blocks it."""

    __tablename__: ClassVar[str] = "slots"
    __table_args__ = (Index("ix_slots_debtor_id_at", "debtor_id", "at"),)

    invoice_id: int = Field(primary_key=True, foreign_key="invoices.id")
    cycle: int = Field(primary_key=True)
    level: str = Field(primary_key=True)
    round: int = Field(primary_key=True)
    debtor_id: int = Field(foreign_key="debtors.id")
    at: datetime | None = instant_or_none(index=True)
    blocker: str = ""
    registered_at: datetime = instant()


class NoticeRow(Row, table=True):
    """One message to one debtor: planned, sending, then sent, failed, unknown or void.

    Attributes:
        body: the snapshot it was composed from, as JSON.
        ends: when its slot ends; it must not be handed over after that.
        reference: under which the other side knows it.
        counts: whether it is a contact for the debtor's pace.
    """

    __tablename__: ClassVar[str] = "notices"
    __table_args__ = (
        UniqueConstraint("key"),
        Index("ix_notices_debtor_id_on", "debtor_id", "on"),
        Index("ix_notices_state_at", "state", "at"),
    )

    id: int | None = Field(default=None, primary_key=True)
    key: str
    debtor_id: int = Field(foreign_key="debtors.id")
    contact_number: int
    channel: str
    try_: int = Field(default=0, sa_column_kwargs={"name": "try"})
    kind: str
    level: str = ""
    at: datetime = instant()
    on: date
    ends: datetime = instant()
    state: str = "planned"
    body: str = text()
    lease_until: datetime | None = instant_or_none()
    owner: str = ""
    reference: str = ""
    failure: str = text()
    counts: bool = True
    legal: bool = False
    created_at: datetime = instant()
    sent_at: datetime | None = instant_or_none()


class LineRow(Row, table=True):
    """An invoice whose level a notice says.

    Attributes:
        live: true, or missing once its notice is void, so that the line may be said anew:
            a missing value is never equal to another, on either database.
    """

    __tablename__: ClassVar[str] = "notice_lines"
    __table_args__ = (
        UniqueConstraint(
            "invoice_id",
            "cycle",
            "level",
            "round",
            "channel",
            "try",
            "live",
            name="uq_notice_lines_live",
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    notice_id: int = Field(foreign_key="notices.id", index=True)
    invoice_id: int = Field(foreign_key="invoices.id")
    cycle: int
    level: str
    round: int
    channel: str
    try_: int = Field(default=0, sa_column_kwargs={"name": "try"})
    amount: int = minor()
    live: bool | None = True


slots = table(SlotRow)
notices = table(NoticeRow)
notice_lines = table(LineRow)
