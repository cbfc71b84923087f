"""Looking at cases and composing for debtors: local activities, one transaction each."""

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
        if seen.poke is not None and not await self._engine.poke(seen.poke):
            _log.warning("debtor not woken", creditor=ask.creditor, debtor=seen.poke.debtor)
        return seen.looked

    @activity.defn(name=names.COMPOSE)
    @plainly
    async def compose(self, ask: ComposeIn) -> Composed:
        """Compose for a debtor; tell the cases for which it went otherwise than foreseen."""
        moved = await self._composing.compose(ask)
        if moved.tell:
            entries = [Entry(number, "", "notice") for number in moved.tell]
            told = await self._engine.tell(ask.creditor, entries)
            if told < len(entries):
                _log.warning("cases not told", creditor=ask.creditor, missing=len(entries) - told)
        return moved.composed
