"""Writing drafts down: notices with their keys, their lines, and what is planned."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Final

from sqlalchemy import bindparam, desc, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from models.chasing.moment import Draft
from models.chasing.notice import NoticeKind, dumped
from models.chasing.noticing import Envelope, noticed
from models.chasing.policy import Policy
from models.chasing.reaching import Route
from models.ledger.creditor import Creditor
from models.store.around import Around
from models.store.reading import Filed
from models.store.tables.parties import debtors
from models.store.tables.saying import notice_lines, notices
from models.wire import Delivery

#: Earlier notices of a debtor that a mail refers to: the first and the latest ones.
_THREAD: Final = 10
#: What is handed to a person instead of a channel.
_BY_HAND: Final = frozenset({NoticeKind.CALL, NoticeKind.HAND_OVER})

_EARLIER: Final = (
    select(notices.c.key)
    .where(
        notices.c.debtor_id == bindparam("debtor_id"),
        notices.c.channel == bindparam("channel"),
        notices.c.state.in_(("sent", "unknown")),
    )
    .order_by(desc(notices.c.id))
    .limit(_THREAD)
)
_TRIES: Final = (
    select(
        notice_lines.c.invoice_id,
        notice_lines.c.level,
        notice_lines.c.round,
        notice_lines.c["try"].label("tried"),
        notices.c.state,
    )
    .join_from(notice_lines, notices, notices.c.id == notice_lines.c.notice_id)
    .where(
        notice_lines.c.invoice_id.in_(bindparam("ids", expanding=True)),
        notice_lines.c.channel == bindparam("row_channel"),
        notice_lines.c.live,
    )
)
_NUMBER: Final = (
    update(debtors)
    .where(debtors.c.id == bindparam("row_id"))
    .values(contact_number=bindparam("to_number"))
)
_PLANNED: Final = (
    select(
        notices.c.key,
        notices.c.channel,
        notices.c.at,
        notices.c.kind,
        notices.c.level,
        notices.c.ends,
    )
    .where(
        notices.c.debtor_id == bindparam("debtor_id"),
        notices.c.state.in_(("planned", "sending")),
    )
    .order_by(notices.c.id)
)


async def planned(connection: AsyncConnection, debtor_id: int) -> Sequence[Any]:
    """Return a debtor's notices that are planned or on their way, oldest first."""
    found = await connection.execute(_PLANNED, {"debtor_id": debtor_id})
    rows: Sequence[Any] = found.all()
    return rows


def deliveries(rows: Sequence[Any], now: datetime) -> tuple[Delivery, ...]:
    """Return what is to be handed over now, of what is planned."""
    return tuple(
        Delivery(
            notice=row.key,
            channel=row.channel,
            ends=row.ends,
            summary=f"{row.level or row.kind} by {row.channel}",
        )
        for row in rows
        if row.at <= now
    )


@dataclass(slots=True)
class Outgoing:
    """Writes the drafts of one transaction; draws their contact numbers.

    Attributes:
        written: keys of the notices written.
    """

    connection: AsyncConnection
    creditor: Creditor
    world: Around
    filed: Mapping[str, Filed]
    at: datetime
    written: list[str] = field(default_factory=list)
    _number: int | None = None

    async def write(self, draft: Draft) -> tuple[str, ...]:
        """Write a draft, and the same beside it on other channels, as planned notices.

        Returns:
            Their keys.
        """
        before = len(self.written)
        number = (self.world.contact_number if self._number is None else self._number) + 1
        self._number = number
        values = {"row_id": self.world.debtor_id, "to_number": number}
        await self.connection.execute(_NUMBER, values)
        await self._one(draft, draft.route, number, counts=not draft.kind.answers)
        for way in draft.beside:
            await self._one(draft, way, number, counts=False)
        return tuple(self.written[before:])

    async def _one(self, draft: Draft, way: Route, number: int, *, counts: bool) -> None:
        tries = await self._tries(draft, way)
        if tries is None:
            return
        envelope = Envelope(
            creditor=self.creditor,
            debtor=self.world.debtor,
            number=number,
            try_=tries,
            thread=await self._thread(way.channel),
        )
        notice = noticed(draft, envelope, way)
        by_hand = draft.kind in _BY_HAND
        row = {
            "key": notice.key,
            "debtor_id": self.world.debtor_id,
            "contact_number": number,
            "channel": way.channel,
            "try": tries,
            "kind": draft.kind.value,
            "level": draft.level,
            "at": draft.at,
            "on": draft.on,
            "ends": ends(draft.policy, draft.on, draft.at),
            "state": "sent" if by_hand else "planned",
            "sent_at": self.at if by_hand else None,
            "body": dumped(notice),
            "counts": counts and not by_hand,
            "legal": draft.legal,
            "created_at": self.at,
        }
        found = await self.connection.execute(insert(notices).returning(notices.c.id), row)
        await self._lines(draft, way, found.scalar_one(), tries)
        self.written.append(notice.key)

    async def _lines(self, draft: Draft, way: Route, notice_id: int, tries: int) -> None:
        rows = [
            {
                "notice_id": notice_id,
                "invoice_id": self.filed[line.number].id,
                "cycle": line.cycle,
                "level": line.level,
                "round": line.round,
                "channel": way.channel,
                "try": tries,
                "amount": line.amount,
                "live": None if draft.kind.answers else True,
            }
            for line in draft.lines
        ]
        await self.connection.execute(insert(notice_lines), rows)

    async def _tries(self, draft: Draft, way: Route) -> int | None:
        """Return which try of its lines on a channel this is; ``None`` when one was said.

        A line is tried again on the same channel only after a certain failure, or after
        it bounced. A call, which speaks to nobody yet, may be asked for again.
        """
        if draft.kind.answers:
            return 0
        values = {
            "ids": [self.filed[line.number].id for line in draft.lines],
            "row_channel": way.channel,
        }
        lines = {(self.filed[ln.number].id, ln.level, ln.round): ln for ln in draft.lines}
        tries = 0
        for row in (await self.connection.execute(_TRIES, values)).all():
            line = lines.get((row.invoice_id, row.level, row.round))
            if line is None:
                continue
            tried = self.filed[line.number].case.tried(line.level, line.round)
            free = row.state == "failed" or draft.kind is NoticeKind.CALL
            if not free and way.channel not in {channel for channel, _ in tried}:
                return None
            tries = max(tries, row.tried + 1)
        return tries

    async def _thread(self, channel: str) -> tuple[str, ...]:
        if channel != "email":
            return ()
        values = {"debtor_id": self.world.debtor_id, "channel": channel}
        keys = (await self.connection.execute(_EARLIER, values)).scalars().all()
        return tuple(reversed(keys))


def ends(policy: Policy, on: date, at: datetime) -> datetime:
    """Return when a notice's slot ends: it must not leave on another day than composed for."""
    closes = policy.closing(on)
    return closes if closes > at else at + policy.scaled(timedelta(hours=1))
