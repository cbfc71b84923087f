"""Looking at cases and composing for debtors: local activities, one transaction each."""

import asyncio
from collections.abc import Awaitable
from typing import Final, TypeVar

import structlog
from temporalio import activity

from activities.failing import plainly
from models import names
from models.orders import Entry
from models.ports import Engine
from models.store.composing import Composing
from models.store.looking import Looking
from models.wire import Composed, ComposeIn, Looked, LookIn

_log = structlog.get_logger(__name__)

#: Seconds that others may take to be told: what they miss, the sweep tells them.
_TELLING: Final = 2.0

T = TypeVar("T")


class Deciding:
    """Asks the core; the answer is kept in the workflow's history."""

    def __init__(self, looking: Looking, composing: Composing, engine: Engine) -> None:
        """Use these books, and this way to other workflows."""
        self._looking = looking
        self._composing = composing
        self._engine = engine

    @activity.defn(name=names.LOOK)
    @plainly
    async def look(self, ask: LookIn) -> Looked:
        """Look at a case; wake its debtor when it is the first to register a slot.

        A debtor that cannot be woken never fails a look: the sweep wakes it.
        """
        seen = await self._looking.look(ask)
        if seen.poke is not None and not await _soon(self._engine.poke(seen.poke), 0):
            _log.warning("debtor not woken", creditor=ask.creditor, debtor=seen.poke.debtor)
        return seen.looked

    @activity.defn(name=names.COMPOSE)
    @plainly
    async def compose(self, ask: ComposeIn) -> Composed:
        """Compose for a debtor; tell the cases for which it went otherwise than foreseen."""
        moved = await self._composing.compose(ask)
        if moved.tell:
            entries = [Entry(number, "", "notice") for number in moved.tell]
            told = await _soon(self._engine.tell(ask.creditor, entries), 0)
            if told < len(entries):
                _log.warning("cases not told", creditor=ask.creditor, missing=len(entries) - told)
        return moved.composed


async def _soon(telling: Awaitable[T], otherwise: T) -> T:
    """Await others only so long that a step of ours ends within its time."""
    try:
        async with asyncio.timeout(_TELLING):
            return await telling
    except TimeoutError:
        return otherwise
