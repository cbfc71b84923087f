"""One debtor's slot: sleep to it, compose over all open cases, deliver, return."""

import asyncio
from datetime import datetime, timedelta

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from models import names
    from models.wire import (
        Composed,
        ComposeIn,
        DebtorRef,
        Delivered,
        DeliverIn,
        Delivery,
        Expired,
        ExpireIn,
    )
    from workflows.patience import ATTEMPT, DELIVERY, FAILED, OURS, pause, rest

#: The least time a delivery has, when its slot is almost over.
LEAST = timedelta(seconds=5)


@workflow.defn(name=names.DEBTOR_RUN)
class DebtorWorkflow:
    """Lives for the debtor's registered slots and returns when none is left.

    Who is poked while it ends is never lost: it looks again, with no await before return.
    """

    @workflow.init
    def __init__(self, ref: DebtorRef) -> None:
        """Begin with the slot it was started for, if any."""
        self._ref = ref
        self._pokes = 0
        self._at: datetime | None = ref.at
        self._looks = 0
        self._failures = 0
        self._busy = 0

    @workflow.signal
    def poke(self, ref: DebtorRef) -> None:
        """A slot was registered, or something changed that composing must see."""
        self._pokes += 1
        at = workflow.now() if ref.at is None else ref.at
        self._at = at if self._at is None else min(self._at, at)

    @workflow.query
    def next_slot(self) -> str:
        """Return the next slot as an ISO instant; nothing when composing is under way."""
        return "" if self._at is None else self._at.isoformat()

    @workflow.run
    async def run(self, ref: DebtorRef) -> int:
        """Return how many compositions were made."""
        while True:
            await self._sleep()
            seen, self._at = self._pokes, None
            composed = await self._compose(ref)
            if composed is None:
                self._wake(workflow.now() + pause(self._failures, workflow.random().random()))
                continue
            workflow.set_current_details(composed.card)
            again = await self._deliver(ref, composed.deliveries)
            if again:
                self._busy += 1
                self._wake(workflow.now() + rest(self._busy, workflow.random().random()))
                continue
            self._busy = 0
            if composed.at is not None:
                self._wake(composed.at)
            if self._idle(seen):
                return self._looks

    def _idle(self, seen: int) -> bool:
        return self._at is None and seen == self._pokes and workflow.all_handlers_finished()

    def _wake(self, at: datetime) -> None:
        self._at = at if self._at is None else min(self._at, at)

    async def _sleep(self) -> None:
        """Sleep to the slot, which a poke may move."""
        while self._at is not None and (left := self._at - workflow.now()) > timedelta(0):
            slot = self._at
            summary = f"slot of {slot.isoformat(timespec='minutes')}"
            try:
                await workflow.wait_condition(
                    lambda slot=slot: self._at != slot,  # type: ignore[misc]
                    timeout=left,
                    timeout_summary=summary,
                )
            except TimeoutError:
                return

    async def _compose(self, ref: DebtorRef) -> Composed | None:
        info = workflow.info()
        ask = ComposeIn(
            creditor=ref.creditor,
            debtor=ref.debtor,
            workflow=info.workflow_id,
            run=info.run_id,
            look=self._looks,
            now=workflow.now(),
        )
        self._looks += 1
        try:
            composed: Composed = await workflow.execute_local_activity(
                names.COMPOSE, ask, result_type=Composed, **OURS
            )
        except FAILED:
            self._failures += 1
            workflow.set_current_details("**The books do not answer.**")
            return None
        self._failures = 0
        return composed

    async def _deliver(self, ref: DebtorRef, deliveries: tuple[Delivery, ...]) -> bool:
        """Hand over what was composed; say whether to compose again at once."""
        if not deliveries:
            return False
        ended = await asyncio.gather(*(self._one(ref, delivery) for delivery in deliveries))
        return any(state in {"void", "failed", "unknown", "expired"} for state in ended)

    async def _one(self, ref: DebtorRef, delivery: Delivery) -> str:
        ask = DeliverIn(
            creditor=ref.creditor,
            debtor=ref.debtor,
            notice=delivery.notice,
            now=workflow.now(),
        )
        try:
            delivered: Delivered = await workflow.execute_activity(
                names.DELIVER,
                ask,
                result_type=Delivered,
                task_queue=names.channel_queue(delivery.channel),
                summary=delivery.summary,
                schedule_to_close_timeout=max(delivery.ends - workflow.now(), LEAST),
                start_to_close_timeout=ATTEMPT,
                retry_policy=DELIVERY,
            )
        except FAILED:
            return await self._expire(ref, delivery)
        return delivered.state

    async def _expire(self, ref: DebtorRef, delivery: Delivery) -> str:
        """End a notice whose slot is over; the sweep does it when the books do not answer.

        While an attempt may still be at it, nobody can end it: it is composed for again
        when that attempt must be over.
        """
        ask = ExpireIn(
            creditor=ref.creditor,
            debtor=ref.debtor,
            notices=(delivery.notice,),
            now=workflow.now(),
        )
        try:
            expired: Expired = await workflow.execute_local_activity(
                names.EXPIRE, ask, result_type=Expired, **OURS
            )
        except FAILED:
            workflow.logger.warning("a notice could not be expired; the sweep does it")
            return "unavailable"
        if expired.wait:
            self._wake(workflow.now() + timedelta(seconds=expired.wait) + LEAST)
            return "leased"
        return "expired"
