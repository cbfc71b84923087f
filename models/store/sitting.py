"""One composition in hand: what it works on, and what becomes of the slots it used."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Row, bindparam, delete, update
from sqlalchemy.ext.asyncio import AsyncConnection

from models.chasing.answers import Contact
from models.chasing.moment import Composition, Look
from models.ledger.creditor import Creditor
from models.store.appending import Stamp
from models.store.around import Around
from models.store.reading import Filed
from models.store.stating import STATEMENT
from models.store.tables.saying import slots
from models.wire import ComposeIn

#: Marks a slot that pace has put off.
PACE: Final = "pace"

_DROP: Final = delete(slots).where(
    slots.c.invoice_id == bindparam("row_id"),
    slots.c.level == bindparam("row_level"),
    slots.c.round == bindparam("row_round"),
)
_PUT_OFF: Final = (
    update(slots)
    .where(
        slots.c.invoice_id == bindparam("row_id"),
        slots.c.level == bindparam("row_level"),
        slots.c.round == bindparam("row_round"),
    )
    .values(at=bindparam("to_at"), blocker=bindparam("to_blocker"))
)


@dataclass(slots=True)
class Sitting:
    """All that one composition works on, under the debtor's and its invoices' locks."""

    connection: AsyncConnection
    ask: ComposeIn
    creditor: Creditor
    world: Around
    slots: Sequence[Row[Any]]
    now: datetime
    filed: dict[str, Filed] = field(default_factory=dict)
    looks: list[Look] = field(default_factory=list)

    def stamp(self, suffix: str) -> Stamp:
        """Return who records, in this composition."""
        place = f"{self.ask.workflow}/{self.ask.run}/{self.ask.look}"
        return Stamp(f"compose/{place}/{suffix}", "system", self.ask.now)


async def free(sitting: Sitting, result: Composition) -> None:
    """Drop the slots that were used or are moot; put off those that composing held."""
    said = {line.number for draft in result.drafts for line in draft.lines}
    by_id = {filed.id: number for number, filed in sitting.filed.items()}
    answers = {look.number: look.answer for look in sitting.looks}
    for row in sitting.slots:
        if row.level == STATEMENT:
            continue
        number = by_id.get(row.invoice_id, "")
        place = {"row_id": row.invoice_id, "row_level": row.level, "row_round": row.round}
        wait = result.waits.get(number)
        asked = number in result.events
        due = row.at is not None and row.at <= sitting.now
        answer = answers.get(number)
        moot = due and not isinstance(answer, Contact)
        if number in said or moot or (wait is not None and asked):
            await sitting.connection.execute(_DROP, place)
        elif due and wait is None and isinstance(answer, Contact) and answer.at > sitting.now:
            values = {**place, "to_at": answer.at, "to_blocker": ""}
            await sitting.connection.execute(_PUT_OFF, values)
        elif wait is not None:
            blocker = wait.blockers[0].value if wait.blockers else PACE
            values = {**place, "to_at": wait.until, "to_blocker": blocker}
            await sitting.connection.execute(_PUT_OFF, values)


def to_tell(sitting: Sitting, result: Composition, late: set[int]) -> tuple[str, ...]:
    """Return the invoices for which it went otherwise than their last look foresaw."""
    lines = {line.number: line for draft in result.drafts for line in draft.lines}
    levels = [row for row in sitting.slots if row.level != STATEMENT]
    foreseen = {(row.invoice_id, row.level, row.round) for row in levels}
    due = {row.invoice_id for row in levels if row.at is not None and row.at <= sitting.now}
    numbers = {*result.waits, *result.events}
    for number, filed in sitting.filed.items():
        line = lines.get(number)
        if line is None:
            otherwise = filed.id in due
        else:
            otherwise = filed.id in late or (filed.id, line.level, line.round) not in foreseen
        if otherwise:
            numbers.add(number)
    return tuple(sorted(numbers))
