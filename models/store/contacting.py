"""A file of contacts: who at a debtor answers for what, and how to reach them."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Row, bindparam, exists, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from models.errors import RefusedError
from models.ledger.entries import ContactRow, Reject
from models.store.bouncing import corrected
from models.store.finding import debtor_named, lock_debtors
from models.store.knowing import inherit
from models.store.owing import beside
from models.store.running import Run
from models.store.tables.parties import contacts, debtors

_FIELDS: Final = ("name", "email", "phone", "language")
#: What changes with which channels: a new address deserves a new try.
_CHANNELS: Final = {"email": {"email"}, "phone": {"sms", "call"}}
_SELECT: Final = (
    select(contacts)
    .where(contacts.c.debtor_id.in_(bindparam("ids", expanding=True)))
    .order_by(contacts.c.seq)
)
_UPDATE: Final = (
    update(contacts)
    .where(contacts.c.id == bindparam("row_id"))
    .values({name: bindparam(f"to_{name}") for name in (*_FIELDS, "bad")})
)
_DEBTORS: Final = select(debtors).where(debtors.c.id.in_(bindparam("ids", expanding=True)))
_STIR: Final = (
    update(debtors).where(debtors.c.id == bindparam("row_id")).values(stirred_at=bindparam("to_at"))
)
_PAYER: Final = debtors.alias()
#: Those whose notices go to a payer among the stirred.
_STIR_PAID_FOR: Final = (
    update(debtors)
    .where(
        debtors.c.payer != "",
        exists(
            select(_PAYER.c.id).where(
                _PAYER.c.id.in_(bindparam("ids", expanding=True)),
                _PAYER.c.creditor == debtors.c.creditor,
                _PAYER.c.key == debtors.c.payer,
            )
        ),
    )
    .values(stirred_at=bindparam("to_at"))
)
Known = Row[*tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class Meant:
    """A row and the debtor it is about."""

    row: ContactRow
    debtor_id: int


async def keep_contacts(
    connection: AsyncConnection, run: Run, rows: Sequence[ContactRow | Reject]
) -> None:
    """Write new contacts and those that changed; a new address is no longer bad."""
    meant = await _meant(connection, run, rows)
    ids = sorted({one.debtor_id for one in meant})
    await lock_debtors(connection, ids)
    held: dict[int, list[Known]] = defaultdict(list)
    if ids:
        for known in await connection.execute(_SELECT, {"ids": ids}):
            held[known.debtor_id].append(known)
    restated = set(await _facts(connection, meant))
    stirred = set(restated)
    for one in meant:
        kept = await _kept(connection, run, one, held[one.debtor_id])
        if kept:
            stirred.add(one.debtor_id)
        elif one.debtor_id in restated:
            restated.discard(one.debtor_id)
            run.result.changed += 1
        else:
            run.result.unchanged += 1
    await _stir(connection, stirred, run.file.at)


async def _kept(connection: AsyncConnection, run: Run, one: Meant, held: list[Known]) -> bool:
    """Write a contact that is new or changed; say whether it is either."""
    found = _same(held, one.row)
    if found is None:
        held.append(await _made(connection, one, held))
        run.result.new += 1
        return True
    news = _news(found, one.row)
    if not news:
        return False
    held.remove(found)
    held.append(await _changed(connection, found, news))
    anew = _tried_anew(news)
    await corrected(connection, one.debtor_id, found.key, anew, run.file.at)
    run.result.changed += 1
    return True


async def _facts(connection: AsyncConnection, meant: Sequence[Meant]) -> list[int]:
    """Keep what rows say of the debtors themselves; return those of whom that is new."""
    said: dict[int, dict[str, Any]] = defaultdict(dict)
    for one in meant:
        facts = {"segment": one.row.segment, **beside(one.row)}
        given = {name: fact for name, fact in facts.items() if fact not in ("", None)}
        said[one.debtor_id] = {**given, **said[one.debtor_id]}
    stating = sorted(key for key, facts in said.items() if facts)
    if not stating:
        return []
    changed = []
    for row in (await connection.execute(_DEBTORS, {"ids": stating})).mappings():
        news = {name: fact for name, fact in said[row["id"]].items() if row[name] != fact}
        if news:
            await connection.execute(update(debtors).where(debtors.c.id == row["id"]).values(news))
            changed.append(int(row["id"]))
    await inherit(connection, changed)
    return changed


async def _stir(connection: AsyncConnection, ids: set[int], at: datetime) -> None:
    """Say that the cases of debtors, and of those they pay for, must look again."""
    if ids:
        await connection.execute(_STIR, [{"row_id": key, "to_at": at} for key in sorted(ids)])
        await connection.execute(_STIR_PAID_FOR, {"ids": sorted(ids), "to_at": at})


async def _meant(
    connection: AsyncConnection, run: Run, rows: Sequence[ContactRow | Reject]
) -> list[Meant]:
    meant = []
    for row in rows:
        run.result.rows += 1
        if isinstance(row, Reject):
            run.hand_on(row)
            continue
        creditor = row.creditor or run.creditor
        if not (row.email or row.phone or row.name):
            run.refuse(row.line, "email", "", "an address, a telephone number or a name")
            continue
        try:
            meant.append(Meant(row, await debtor_named(connection, creditor, row.debtor)))
        except RefusedError as refused:
            run.refuse(row.line, "debtor", row.debtor, f"known: {refused}")
    return meant


def _same(held: Sequence[Known], row: ContactRow) -> Known | None:
    """Return the contact that a row restates: of its role and address, else of its name."""
    alike = [known for known in held if known.role == row.role]
    for name in ("email", "name", "phone"):
        said = getattr(row, name)
        for known in alike:
            if said and getattr(known, name) == said:
                return known
    return None


def _news(known: Known, row: ContactRow) -> dict[str, str]:
    said = {name: getattr(row, name) for name in _FIELDS}
    return {name: text for name, text in said.items() if text and getattr(known, name) != text}


async def _made(connection: AsyncConnection, one: Meant, held: Sequence[Known]) -> Known:
    # The first place is the ledger's own, whether it has spoken yet or not.
    seq = max((known.seq for known in held), default=1) + 1
    row = {
        "debtor_id": one.debtor_id,
        "seq": seq,
        "role": one.row.role,
        "key": f"c{seq}",
        **{name: getattr(one.row, name) for name in _FIELDS},
    }
    made: Known = (await connection.execute(insert(contacts).returning(contacts), row)).one()
    return made


def _tried_anew(news: dict[str, str]) -> set[str]:
    """Return the channels on which a contact has another address."""
    return set().union(*(_CHANNELS.get(name, set()) for name in news))


async def _changed(connection: AsyncConnection, known: Known, news: dict[str, str]) -> Known:
    anew = _tried_anew(news)
    bad = {channel for channel in known.bad.split(",") if channel and channel not in anew}
    values = {name: news.get(name, getattr(known, name)) for name in _FIELDS}
    row = {
        "row_id": known.id,
        "to_bad": ",".join(sorted(bad)),
        **{f"to_{name}": text for name, text in values.items()},
    }
    await connection.execute(_UPDATE, row)
    again = select(contacts).where(contacts.c.id == known.id)
    changed: Known = (await connection.execute(again)).one()
    return changed
