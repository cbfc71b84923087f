"""What is owed: an invoice, whose it is, who is paid and who may chase it."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Kind(StrEnum):
    """What an open item is."""

    INVOICE = "invoice"
    CREDIT_NOTE = "credit-note"
    PAYMENT = "payment"


class Method(StrEnum):
    """How an invoice is to be paid, as far as chasing cares."""

    TRANSFER = "transfer"
    DIRECT_DEBIT = "direct-debit"
    SELF_BILLED = "self-billed"


@dataclass(frozen=True, slots=True)
class Invoice:
    """A receivable as the ledger states it.

    Attributes:
        creditor: key of the creditor.
        number: the ledger's own number, unique per creditor.
        debtor: our own key of the debtor.
        issued: day of issue; ``None`` when the ledger does not say.
        due: day by which it is payable, inclusive.
        amount: gross, minor units, positive.
        currency: ISO 4217.
        discount: minor units that may be kept when paid by ``discount_until``.
        owner: who owns the claim; empty for the creditor.
        payee: account to pay to; empty for the creditor's own in this currency.
        servicer: who chases; empty for us.
        disclosed: whether the debtor may be told of the owner.
        policy: a policy of its own, before the debtor's and the creditor's.
    """

    creditor: str
    number: str
    debtor: str
    due: date
    amount: int
    currency: str
    issued: date | None = None
    method: Method = Method.TRANSFER
    discount: int = 0
    discount_until: date | None = None
    owner: str = ""
    payee: str = ""
    servicer: str = ""
    disclosed: bool = False
    policy: str = ""
    collector: str = ""
    salesperson: str = ""

    @property
    def serviced_elsewhere(self) -> bool:
        """Whether somebody else chases; the creditor's own name says that we do."""
        return self.servicer.casefold() not in {"", "us", self.creditor.casefold()}

    @property
    def group(self) -> tuple[str, str, bool]:
        """What must be the same for two items to share a message: payee, owner, disclosure."""
        return self.payee, self.sold_to, self.disclosed

    @property
    def sold_to(self) -> str:
        """Who owns the claim when it is not the creditor; empty when it is."""
        return "" if self.owner.casefold() == self.creditor.casefold() else self.owner
