"""Money that a story lets come in, kept so that it can be taken back as it came."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace

from models.chasing import events as ev


@dataclass(frozen=True, slots=True)
class Received:
    """A payment, as far as it is not taken back: what it paid by number, and what was left over.

    Amounts are minor units of ``currency``.
    """

    currency: str
    parts: dict[str, int]
    spare: int

    @property
    def amount(self) -> int:
        """All that can be taken back of it."""
        return sum(self.parts.values()) + self.spare


@dataclass(slots=True)
class Purse:
    """The payments of one debtor, oldest first."""

    payments: list[Received] = field(default_factory=list)

    def keep(self, received: Received) -> None:
        """Remember a payment."""
        self.payments.append(received)

    def taken_back(
        self, named: Collection[str], currency: str, wanted: int, *, own: bool = False
    ) -> Received | None:
        """Return what a reversal takes from the payment it means, which has it no more.

        That is the last payment of its amount: one that pays nothing before one for the
        invoices it names, and that before others; else the last of those that is large
        enough. What was left over goes first, then what was paid last. ``None`` when no such
        payment is known: the invoice's own money is meant.

        Args:
            named: the invoices it names.
            currency: that of its amount.
            wanted: its amount, in minor units.
            own: whether only a payment of the named invoices can be meant.
        """
        near = [place for place, one in enumerate(self.payments) if one.currency == currency]
        about = [place for place in near if set(named) & self.payments[place].parts.keys()]
        others = [place for place in near if place not in about and not own]
        same = [place for place in (*others, *about) if self.payments[place].amount == wanted]
        same.sort(key=lambda place: self.payments[place].spare >= wanted)
        large = [place for place in about if self.payments[place].amount > wanted > 0]
        found = next(reversed(same or large), None)
        if found is None:
            return None
        payment = self.payments[found]
        spare = min(wanted, payment.spare)
        taken = Received(currency, _newest(payment.parts, wanted - spare), spare)
        self.payments[found] = _less(payment, taken)
        return taken

    def lost(self, number: str, events: Iterable[ev.Event]) -> None:
        """Forget what was taken back from an invoice itself: of its last payments first."""
        amount = sum(event.amount for event in events if isinstance(event, ev.Reversed))
        for place in reversed(range(len(self.payments))):
            payment = self.payments[place]
            share = min(amount, payment.parts.get(number, 0))
            self.payments[place] = _less(payment, Received(payment.currency, {number: share}, 0))
            amount -= share


def _newest(parts: dict[str, int], wanted: int) -> dict[str, int]:
    """Return what is taken of the parts of a payment: what was paid last goes first."""
    taken = {}
    for number, share in reversed(parts.items()):
        take = min(wanted, share)
        if take:
            taken[number] = take
            wanted -= take
    return taken


def _less(payment: Received, taken: Received) -> Received:
    parts = {number: share - taken.parts.get(number, 0) for number, share in payment.parts.items()}
    return replace(payment, spare=payment.spare - taken.spare, parts=parts)
