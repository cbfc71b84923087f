"""What nobody woke: cases without a workflow, events unseen, slots and notices past their time.

What the books cannot know, whether a workflow that was started still runs, is asked of the
server for so many invoices a sweep, and for the next ones at the next.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import and_, bindparam, false, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from models.orders import Entry
from models.store.engine import Store
from models.store.tables.items import invoices
from models.store.tables.parties import creditors, debtors
from models.store.tables.saying import notices, slots
from models.wire import DebtorRef, Start

#: How long something may be late before a sweep takes it for forgotten.
LATE: Final = timedelta(seconds=45)
#: The most things of a kind that one round of a sweep takes on.
MOST: Final = 2000
#: The most open cases, and the most closed ones, whose workflows one sweep asks for.
WATCHED: Final = 1000
#: Past every id.
_END: Final = 2**31 - 1

_UNSTARTED: Final = (
    select(invoices.c.id, invoices.c.creditor, invoices.c.number, invoices.c.due, debtors.c.key)
    .join_from(invoices, debtors, debtors.c.id == invoices.c.debtor_id)
    .where(
        invoices.c.id > bindparam("past"),
        invoices.c.closed == false(),
        invoices.c.started == false(),
        invoices.c.imported_at < bindparam("late"),
    )
    .order_by(invoices.c.id)
    .limit(MOST)
)
_UNSEEN: Final = (
    select(invoices.c.id, invoices.c.creditor, invoices.c.number)
    .join_from(invoices, debtors, debtors.c.id == invoices.c.debtor_id)
    .join(creditors, creditors.c.key == invoices.c.creditor)
    .where(
        invoices.c.id > bindparam("past"),
        invoices.c.closed == false(),
        invoices.c.started,
        or_(
            and_(
                invoices.c.events > invoices.c.looked,
                or_(invoices.c.looked_at < bindparam("late"), invoices.c.looked_at.is_(None)),
            ),
            debtors.c.stirred_at > invoices.c.looked_at,
            creditors.c.stirred_at > invoices.c.looked_at,
            invoices.c.wakes_at < bindparam("late"),
        ),
    )
    .order_by(invoices.c.id)
    .limit(MOST)
)
_WATCHED: Final = (
    select(invoices.c.id, invoices.c.creditor, invoices.c.number, invoices.c.due, debtors.c.key)
    .join_from(invoices, debtors, debtors.c.id == invoices.c.debtor_id)
    .where(
        invoices.c.id > bindparam("past"),
        invoices.c.closed == bindparam("closed"),
        invoices.c.looked_at < bindparam("late"),
    )
    .order_by(invoices.c.id)
    .limit(bindparam("most"))
)
_SLOTS: Final = (
    select(debtors.c.creditor, debtors.c.key, func.min(slots.c.at).label("at"))
    .join_from(slots, debtors, debtors.c.id == slots.c.debtor_id)
    .where(slots.c.at < bindparam("late"))
    .group_by(debtors.c.creditor, debtors.c.key)
    .limit(MOST)
)
_NOTICES: Final = (
    select(debtors.c.creditor, debtors.c.key)
    .join_from(notices, debtors, debtors.c.id == notices.c.debtor_id)
    .where(
        or_(
            and_(
                notices.c.state == "planned",
                notices.c.at < bindparam("late"),
                or_(notices.c.lease_until.is_(None), notices.c.lease_until < bindparam("late")),
            ),
            and_(notices.c.state == "sending", notices.c.lease_until < bindparam("late")),
        )
    )
    .distinct()
    .limit(MOST)
)


@dataclass(frozen=True, slots=True)
class Forgotten:
    """What a sweep found: whom to start, whom to tell, whom to poke.

    Attributes:
        past: how far it came among those to start and to tell; ``None`` at the end.
    """

    starts: tuple[Start, ...]
    tells: dict[str, tuple[Entry, ...]]
    pokes: tuple[DebtorRef, ...]
    past: tuple[int, int] | None


@dataclass(frozen=True, slots=True)
class Watch:
    """Cases to ask the server for: those open, whose workflow must run, and those closed.

    Attributes:
        past: how far this came among the open and the closed; 0 to begin again.
    """

    open: tuple[Start, ...]
    closed: tuple[Start, ...]
    past: tuple[int, int]


class Sweeping:
    """Finds what was forgotten; repairs nothing itself."""

    def __init__(self, store: Store) -> None:
        """Look into these books."""
        self._store = store

    async def forgotten(self, now: datetime, past: tuple[int, int] = (0, 0)) -> Forgotten:
        """Return what should have been woken by now, from where the round before came to.

        Raises:
            UnavailableError: the books do not answer.
        """
        values = {"late": now - LATE}
        async with self._store.reading() as connection:
            unstarted = (await connection.execute(_UNSTARTED, {**values, "past": past[0]})).all()
            unseen = (await connection.execute(_UNSEEN, {**values, "past": past[1]})).all()
            pokes = () if any(past) else await _pokes(connection, now)
        tells: dict[str, list[Entry]] = {}
        for row in unseen:
            tells.setdefault(row.creditor, []).append(Entry(row.number, "", "facts"))
        more = max(len(unstarted), len(unseen)) == MOST
        return Forgotten(
            starts=tuple(
                Start(creditor=row.creditor, number=row.number, debtor=row.key, due=row.due)
                for row in unstarted
            ),
            tells={creditor: tuple(entries) for creditor, entries in tells.items()},
            pokes=pokes,
            past=(_last(unstarted), _last(unseen)) if more else None,
        )

    async def watched(self, now: datetime, past: tuple[int, int] = (0, 0)) -> Watch:
        """Return the cases whose workflows are to be asked for, from where the last sweep came to.

        Raises:
            UnavailableError: the books do not answer.
        """
        found = []
        async with self._store.reading() as connection:
            for closed, after in zip((False, True), past, strict=True):
                values = {"late": now - LATE, "past": after, "closed": closed, "most": WATCHED}
                found.append((await connection.execute(_WATCHED, values)).all())
        open_, gone = (
            tuple(
                Start(creditor=r.creditor, number=r.number, debtor=r.key, due=r.due) for r in rows
            )
            for rows in found
        )
        ends = (rows[-1].id if len(rows) == WATCHED else 0 for rows in found)
        return Watch(open_, gone, (next(ends), next(ends)))


def _last(rows: Sequence[Any]) -> int:
    """Return the id of the last row; past every id when there is none left."""
    return rows[-1].id if len(rows) == MOST else _END


async def _pokes(connection: AsyncConnection, now: datetime) -> tuple[DebtorRef, ...]:
    values = {"late": now - LATE}
    found = {(row.creditor, row.key): row.at for row in await connection.execute(_SLOTS, values)}
    for row in await connection.execute(_NOTICES, values):
        found.setdefault((row.creditor, row.key), now)
    return tuple(
        DebtorRef(creditor=creditor, debtor=key, at=now) for creditor, key in sorted(found)
    )
