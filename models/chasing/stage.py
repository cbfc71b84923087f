"""What surrounds a debtor's cases in a rehearsal: facts, pace, credits, promises made."""

from dataclasses import replace
from datetime import date

from models.chasing import events as ev
from models.chasing.commands import Context
from models.chasing.facts import Facts
from models.chasing.hours import hours
from models.chasing.moment import Draft, Position
from models.chasing.pace import Pace
from models.chasing.policy import Policy
from models.chasing.portfolio import Account
from models.chasing.ruling import PROMISE_MEMORY
from models.chasing.story import StoryEvent
from models.ledger.debtor import Hold, Standing


class Stage:
    """The world of one account. Books are fresh, nobody is frozen, channels are connected."""

    def __init__(self, account: Account, channels: frozenset[str], known: bool) -> None:  # noqa: FBT001
        """Begin with no contact, no hold and the ledger's unapplied credits."""
        self.pace = Pace()
        self.position = Position(dict(account.credits))
        self._debtor = account.debtor
        self._channels = channels
        self._known = known
        self._promises: dict[str, date] = {}
        self._holds: tuple[Hold, ...] = ()
        self._insolvent_on: date | None = None
        self._contacts: list[date] = []
        self._facts: dict[Policy, Facts] = {}

    def facts(self, policy: Policy) -> Facts:
        """Return the facts for the cases of a policy, as they are now."""
        facts = self._facts.get(policy)
        if facts is None:
            insolvent = self._insolvent_on is not None
            facts = self._facts[policy] = Facts(
                hours=hours(policy, self._debtor.country, self._debtor.zone),
                debtor=self._debtor,
                channels=self._channels,
                standing=Standing.INSOLVENT if insolvent else Standing.NORMAL,
                insolvent_on=self._insolvent_on,
                debtor_holds=self._holds,
                addresses_known=self._known,
            )
        return facts

    def contacted(self, draft: Draft) -> None:
        """Count a contact; a hand-over is none."""
        if draft.kind.value != "hand-over":
            self.pace = self.pace.contacted(draft.on, legal=draft.legal)
            self._contacts.append(draft.on)

    def credit(self, currency: str, amount: int) -> None:
        """Keep what could not be allocated as the debtor's credit."""
        if amount > 0:
            known = self.position.credits
            self.position = Position({**known, currency: known.get(currency, 0) + amount})

    def rule(self, event: StoryEvent) -> None:
        """Apply what is said of the debtor as a whole: a hold, a release, an insolvency."""
        match event.event:
            case "hold":
                hold = Hold(f"story-{event.line}", event.until, event.reason)
                self._holds = (*self._holds, hold)
            case "release":
                self._holds, self._insolvent_on = (), None
            case _:
                self._insolvent_on = event.on
        self._facts.clear()

    def context(self, event: StoryEvent, today: date) -> Context:
        """Return who orders, and how many promises the debtor gave before."""
        key = f"story-{event.line}"
        made = sum(
            1
            for promise, on in self._promises.items()
            if promise != key and today - on <= PROMISE_MEMORY
        )
        return Context(today=today, actor=event.actor, key=key, promises_made=made)

    def heard(self, event: ev.Event) -> None:
        """Take note of what touches the debtor beyond one case."""
        if isinstance(event, ev.Promised) and not event.announced:
            self._promises[event.promise] = event.on
        if isinstance(event, ev.CallMade) and event.outcome == "reached":
            self.pace = self.pace.contacted(event.on, legal=False)
        if isinstance(event, ev.Bounced):
            if self._contacts:
                self.pace = self.pace.without(self._contacts.pop())
            contacts = tuple(
                replace(contact, bad=contact.bad | {event.channel})
                for contact in self._debtor.contacts
            )
            self._debtor = replace(self._debtor, contacts=contacts)
            self._facts.clear()
