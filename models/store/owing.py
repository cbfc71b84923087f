"""The debtors of some ledger rows: found by code, else by name and country, or made."""

import base64
import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, bindparam, insert, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncConnection

from models.ledger.entries import ContactRow, ItemRow
from models.ledger.particulars import stated
from models.store.finding import name_key
from models.store.knowing import inherit
from models.store.tables.parties import debtors

#: What a ledger may restate of a debtor; the first row of a file that says it decides.
_MASTER: Final = (
    *("name", "country", "language", "segment", "street", "postcode", "city"),
    *("legal_id", "payment_days", "internal", "zone"),
)
_COLUMNS: Final = ("code", "name_key", *_MASTER)
_SELECT: Final = select(
    debtors.c.id,
    debtors.c.creditor,
    debtors.c.key,
    debtors.c.policy,
    *(debtors.c[n] for n in _COLUMNS),
)
_UPDATE: Final = (
    update(debtors)
    .where(debtors.c.id == bindparam("row_id"))
    .values({name: bindparam(f"to_{name}") for name in (*_COLUMNS, "stirred_at")})
)


def debtor_key(creditor: str, code: str, name: str, country: str) -> str:
    """Return our own key of a debtor: the same at every import, and no personal data.

    >>> debtor_key("acme", "D1", "", "")
    'anii42ruxp5vv3xb'
    """
    named = ("code", code) if code else ("name", name_key(name), country)
    digest = hashlib.sha256("\0".join((creditor, *named)).encode()).digest()
    return base64.b32encode(digest[:10]).decode().lower()


@dataclass(slots=True)
class Owing:
    """A debtor as a slice knows it; ``id`` is missing until it is written."""

    creditor: str
    key: str
    values: dict[str, Any]
    policy: str = ""
    id: int | None = None
    changed: bool = False

    @property
    def code(self) -> str:
        """The ledger's code."""
        return str(self.values["code"])


@dataclass(slots=True)
class Stated:
    """What the rows of one file have said of each debtor so far: the first one decides."""

    fields: dict[tuple[str, str], set[str]] = field(default_factory=dict)

    def news(self, owing: Owing, said: dict[str, Any]) -> dict[str, Any]:
        """Return what is said for the first time in this file; what is left out is not there."""
        known = self.fields.setdefault((owing.creditor, owing.key), set())
        news = {
            name: fact
            for name, fact in said.items()
            if fact not in ("", None) and name not in known
        }
        known.update(news)
        return news


class Debtors:
    """The debtors that a slice of rows may mean."""

    def __init__(self, rows: Iterable[Any], stated: Stated) -> None:
        """Take what the database has; see :meth:`load`."""
        self._stated = stated
        self._all: list[Owing] = []
        self._by_code: dict[tuple[str, str], Owing] = {}
        self._by_name: dict[tuple[str, str], list[Owing]] = {}
        for row in rows:
            values = {name: row._mapping[name] for name in _COLUMNS}  # noqa: SLF001  SQLAlchemy's own name for it
            self._add(Owing(row.creditor, row.key, values, row.policy, row.id))

    @classmethod
    async def load(
        cls, connection: AsyncConnection, rows: Sequence[ItemRow], stated: Stated
    ) -> "Debtors":
        """Read every debtor that has a code or a name of these rows."""
        codes = {(row.creditor, row.debtor) for row in rows if row.debtor}
        names = {(row.creditor, name_key(row.debtor_name)) for row in rows if row.debtor_name}
        found: dict[int, Any] = {}
        for column, wanted in ((debtors.c.code, codes), (debtors.c.name_key, names)):
            if wanted:
                where = _pair(column, wanted)
                rows_ = (await connection.execute(_SELECT.where(where))).all()
                found.update({row.id: row for row in rows_})
        return cls((found[key] for key in sorted(found)), stated)

    def find(self, row: ItemRow, holder: int | None) -> Owing | None:
        """Return the debtor that a row means; ``holder`` has an invoice of its number."""
        if row.debtor:
            owing = self._by_code.get((row.creditor, row.debtor))
            if owing is not None:
                return owing
        named = self._by_name.get((row.creditor, name_key(row.debtor_name)), [])
        alike = [o for o in named if _same_country(o.values["country"], row.country)]
        without = [o for o in alike if not o.code]
        if row.debtor:
            return without[0] if without else None
        held = [o for o in alike if o.id is not None and o.id == holder]
        return next(iter(held or without or (alike if len(alike) == 1 else [])), None)

    def take(self, row: ItemRow, owing: Owing | None) -> Owing:
        """Return a row's debtor, made when there is none, with what the row says of it."""
        if owing is None:
            key = debtor_key(row.creditor, row.debtor, row.debtor_name, row.country)
            owing = Owing(row.creditor, key, {**dict.fromkeys(_COLUMNS, ""), "internal": False})
            owing.values["code"] = row.debtor
            self._say(owing, row)
            self._add(owing)
            return owing
        if row.debtor and not owing.code:
            owing.values["code"] = row.debtor
            owing.changed = True
            self._by_code[row.creditor, row.debtor] = owing
        self._say(owing, row)
        return owing

    def changed_ids(self) -> set[int]:
        """Return the ids of debtors that the rows changed."""
        return {owing.id for owing in self._all if owing.changed and owing.id is not None}

    async def write(self, connection: AsyncConnection, at: datetime) -> None:
        """Write new debtors, which gives them their ids, and those that changed, locked.

        The cases of those that changed look again.
        """
        new = {(o.creditor, o.key): o for o in self._all if o.id is None}
        if new:
            rows = [{"creditor": o.creditor, "key": o.key, **o.values} for o in new.values()]
            insertion = insert(debtors).returning(debtors.c.id, debtors.c.creditor, debtors.c.key)
            for made in (await connection.execute(insertion, rows)).all():
                new[made.creditor, made.key].id = made.id
        changed = [o for o in self._all if o.changed and (o.creditor, o.key) not in new]
        if changed:
            values = [
                {
                    "row_id": o.id,
                    "to_stirred_at": at,
                    **{f"to_{name}": o.values[name] for name in _COLUMNS},
                }
                for o in changed
            ]
            await connection.execute(_UPDATE, values)
        named = [o.id for o in (*new.values(), *changed) if o.id and o.values["legal_id"]]
        await inherit(connection, named)

    def _say(self, owing: Owing, row: ItemRow) -> None:
        said = {
            "name": row.debtor_name or row.debtor,
            "country": row.country,
            "language": row.language,
            "segment": row.segment,
            "street": row.street,
            "postcode": row.postcode,
            "city": row.city,
            **beside(row),
        }
        for name, text in self._stated.news(owing, said).items():
            if owing.values[name] != text:
                owing.values[name] = text
                owing.changed = True
        owing.values["name_key"] = name_key(owing.values["name"])

    def _add(self, owing: Owing) -> None:
        self._all.append(owing)
        if owing.code:
            self._by_code[owing.creditor, owing.code] = owing
        named = (owing.creditor, str(owing.values["name_key"]))
        self._by_name.setdefault(named, []).append(owing)


def beside(row: ItemRow | ContactRow) -> dict[str, Any]:
    """Return what a row says of its debtor's own facts, as the books keep them."""
    said = stated(row)
    if "payment_days" in said:
        said["payment_days"] = ",".join(str(day) for day in said["payment_days"])
    return said


def _same_country(one: str, other: str) -> bool:
    return not one or not other or one == other


def _pair(column: ColumnElement[Any], wanted: Iterable[tuple[str, str]]) -> ColumnElement[bool]:
    return tuple_(debtors.c.creditor, column).in_(list(wanted))
