"""Saying it exactly once: claim before the provider is called, settle after it answered.

``planned`` becomes ``sending`` under the locks and committed; only then is the channel
called. What came of it is ``sent``, ``failed`` (certainly refused), ``unknown`` (it may
have gone) or ``planned`` again (certainly not gone, may go later). A planned notice whose
lines no longer stand as composed becomes ``void``.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from models.chasing.notice import Notice, NoticeKind, loaded
from models.ledger.creditor import Creditor
from models.store.around import around
from models.store.engine import Store
from models.store.leasing import again, clock_of, locked, moved, void
from models.store.outcomes import refuse, say, uncount
from models.store.postponing import put_off
from models.store.standing import stands
from models.store.tasks import Want, close, open_general

#: How long a claim is held: longer than any channel waits for the other side.
LEASE: Final = timedelta(seconds=150)
#: Attempts in vain after which somebody is told that nothing leaves: about half a minute.
_IN_VAIN: Final = 5
#: How long a notice that was put back is left to whoever tries again.
AGAIN: Final = timedelta(minutes=10)


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
            row = await locked(connection, key)
            clock = await clock_of(connection)
            if row.state == "sending":
                left = row.lease_until - clock
                if left > timedelta(0):
                    return Claim("leased", wait=left)
                await moved(connection, row, "sending", owner=owner, lease=clock + LEASE)
                return Claim("lookup", loaded(row.body))
            if row.state != "planned":
                return Claim(row.state)
            notice = loaded(row.body)
            world = await around(connection, self._creditors[notice.creditor], row.debtor_id)
            if now >= row.ends or not await stands(connection, notice, world, self._channels, now):
                await void(connection, row, now)
                return Claim("void")
            await moved(connection, row, "sending", owner=owner, lease=clock + LEASE)
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

    async def back(self, key: str, owner: str, why: str, tries: int, now: datetime) -> None:
        """Put a notice back that certainly did not go out and may go later.

        Args:
            key: of the notice.
            owner: the attempt that had claimed it.
            why: a sentence without personal data.
            tries: how many attempts were in vain; after some, it is somebody's task that
                the channel takes nothing, until something leaves on it.
            now: the workflow's clock.
        """
        async with self._store.writing() as connection:
            row = await locked(connection, key)
            if row.state == "sending" and row.owner == owner:
                again = await clock_of(connection) + AGAIN
                await moved(connection, row, "planned", lease=again, failure=why)
                if tries >= _IN_VAIN:
                    notice = loaded(row.body)
                    body = {"channel": notice.channel, "why": f"{notice.channel}: {why}"}
                    want = Want("channel", _trouble(notice), "manager", notice.on, body)
                    await open_general(connection, want, notice.creditor, now)

    async def expire(self, key: str, now: datetime) -> Claim:
        """End a notice whose slot is over: planned is void, sending is unknown.

        An answer that is planned goes at the next opening instead.

        Returns:
            The state it ended in; ``leased``, with how long, while an attempt may be at it.
        """
        async with self._store.writing() as connection:
            row = await locked(connection, key)
            if row.state == "planned":
                if NoticeKind(row.kind).answers:
                    await put_off(connection, row, self._creditors, now)
                    return Claim("planned")
                await void(connection, row, now)
                return Claim("void")
            if row.state != "sending":
                return Claim(row.state)
            left = row.lease_until - await clock_of(connection)
            if left > timedelta(0):
                return Claim("leased", wait=left)
        why = "its slot ended while it was on its way"
        return Claim(await self.unknown(key, row.owner, why, now))

    async def _over(
        self, key: str, owner: str, outcome: tuple[str, str, str], now: datetime
    ) -> str:
        state, reference, why = outcome
        async with self._store.writing() as connection:
            row = await locked(connection, key)
            if row.state != "sending" or row.owner != owner:
                return str(row.state)
            notice = loaded(row.body)
            at = now if state != "failed" else None
            await moved(connection, row, state, reference=reference, failure=why, sent_at=at)
            if state == "failed":
                await uncount(connection, row.id)
                await refuse(connection, notice, row, now)
            elif state == "sent" or not row.legal:
                await say(connection, notice, row.debtor_id, now)
                await close(connection, [_trouble(notice)], "it takes notices again", now)
                return state
            await again(connection, row, now)
            return state


def _trouble(notice: Notice) -> str:
    """Return the key of the task that a channel takes nothing."""
    return f"channel/{notice.creditor}/{notice.channel}"
