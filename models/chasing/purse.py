"""Money that a story lets come in, kept so that it can be taken back as it came."""

from dataclasses import dataclass, field, replace

from models.chasing.story import StoryEvent


@dataclass(frozen=True, slots=True)
class Received:
    """A payment: what it was for, what it paid by number, and what was left over.

    Amounts are minor units of ``currency``; ``amount`` is what is not yet taken back.
    """

    invoices: tuple[str, ...]
    currency: str
    amount: int
    parts: dict[str, int]
    spare: int


@dataclass(slots=True)
class Purse:
    """The payments of one debtor, oldest first."""

    payments: list[Received] = field(default_factory=list)

    def keep(self, received: Received) -> None:
        """Remember a payment."""
        self.payments.append(received)

    def taken_back(self, event: StoryEvent) -> Received | None:
        """Return what a reversal takes from the payment it means, which has it no more.

        That is the last payment of its amount, else the last that is large enough, among
        those for the invoices it names. What was left over goes first, then what was paid
        last. ``None`` when no such payment is known: the invoice's own money is meant.
        """
        if not event.amount:
            return None
        near = [place for place, one in enumerate(self.payments) if _about(event, one)]
        wanted = {place: event.minor(self.payments[place].currency) or 0 for place in near}
        same = [place for place in near if self.payments[place].amount == wanted[place]]
        large = [place for place in near if self.payments[place].amount > wanted[place] > 0]
        found = next(reversed(same or large), None)
        if found is None:
            return None
        payment, left = self.payments[found], wanted[found]
        spare = min(left, payment.spare)
        left -= spare
        parts = {}
        for number, share in reversed(payment.parts.items()):
            take = min(left, share)
            if take:
                parts[number] = take
                left -= take
        self.payments[found] = replace(
            payment,
            amount=payment.amount - wanted[found],
            spare=payment.spare - spare,
            parts={number: share - parts.get(number, 0) for number, share in payment.parts.items()},
        )
        return replace(payment, amount=wanted[found], spare=spare, parts=parts)


def _about(event: StoryEvent, payment: Received) -> bool:
    """Say whether a payment is for what a reversal names, in its currency."""
    if event.currency not in {"", payment.currency}:
        return False
    named = set(event.invoices)
    return not named or bool(named & {*payment.invoices, *payment.parts})
