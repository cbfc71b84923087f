"""Saying it exactly once: claim before the provider is called, settle after it answered.

``planned`` becomes ``sending`` under the locks and committed; only then is the channel
called. What came of it is ``sent``, ``failed`` (certainly refused), ``unknown`` (it may
have gone) or ``planned`` again (certainly not gone, may go later). A planned notice whose
lines no longer stand as composed becomes ``void``.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from sqlalchemy import Row, bindparam, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from models.chasing import events as ev
from models.chasing.notice import Notice, NoticeKind, loaded
from models.errors import UnknownError
from models.ledger.creditor import Creditor
from models.store.appending import Stamp, append, grown
from models.store.around import around
from models.store.engine import Store
from models.store.postponing import put_off
from models.store.reading import Filed, cases_of_debtor
from models.store.standing import stands
from models.store.statements import insert_new
from models.store.tables.items import invoices
from models.store.tables.parties import debtors
from models.store.tables.saying import notice_lines, notices, slots
from models.store.wanting import Want, open_task

#: How long a claim is held: longer than any channel waits for the other side.
LEASE: Final = timedelta(seconds=150)
#: How long a notice that was put back is left to whoever tries again.
AGAIN: Final = timedelta(minutes=10)

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
_FREE: Final = (
    update(notice_lines).where(notice_lines.c.notice_id == bindparam("row_id")).values(live=None)
)
#: Lines that did not leave are composed for again.
_AGAIN: Final = select(
    notice_lines.c.invoice_id, notice_lines.c.cycle, notice_lines.c.level, notice_lines.c.round
).where(notice_lines.c.notice_id == bindparam("row_id"))
#: A case that had seen everything foresaw that its level would be said.
_FORESEEN: Final = (
    update(invoices)
    .where(invoices.c.id == bindparam("row_id"), invoices.c.looked == bindparam("before"))
    .values(looked=bindparam("after"))
)
_UNCOUNT: Final = update(notices).where(notices.c.id == bindparam("row_id")).values(counts=False)


@dataclass(frozen=True, slots=True)
class Claim:
    """What a claim came to.

    Attributes:
        state: ``sending`` when it is ours to hand over now, ``lookup`` when an earlier
            attempt may have handed it over, ``leased`` while another attempt may be at
            it, else the state it is in for good.
        notice: the snapshot, when there is something to do.
        wait: how long a lease still runs.
    """

    state: str
    notice: Notice | None = None
    wait: timedelta = timedelta(0)


class Outbox:
    """Claims and settles notices. Times of leases are the database's."""

    def __init__(
        self, store: Store, creditors: Mapping[str, Creditor], channels: frozenset[str]
    ) -> None:
        """Keep the outbox of these creditors."""
        self._store = store
        self._creditors = creditors
        self._channels = channels

    async def claim(self, key: str, owner: str, now: datetime) -> Claim:
        """Claim a notice for one attempt, if it still stands as it was composed.

        Args:
            key: of the notice.
            owner: names the attempt; the same one may not claim twice.
            now: the workflow's clock: the day the notice was made for must still be on.

        Raises:
            UnavailableError: the books do not answer; nothing was claimed.
        """
        async with self._store.writing() as connection:
            row = await _locked(connection, key)
            clock = await _clock(connection)
            if row.state == "sending":
                left = row.lease_until - clock
                if left > timedelta(0):
                    return Claim("leased", wait=left)
                await _moved(connection, row, "sending", owner=owner, lease=clock + LEASE)
                return Claim("lookup", loaded(row.body))
            if row.state != "planned":
                return Claim(row.state)
            notice = loaded(row.body)
            world = await around(connection, self._creditors[notice.creditor], row.debtor_id)
            if now >= row.ends or not await stands(connection, notice, world, self._channels, now):
                await _void(connection, row, now)
                return Claim("void")
            await _moved(connection, row, "sending", owner=owner, lease=clock + LEASE)
            return Claim("sending", notice)

    async def sent(self, key: str, owner: str, reference: str, now: datetime) -> str:
        """Record that a notice went out; its levels are said. Idempotent."""
        return await self._over(key, owner, ("sent", reference, ""), now)

    async def unknown(self, key: str, owner: str, why: str, now: datetime) -> str:
        """Record that nobody can say whether it went out.

        A friendly notice counts as sent; a legal one stops its clock and asks a person.
        """
        return await self._over(key, owner, ("unknown", "", why), now)

    async def failed(self, key: str, owner: str, why: str, now: datetime) -> str:
        """Record a certain refusal; its lines are free for the next channel."""
        return await self._over(key, owner, ("failed", "", why), now)

    async def back(self, key: str, owner: str) -> None:
        """Put a notice back that certainly did not go out and may go later."""
        async with self._store.writing() as connection:
            row = await _locked(connection, key)
            if row.state == "sending" and row.owner == owner:
                again = await _clock(connection) + AGAIN
                await _moved(connection, row, "planned", lease=again)

    async def expire(self, key: str, now: datetime) -> Claim:
        """End a notice whose slot is over: planned is void, sending is unknown.

        An answer that is planned goes at the next opening instead.

        Returns:
            The state it ended in; ``leased``, with how long, while an attempt may be at it.
        """
        async with self._store.writing() as connection:
            row = await _locked(connection, key)
            if row.state == "planned":
                if NoticeKind(row.kind).answers:
                    await put_off(connection, row, self._creditors, now)
                    return Claim("planned")
                await _void(connection, row, now)
                return Claim("void")
            if row.state != "sending":
                return Claim(row.state)
            left = row.lease_until - await _clock(connection)
            if left > timedelta(0):
                return Claim("leased", wait=left)
        why = "its slot ended while it was on its way"
        return Claim(await self.unknown(key, row.owner, why, now))

    async def rule(self, key: str, *, sent: bool, now: datetime) -> str:
        """Take a person's word on an unknown outcome: sent, or certainly not."""
        async with self._store.writing() as connection:
            row = await _locked(connection, key)
            if row.state != "unknown":
                return str(row.state)
            notice = loaded(row.body)
            if sent:
                await _moved(connection, row, "sent", reference="ruled", sent_at=now)
                if row.legal:
                    await self._said(connection, notice, row.debtor_id, now)
                return "sent"
            await _moved(connection, row, "failed", failure="ruled not sent")
            return "failed"

    async def _over(
        self, key: str, owner: str, outcome: tuple[str, str, str], now: datetime
    ) -> str:
        state, reference, why = outcome
        async with self._store.writing() as connection:
            row = await _locked(connection, key)
            if row.state != "sending" or row.owner != owner:
                return str(row.state)
            notice = loaded(row.body)
            at = now if state != "failed" else None
            await _moved(connection, row, state, reference=reference, failure=why, sent_at=at)
            if state == "failed":
                await connection.execute(_UNCOUNT, {"row_id": row.id})
                await self._refused(connection, notice, row, now)
            elif state == "sent" or not row.legal:
                await self._said(connection, notice, row.debtor_id, now)
                return state
            await _again(connection, row, now)
            return state

    async def _said(
        self, connection: AsyncConnection, notice: Notice, debtor_id: int, now: datetime
    ) -> None:
        """Record the levels a notice said on its cases; the same beside it says nothing new."""
        if notice.kind.answers:
            return
        cases = await self._cases(connection, notice, debtor_id)
        growths = []
        for line in notice.lines:
            filed = cases.get(line.number)
            if filed is None or _already(filed, line.level, line.round):
                continue
            said = ev.Said(
                on=notice.on,
                level=line.level,
                round=line.round,
                notice=notice.key,
                channel=notice.channel,
                deadline=notice.deadline,
            )
            growths.append(grown(filed, [said], _stamp(notice, "said", now)))
        await append(connection, growths)
        for growth in growths:
            count = growth.filed.events
            values = {"row_id": growth.filed.id, "before": count - 1, "after": count}
            await connection.execute(_FORESEEN, values)

    async def _refused(
        self, connection: AsyncConnection, notice: Notice, row: Row[Any], now: datetime
    ) -> None:
        cases = await self._cases(connection, notice, row.debtor_id)
        growths = []
        for line in notice.lines:
            filed = cases.get(line.number)
            if filed is None or notice.kind.answers:
                continue
            gone = ev.Bounced(
                on=notice.on, level=line.level, round=line.round, channel=notice.channel
            )
            growths.append(grown(filed, [gone], _stamp(notice, "refused", now)))
        await append(connection, growths)
        for filed in list(cases.values())[:1]:
            want = Want(
                "bad-address",
                f"bad-address/{notice.creditor}/{notice.debtor}/{notice.to.contact}/{notice.channel}",
                "collector",
                notice.on,
                {"notice": notice.key, "contact": notice.to.contact, "why": row.failure},
            )
            await open_task(connection, want, filed, now)

    async def _cases(
        self, connection: AsyncConnection, notice: Notice, debtor_id: int
    ) -> dict[str, Filed]:
        numbers = {line.number for line in notice.lines}
        cases = await cases_of_debtor(connection, debtor_id, lock=True)
        return {
            filed.case.invoice.number: filed
            for filed in cases
            if filed.case.invoice.number in numbers
        }


def _already(filed: Filed, level: str, count: int) -> bool:
    return any(said.level == level and said.round == count for said in filed.case.said)


def _stamp(notice: Notice, what: str, now: datetime) -> Stamp:
    return Stamp(f"{what}/{notice.key}", "system", now)


async def _locked(connection: AsyncConnection, key: str) -> Row[Any]:
    """Return a notice's row after its debtor's row was locked.

    Raises:
        UnknownError: there is no such notice.
    """
    found = (await connection.execute(_NOTICE, {"row_key": key})).one_or_none()
    if found is None:
        message = f"no notice has the key {key}"
        raise UnknownError(message)
    if connection.dialect.name == "sqlite":
        return found
    owner = select(debtors.c.id).where(debtors.c.id == found.debtor_id).with_for_update()
    await connection.execute(owner)
    return (await connection.execute(_NOTICE.with_for_update(), {"row_key": key})).one()


async def _clock(connection: AsyncConnection) -> datetime:
    """Return the database's clock, in UTC."""
    if connection.dialect.name == "sqlite":
        text = (
            await connection.execute(select(func.strftime("%Y-%m-%dT%H:%M:%f", "now")))
        ).scalar_one()
        return datetime.fromisoformat(text).replace(tzinfo=UTC)
    now: datetime = (await connection.execute(select(func.clock_timestamp()))).scalar_one()
    return now


async def _void(connection: AsyncConnection, row: Row[Any], now: datetime) -> None:
    await _again(connection, row, now)
    await _moved(connection, row, "void")
    await connection.execute(_FREE, {"row_id": row.id})


async def _again(connection: AsyncConnection, row: Row[Any], now: datetime) -> None:
    """Register slots anew for the levels that a notice was to say and did not."""
    if NoticeKind(row.kind).answers:
        return
    lines = (await connection.execute(_AGAIN, {"row_id": row.id})).all()
    slot = {"debtor_id": row.debtor_id, "at": now, "blocker": "", "registered_at": now}
    rows = [{**line._mapping, **slot} for line in lines]  # noqa: SLF001  SQLAlchemy's own name for it
    await connection.execute(insert_new(connection, slots), rows)


async def _moved(connection: AsyncConnection, row: Row[Any], state: str, **to: Any) -> None:  # noqa: ANN401  columns of several kinds
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
