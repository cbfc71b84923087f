"""Waking what nobody woke."""

from datetime import datetime

from temporalio import activity

from activities.failing import plainly
from models import names
from models.ports import Engine
from models.store.sweeping import Sweeping
from models.wire import Swept


class Sweeper:
    """Starts, tells and pokes what the books say was forgotten."""

    def __init__(self, sweeping: Sweeping, engine: Engine) -> None:
        """Look into these books, and wake through this engine."""
        self._sweeping = sweeping
        self._engine = engine

    @activity.defn(name=names.SWEEP_UP)
    @plainly
    async def sweep_up(self, now: datetime) -> Swept:
        """Repair what was forgotten; what cannot be reached waits for the next sweep."""
        forgotten = await self._sweeping.forgotten(now)
        started = await self._engine.start(forgotten.starts)
        told = 0
        for creditor, entries in forgotten.tells.items():
            told += await self._engine.tell(creditor, entries)
        poked = 0
        for ref in forgotten.pokes:
            poked += await self._engine.poke(ref)
        return Swept(started=started, told=told, poked=poked)
