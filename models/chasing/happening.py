"""What an event of a story does to one debtor's cases, and what answers it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from models.chasing import commands as cmd
from models.chasing import events as ev
from models.chasing.answering import Heard, answers
from models.chasing.answers import Close, Contact, Following
from models.chasing.case import Case
from models.chasing.debiting import awaits, taken_back
from models.chasing.folding import after
from models.chasing.moment import Draft
from models.chasing.policy import Policy
from models.chasing.purse import Purse, Received
from models.chasing.ruling import ruled, spread
from models.chasing.sharing import concerned, must_be_in, shared, together
from models.chasing.stage import Stage
from models.chasing.story import StoryEvent, orders
from models.errors import RefusedError

#: What is said of a debtor or a creditor when no invoice is named.
_WIDE = frozenset({"hold", "release", "insolvency", "books"})


@dataclass(slots=True)
class Sim:
    """A case in play.

    Attributes:
        answer: what was answered last; ``None`` before a look that is to come.
        wake: when to look next; ``None`` for never by itself.
        held: whether composing put the answer off.
    """

    case: Case
    policy: Policy
    answer: Following | None = None
    wake: datetime | None = None
    held: bool = False

    def stir(self, now: datetime) -> None:
        """Have it looked at now, whatever was foreseen."""
        self.answer, self.wake = None, now

    def due(self, now: datetime) -> bool:
        """Say whether its slot has come."""
        return isinstance(self.answer, Contact) and self.answer.at <= now


class Happenings:
    """Lets things happen to the cases of one debtor, and to the stage around them."""

    def __init__(self, sims: dict[str, Sim], stage: Stage) -> None:
        """Act on these cases, by number, and on this stage."""
        self._sims = sims
        self._stage = stage
        self._purse = Purse()

    def happen(self, event: StoryEvent, now: datetime) -> list[Draft]:
        """Let an event happen, whole or not at all; return what answers it.

        Raises:
            RefusedError: why it cannot be taken, for a clerk.
        """
        if event.event in {"payment", "credit-note"}:
            return answers(self._money(event, now), now)
        if event.event == "reversal" and (taken := self._taken_back(event)) is not None:
            self._give_back(event, taken, now)
            return []
        if self._is_wide(event) and self._stage.rule(event):
            if event.event == "release":
                self._let_go(event, now)
            self._wake(now)
            return []
        sims = self._meant(event)
        if not sims:
            message = "nothing of this debtor is open on that day"
            raise RefusedError(message)
        heard: list[Heard] = []
        for order in _orders(event, sims):
            heard.extend(self._ordered(event, order, sims, now))
        return answers(heard, now)

    def _let_go(self, event: StoryEvent, now: datetime) -> None:
        """End the holds of single cases too, when those of their debtor end; never a promise."""
        for sim in self.living():
            today = sim.policy.day(now)
            if any(hold.holds(today) for hold in sim.case.holds):
                self._taken(sim, (ev.Released(on=today, reason=event.reason),), now)

    def living(self) -> list[Sim]:
        """Return the cases that are not over."""
        return [
            sim
            for sim in self._sims.values()
            if sim.case.open > 0 and sim.case.dead is None and not isinstance(sim.answer, Close)
        ]

    def _is_wide(self, event: StoryEvent) -> bool:
        return event.event in _WIDE and not event.invoices

    def _wake(self, now: datetime) -> None:
        for sim in self._sims.values():
            sim.stir(now)

    def _meant(self, event: StoryEvent) -> list[Sim]:
        if event.invoices:
            return [self._named(number) for number in event.invoices]
        return [sim for sim in self.living() if event.currency in {"", sim.case.invoice.currency}]

    def _named(self, number: str) -> Sim:
        sim = self._sims.get(number)
        if sim is None:
            message = f"invoice {number} is not issued yet on that day"
            raise RefusedError(message)
        return sim

    def _ordered(
        self, event: StoryEvent, command: cmd.Command, sims: Sequence[Sim], now: datetime
    ) -> list[Heard]:
        """Carry one order out on every case it is about, or on none.

        An order about the whole debtor leaves out the cases that it cannot concern.
        """
        whole = not event.invoices
        cases = [sim.case for sim in sims if not whole or concerned(command, sim.case)]
        if not whole:
            cases = together(command, cases, [sim.case for sim in self.living()])
        by_number = {case.invoice.number: self._sims[case.invoice.number] for case in cases}
        if not whole:
            must_be_in(event.currency, cases)
        refusal = RefusedError("the debtor has nothing open that this could concern")
        made = []
        for case, share in shared(command, cases, in_order=not whole):
            sim = by_number[case.invoice.number]
            context = self._stage.context(event, sim.policy.day(now))
            try:
                made.append((sim, ruled(share, case, sim.policy, context)))
            except RefusedError as refused:
                if not whole or share != command:
                    raise
                refusal = refused
        if not made:
            raise refusal
        for sim, events in made:
            self._purse.lost(sim.case.invoice.number, events)
        return [self._taken(sim, events, now) for sim, events in made]

    def _taken(self, sim: Sim, events: tuple[ev.Event, ...], now: datetime) -> Heard:
        for event in events:
            sim.case = after(sim.case, event)
            self._stage.heard(sim.case.invoice.number, event)
            if isinstance(event, ev.Bounced):
                self._wake(now)
        sim.stir(now)
        return Heard(sim.case, sim.policy, self._stage.facts(sim.policy, now), events)

    def _money(self, event: StoryEvent, now: datetime) -> list[Heard]:
        """Allocate to what was named, else oldest first; what is left is the debtor's."""
        sims = self._meant(event)
        currency = _currency(event, sims)
        cases = [sim.case for sim in sims if sim.case.invoice.currency == currency]
        amount = event.minor(currency)
        if amount is None:
            amount = sum(max(0, case.open) for case in cases)
        if amount <= 0:
            message = f"{event.event} needs an amount above zero: a reversal takes money back"
            raise RefusedError(message)
        shares = spread(amount, cases, in_order=bool(event.invoices))
        parts = {case.invoice.number: share for case, share in shares}
        heard = []
        for number, share in parts.items():
            sim = self._sims[number]
            order = _money_order(event, share)
            context = self._stage.context(event, sim.policy.day(now))
            heard.append(self._taken(sim, ruled(order, sim.case, sim.policy, context), now))
        spare = amount - sum(parts.values())
        self._stage.credit(currency, spare)
        if event.event == "payment":
            self._purse.keep(Received(currency, parts, spare))
        return heard

    def _taken_back(self, event: StoryEvent) -> Received | None:
        """Return the payment that a reversal means, if it names an amount and one is known."""
        numbers = event.invoices or tuple(self._sims)
        cases = [self._sims[number].case for number in numbers if number in self._sims]
        if not cases or not event.amount:
            return None
        currency = event.currency or cases[0].invoice.currency
        wanted = event.minor(currency) or 0
        # What names a direct debit is that debit coming back, not another payment.
        own = bool(event.invoices) and any(awaits(case) for case in cases)
        return self._purse.taken_back(event.invoices, currency, wanted, own=own)

    def _give_back(self, event: StoryEvent, taken: Received, now: datetime) -> None:
        """Open again what a payment had paid, after what it had left over."""
        self._stage.credit(taken.currency, -taken.spare)
        for number, share in taken.parts.items():
            sim = self._sims[number]
            context = self._stage.context(event, sim.policy.day(now))
            for order in taken_back(sim.case, share):
                self._taken(sim, ruled(order, sim.case, sim.policy, context), now)


def _currency(event: StoryEvent, sims: Sequence[Sim]) -> str:
    """Return the currency of money: the one named, else the only one that is open."""
    known = sorted({sim.case.invoice.currency for sim in sims})
    if event.currency or len(known) == 1:
        return event.currency or known[0]
    message = f"{event.event} needs its currency: {' and '.join(known)} are open"
    if not known:
        message = "no invoice is open, and the event names no currency"
    raise RefusedError(message)


def _money_order(event: StoryEvent, share: int) -> cmd.Command:
    if event.event == "payment":
        return cmd.Pay(amount=share, on=event.on)
    return cmd.Credit(amount=share)


def _orders(event: StoryEvent, sims: Sequence[Sim]) -> tuple[cmd.Command, ...]:
    """Return the commands of an event, amounts in the currency of the first case meant."""
    case = sims[0].case
    if event.event == "reversal" and awaits(case):
        return taken_back(case, event.minor(event.currency or case.invoice.currency))
    return orders(event, event.currency or case.invoice.currency)
