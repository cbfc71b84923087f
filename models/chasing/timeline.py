"""The timeline: what was or would be said, as one line per contact and currency."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol

from models.chasing.notice import AlsoOpen, Line, NoticeKind
from models.ledger.money import decimal


class Sayable(Protocol):
    """What a draft and a notice have in common."""

    @property
    def kind(self) -> NoticeKind: ...  # noqa: D102
    @property
    def level(self) -> str: ...  # noqa: D102
    @property
    def at(self) -> datetime: ...  # noqa: D102
    @property
    def on(self) -> date: ...  # noqa: D102
    @property
    def lines(self) -> tuple[Line, ...]: ...  # noqa: D102
    @property
    def also_open(self) -> tuple[AlsoOpen, ...]: ...  # noqa: D102


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line of the timeline; ``amount`` in minor units of what the contact moves.

    Attributes:
        at: the planned slot, in the policy's zone.
        levels: invoice number to the level said; empty for answers.
        kind: ``contact``, or ``answer`` for what does not count as one.
    """

    at: datetime
    on: date
    creditor: str
    debtor: str
    channel: str
    level: str
    invoices: tuple[str, ...]
    levels: dict[str, str]
    amount: int
    currency: str
    also_open: tuple[str, ...]
    why: str
    kind: str = "contact"
    beside: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Return the line as programs read it; amounts are decimal strings."""
        said: dict[str, Any] = {
            "kind": self.kind,
            "at": self.at.isoformat(),
            "on": self.on.isoformat(),
            "debtor": self.debtor,
            "channel": self.channel,
            "level": self.level,
            "invoices": list(self.invoices),
            "levels": self.levels,
            "amount": decimal(self.amount, self.currency),
            "currency": self.currency,
            "also_open": list(self.also_open),
            "why": self.why,
        }
        if self.creditor:
            said["creditor"] = self.creditor
        if self.beside:
            said["beside"] = list(self.beside)
        return said


@dataclass(frozen=True, slots=True)
class Speaker:
    """Between whom and how something is said: creditor, debtor, channel."""

    creditor: str
    debtor: str
    channel: str
    beside: tuple[str, ...] = ()


def entries(said: Sayable, speaker: Speaker, why: str) -> list[Entry]:
    """Return the timeline's lines for something said, one per currency.

    An item also open in a currency of which nothing is said stands on the first line.
    """
    codes = {line.currency for line in said.lines}
    first = min(codes, default="")
    return [
        Entry(
            at=said.at,
            on=said.on,
            creditor=speaker.creditor,
            debtor=speaker.debtor,
            channel=speaker.channel,
            level=said.level or said.kind.value,
            invoices=tuple(sorted(line.number for line in said.lines if line.currency == code)),
            levels=_levels(said, code),
            amount=sum(line.amount for line in said.lines if line.currency == code),
            currency=code,
            also_open=tuple(
                sorted(
                    item.number
                    for item in said.also_open
                    if item.currency == code or (code == first and item.currency not in codes)
                )
            ),
            why=why,
            kind="answer" if said.kind.answers else "contact",
            beside=speaker.beside,
        )
        for code in sorted(codes)
    ]


def _levels(said: Sayable, code: str) -> dict[str, str]:
    if said.kind.answers:
        return {}
    return {
        line.number: line.level
        for line in sorted(said.lines, key=lambda line: line.number)
        if line.currency == code
    }


def ordered(found: Iterable[Entry]) -> list[Entry]:
    """Return lines in time order; at one instant by creditor, debtor, level and currency."""
    return sorted(
        found,
        key=lambda line: (
            line.at,
            line.creditor,
            line.debtor,
            line.kind,
            line.level,
            line.currency,
        ),
    )
