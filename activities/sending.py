"""Handing notices to their channels, exactly once."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from functools import partial
from typing import Final, TypeVar

import structlog
from temporalio import activity
from temporalio.exceptions import ApplicationError

from activities.failing import plainly
from models import names
from models.chasing.notice import Notice
from models.errors import RefusedError, UnavailableError, UncertainError
from models.ports import Channel
from models.store.outbox import Claim, Outbox
from models.wire import Delivered, DeliverIn, Expired, ExpireIn

_log = structlog.get_logger(__name__)

T = TypeVar("T")

#: Room between the end of a lease and the next attempt.
_BREATH: Final = timedelta(seconds=1)
#: Seconds between tries to record an outcome that nobody else knows.
_TRIES: Final = (1, 2, 4, 8)


class Sending:
    """Activities that deliver notices; each channel's run on its own task queue."""

    def __init__(self, outbox: Outbox, channels: Mapping[str, Channel]) -> None:
        """Use this outbox and the channels that are connected."""
        self._outbox = outbox
        self._channels = channels

    @activity.defn(name=names.DELIVER)
    @plainly
    async def deliver(self, ask: DeliverIn) -> Delivered:
        """Claim a notice, hand it over, record what came of it.

        Raises:
            ApplicationError: retryable while another attempt may be at it, the books do
                not answer, or the other side certainly took nothing.
        """
        owner = _owner()
        claim = await self._outbox.claim(ask.notice, owner, ask.now)
        if claim.state == "leased":
            message = f"notice {ask.notice} may be on its way: another attempt holds it"
            raise ApplicationError(message, type="Leased", next_retry_delay=claim.wait + _BREATH)
        if claim.notice is None:
            return Delivered(notice=ask.notice, state=claim.state)
        if claim.state == "lookup":
            return await self._looked_up(ask, claim, owner)
        return await self._handed_over(ask, claim.notice, owner)

    @activity.defn(name=names.EXPIRE)
    @plainly
    async def expire(self, ask: ExpireIn) -> Expired:
        """End notices whose slot is over: planned ones are void, others unknown."""
        wait = timedelta(0)
        for key in ask.notices:
            ended = await self._outbox.expire(key, ask.now)
            _log.info("notice expired", notice=key, state=ended.state)
            wait = max(wait, ended.wait)
        return Expired(wait=wait.total_seconds())

    async def _looked_up(self, ask: DeliverIn, claim: Claim, owner: str) -> Delivered:
        """Ask the channel about a notice that an earlier attempt may have handed over."""
        notice = claim.notice
        went = None if notice is None else await self._channel(notice).sent(notice)
        if went:
            state = await self._outbox.sent(ask.notice, owner, "found", ask.now)
        else:
            why = "an attempt ended between handing over and its answer"
            state = await self._outbox.unknown(ask.notice, owner, why, ask.now)
        return Delivered(notice=ask.notice, state=state)

    async def _handed_over(self, ask: DeliverIn, notice: Notice, owner: str) -> Delivered:
        outbox, key, now = self._outbox, ask.notice, ask.now
        record: Callable[[], Awaitable[str]]
        try:
            receipt = await self._channel(notice).send(notice)
        except RefusedError as refused:
            record = partial(outbox.failed, key, owner, str(refused), now)
        except UncertainError as unsure:
            record = partial(outbox.unknown, key, owner, str(unsure), now)
        except UnavailableError as later:
            tries = activity.info().attempt
            await _recorded(partial(outbox.back, key, owner, str(later), tries, now))
            raise
        else:
            record = partial(outbox.sent, key, owner, receipt.reference, now)
        state = await _recorded(record)
        _log.info("notice delivered", notice=ask.notice, state=state, channel=notice.channel)
        return Delivered(notice=ask.notice, state=state)

    def _channel(self, notice: Notice) -> Channel:
        channel = self._channels.get(notice.channel)
        if channel is None:
            message = f"channel {notice.channel} is not connected to this worker"
            raise UnavailableError(message)
        return channel


async def _recorded(record: Callable[[], Awaitable[T]]) -> T:
    """Record an outcome; only this attempt knows it, so books that do not answer are waited for.

    Raises:
        UnavailableError: they did not answer in time; what is left is a look-up.
    """
    for pause in _TRIES:
        try:
            return await record()
        except UnavailableError:
            await asyncio.sleep(pause)
    return await record()


def _owner() -> str:
    """Name this attempt: the same activity's next attempt is another owner."""
    info = activity.info()
    return f"{info.workflow_run_id}/{info.activity_id}/{info.attempt}"
