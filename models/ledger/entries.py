"""What an imported file says, row by row, with each row's address in the file."""

from dataclasses import dataclass, field
from datetime import date

from models.ledger.invoice import Kind


@dataclass(frozen=True, slots=True)
class Reject:
    """A row that cannot be taken in, and why.

    Attributes:
        line: line in the file where the row begins, from 1 (the header is line 1).
        column: the file's own column name; empty when the row as a whole is wrong.
        value: what the file says there.
        expected: what would have been taken, as a sentence fragment; without a column, what is
            wrong with the row, as a sentence.
        row: the row's cells under the file's own column names.
    """

    file: str
    line: int
    column: str
    value: str
    expected: str
    row: dict[str, str]

    def __str__(self) -> str:
        """Return the reject as a sentence."""
        column = f", column {self.column}" if self.column else ""
        return f"{self.file}, line {self.line}{column}: {self.why()}"

    def why(self, *, shown: bool = True) -> str:
        """Return what is wrong as a clause, with the cell's own words or without."""
        if not self.column:
            return self.expected
        if not self.value:
            return f"it is empty; {self.expected} is needed"
        return f"{self.value!r} is not {self.expected}" if shown else f"this is not {self.expected}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemRow:
    """An open item as a ledger file states it; empty strings are facts the file leaves out.

    Attributes:
        line: line in the file where the row begins, from 1.
        amount: gross, minor units; negative for an unapplied credit; what is open where the
            file says no more, and 0 then when it is settled.
        open: minor units still owed; the amount when the file does not say.
        due: ``None`` when the file does not say.
        method: transfer, direct-debit or self-billed.
        discount: minor units.
        level: the last level said before it came to us, with its day.
        disputed: minor units disputed; -1 for all that is open; ``None`` for nothing.
        payment_days: days of the month on which the debtor runs its payments.
        internal: whether the debtor is one of ours; ``None`` when the file does not say.
        disclosed: whether the debtor may be told of who owns the claim.
        remarks: sentences about cells that were left out as unreadable; no fact of the item.
    """

    line: int
    number: str
    due: date | None
    amount: int
    open: int
    currency: str
    creditor: str = ""
    kind: Kind = Kind.INVOICE
    issued: date | None = None
    debtor: str = ""
    debtor_name: str = ""
    email: str = ""
    phone: str = ""
    street: str = ""
    postcode: str = ""
    city: str = ""
    country: str = ""
    language: str = ""
    policy: str = ""
    segment: str = ""
    method: str = ""
    payee: str = ""
    owner: str = ""
    servicer: str = ""
    discount: int = 0
    discount_until: date | None = None
    collector: str = ""
    salesperson: str = ""
    level: str = ""
    level_on: date | None = None
    disputed: int | None = None
    promised_by: date | None = None
    hold_until: date | None = None
    legal_id: str = ""
    payment_days: tuple[int, ...] = ()
    internal: bool | None = None
    zone: str = ""
    disclosed: bool | None = None
    remarks: tuple[str, ...] = field(default=(), compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactRow:
    """A contact of a debtor, named by the ledger's code, and what it says of the debtor itself.

    Attributes:
        segment: of the debtor, like all that follows it; see :class:`ItemRow`, also for
            ``remarks``.
    """

    line: int
    debtor: str
    role: str
    creditor: str = ""
    name: str = ""
    email: str = ""
    phone: str = ""
    language: str = ""
    segment: str = ""
    legal_id: str = ""
    payment_days: tuple[int, ...] = ()
    internal: bool | None = None
    zone: str = ""
    remarks: tuple[str, ...] = field(default=(), compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentRow:
    """Money that came in.

    Attributes:
        reference: the bank's own reference; a payment is known by it, else by its contents.
        numbers: invoice numbers the payer named, in order.
        amount: minor units; negative takes an earlier payment back.
        remarks: sentences about cells that were left out as unreadable; no fact of the money.
    """

    line: int
    on: date
    amount: int
    currency: str
    creditor: str = ""
    reference: str = ""
    numbers: tuple[str, ...] = ()
    debtor: str = ""
    debtor_name: str = ""
    text: str = ""
    remarks: tuple[str, ...] = field(default=(), compare=False)
