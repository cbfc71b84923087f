"""Who owes: a debtor, the people to write to, and how each can be reached."""

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum


class Standing(StrEnum):
    """How far matters have gone with a debtor; later members outrank earlier ones."""

    NORMAL = "normal"
    FORMAL_NOTICE = "formal-notice"
    HANDED_OVER = "handed-over"
    INSOLVENT = "insolvent"


@dataclass(frozen=True, slots=True)
class Address:
    """A postal address; a letter needs street and city."""

    street: str = ""
    postcode: str = ""
    city: str = ""
    country: str = ""

    @property
    def complete(self) -> bool:
        """Whether a letter would arrive."""
        return bool(self.street and self.city)


@dataclass(frozen=True, slots=True)
class Contact:
    """A person or mailbox at a debtor.

    Attributes:
        role: accounting, management, legal, sales…; what a level's ``to`` names.
        key: what names this contact in outbox and logs; carries no personal data.
        language: ISO 639-1; empty for the debtor's.
        bad: channels on which this contact proved not to be reachable.
        quiet: channels this contact must not be written to on.
    """

    role: str
    key: str = ""
    name: str = ""
    email: str = ""
    phone: str = ""
    address: Address = field(default_factory=Address)
    language: str = ""
    bad: frozenset[str] = frozenset()
    quiet: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Debtor:
    """A legal person that owes, as its notices need it.

    Attributes:
        key: our own key, free of personal data; part of workflow ids.
        code: the ledger's code for it; may be an e-mail address, so it stays in SQL.
        contacts: in order of preference within a role.
        country: ISO 3166-1 alpha-2, upper case; empty when unknown.
        zone: IANA zone; empty for that of the country.
        payment_days: days of the month on which the debtor runs its payments.
        internal: one of our own companies: never chased.
        segment: what a creditor's rules choose a policy by.
        policy: a policy of its own, before the segment's and the creditor's.
    """

    key: str
    name: str
    code: str = ""
    contacts: tuple[Contact, ...] = ()
    country: str = ""
    language: str = ""
    zone: str = ""
    payment_days: tuple[int, ...] = ()
    internal: bool = False
    segment: str = ""
    policy: str = ""
    legal_id: str = ""


@dataclass(frozen=True, slots=True)
class Hold:
    """A stop on chasing, for a case, a debtor or a creditor.

    Attributes:
        until: the day at whose start it ends by itself; ``None`` is for ever.
    """

    key: str
    until: date | None
    reason: str
    by: str = ""

    def holds(self, day: date) -> bool:
        """Say whether chasing stands still on a day."""
        return self.until is None or day < self.until
