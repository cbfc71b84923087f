"""One debtor on a virtual clock: events at the start of their day, looks, contacts."""

from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from models.chasing import commands as cmd
from models.chasing import events as ev
from models.chasing.answering import Heard, answers, statement, statement_on
from models.chasing.answers import Answer, Blocker, Close, Contact, Wait
from models.chasing.case import Case
from models.chasing.composing import compose
from models.chasing.dunning import settle
from models.chasing.facts import Facts
from models.chasing.folding import after, folded
from models.chasing.moment import Draft, Look
from models.chasing.notice import NoticeKind
from models.chasing.policy import Policy
from models.chasing.portfolio import Account, Item
from models.chasing.ruling import ruled, spread
from models.chasing.stage import Stage
from models.chasing.story import StoryEvent, orders
from models.chasing.timeline import Entry, Speaker, entries
from models.errors import RefusedError
from models.ledger.money import decimal

#: Blockers that lift when the debtor's sum changes.
_SUM = frozenset({Blocker.MINIMUM, Blocker.NET_CREDIT})


@dataclass(slots=True)
class Sim:
    """A case in play.

    Attributes:
        answer: what was answered last; ``None`` before the first look.
        wake: when to look next; ``None`` for never by itself.
        held: whether composing put the answer off.
    """

    case: Case
    policy: Policy
    answer: Answer | None = None
    wake: datetime | None = None
    held: bool = False

    def due(self, now: datetime) -> bool:
        """Say whether its slot has come."""
        return isinstance(self.answer, Contact) and self.answer.at <= now


class Player:
    """Plays one account; read ``timeline``, ``refused`` and ``sims`` afterwards."""

    def __init__(self, account: Account, channels: frozenset[str], known: bool) -> None:  # noqa: FBT001
        """Set the stage; ``known`` says whether the ledger names addresses at all."""
        self.timeline: list[Entry] = []
        self.refused: list[str] = []
        self.sims: dict[str, Sim] = {}
        self._account = account
        self._stage = Stage(account, channels, known)
        self._states: date | None = None

    def play(self, story: list[StoryEvent], since: date, until: date) -> None:
        """Play from the start of ``since`` to the end of ``until``."""
        items = sorted(self._account.items.values(), key=lambda item: item.enters, reverse=True)
        if not items:
            return
        clock = items[0].policy
        self._states = statement_on(clock, since - timedelta(days=1))
        told = sorted(story, key=lambda event: (event.on, event.line), reverse=True)
        while (now := self._next(clock, items, told, since)) is not None:
            if clock.day(now) > until:
                break
            while items and _starts(clock, items[-1].enters, since) <= now:
                self._enter(items.pop(), now)
            while told and _starts(clock, told[-1].on, since) <= now:
                self._happen(told.pop(), now)
            self._look(now)
            self._contact(now)
            self._state(clock, now)

    def _next(
        self, clock: Policy, items: list[Item], told: list[StoryEvent], since: date
    ) -> datetime | None:
        moments = [sim.wake for sim in self.sims.values() if sim.wake is not None]
        if items:
            moments.append(_starts(clock, items[-1].enters, since))
        if told:
            moments.append(_starts(clock, told[-1].on, since))
        if self._states is not None and self.sims:
            moments.append(clock.opening(self._states))
        return min(moments, default=None)

    def _facts(self, policy: Policy) -> Facts:
        return self._stage.facts(policy)

    def _enter(self, item: Item, now: datetime) -> None:
        case = folded(item.invoice, item.events)
        self.sims[item.invoice.number] = Sim(case, item.policy, wake=now)
        self._reweigh(now)

    def _look(self, now: datetime, *, held: bool = False) -> None:
        """Look at every case whose time has come; at those put off as well when asked."""
        for sim in self.sims.values():
            if (sim.wake is not None and sim.wake <= now) or (held and sim.held):
                sim.case, _, sim.answer = settle(sim.case, sim.policy, self._facts(sim.policy), now)
                sim.held = False
                sim.wake = _wake(sim.answer)

    def _contact(self, now: datetime) -> None:
        if not any(sim.due(now) for sim in self.sims.values()):
            return
        self._look(now, held=True)
        looks = tuple(
            Look(sim.case, sim.policy, self._facts(sim.policy), sim.answer)
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
        sim.wake = now

    def _say(self, draft: Draft, now: datetime) -> None:
        self._stage.contacted(draft)
        self._tell(draft)
        if draft.kind in {NoticeKind.CALL, NoticeKind.HAND_OVER}:
            return
        for line in draft.lines:
            said = ev.Said(
                on=draft.on,
                level=line.level,
                round=line.round,
                channel=draft.route.channel,
                deadline=draft.deadline,
            )
            self._record(line.number, [said], now)

    def _tell(self, draft: Draft) -> None:
        beside = tuple(way.channel for way in draft.beside)
        account = self._account
        speaker = Speaker(account.creditor, account.code, draft.route.channel, beside)
        self.timeline.extend(entries(draft, speaker, draft.why))

    def _state(self, clock: Policy, now: datetime) -> None:
        """Send the statement of the month when its day has come."""
        if self._states is None or clock.opening(self._states) > now:
            return
        self._states = statement_on(clock, self._states)
        draft = statement(
            [Heard(sim.case, sim.policy, self._facts(sim.policy), ()) for sim in self._living()],
            now,
        )
        if draft is not None:
            self._tell(draft)

    def _living(self) -> list[Sim]:
        return [sim for sim in self.sims.values() if sim.case.open > 0]

    def _reweigh(self, now: datetime) -> None:
        """Let what waits for the debtor's sum be weighed again."""
        for sim in self.sims.values():
            if isinstance(sim.answer, Wait) and _SUM.intersection(sim.answer.blockers):
                hours = self._facts(sim.policy).hours
                sim.wake = hours.slot(sim.policy.day(now), now)

    def _happen(self, event: StoryEvent, now: datetime) -> None:
        try:
            heard = self._apply(event, now)
        except RefusedError as refusal:
            self.refused.append(f"line {event.line}: {refusal}")
            heard = []
        for draft in answers(heard, now):
            self._tell(draft)
        self._reweigh(now)

    def _apply(self, event: StoryEvent, now: datetime) -> list[Heard]:
        whole = not event.invoices
        if event.event in {"payment", "credit-note"}:
            return self._money(event, now)
        if event.event == "insolvency" or (whole and event.event in {"hold", "release"}):
            self._stage.rule(event)
            for sim in self.sims.values():
                sim.wake = now
            return []
        sims = self._meant(event)
        if not sims:
            message = "the invoice is not in the books on that day, or nothing is open"
            raise RefusedError(message)
        return [
            self._carry_out(event, order, sim, now)
            for sim, amount in _shares(event, sims)
            for order in _orders(replace(event, amount=amount), sim.case.invoice.currency)
        ]

    def _meant(self, event: StoryEvent) -> list[Sim]:
        if event.invoices:
            return [self.sims[n] for n in event.invoices if n in self.sims]
        return self._living()

    def _money(self, event: StoryEvent, now: datetime) -> list[Heard]:
        """Allocate to what was named, else oldest first; what is left is the debtor's."""
        meant = self._meant(event)
        currency = event.currency or (meant[0].case.invoice.currency if meant else "")
        sims = [sim for sim in meant if sim.case.invoice.currency == currency]
        if not currency:
            message = "no invoice is open, and the event names no currency"
            raise RefusedError(message)
        amount = event.minor(currency)
        if amount is None:
            amount = sum(max(0, sim.case.open) for sim in sims)
        heard = []
        named = [sim.case for sim in sims]
        shares = spread(amount, named, in_order=bool(event.invoices))
        for case, share in shares:
            order: cmd.Command = cmd.Credit(amount=share)
            if event.event == "payment":
                order = cmd.Pay(amount=share, on=event.on)
            heard.append(self._carry_out(event, order, self.sims[case.invoice.number], now))
        self._stage.credit(currency, amount - sum(share for _, share in shares))
        return heard

    def _carry_out(self, event: StoryEvent, order: cmd.Command, sim: Sim, now: datetime) -> Heard:
        context = self._stage.context(event, sim.policy.day(now))
        happened = ruled(order, sim.case, sim.policy, context)
        for one in happened:
            sim.case = after(sim.case, one)
            self._stage.heard(one)
            if isinstance(one, ev.Bounced):
                for other in self.sims.values():
                    other.wake = now
        sim.wake = now
        return Heard(sim.case, sim.policy, self._facts(sim.policy), happened)


def _starts(clock: Policy, day: date, since: date) -> datetime:
    return clock.instant(max(day, since), time(0))


def _wake(answer: Answer) -> datetime | None:
    match answer:
        case Contact():
            return answer.at
        case Wait():
            return answer.until
        case _:
            return None


def _orders(event: StoryEvent, currency: str) -> tuple[cmd.Command, ...]:
    if event.event == "reversal":
        return (cmd.Reverse(amount=event.minor(currency)),)
    return orders(event, currency)


def _shares(event: StoryEvent, sims: list[Sim]) -> list[tuple[Sim, str]]:
    """Return each case with its part of an amount said about several, oldest first."""
    if not event.amount or len(sims) == 1:
        return [(sim, event.amount) for sim in sims]
    currency = event.currency or sims[0].case.invoice.currency
    by_number = {s.case.invoice.number: s for s in sims if s.case.invoice.currency == currency}
    amount = event.minor(currency) or 0
    shares = spread(amount, [s.case for s in by_number.values()], in_order=bool(event.invoices))
    return [(by_number[case.invoice.number], decimal(share, currency)) for case, share in shares]
