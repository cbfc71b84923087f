"""One row's cells, read strictly under the file's habits."""

import re
import unicodedata
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Final, TypeVar

from channels.intake.csv_ledger import addresses, amounts, contents, currencies, days, regions
from channels.intake.csv_ledger.encodings import damaged, shown
from channels.intake.csv_ledger.faults import WrongCellError
from channels.intake.csv_ledger.layout import Layout
from channels.intake.csv_ledger.records import Record
from channels.intake.csv_ledger.survey import Habits
from channels.intake.csv_ledger.vocabulary import nothing
from models.errors import RefusedError
from models.ledger.money import Money, exponent

_Read = TypeVar("_Read")

_NUMBER_LENGTH: Final = 200
_TEXT_LENGTH: Final = 1_000
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_BREAK: Final = re.compile(r"[ \t]*[\r\n\t]+[ \t]*")
#: Spreadsheets write this so that a code keeps its zeros.
_GUARDED: Final = re.compile(r'="(.*)"')
_PERCENT: Final = re.compile(r"([0-9]{1,2}(?:[.,][0-9]{1,4})?)\s*%")
#: An amount with as many decimals may be thousands instead.
_DOUBTFUL: Final = 3
#: In these a dash or *none* is no way to say nothing: they must be there, or it may mean zero.
_EXACT: Final = frozenset(
    {"number", "amount", "open", "currency", "debtor", "debtor_name", "on", "role"}
)
#: A remark names these columns and keeps their cells to itself.
_PERSONAL: Final = frozenset(
    {"email", "phone", "street", "postcode", "city", "collector", "salesperson"}
    | {"name", "debtor", "debtor_name", "text"}
)
#: So much of a cell is told in a remark.
_TOLD: Final = 40


class Row:
    """A row under our own names of columns. What reads a cell raises :class:`WrongCellError`.

    Attributes:
        remarks: why the row goes without a cell, in sentences; grows as cells are read.
    """

    __slots__ = ("_habits", "_hurt", "_layout", "_record", "line", "remarks")

    def __init__(self, record: Record, layout: Layout, habits: Habits) -> None:
        self._record = record
        self._layout = layout
        self._habits = habits
        self._hurt = damaged("".join(record.cells), layout.encoding)
        self.line = record.line
        self.remarks: tuple[str, ...] = ()

    def optional(self, ours: str, read: Callable[[str], _Read], empty: _Read) -> _Read:
        """Return what is read in a column that the row can do without, if need be with a remark."""
        if ours not in self._layout.places:
            return empty
        try:
            return read(ours)
        except WrongCellError as wrong:
            what = "this" if ours in _PERSONAL else repr(shown(wrong.value)[:_TOLD])
            self.remarks += (f"column {wrong.column}: {what} is not {wrong.expected}",)
            return empty

    def present(self, *some: str) -> str:
        """Return the first of some columns that the file has."""
        return next((ours for ours in some if ours in self._layout.places), some[0])

    def one(self, ours: str, other: str) -> bool:
        """Say whether one column of the file is both of ours."""
        places = self._layout.places
        return ours in places and places[ours] == places.get(other)

    def wrong(self, ours: str, expected: str) -> WrongCellError:
        """Return the error that says what a cell should have held."""
        place = self._layout.places.get(ours)
        column = "" if place is None else self._layout.names[place]
        return WrongCellError(column, self._raw(ours), expected)

    def text(self, ours: str) -> str:
        """Return a text on one line; empty when the row says nothing."""
        text = _BREAK.sub(" ", self._raw(ours))
        if not text:
            return ""
        if len(text) > _TEXT_LENGTH:
            raise self.wrong(ours, f"a text of at most {_TEXT_LENGTH} characters")
        if _CONTROL.search(text):
            raise self.wrong(ours, "a text without control characters")
        return text

    def number(self, ours: str) -> str:
        """Return a number of a document, which must be there."""
        text = self._raw(ours)
        if not text or len(text) > _NUMBER_LENGTH:
            raise self.wrong(ours, f"a number of 1 to {_NUMBER_LENGTH} characters")
        if any(unicodedata.category(sign) in {"Cc", "Cf", "Zl", "Zp"} for sign in text):
            raise self.wrong(ours, "a number without line breaks or invisible characters")
        return text

    def currency(self) -> str:
        """Return the ISO 4217 code of the row's currency."""
        code = currencies.currency(self._raw("currency"))
        if not code:
            raise self.wrong("currency", "a currency of ISO 4217 such as EUR")
        return code

    def amount(self, ours: str, currency: str) -> int | None:
        """Return an amount in minor units; ``None`` when the row says nothing."""
        text = self._raw(ours)
        if not text:
            return None
        apart = amounts.apart(text)
        value = None if apart is None else amounts.number(apart.digits, self._habits.writing)
        if apart is None or value is None:
            raise self.wrong(ours, self._an_amount(apart))
        if not amounts.fits(apart.unit, currency):
            raise self.wrong(ours, f"an amount in {currency}, as the row's currency says")
        return self._minor(ours, -value if apart.negative else value, currency)

    def discount(self, amount: int, currency: str) -> int:
        """Return a discount in minor units, given as an amount or in percent; 0 for none."""
        percent = _PERCENT.fullmatch(self._raw("discount"))
        if percent:
            return Money(abs(amount), currency).share(Decimal(percent[1].replace(",", "."))).minor
        minor = self.amount("discount", currency) or 0
        if not 0 <= minor <= abs(amount):
            raise self.wrong("discount", "a discount from 0 to the amount, or such as 2%")
        return minor

    def disputed(self, most: int, currency: str) -> int | None:
        """Return the disputed minor units, -1 for all that is open, ``None`` for nothing."""
        answer = contents.meaning("answers")(self._raw("disputed"))
        if answer or self._raw("disputed") in {"", "-"}:
            return -1 if answer == "yes" else None
        minor = self.amount("disputed", currency) or 0
        if not 0 <= minor <= abs(most):
            raise self.wrong("disputed", "yes, no, or an amount up to what is open")
        return minor or None

    def day(self, ours: str) -> date | None:
        """Return a day; ``None`` when the row says nothing."""
        text = self._raw(ours)
        if not text:
            return None
        found = days.day(text, self._habits.order)
        if found is None:
            raise self.wrong(ours, days.expected(text, self._habits.order))
        return found

    def kind(self, ours: str = "kind") -> str:
        """Return what an item is; empty when the row says nothing."""
        return self._known(ours, contents.meaning("kinds"), "invoice, credit-note or payment")

    def method(self, ours: str = "method") -> str:
        """Return how an item is to be paid; empty when the row says nothing."""
        return self._known(
            ours, contents.meaning("methods"), "transfer, direct-debit or self-billed"
        )

    def email(self, ours: str = "email") -> str:
        """Return the first of the addresses given."""
        return self._known(ours, addresses.first, "an e-mail address, or nothing")

    def country(self, ours: str = "country") -> str:
        """Return an ISO 3166 code."""
        return self._known(ours, regions.country, "a country, by its name or a code such as FR")

    def language(self, ours: str = "language") -> str:
        """Return an ISO 639-1 code."""
        return self._known(ours, regions.language, "a language, by its name or a code such as fr")

    def zone(self, ours: str = "zone") -> str:
        """Return a time zone."""
        return self._known(ours, regions.zone, "a time zone such as Europe/Paris")

    def answer(self, ours: str) -> bool | None:
        """Return a yes or a no; ``None`` when the row says nothing."""
        said = self._known(ours, contents.meaning("answers"), "yes or no")
        return None if not said else said == "yes"

    def days_of_month(self, ours: str) -> tuple[int, ...]:
        """Return days of the month, in order; none when the row says nothing."""
        said = self._known(ours, days.of_month, "days of the month such as 15, 31")
        return tuple(int(day) for day in said.split())

    def _known(self, ours: str, known: Callable[[str], str], expected: str) -> str:
        text = self._raw(ours)
        found = known(text) if text else ""
        if text and not found:
            raise self.wrong(ours, expected)
        return found

    def _raw(self, ours: str) -> str:
        cell = self._layout.cell(self._record, ours)
        if not cell:
            return ""
        if self._hurt and damaged(cell, self._layout.encoding):
            name = self._layout.names[self._layout.places[ours]]
            raise WrongCellError(name, cell, f"a text in {self._layout.encoding}")
        cell = cell.strip("\ufeff\u200b")
        guarded = _GUARDED.fullmatch(cell)
        said = guarded[1].strip() if guarded else cell
        return "" if ours not in _EXACT and said.casefold() in nothing() else said

    def _an_amount(self, apart: amounts.Written | None) -> str:
        decimal = self._habits.writing.decimal
        if apart and not decimal:
            return (
                "an amount whose decimal sign is clear: write 1234.50, "
                'or say decimal = "," or "." in a mapping'
            )
        return f"an amount such as 1234{decimal or '.'}50"

    def _minor(self, ours: str, value: Decimal, currency: str) -> int:
        finer = -int(value.as_tuple().exponent)
        if finer > exponent(currency) and finer == _DOUBTFUL:
            raise self.wrong(ours, f"an amount with at most {exponent(currency)} decimals")
        try:
            return Money.of(value, currency).minor
        except RefusedError as refused:
            raise self.wrong(
                ours, f"an amount with at most {exponent(currency)} decimals that a ledger holds"
            ) from refused
