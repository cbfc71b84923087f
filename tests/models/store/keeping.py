"""A house at work: looks, composes and delivers as the workflows would, on the books alone."""

from datetime import UTC, datetime
from itertools import count

from models.store.composing import Composing
from models.store.looking import Looking
from models.store.outbox import Outbox
from models.store.tasks import Tasks
from models.store.views import Views
from models.views import Selection
from models.wire import ComposeIn, LookIn

#: Friday noon in Paris.
NOW = datetime(2026, 3, 6, 11, tzinfo=UTC)


class House:
    """Looks, composes and delivers, as the workflows would."""

    def __init__(self, store, creditors, channels=frozenset({"email"})):
        self.store = store
        self.views, self.tasks = Views(store), Tasks(store)
        self.looking = Looking(store, creditors, channels, "test")
        self.composing = Composing(store, creditors, channels, "test")
        self.outbox = Outbox(store, creditors, channels)
        self.counter = count()
        self.debtor = ""

    def _ask(self, now):
        return {"creditor": "acme", "workflow": "w", "run": "r", "now": now} | {
            "look": next(self.counter)
        }

    async def look(self, *numbers, now=NOW):
        """Look at cases; return the last look."""
        for number in numbers or ("F-1",):
            seen = await self.looking.look(LookIn(number=number, **self._ask(now)))
            self.debtor = seen.looked.debtor or self.debtor
        return seen.looked

    async def compose(self, now=NOW):
        """Compose for the debtor last looked at; return the keys of what is to be handed over."""
        moved = await self.composing.compose(ComposeIn(debtor=self.debtor, **self._ask(now)))
        return [delivery.notice for delivery in moved.composed.deliveries]

    async def speak(self, *numbers, now=NOW, end="sent"):
        """Look, compose, deliver what comes of it, look again; return where it went."""
        await self.look(*numbers, now=now)
        settle = {"sent": self.outbox.sent, "failed": self.outbox.failed}[end]
        went = []
        for key in await self.compose(now):
            claim = await self.outbox.claim(key, "me", now)
            went.append(claim.notice.to.email)
            await settle(key, "me", "x", now)
        await self.look(*numbers, now=now)
        return went

    async def open(self):
        """Return open tasks by kind."""
        return {task.kind: task for task in await self.views.tasks(Selection())}
