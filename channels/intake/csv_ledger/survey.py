"""How a file writes numbers and dates, found out from its first rows before any is read."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Final

from channels.intake.csv_ledger import amounts, days
from channels.intake.csv_ledger.amounts import Writing
from channels.intake.csv_ledger.layout import Layout, body
from channels.intake.csv_ledger.records import Record
from models.errors import RefusedError
from models.ports import Locale

#: So many rows are looked at.
ROWS: Final = 5_000
#: One habit holds when it was seen so many times more often than the other.
_CLEAR: Final = 20

_AMOUNTS: Final = ("amount", "open", "discount", "disputed")
_DAYS: Final = ("issued", "due", "on", "discount_until", "level_on", "promised_by", "hold_until")


@dataclass(frozen=True, slots=True)
class Habits:
    """How a file writes.

    Attributes:
        order: ``dmy``, ``mdy`` or ``ymd``; empty when the file mixes them.
    """

    writing: Writing
    order: str


def habits(path: Path, layout: Layout, locale: Locale) -> Habits:
    """Return how a file writes; what the locale says is not searched for.

    Without any day above 12, the order is the one under which no invoice falls due before
    its issue, where only one does; else day first, except for an English header over
    nothing but US dollars.

    Raises:
        RefusedError: the locale asks for something that does not exist.
    """
    if locale.decimal not in {"", ",", "."}:
        raise RefusedError(f"{locale.decimal!r} is no decimal sign: say , or .")
    if locale.dates not in {"", *days.ORDERS}:
        raise RefusedError(f"{locale.dates!r} is no order of dates: say ymd, dmy or mdy")
    seen = _Seen()
    with body(path, layout) as rows:
        for record in islice(rows, ROWS):
            if not record.fault:
                seen.look(record, layout)
    decimal = locale.decimal or _clear(seen.decimals, "")
    return Habits(
        Writing(decimal, frozenset(seen.groups), seen.plain),
        locale.dates or seen.order(continental=layout.continental),
    )


@dataclass(slots=True)
class _Seen:
    decimals: Counter[str] = field(default_factory=Counter)
    groups: set[str] = field(default_factory=set)
    plain: bool = False
    orders: Counter[str] = field(default_factory=Counter)
    sensible: Counter[str] = field(default_factory=Counter)
    currencies: set[str] = field(default_factory=set)

    def look(self, record: Record, layout: Layout) -> None:
        """Take note of what one row shows."""
        self.currencies.add(layout.cell(record, "currency").upper())
        for written in _written(record, layout):
            decimal, group = amounts.hint(written)
            self.decimals.update([decimal] if decimal else [])
            self.groups.update(group)
            self.plain = self.plain or amounts.plain(written)
        self.orders.update(filter(None, (days.hint(layout.cell(record, ours)) for ours in _DAYS)))
        issued, due = layout.cell(record, "issued"), layout.cell(record, "due")
        holds = [order for order in (days.DMY, days.MDY) if _in_turn(issued, due, order)]
        if len(holds) == 1:
            self.sensible.update(holds)

    def order(self, *, continental: bool) -> str:
        """Return the order of day and month that the rows speak for."""
        if self.orders:
            return _clear(self.orders, "")
        if len(self.sensible) == 1:
            return next(iter(self.sensible))
        return days.MDY if self.currencies == {"USD"} and not continental else days.DMY


def _written(record: Record, layout: Layout) -> Iterator[str]:
    for ours in _AMOUNTS:
        text = layout.cell(record, ours)
        apart = amounts.apart(text) if text else None
        if apart:
            yield apart.digits


def _in_turn(issued: str, due: str, order: str) -> bool:
    first, last = days.day(issued, order), days.day(due, order)
    return first is not None and last is not None and first <= last


def _clear(seen: Counter[str], otherwise: str) -> str:
    ranked = seen.most_common(2)
    if not ranked:
        return otherwise
    if len(ranked) == 1 or ranked[0][1] >= ranked[1][1] * _CLEAR:
        return ranked[0][0]
    return otherwise
