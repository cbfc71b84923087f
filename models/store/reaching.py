"""The contact that a ledger states beside its items: written to as the accounting."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from models.ledger.entries import ItemRow
from models.store.bouncing import corrected
from models.store.owing import Owing, Stated
from models.store.tables.parties import contacts, debtors

#: The contact of the ledger's own rows; those of a file of contacts come after it.
LEDGER: Final = "c1"
#: What changes with which channels: a new address deserves a new try.
_CHANNELS: Final = {
    "email": {"email"},
    "phone": {"sms", "call"},
    "street": {"letter", "registered-letter"},
    "postcode": {"letter", "registered-letter"},
    "city": {"letter", "registered-letter"},
    "country": set(),
}
_SELECT: Final = select(contacts).where(
    contacts.c.debtor_id.in_(bindparam("ids", expanding=True)), contacts.c.key == LEDGER
)
_UPDATE: Final = (
    update(contacts)
    .where(contacts.c.id == bindparam("row_id"))
    .values({name: bindparam(f"to_{name}") for name in (*_CHANNELS, "bad")})
)
_STIR: Final = (
    update(debtors).where(debtors.c.id == bindparam("row_id")).values(stirred_at=bindparam("to_at"))
)


@dataclass(slots=True)
class Addresses:
    """What the rows of a slice say of the addresses of their debtors.

    Attributes:
        before: ids of debtors known before the slice of which something new is said.
    """

    stated: Stated
    before: set[int] = field(default_factory=set)
    said: dict[tuple[str, str], tuple[Owing, dict[str, str]]] = field(default_factory=dict)

    def hear(self, owing: Owing, row: ItemRow) -> None:
        """Take in the addresses of a row; the first of a file that states one decides."""
        given = {name: getattr(row, name) for name in _CHANNELS}
        news = self.stated.news(owing, {f"contact {name}": text for name, text in given.items()})
        if news:
            if owing.id is not None:
                self.before.add(owing.id)
            _, known = self.said.setdefault((owing.creditor, owing.key), (owing, {}))
            known.update({name.removeprefix("contact "): text for name, text in news.items()})

    def debtor_ids(self) -> set[int]:
        """Return the ids of known debtors of which something is said."""
        return {owing.id for owing, _ in self.said.values() if owing.id is not None}

    async def write(self, connection: AsyncConnection, at: datetime) -> None:
        """Write new contacts and those that changed; a new address is no longer bad.

        Whoever waits for an address looks again.
        """
        if not self.said:
            return
        ids = [owing.id for owing, _ in self.said.values()]
        found = {row.debtor_id: row for row in await connection.execute(_SELECT, {"ids": ids})}
        made, changed = [], []
        for owing, said in self.said.values():
            row = found.get(owing.id)
            if row is None:
                made += _made(owing, said)
            elif news := {name: text for name, text in said.items() if getattr(row, name) != text}:
                changed.append((row, news))
        if made:
            await connection.execute(insert(contacts), made)
        for row, news in changed:
            await connection.execute(_UPDATE, _changed(row, news))
            await corrected(connection, row.debtor_id, row.key, _tried_anew(news), at)
        moved = {row.debtor_id for row, _ in changed}
        moved |= self.before.intersection(row["debtor_id"] for row in made)
        for debtor_id in sorted(moved):
            await connection.execute(_STIR, {"row_id": debtor_id, "to_at": at})


def _made(owing: Owing, said: dict[str, str]) -> list[dict[str, Any]]:
    """Return the row of a debtor's first contact, if enough is said for one."""
    if not said.keys() & {"email", "phone", "street", "city"}:
        return []
    given = {name: said.get(name, "") for name in _CHANNELS}
    return [{"debtor_id": owing.id, "seq": 1, "role": "accounting", "key": LEDGER, **given}]


def _tried_anew(news: dict[str, str]) -> set[str]:
    """Return the channels on which a contact has another address."""
    return set().union(*(_CHANNELS[name] for name in news))


def _changed(row: Any, news: dict[str, str]) -> dict[str, Any]:  # noqa: ANN401  a row of any shape
    anew = _tried_anew(news)
    bad = {channel for channel in row.bad.split(",") if channel and channel not in anew}
    values = {name: news.get(name, getattr(row, name)) for name in _CHANNELS}
    return {
        "row_id": row.id,
        "to_bad": ",".join(sorted(bad)),
        **{f"to_{name}": text for name, text in values.items()},
    }
