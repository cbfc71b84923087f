"""What surrounds a debtor's cases in a rehearsal: facts, pace, credits, promises made."""

from dataclasses import replace
from datetime import date, datetime

from models.chasing import events as ev
from models.chasing.commands import Context
from models.chasing.facts import Facts
from models.chasing.freshness import fresh, look_again
from models.chasing.hours import hours
from models.chasing.moment import Draft, Position
from models.chasing.notice import NoticeKind
from models.chasing.pace import Pace
from models.chasing.policy import Policy
from models.chasing.portfolio import Account
from models.chasing.ruling import PROMISE_MEMORY
from models.chasing.story import StoryEvent
from models.errors import RefusedError
from models.ledger.debtor import Contact, Hold, Standing

#: What a person is asked to do; a call counts for the pace once somebody is reached.
_TASKS = frozenset({NoticeKind.CALL, NoticeKind.HAND_OVER})


class Stage:
    """The world of one account: nobody is frozen, and books are fresh until a story says so."""

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
        self._covered: dict[str, date | None] = {}
        self._called_on: date | None = None
        self._slot: datetime | None = None
        self._reached: dict[tuple[str, str, int], tuple[Contact, Draft]] = {}
        self._arrived: dict[datetime, list[Draft]] = {}
        self._facts: dict[Policy, Facts] = {}

    @property
    def ages(self) -> bool:
        """Whether the facts change by themselves: a story spoke of books, which grow old."""
        return bool(self._covered)

    def facts(self, policy: Policy, now: datetime) -> Facts:
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
        if self._covered and not fresh(policy, self._covered, now):
            return replace(facts, fresh=False, stale_until=look_again(policy, now))
        return facts

    def contacted(self, draft: Draft) -> None:
        """Count a contact; what leaves at one slot is one. A call takes its day all the same."""
        if draft.kind is NoticeKind.CALL:
            self.pace = replace(self.pace, legal_on=draft.on)
        if draft.kind in _TASKS:
            return
        for line in draft.lines:
            said = (line.number, line.level, line.round)
            self._reached[said] = (draft.route.contact, draft)
        self._arrived.setdefault(draft.at, []).append(draft)
        if draft.at != self._slot:
            self._slot = draft.at
            self.pace = self.pace.contacted(draft.on, legal=draft.legal)

    def credit(self, currency: str, amount: int) -> None:
        """Keep what could not be allocated as the debtor's credit; below 0, take it back."""
        if amount:
            known = self.position.credits
            self.position = Position({**known, currency: known.get(currency, 0) + amount})

    def rule(self, event: StoryEvent) -> bool:
        """Apply what is said of the debtor as a whole; say whether there was anything to do.

        Raises:
            RefusedError: the event lacks what it needs.
        """
        match event.event:
            case "hold":
                if event.until is not None and event.until <= event.on:
                    message = f"nothing can be held until {event.until}: that day has begun"
                    raise RefusedError(message)
                hold = Hold(f"story-{event.line}", event.until, event.reason)
                self._holds = (*self._holds, hold)
            case "release":
                if not self._holds and self._insolvent_on is None:
                    return False
                if self._holds:
                    self._holds = ()
                else:
                    self._insolvent_on = None
            case "books":
                if event.until is None:
                    message = "books needs until: the last day they cover"
                    raise RefusedError(message)
                self._covered[event.reason] = event.until
            case _:
                self._insolvent_on = event.on
        self._facts.clear()
        return True

    def context(self, event: StoryEvent, today: date) -> Context:
        """Return who orders, and how many promises the debtor gave before."""
        key = f"story-{event.line}"
        made = sum(
            1
            for promise, on in self._promises.items()
            if promise != key and today - on <= PROMISE_MEMORY
        )
        return Context(today=today, actor=event.actor, key=key, promises_made=made)

    def heard(self, number: str, event: ev.Event) -> None:
        """Take note of what an invoice's event means for the debtor."""
        match event:
            case ev.Promised(announced=False):
                self._promises[event.promise] = event.on
            case ev.CallMade(outcome="reached"):
                if event.on != self._called_on:
                    self.pace = self.pace.contacted(event.on, legal=False)
                self._called_on = event.on
            case ev.Bounced():
                self._bounced(number, event)
            case _:
                pass

    def _bounced(self, number: str, event: ev.Bounced) -> None:
        """Forget a contact that reached nobody, and the address it was sent to."""
        person, draft = self._reached.pop((number, event.level, event.round))
        others = [one for one in self._arrived[draft.at] if one is not draft]
        if others != self._arrived[draft.at] and not others:
            self.pace = self.pace.without(draft.on)
        self._arrived[draft.at] = others
        contacts = tuple(
            replace(contact, bad=contact.bad | {event.channel})
            if replace(contact, bad=person.bad) == person
            else contact
            for contact in self._debtor.contacts
        )
        self._debtor = replace(self._debtor, contacts=contacts)
        self._facts.clear()
