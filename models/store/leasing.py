"""A notice's row: locked, moved from state to state, freed; by the database's own clock."""

from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import Row, bindparam, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from models.chasing.notice import NoticeKind
from models.errors import UnknownError
from models.store.statements import insert_new
from models.store.tables.parties import creditors, debtors
from models.store.tables.saying import notice_lines, notices, slots

_NOTICE: Final = select(notices).where(notices.c.key == bindparam("row_key"))
_STATE: Final = (
    update(notices)
    .where(
        notices.c.key == bindparam("row_key"),
        notices.c.state == bindparam("was"),
        notices.c.owner == bindparam("by"),
    )
    .values(
        state=bindparam("to_state"),
        owner=bindparam("to_owner"),
        lease_until=bindparam("to_lease"),
        reference=bindparam("to_reference"),
        failure=bindparam("to_failure"),
        sent_at=bindparam("to_sent_at"),
    )
)
_SHARED: Final = (
    select(creditors.c.key)
    .join_from(creditors, debtors, debtors.c.creditor == creditors.c.key)
    .where(debtors.c.id == bindparam("row_debtor"))
    .with_for_update(of=creditors, read=True)
)
_FREE: Final = (
    update(notice_lines).where(notice_lines.c.notice_id == bindparam("row_id")).values(live=None)
)
#: Lines that did not leave are composed for again.
_AGAIN: Final = select(
    notice_lines.c.invoice_id, notice_lines.c.cycle, notice_lines.c.level, notice_lines.c.round
).where(notice_lines.c.notice_id == bindparam("row_id"))


async def locked(connection: AsyncConnection, key: str) -> Row[Any]:
    """Return a notice's row after its debtor's row was locked.

    The creditor's row is shared: a hold on all its debtors, or a freeze, waits or is seen.

    Raises:
        UnknownError: there is no such notice.
    """
    found = (await connection.execute(_NOTICE, {"row_key": key})).one_or_none()
    if found is None:
        message = f"no notice has the key {key}"
        raise UnknownError(message)
    if connection.dialect.name == "sqlite":
        return found
    await connection.execute(_SHARED, {"row_debtor": found.debtor_id})
    owner = select(debtors.c.id).where(debtors.c.id == found.debtor_id).with_for_update()
    await connection.execute(owner)
    return (await connection.execute(_NOTICE.with_for_update(), {"row_key": key})).one()


async def clock_of(connection: AsyncConnection) -> datetime:
    """Return the database's clock, in UTC."""
    if connection.dialect.name == "sqlite":
        text = (
            await connection.execute(select(func.strftime("%Y-%m-%dT%H:%M:%f", "now")))
        ).scalar_one()
        return datetime.fromisoformat(text).replace(tzinfo=UTC)
    now: datetime = (await connection.execute(select(func.clock_timestamp()))).scalar_one()
    return now


async def void(connection: AsyncConnection, row: Row[Any], now: datetime) -> None:
    """Take a planned notice back: its lines may be said anew."""
    await again(connection, row, now)
    await moved(connection, row, "void")
    await connection.execute(_FREE, {"row_id": row.id})


async def again(connection: AsyncConnection, row: Row[Any], now: datetime) -> None:
    """Register slots anew for the levels that a notice was to say and did not."""
    if NoticeKind(row.kind).answers:
        return
    lines = (await connection.execute(_AGAIN, {"row_id": row.id})).all()
    slot = {"debtor_id": row.debtor_id, "at": now, "blocker": "", "registered_at": now}
    rows = [{**line._mapping, **slot} for line in lines]  # noqa: SLF001  SQLAlchemy's own name for it
    await connection.execute(insert_new(connection, slots), rows)


async def moved(connection: AsyncConnection, row: Row[Any], state: str, **to: Any) -> None:  # noqa: ANN401  columns of several kinds
    """Move a notice to a state, unless another attempt has moved it meanwhile."""
    values = {
        "row_key": row.key,
        "was": row.state,
        "by": row.owner,
        "to_state": state,
        "to_owner": to.get("owner", row.owner if state != "planned" else ""),
        "to_lease": to.get("lease"),
        "to_reference": to.get("reference", ""),
        "to_failure": to.get("failure", ""),
        "to_sent_at": to.get("sent_at"),
    }
    await connection.execute(_STATE, values)
