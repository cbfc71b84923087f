"""Debtors for people and for programs: what each is known by, and what it owes."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from channels.desk.cli.tables import Column
from channels.desk.cli.values import money, several
from models.ledger.money import decimal
from models.views import Account, Person, Profile

PEOPLE: Final = (
    Column("role"),
    Column("name", wide=True),
    Column("email", wide=True),
    Column("phone", extra=True),
    Column("address", wide=True, extra=True),
    Column("language", extra=True),
    Column("not reached by"),
    Column("quiet", extra=True),
)


def sums(amounts: Mapping[str, int]) -> str:
    """Return sums by currency for people."""
    return ", ".join(money(minor, currency) for currency, minor in amounts.items() if minor) or "-"


def as_json(account: Account) -> dict[str, Any]:
    """Return a debtor with what it owes, for programs."""

    def plain(amounts: Mapping[str, int]) -> dict[str, str]:
        return {currency: decimal(minor, currency) for currency, minor in amounts.items()}

    return {
        "creditor": account.creditor,
        "debtor": account.code or account.debtor,
        "key": account.debtor,
        "name": account.name,
        "country": account.country,
        "standing": account.standing,
        "invoices": account.invoices,
        "oldest_due": account.oldest_due,
        "overdue": plain(account.overdue),
        "open": plain(account.open),
        "credits": plain(account.credits),
    }


def known(profile: Profile) -> dict[str, Any]:
    """Return what is known of a debtor, for programs."""
    return {
        **as_json(profile.account),
        "legal_id": profile.legal_id,
        "language": profile.language,
        "zone": profile.zone,
        "segment": profile.segment,
        "policy": profile.policy,
        "internal": profile.internal,
        "payment_days": list(profile.payment_days),
        "quiet": list(profile.quiet),
        "payer": profile.payer or None,
        "parent": profile.parent or None,
        "insolvent_on": profile.insolvent_on,
        "contacts": [
            {
                "role": one.role,
                "name": one.name,
                "email": one.email,
                "phone": one.phone,
                "address": one.address,
                "language": one.language,
                "bad": list(one.bad),
                "quiet": list(one.quiet),
            }
            for one in profile.contacts
        ],
    }


def lines(profile: Profile) -> Iterator[str]:
    """Yield what is known of a debtor, for people; what is not known is left out."""
    account = profile.account
    called = f"{account.name or account.code} ({account.code or account.debtor}"
    yield f"{called} of {account.creditor}): {account.standing}"
    owed = f"{sums(account.open)} open in {several(account.invoices, 'invoice')}"
    if any(account.overdue.values()):
        owed += f", {sums(account.overdue)} of it overdue"
    yield f"  {owed if account.invoices else 'nothing is open'}"
    facts = {
        "credits not applied": sums(account.credits) if any(account.credits.values()) else "",
        "insolvent since": profile.insolvent_on,
        "legal id": profile.legal_id,
        "country": account.country,
        "zone": profile.zone,
        "language": profile.language,
        "segment": profile.segment,
        "policy": profile.policy,
        "internal": "yes, never chased" if profile.internal else "",
        "pays on": ", ".join(str(day) for day in profile.payment_days),
        "quiet": ", ".join(profile.quiet),
        "notices go to": profile.payer,
        "parent": profile.parent,
    }
    for name, fact in facts.items():
        if fact:
            yield f"  {name}: {fact}"


def person(one: Person) -> list[str]:
    """Return a contact as a row of a table."""
    cells = [one.role, one.name, one.email, one.phone, one.address, one.language]
    return [
        *(cell or "-" for cell in cells),
        ", ".join(one.bad) or "-",
        ", ".join(one.quiet) or "-",
    ]
