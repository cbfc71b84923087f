"""Recording orders that come through Temporal."""

from temporalio import activity

from activities.failing import plainly
from models import names
from models.chasing.refusing import NOBODY
from models.chasing.story import EVENTS, StoryEvent, orders
from models.errors import RefusedError
from models.orders import Order
from models.store.books import Books
from models.store.currencies import Currencies
from models.wire import RecordIn, Verdict


class Booking:
    """Takes orders into the books' one function."""

    def __init__(self, books: Books, money: Currencies) -> None:
        """Record in these books."""
        self._books = books
        self._money = money

    @activity.defn(name=names.RECORD)
    @plainly
    async def record(self, ask: RecordIn) -> Verdict:
        """Record an order for one invoice; a refusal is a verdict, not a failure.

        Idempotent: the same id is carried out once.
        """
        try:
            currency = await self._money.currency(ask.creditor, ask.number)
            commands = orders(_heard(ask), currency)
            recorded = await self._books.record_all(
                [
                    Order(
                        creditor=ask.creditor,
                        command=command,
                        actor=_actor(ask),
                        at=ask.now,
                        event_id=f"{ask.said.id}.{count}" if count else ask.said.id,
                        invoices=(ask.number,),
                    )
                    for count, command in enumerate(commands)
                ]
            )
            events = [entry.event_id for one in recorded for entry in one.entries]
        except RefusedError as refused:
            return Verdict(recorded=False, sentence=str(refused))
        return Verdict(recorded=True, sentence=f"{ask.what} recorded", events=tuple(events))


def _heard(ask: RecordIn) -> StoryEvent:
    """Return the order in the words of a story, which name the same commands."""
    if ask.what not in EVENTS:
        message = f"{ask.what!r} is not an order; known are {', '.join(EVENTS)}"
        raise RefusedError(message)
    said = ask.said
    return StoryEvent(
        line=0,
        on=ask.now.date(),
        event=ask.what,
        invoices=(ask.number,),
        creditor=ask.creditor,
        amount=said.amount,
        by=said.by,
        until=said.until,
        reason=said.reason,
        outcome=said.outcome,
        parts=tuple((part.by, part.amount) for part in said.parts),
        level=said.level,
        accepted=said.accepted,
        actor=_actor(ask),
    )


def _actor(ask: RecordIn) -> str:
    """Return who orders; a name that only the engine goes by is nobody's way around four eyes."""
    actor = ask.said.actor.strip()
    return "temporal" if actor.casefold() in NOBODY else actor
