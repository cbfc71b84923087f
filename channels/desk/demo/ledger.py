"""The demo's ledger: thirty debtors and their open items, the same for the same first day."""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Final

_FILE: Final = Path(__file__).with_name("debtors.toml")
#: Of ten invoices so many are overdue on the first day.
_LATE: Final = (False, True, False, False, True, False, True, False, False, False)
_TERMS: Final = (30, 30, 45, 14, 60)


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoDebtor:
    """A company of the demo."""

    creditor: str
    code: str
    name: str
    domain: str
    language: str
    country: str
    street: str
    postcode: str
    city: str
    items: int
    segment: str = ""
    currency: str = "EUR"

    @property
    def email(self) -> str:
        """Where its accounting reads mail; empty for the one without an address."""
        mailbox = {"fr": "compta", "de": "buchhaltung"}.get(self.language, "accounts")
        return f"{mailbox}@{self.domain}" if self.domain else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoItem:
    """An open item; amounts in cents, a credit note's are negative.

    Attributes:
        disputed: cents the debtor contested before the demo begins.
        level: what was said before, on ``level_on``.
    """

    debtor: DemoDebtor
    number: str
    issued: date
    due: date
    amount: int
    open: int
    disputed: int = 0
    level: str = ""
    level_on: date | None = None

    @property
    def credit(self) -> bool:
        """Whether it is a credit note."""
        return self.amount < 0


@cache
def debtors() -> tuple[DemoDebtor, ...]:
    """Return the companies, in the order of their file."""
    rows = tomllib.loads(_FILE.read_text("utf-8"))["debtors"]
    return tuple(DemoDebtor(**row) for row in rows)


def ledger(first: date) -> list[DemoItem]:
    """Return the open items as they stand on the story's first day.

    About a third is late, a tenth disputed; some are paid in part, some are credit notes.
    """
    found: list[DemoItem] = []
    for debtor in debtors():
        for _ in range(debtor.items):
            found.append(_invoice(debtor, len(found), first))
    return [*found, *_credits(first)]


def _invoice(debtor: DemoDebtor, place: int, first: date) -> DemoItem:
    late = _LATE[place % len(_LATE)]
    due = first - timedelta(days=1 + _drawn("late", place) % 38)
    if not late:
        due = first + timedelta(days=_drawn("due", place) % 34)
    amount = _amount(debtor, place)
    paid_in_part = place % 17 == 4  # noqa: PLR2004  one in seventeen, a late one first
    disputed = place % 10 == 6  # noqa: PLR2004  one in ten, among the late
    warned = late and (first - due).days > 30 and not (disputed or debtor.segment)  # noqa: PLR2004
    open_ = amount - amount // 3 if paid_in_part else amount
    yesterday = first - timedelta(days=1)
    return DemoItem(
        debtor=debtor,
        number=_number(debtor, first, place),
        issued=min(due - timedelta(days=_TERMS[place % len(_TERMS)]), yesterday),
        due=due,
        amount=amount,
        open=open_,
        disputed=(open_ if place % 4 else open_ // 2) if disputed else 0,
        level="second-reminder" if warned else "",
        level_on=first - timedelta(days=12) if warned else None,
    )


def _credits(first: date) -> Iterator[DemoItem]:
    """Yield a credit note for every sixth debtor."""
    for place, debtor in enumerate(debtors()):
        if place % 6 == 0:
            amount = -(_amount(debtor, 500 + place) // 6)
            issued = first - timedelta(days=3 + place)
            yield DemoItem(
                debtor=debtor,
                number=_number(debtor, first, 500 + place),
                issued=issued,
                due=issued,
                amount=amount,
                open=amount,
            )


def _number(debtor: DemoDebtor, first: date, place: int) -> str:
    prefix = "AN" if debtor.creditor == "atelier-nord" else "KW"
    return f"{prefix}-{first:%y}-{1000 + place}"


def _amount(debtor: DemoDebtor, place: int) -> int:
    """Return an amount in cents: many small ones, few large ones, small debtors' smaller."""
    share = _drawn("amount", place) % 1000
    largest = 60_000 if debtor.segment == "small" else 900_000
    return 9_000 + largest * share**3 // 1000**3 + _drawn("cents", place) % 40_000


def _drawn(what: str, place: int) -> int:
    """Return a large number that is always the same for the same place."""
    return int.from_bytes(sha256(f"{what}/{place}".encode()).digest()[:6])
