"""What a look reads beside the cases: the debtor, its standing, holds, notices, freshness."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import Row, bindparam, func, null, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from models.chasing.facts import Facts
from models.chasing.freshness import fresh, look_again
from models.chasing.hours import hours
from models.chasing.policy import Policy
from models.errors import UnknownError
from models.ledger.creditor import Creditor
from models.ledger.debtor import Address, Contact, Debtor, Hold, Standing
from models.store.matters import STANDING
from models.store.tables.money import credits_, payments
from models.store.tables.parties import contacts, creditors, debtors, holds, sources
from models.store.tables.saying import notice_lines, notices

_DEBTOR: Final = (
    select(debtors, creditors.c.frozen, STANDING)
    .join_from(debtors, creditors, creditors.c.key == debtors.c.creditor)
    .where(debtors.c.id == bindparam("debtor_id"))
)
_LOCKED: Final = _DEBTOR.with_for_update(of=debtors, key_share=True)
_READER: Final = debtors.alias()
#: The contacts of a debtor, or of the payer that receives its notices.
_CONTACTS: Final = (
    select(
        contacts,
        _READER.c.key.label("owner"),
        _READER.c.language.label("spoken"),
        _READER.c.quiet.label("silent"),
    )
    .join_from(
        debtors,
        _READER,
        (_READER.c.creditor == debtors.c.creditor)
        & (_READER.c.key == func.coalesce(func.nullif(debtors.c.payer, ""), debtors.c.key)),
    )
    .join(contacts, contacts.c.debtor_id == _READER.c.id)
    .where(debtors.c.id == bindparam("debtor_id"))
    .order_by(contacts.c.seq)
)
_HOLDS: Final = select(holds).where(
    holds.c.creditor == bindparam("creditor"),
    holds.c.released_at == null(),
    or_(holds.c.debtor_id == bindparam("debtor_id"), holds.c.debtor_id == null()),
)
_SOURCES: Final = select(sources.c.source, sources.c.covered_until).where(
    sources.c.creditor == bindparam("creditor")
)
#: Lines that say a level; those of an answer, which says none, are never live.
_PENDING: Final = (
    select(notice_lines.c.invoice_id, notices.c.state, notices.c.legal)
    .join_from(notices, notice_lines, notice_lines.c.notice_id == notices.c.id)
    .where(
        notices.c.debtor_id == bindparam("debtor_id"),
        notices.c.state.in_(("planned", "sending", "unknown")),
        notice_lines.c.live,
    )
)
_CREDITS: Final = (
    select(credits_.c.currency, credits_.c.left)
    .where(credits_.c.debtor_id == bindparam("debtor_id"), credits_.c.left != 0)
    .union_all(
        select(payments.c.currency, payments.c.left).where(
            payments.c.debtor_id == bindparam("debtor_id"), payments.c.left != 0
        )
    )
)


@dataclass(frozen=True, slots=True)
class Around:
    """The world around every case of one debtor, at one moment.

    Attributes:
        contact_number: of the last notice composed for the debtor.
        covered: last day of each declared source; ``None`` when it was never read.
        being_said: ids of invoices with a line that is planned or on its way.
        unknown: ids of invoices with a legal notice of unknown outcome.
    """

    debtor_id: int
    debtor: Debtor
    standing: Standing
    insolvent_on: date | None
    frozen: bool
    thaws_on: date | None
    contact_number: int
    debtor_holds: tuple[Hold, ...]
    creditor_holds: tuple[Hold, ...]
    covered: Mapping[str, date | None]
    being_said: frozenset[int]
    unknown: frozenset[int]

    def facts(
        self, invoice_id: int, policy: Policy, channels: frozenset[str], now: datetime
    ) -> Facts:
        """Return the facts for one case under its policy."""
        recent = fresh(policy, self.covered, now)
        return Facts(
            hours=hours(policy, self.debtor.country, self.debtor.zone),
            debtor=self.debtor,
            channels=channels,
            standing=self.standing,
            insolvent_on=self.insolvent_on,
            debtor_holds=self.debtor_holds,
            creditor_holds=self.creditor_holds,
            frozen=self.frozen,
            thaws_on=self.thaws_on,
            fresh=recent,
            stale_until=None if recent else look_again(policy, now),
            being_said=invoice_id in self.being_said,
            unknown=invoice_id in self.unknown,
        )


async def around(
    connection: AsyncConnection, creditor: Creditor, debtor_id: int, *, lock: bool = False
) -> Around:
    """Return what surrounds a debtor's cases; ``lock`` keeps its row until the end.

    Raises:
        UnknownError: there is no such debtor.
    """
    values = {"debtor_id": debtor_id, "creditor": creditor.key}
    row = await _row(connection, debtor_id, lock=lock)
    people = (await connection.execute(_CONTACTS, values)).all()
    stops = (await connection.execute(_HOLDS, values)).all()
    covered: dict[str, date | None] = dict.fromkeys(creditor.sources)
    if covered:
        for source, day in await connection.execute(_SOURCES, values):
            if source in covered:
                covered[source] = day
    pending = (await connection.execute(_PENDING, values)).all()
    return Around(
        debtor_id=debtor_id,
        debtor=_debtor(row, people),
        standing=Standing(row.standing),
        insolvent_on=row.insolvent_on,
        frozen=row.frozen,
        thaws_on=row.thaws_on,
        contact_number=row.contact_number,
        debtor_holds=tuple(_hold(stop) for stop in stops if stop.debtor_id is not None),
        creditor_holds=tuple(_hold(stop) for stop in stops if stop.debtor_id is None),
        covered=covered,
        being_said=frozenset(line.invoice_id for line in pending if line.state != "unknown"),
        unknown=frozenset(
            line.invoice_id for line in pending if line.state == "unknown" and line.legal
        ),
    )


async def debtor_of(connection: AsyncConnection, debtor_id: int) -> Debtor:
    """Return a debtor with its contacts.

    Raises:
        UnknownError: there is no such debtor.
    """
    row = await _row(connection, debtor_id, lock=False)
    people = await connection.execute(_CONTACTS, {"debtor_id": debtor_id})
    return _debtor(row, people)


async def credits_of(connection: AsyncConnection, debtor_id: int) -> dict[str, int]:
    """Return a debtor's unapplied credits and payments: positive minor units by currency."""
    sums: dict[str, int] = {}
    for currency, left in await connection.execute(_CREDITS, {"debtor_id": debtor_id}):
        sums[currency] = sums.get(currency, 0) + left
    return sums


async def _row(connection: AsyncConnection, debtor_id: int, *, lock: bool) -> Row[Any]:
    found = await connection.execute(_LOCKED if lock else _DEBTOR, {"debtor_id": debtor_id})
    row = found.one_or_none()
    if row is None:
        message = f"no debtor has the id {debtor_id}"
        raise UnknownError(message)
    return row


def _debtor(row: Row[Any], people: Iterable[Row[Any]]) -> Debtor:
    return Debtor(
        key=row.key,
        name=row.name,
        code=row.code,
        contacts=tuple(_contact(person, row) for person in people),
        country=row.country,
        language=row.language,
        zone=row.zone,
        payment_days=tuple(int(day) for day in row.payment_days.split(",") if day),
        internal=row.internal,
        segment=row.segment,
        policy=row.policy,
        legal_id=row.legal_id,
    )


def _contact(row: Row[Any], debtor: Row[Any]) -> Contact:
    quiet = (*row.quiet.split(","), *row.silent.split(","), *debtor.quiet.split(","))
    theirs = row.owner == debtor.key
    return Contact(
        role=row.role,
        # A payer's contact says whose it is: keys are a debtor's own.
        key=row.key if theirs else f"{row.owner}/{row.key}",
        name=row.name,
        email=row.email,
        phone=row.phone,
        address=Address(row.street, row.postcode, row.city, row.country),
        language=row.language if theirs else row.language or row.spoken,
        bad=frozenset(filter(None, row.bad.split(","))),
        quiet=frozenset(filter(None, quiet)),
    )


def _hold(row: Row[Any]) -> Hold:
    return Hold(row.key, row.until, row.reason, row.by)
