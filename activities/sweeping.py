"""Waking what nobody woke."""

from datetime import datetime, timedelta
from typing import Final

from temporalio import activity

from activities.failing import plainly
from activities.living import alive
from models import names
from models.orders import Entry
from models.ports import Engine
from models.store.sweeping import Forgotten, Sweeping
from models.wire import InvoiceRef, Start, Swept

#: The most rounds of one sweep: what is left then waits for the next.
ROUNDS: Final = 50


class Sweeper:
    """Starts, tells and pokes what the books say was forgotten."""

    def __init__(self, sweeping: Sweeping, engine: Engine) -> None:
        """Look into these books, and wake through this engine."""
        self._sweeping = sweeping
        self._engine = engine

    @activity.defn(name=names.SWEEP_UP)
    @plainly
    async def sweep_up(
        self, now: datetime, past: tuple[int, int] = (0, 0), lag: float = 0.0
    ) -> Swept:
        """Repair what was forgotten; what cannot be reached waits for the next sweep.

        Args:
            now: the sweep's instant.
            past: how far the sweep before came with asking for workflows.
            lag: seconds that workflows wait for their turn at the moment; what is late by
                little more is not forgotten.
        """
        # What nobody forgot needs no waking, which would give an engine at its limit more to do.
        late = now - timedelta(seconds=2 * lag)
        async with alive():
            swept = await self._rounds(late)
            return await self._watched(late, past, swept)

    async def _watched(self, late: datetime, past: tuple[int, int], swept: Swept) -> Swept:
        """Start workflows that are gone, and let those of closed cases look, which ends them."""
        watch = await self._sweeping.watched(late, past)
        refs = [_ref(start) for start in (*watch.open, *watch.closed)]
        running = await self._engine.running(refs) if refs else frozenset[InvoiceRef]()
        if running is None:
            return swept.model_copy(update={"past": past})
        gone = [start for start in watch.open if _ref(start) not in running]
        restarted = await self._engine.start(gone) if gone else 0
        left: dict[str, list[Entry]] = {}
        for start in watch.closed:
            if _ref(start) in running:
                left.setdefault(start.creditor, []).append(Entry(start.number, "", "facts"))
        ended = 0
        for creditor, entries in left.items():
            ended += await self._engine.tell(creditor, entries)
        found = {"restarted": restarted, "ended": ended, "past": watch.past}
        return swept.model_copy(update=found)

    async def _rounds(self, late: datetime) -> Swept:
        total = Swept()
        past: tuple[int, int] | None = (0, 0)
        for _ in range(ROUNDS):
            if past is None:
                break
            forgotten = await self._sweeping.forgotten(late, past)
            swept, past = await self._woken(forgotten), forgotten.past
            total = Swept(
                started=total.started + swept.started,
                told=total.told + swept.told,
                poked=total.poked + swept.poked,
            )
        return total

    async def _woken(self, forgotten: Forgotten) -> Swept:
        started = await self._engine.start(forgotten.starts)
        told = 0
        for creditor, entries in forgotten.tells.items():
            told += await self._engine.tell(creditor, entries)
        poked = 0
        for ref in forgotten.pokes:
            poked += await self._engine.poke(ref)
        return Swept(started=started, told=told, poked=poked)


def _ref(start: Start) -> InvoiceRef:
    return InvoiceRef(creditor=start.creditor, number=start.number)
