"""One debtor on a virtual clock: events at the start of their day, looks, contacts."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta

from models.chasing import events as ev
from models.chasing.answering import Heard, statement, statement_on
from models.chasing.answers import Blocker, Close, Contact, Following, Wait
from models.chasing.composing import compose
from models.chasing.dunning import settle
from models.chasing.folding import after, folded
from models.chasing.happening import Happenings, Sim
from models.chasing.moment import Draft, Look
from models.chasing.notice import NoticeKind
from models.chasing.policy import Policy
from models.chasing.portfolio import Account, Item
from models.chasing.stage import Stage
from models.chasing.story import StoryEvent
from models.chasing.timeline import Entry
from models.chasing.voice import Voice
from models.errors import RefusedError

#: Blockers that lift when the debtor's sum changes.
_SUM = frozenset({Blocker.MINIMUM, Blocker.NET_CREDIT})


class Player:
    """Plays one account; read ``timeline``, ``refused`` and ``sims`` afterwards."""

    def __init__(self, account: Account, channels: frozenset[str], known: bool) -> None:  # noqa: FBT001
        """Set the stage; ``known`` says whether the ledger names addresses at all."""
        self.refused: list[str] = []
        self.sims: dict[str, Sim] = {}
        self._account = account
        self._stage = Stage(account, channels, known)
        self._happenings = Happenings(self.sims, self._stage)
        self._states: date | None = None
        self._voice = Voice(account)

    @property
    def timeline(self) -> list[Entry]:
        """What was said."""
        return self._voice.timeline

    def play(self, story: list[StoryEvent], since: date, until: date) -> None:
        """Play from the start of ``since`` to the end of ``until``."""
        items = sorted(self._account.items.values(), key=_place, reverse=True)
        if not items:
            return
        clock = items[-1].policy
        self._states = statement_on(clock, since - timedelta(days=1))
        told = sorted(story, key=lambda event: (event.on, event.line), reverse=True)
        while (now := self._next(clock, items, told, since)) is not None:
            if clock.day(now) > until:
                break
            while items and _starts(clock, items[-1].enters, since) <= now:
                self._enter(items.pop(), now)
            while told and _starts(clock, told[-1].on, since) <= now:
                event = told.pop()
                later = self._not_before(event)
                if later is None:
                    self._happen(event, now)
                else:
                    told.append(replace(event, on=later))
                    told.sort(key=lambda event: (event.on, event.line), reverse=True)
            self._look(now)
            self._voice.answer(self.sims, self._stage, now)
            self._contact(now)
            self._state(clock, now)

    def _not_before(self, event: StoryEvent) -> date | None:
        """Return the day on which money for invoices that are not issued yet can count."""
        if event.event not in {"payment", "credit-note"}:
            return None
        ahead = [
            self._account.items[number].enters
            for number in event.invoices
            if number not in self.sims and number in self._account.items
        ]
        return max((day for day in ahead if day > event.on), default=None)

    def _next(
        self, clock: Policy, items: list[Item], told: list[StoryEvent], since: date
    ) -> datetime | None:
        moments = [sim.wake for sim in self.sims.values() if sim.wake is not None]
        moments += self._voice.moments()
        if items:
            moments.append(_starts(clock, items[-1].enters, since))
        if told:
            moments.append(_starts(clock, told[-1].on, since))
        if self._states is not None and self.sims:
            moments.append(clock.opening(self._states))
        return min(moments, default=None)

    def _enter(self, item: Item, now: datetime) -> None:
        case = folded(item.invoice, item.events)
        self.sims[item.invoice.number] = Sim(case, item.policy, wake=now)
        for event in item.events:
            self._stage.heard(item.invoice.number, event)
        self._reweigh(now)

    def _look(self, now: datetime) -> None:
        """Look at every case whose time has come."""
        for sim in self.sims.values():
            if sim.wake is not None and sim.wake <= now and not self._foreseen(sim, now):
                self._settle(sim, now)

    def _foreseen(self, sim: Sim, now: datetime) -> bool:
        """Say whether a contact is due as it was foreseen, which makes a look needless.

        Time alone undoes one only when a yes lapses, a promise breaks or the books grow old.
        """
        answer = sim.answer
        return (
            isinstance(answer, Contact)
            and answer.at == sim.wake == now
            and sim.case.yes is None
            and not sim.case.promises
            and not self._stage.ages
        )

    def _settle(self, sim: Sim, now: datetime) -> None:
        facts = self._stage.facts(sim.policy, now)
        sim.case, events, sim.answer = settle(sim.case, sim.policy, facts, now)
        if events:
            self._reweigh(now)
        if isinstance(sim.answer, Close) and sim.case.closed is None:
            closed = ev.Closed(on=sim.policy.day(now), state=sim.answer.state.value)
            sim.case = after(sim.case, closed)
        sim.held = False
        sim.wake = _wake(sim.answer)

    def _contact(self, now: datetime) -> None:
        """Compose when a slot has come; what was put off, or may have lapsed, is seen anew."""
        if not any(sim.due(now) for sim in self.sims.values()):
            return
        for sim in self.sims.values():
            lapses = sim.case.promised or sim.case.call or sim.case.asked
            if sim.held or (lapses and isinstance(sim.answer, Wait)):
                self._settle(sim, now)
        looks = tuple(
            Look(sim.case, sim.policy, self._stage.facts(sim.policy, now), sim.answer)
            for sim in self.sims.values()
            if sim.answer is not None and not isinstance(sim.answer, Close)
        )
        result = compose(looks, self._stage.pace, self._stage.position, now)
        for number, wait in result.waits.items():
            sim = self.sims[number]
            sim.answer, sim.wake, sim.held = wait, wait.until, True
        for number, events in result.events.items():
            self._record(number, events, now)
        for draft in result.drafts:
            self._say(draft, now)
        self._look(now)

    def _record(self, number: str, events: list[ev.Event], now: datetime) -> None:
        sim = self.sims[number]
        for event in events:
            sim.case = after(sim.case, event)
        sim.stir(now)

    def _say(self, draft: Draft, now: datetime) -> None:
        self._stage.contacted(draft)
        self._voice.say(draft)
        if draft.kind in {NoticeKind.CALL, NoticeKind.HAND_OVER}:
            return
        for line in draft.lines:
            said = ev.Said(
                on=draft.on,
                level=line.level,
                round=line.round,
                notice=str(len(self.timeline)),
                channel=draft.route.channel,
                address=draft.route.mark,
                deadline=draft.deadline,
            )
            self._record(line.number, [said], now)

    def _state(self, clock: Policy, now: datetime) -> None:
        """Send the statement of the month when its day has come."""
        if self._states is None or clock.opening(self._states) > now:
            return
        self._states = statement_on(clock, self._states)
        heard = [
            Heard(sim.case, sim.policy, self._stage.facts(sim.policy, now), ())
            for sim in self._happenings.living()
        ]
        for draft in statement(heard, self._stage.position.credits, now):
            self._voice.tell(draft)

    def _reweigh(self, now: datetime) -> None:
        """Let what waits for the debtor's sum be weighed again."""
        for sim in self.sims.values():
            if isinstance(sim.answer, Wait) and _SUM.intersection(sim.answer.blockers):
                hours = self._stage.facts(sim.policy, now).hours
                sim.wake = hours.slot(sim.policy.day(now), now)

    def _happen(self, event: StoryEvent, now: datetime) -> None:
        try:
            drafts = self._happenings.happen(event, now)
        except RefusedError as refusal:
            self.refused.append(f"line {event.line}: {refusal}")
            return
        self._voice.promise(drafts)
        self._reweigh(now)
        self._look(now)


def _place(item: Item) -> tuple[date, date, str]:
    """Return what orders items, so that the order of a ledger's rows tells nothing."""
    return item.enters, item.invoice.due, item.invoice.number


def _starts(clock: Policy, day: date, since: date) -> datetime:
    return clock.instant(max(day, since), time(0))


def _wake(answer: Following) -> datetime | None:
    match answer:
        case Contact():
            return answer.at
        case Wait():
            return answer.until
        case _:
            return None
