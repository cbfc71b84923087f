"""One file being read in: what it is, whom it concerns, and what has come of it so far."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Final

from models.chasing.policy import Policy
from models.errors import UnknownError
from models.ledger.creditor import Creditor
from models.ledger.entries import ItemRow, Reject
from models.ledger.invoice import Kind
from models.ledger.money import known
from models.orders import File, Imported
from models.store.owing import Owing, Stated

_HALF: Final = 0xFFFF_FFFF


@dataclass(slots=True)
class Run:
    """The state of one import.

    Attributes:
        creditor: whose items rows are that name no creditor.
        last_on: the latest day that an earlier file of this creditor covered.
        seen: what each number's row said, as digests, so that memory stays small.
        begun: creditors of which a row was taken in; ``kept`` are hashes of their policies.
    """

    creditor: str
    creditors: Mapping[str, Creditor]
    policies: Mapping[str, Policy]
    file: File
    reject: Callable[[Reject], None]
    result: Imported
    last_on: date | None = None
    seen: dict[int, int] = field(default_factory=dict)
    stated: Stated = field(default_factory=Stated)
    begun: set[str] = field(default_factory=set)
    kept: set[str] = field(default_factory=set)

    @property
    def late(self) -> bool:
        """Whether a later file was read already."""
        return self.last_on is not None and self.file.content_on < self.last_on

    @property
    def older(self) -> bool:
        """Whether a later file is to be believed: then this one restates nothing unasked."""
        return self.late and not self.file.accepted

    def refuse(self, line: int, column: str, value: str, expected: str) -> None:
        """Count and hand on a row that cannot be taken in."""
        self.result.rejected += 1
        self.reject(Reject(self.file.name, line, column, value, expected, {}))

    def sifted(self, rows: Iterable[ItemRow | Reject]) -> list[ItemRow]:
        """Return the rows that can be taken in, as far as the file alone can tell."""
        taken = []
        for row in rows:
            self.result.rows += 1
            if isinstance(row, Reject):
                self._pass_on(row)
                continue
            named = replace(row, creditor=row.creditor or self.creditor)
            if self._possible(named):
                taken.append(named)
        return taken

    def first(self, row: ItemRow) -> bool:
        """Say whether a number is met for the first time; the same row again counts once."""
        debtor = hash((row.debtor or row.debtor_name,)) & _HALF
        said = debtor << 32 | hash(replace(row, line=0)) & _HALF
        place = _place(row)
        if place not in self.seen:
            self.seen[place] = said
            self.seen.setdefault(hash((row.creditor, kind_of(row), row.number)), said)
            return True
        earlier = self.seen[place]
        if earlier >> 32 != debtor:
            self.refuse(row.line, "", "", f"number {row.number} belongs to another debtor")
        elif earlier != said:
            why = f"number {row.number} is stated differently in an earlier row"
            self.refuse(row.line, "", "", why)
        else:
            self.result.unchanged += 1
        return False

    def refuse_row(self, row: ItemRow, column: str, value: str, expected: str) -> None:
        """Refuse a row that only the books show to be wrong; a later one may state it right."""
        self.refuse(row.line, column, value, expected)
        self.seen.pop(_place(row), None)
        self.seen.setdefault(hash(row.number), 0)

    def policy_for(self, row: ItemRow, owing: Owing | None) -> Policy:
        """Return the policy of a new invoice: its own, its debtor's, or the creditor's rule.

        What the row leaves out of its debtor is as the books know it.

        Raises:
            UnknownError: there is none of that name.
        """
        creditor = self.creditors[row.creditor]
        own, segment, country = "", row.segment, row.country
        if owing is not None:
            segment, country = (
                getattr(row, name) or owing.values[name] for name in ("segment", "country")
            )
            own = owing.policy
        name = row.policy or own or creditor.policy_for(segment, country, row.currency)
        if name not in self.policies:
            message = f"a policy such as {', '.join(self.policies)}"
            raise UnknownError(message)
        return self.policies[name]

    def held(self, creditor: str, number: str) -> bool:
        """Say whether the file holds an invoice, in a row good or bad."""
        return hash((creditor, Kind.INVOICE, number)) in self.seen or hash(number) in self.seen

    def holds_credit(self, kind: str, number: str) -> bool:
        """Say whether the file holds a credit, in a row good or bad."""
        return hash((self.creditor, Kind(kind), number)) in self.seen or hash(number) in self.seen

    def hand_on(self, reject: Reject) -> None:
        """Count and hand on a row that its reader refused."""
        self.result.rejected += 1
        self.reject(reject)

    def _pass_on(self, reject: Reject) -> None:
        """Hand on a reader's reject; its cells may name an invoice all the same."""
        self.hand_on(reject)
        self.seen.update((hash(cell.strip()), 0) for cell in reject.row.values() if cell)

    def _possible(self, row: ItemRow) -> bool:
        wrong = None
        if row.creditor not in self.creditors:
            wrong = ("creditor", row.creditor, f"a creditor such as {', '.join(self.creditors)}")
        elif not row.number:
            wrong = ("number", "", "a number")
        elif not (row.debtor or row.debtor_name):
            wrong = ("debtor", "", "a debtor's code or name")
        elif not known(row.currency):
            wrong = ("currency", row.currency, "a currency of ISO 4217")
        elif row.due is None and owed(row):
            wrong = ("due", "", "the day by which it is payable")
        if wrong is None:
            return True
        self.refuse(row.line, *wrong)
        self.seen.setdefault(hash(row.number), 0)
        return False


def owed(row: ItemRow) -> bool:
    """Say whether a row is an invoice that is owed, not a credit."""
    return row.amount >= 0 and row.kind is Kind.INVOICE


def kind_of(row: ItemRow) -> Kind:
    """Return what a row is: a negative one without a kind is a credit note."""
    if owed(row):
        return Kind.INVOICE
    return Kind.CREDIT_NOTE if row.kind is Kind.INVOICE else row.kind


def _place(row: ItemRow) -> int:
    """Return what names an item: an invoice's number is its creditor's, a credit's its debtor's."""
    kind = kind_of(row)
    whose = "" if kind is Kind.INVOICE else row.debtor or row.debtor_name
    return hash((row.creditor, kind, row.number, whose))
