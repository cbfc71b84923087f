"""Who is owed: a creditor, as people write it in a TOML file."""

import tomllib
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from models.errors import PolicyError
from models.ledger.places import CalendarCode, ZoneName


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


def _right(iban: str) -> bool:
    if not iban.isascii() or not iban.isalnum() or not 15 <= len(iban) <= 34:  # noqa: PLR2004  ISO 13616
        return False
    return int("".join(str(int(sign, 36)) for sign in iban[4:] + iban[:4])) % 97 == 1


class Account(_Strict):
    """A bank account to pay to."""

    iban: str = ""
    bic: str = ""
    bank: str = ""
    text: str = ""

    @field_validator("iban")
    @classmethod
    def _checks(cls, value: str) -> str:
        """Refuse an IBAN whose check digits are wrong (ISO 13616: remainder 1 by 97)."""
        plain = "".join(value.split()).upper()
        if plain and not _right(plain):
            message = "its check digits are wrong: a debtor would pay to somebody else"
            raise ValueError(message)
        return value


class Rule(_Strict):
    """Chooses a policy for a segment of debtors or a country; the first that fits wins."""

    policy: str
    segment: str = ""
    country: str = ""
    currency: str = ""

    def fits(self, segment: str, country: str, currency: str) -> bool:
        """Say whether every condition given holds."""
        pairs = ((self.segment, segment), (self.country, country), (self.currency, currency))
        return all(not wanted or wanted == given for wanted, given in pairs)


class Person(_Strict):
    """Somebody who approves, answers or is told; ``name`` is how commands name them."""

    name: str
    email: str = ""
    roles: tuple[str, ...] = ()


def same_name(one: str, other: str) -> bool:
    """Say whether two names are one person's, however they were typed.

    >>> same_name("Ann", " ann "), same_name("Ann", "Anna")
    (True, False)
    """
    return one.strip().casefold() == other.strip().casefold()


class Creditor(_Strict):
    """A company that is owed money. Its keys are those of the file.

    Attributes:
        key: part of workflow ids: lower-case letters, digits and hyphens.
        sources: ledgers and banks that must be fresh before anybody is contacted.
        first_contacts_per_day: how many debtors may be contacted a day after a thaw.
    """

    key: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]*$")]
    name: str
    country: str = Field(pattern=r"^[A-Z]{2}$")
    zone: ZoneName
    calendar: CalendarCode
    language: str = Field(pattern=r"^[a-z]{2}$")
    legal_ids: dict[str, str] = {}
    street: str = ""
    postcode: str = ""
    city: str = ""
    phone: str = ""
    mail_from: str
    reply_to: str = ""
    signature: str = ""
    logo: str = ""
    accounts: dict[str, Account] = {}
    people: tuple[Person, ...] = ()
    default_policy: str
    rules: tuple[Rule, ...] = ()
    sources: tuple[str, ...] = ()
    first_contacts_per_day: int = Field(default=50, ge=1)
    freeze_first_import: bool = True

    @field_validator("mail_from")
    @classmethod
    def _names_an_address(cls, value: str) -> str:
        name, _, domain = value.rpartition("<")[2].rstrip("> ").partition("@")
        if not name or not domain:
            message = "an address is needed, such as Acme <invoices@acme.example>"
            raise ValueError(message)
        return value

    def policy_for(self, segment: str, country: str, currency: str) -> str:
        """Return the name of the policy that this creditor's rules choose."""
        for rule in self.rules:
            if rule.fits(segment, country, currency):
                return rule.policy
        return self.default_policy

    def people_in(self, role: str) -> tuple[Person, ...]:
        """Return who holds a role, such as approver, deputy, manager."""
        return tuple(person for person in self.people if role in person.roles)


def parsed(text: str, source: str) -> Creditor:
    """Return the creditor a TOML text says.

    Raises:
        PolicyError: names source, key, value and what is allowed.
    """
    try:
        return Creditor.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as broken:
        message = f"{source} is not TOML: {broken}"
        raise PolicyError(message) from broken
    except ValidationError as wrong:
        first = wrong.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        said = first["msg"].removeprefix("Value error, ")
        message = f"{source}: {where} = {first.get('input')!r}: {said}"
        raise PolicyError(message) from wrong
