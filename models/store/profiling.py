"""A debtor as people look it up: what is known of it, whom to write to, what it owes."""

from datetime import date
from typing import Any, Final

from sqlalchemy import bindparam, select
from sqlalchemy.ext.asyncio import AsyncConnection

from models.ledger.debtor import Contact
from models.store.accounting import accounts
from models.store.around import debtor_of
from models.store.finding import debtor_named
from models.store.tables.parties import debtors
from models.views import Person, Profile

_ROW: Final = select(debtors).where(debtors.c.id == bindparam("row_id"))
_CALLED: Final = select(debtors.c.code).where(
    debtors.c.creditor == bindparam("row_creditor"), debtors.c.key == bindparam("row_key")
)


async def profile(connection: AsyncConnection, creditor: str, given: str, today: date) -> Profile:
    """Return what is known of the debtor that a key, a code or a name means.

    Raises:
        UnknownError: nobody is known by it.
        RefusedError: several have this name.
    """
    debtor_id = await debtor_named(connection, creditor, given)
    row = (await connection.execute(_ROW, {"row_id": debtor_id})).one()
    debtor = await debtor_of(connection, debtor_id)
    (account,) = await accounts(connection, creditor, today, debtor_id)
    return Profile(
        account=account,
        legal_id=row.legal_id,
        language=row.language,
        zone=row.zone,
        segment=row.segment,
        policy=row.policy,
        internal=bool(row.internal),
        payment_days=debtor.payment_days,
        quiet=tuple(filter(None, row.quiet.split(","))),
        payer=await _called(connection, row, row.payer),
        parent=await _called(connection, row, row.parent),
        insolvent_on=row.insolvent_on,
        contacts=tuple(_person(contact) for contact in debtor.contacts),
    )


async def _called(connection: AsyncConnection, row: Any, key: str) -> str:  # noqa: ANN401  a row of any shape
    """Return the ledger's code of another debtor, else our key of it."""
    values = {"row_creditor": row.creditor, "row_key": key}
    return (await connection.execute(_CALLED, values)).scalar_one_or_none() or key


def _person(contact: Contact) -> Person:
    address = contact.address
    town = f"{address.postcode} {address.city}".strip()
    return Person(
        role=contact.role,
        name=contact.name,
        email=contact.email,
        phone=contact.phone,
        address=", ".join(filter(None, (address.street, town, address.country))),
        language=contact.language,
        bad=tuple(sorted(contact.bad)),
        quiet=tuple(sorted(contact.quiet)),
    )
