"""What every table shares: names of constraints, instants, sizes of amounts."""

from datetime import UTC, datetime
from typing import Any, ClassVar, Final

from sqlalchemy import BigInteger, DateTime, Dialect, MetaData, Table, Text, TypeDecorator
from sqlmodel import Field, SQLModel

#: Every constraint has a name, or SQLite could never drop it.
_NAMES: Final = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Instant(TypeDecorator[datetime]):
    """An instant, kept in UTC and always read back aware, on both databases."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse an instant without a zone; keep any other in UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            message = f"{value} has no time zone: an instant needs one"
            raise ValueError(message)
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, _: Dialect) -> datetime | None:
        """Give back UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Row(SQLModel):
    """The parent of every table."""

    metadata: ClassVar[MetaData] = MetaData(naming_convention=_NAMES)


def table(row: type[Row]) -> Table:
    """Return the table of a row class, for statements."""
    return Row.metadata.tables[str(row.__tablename__)]


def minor(default: int | None = None) -> Any:  # noqa: ANN401  SQLModel's Field says so too
    """Return a column of minor units, wide enough for any ledger."""
    if default is None:
        return Field(sa_type=BigInteger)
    return Field(
        default=default, sa_type=BigInteger, sa_column_kwargs={"server_default": str(default)}
    )


def instant(*, index: bool = False) -> Any:  # noqa: ANN401  SQLModel's Field says so too
    """Return a required instant."""
    return Field(sa_type=Instant, index=index)


def instant_or_none(*, index: bool = False) -> Any:  # noqa: ANN401  SQLModel's Field says so too
    """Return an instant that may be missing."""
    return Field(default=None, sa_type=Instant, nullable=True, index=index)


def text(default: str = "") -> Any:  # noqa: ANN401  SQLModel's Field says so too
    """Return a text of any length."""
    return Field(default=default, sa_type=Text, sa_column_kwargs={"server_default": default})
