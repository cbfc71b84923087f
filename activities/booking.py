"""Recording orders that come through Temporal."""

from collections.abc import Sequence
from typing import Final

from temporalio import activity

from activities.failing import plainly
from models import names
from models.chasing.commands import ChangePolicy
from models.chasing.refusing import NOBODY
from models.chasing.story import EVENTS, StoryEvent, orders
from models.errors import RefusedError
from models.orders import AnyCommand, Order, RuleDelivery
from models.store.books import Books
from models.store.currencies import Currencies
from models.wire import RecordIn, Said, Verdict

#: Orders that need a reason, as they do on the command line; so does what is accepted beyond
#: a policy's limits.
_REASONED: Final = frozenset({"hold", "skip", "send", "extend", "write-off", "dispute"})


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
            commands = await self._commands(ask)
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
            return Verdict(recorded=False, sentence=_without_names(str(refused), ask.said))
        return Verdict(recorded=True, sentence=f"{ask.what} recorded", events=tuple(events))

    async def _commands(self, ask: RecordIn) -> Sequence[AnyCommand]:
        """Return what is ordered.

        Raises:
            RefusedError: the order is not known, or lacks what it needs.
        """
        said = ask.said
        if (ask.what in _REASONED or said.accepted) and not said.reason:
            message = f"{ask.what} needs a reason: say in a few words why"
            raise RefusedError(message)
        match ask.what:
            case "change-policy":
                return (self._policy(said.policy),)
            case "rule-delivery":
                return (_ruling(said),)
            case _:
                currency = await self._money.currency(ask.creditor, ask.number)
                return orders(_heard(ask), currency)

    def _policy(self, name: str) -> ChangePolicy:
        policies = self._books.policies
        if name not in policies:
            message = f"no policy {name!r} is on offer; there are {', '.join(sorted(policies))}"
            raise RefusedError(message)
        policy = policies[name]
        return ChangePolicy(policy=name, version=policy.version, hash=policy.hash)


def _without_names(sentence: str, said: Said) -> str:
    """Return a refusal without the caller's own words: Temporal keeps it, and it is logged."""
    for words in filter(None, (said.reason, said.actor)):
        sentence = sentence.replace(words, "whoever ordered it")
    return sentence


def _ruling(said: Said) -> RuleDelivery:
    if said.outcome not in {"arrived", "lost"}:
        message = f"outcome {said.outcome!r} is not arrived or lost"
        raise RefusedError(message)
    return RuleDelivery(arrived=said.outcome == "arrived", reason=said.reason)


def _heard(ask: RecordIn) -> StoryEvent:
    """Return the order in the words of a story, which name the same commands."""
    if ask.what not in EVENTS:
        known = ", ".join((*EVENTS, "change-policy", "rule-delivery"))
        message = f"{ask.what!r} is not an order; known are {known}"
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
