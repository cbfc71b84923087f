"""Which open items a payment settles: those named, an exact amount, the oldest."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class OpenItem:
    """An invoice that money could pay; ``open`` in minor units of one currency."""

    id: int
    number: str
    due: date
    open: int


Shares = list[tuple[OpenItem, int]]


def allocated(
    amount: int,
    items: Sequence[OpenItem],
    numbers: Sequence[str] = (),
    *,
    exact: bool = True,
    oldest: bool = False,
) -> Shares:
    """Return which items an amount pays, and how much of each; the rest pays nothing yet.

    First the invoices named, in their order; then, if ``exact``, one that has open just
    what is left, the oldest of several; then, if ``oldest``, the oldest due.

    >>> def item(number, due, open_):
    ...     return OpenItem(due, number, date(2026, 1, due), open_)
    >>> both = [item("F-1", 5, 100), item("F-2", 3, 70)]
    >>> [(paid.number, part) for paid, part in allocated(120, both, ["F-1"])]
    [('F-1', 100)]
    >>> [(paid.number, part) for paid, part in allocated(120, both, oldest=True)]
    [('F-2', 70), ('F-1', 50)]
    """
    ranked = sorted((item for item in items if item.open > 0), key=lambda i: (i.due, i.id))
    by_number = {item.number: item for item in ranked}
    named = [by_number[number] for number in dict.fromkeys(numbers) if number in by_number]
    shares = _filled(amount, named)
    left = amount - sum(part for _, part in shares)
    rest = [item for item in ranked if item not in named]
    same = [item for item in rest if exact and item.open == left][:1]
    return shares + _filled(left, same or (rest if oldest else []))


def _filled(amount: int, items: Iterable[OpenItem]) -> Shares:
    shares = []
    for item in items:
        part = min(amount, item.open)
        if part > 0:
            shares.append((item, part))
            amount -= part
    return shares
