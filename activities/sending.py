"""Handing notices to their channels, exactly once."""

from collections.abc import Mapping
from datetime import timedelta

import structlog
from temporalio import activity
from temporalio.exceptions import ApplicationError

from activities.failing import plainly
from models import names
from models.chasing.notice import Notice
from models.errors import RefusedError, UnavailableError, UncertainError
from models.ports import Channel
from models.store.outbox import Claim, Outbox
from models.wire import Delivered, DeliverIn, ExpireIn

_log = structlog.get_logger(__name__)


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
    async def expire(self, ask: ExpireIn) -> None:
        """End notices whose slot is over: planned ones are void, others unknown."""
        for key in ask.notices:
            state = await self._outbox.expire(key, ask.now)
            _log.info("notice expired", notice=key, state=state)

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
        try:
            receipt = await self._channel(notice).send(notice)
        except RefusedError as refused:
            state = await self._outbox.failed(ask.notice, owner, str(refused), ask.now)
        except UncertainError as unsure:
            state = await self._outbox.unknown(ask.notice, owner, str(unsure), ask.now)
        except UnavailableError:
            await self._outbox.back(ask.notice, owner)
            raise
        else:
            state = await self._outbox.sent(ask.notice, owner, receipt.reference, ask.now)
        _log.info("notice delivered", notice=ask.notice, state=state, channel=notice.channel)
        return Delivered(notice=ask.notice, state=state)

    def _channel(self, notice: Notice) -> Channel:
        channel = self._channels.get(notice.channel)
        if channel is None:
            message = f"channel {notice.channel} is not connected to this worker"
            raise UnavailableError(message)
        return channel


#: Room between the end of a lease and the next attempt.
_BREATH = timedelta(seconds=1)


def _owner() -> str:
    """Name this attempt: the same activity's next attempt is another owner."""
    info = activity.info()
    return f"{info.workflow_run_id}/{info.activity_id}/{info.attempt}"
