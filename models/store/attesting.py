"""Why a letter left: the decision behind each line, kept as it is composed and found again."""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import Row, bindparam, desc, null, select
from sqlalchemy.ext.asyncio import AsyncConnection

from models.chasing.answers import Contact
from models.chasing.moment import Draft, Look
from models.chasing.notice import Line
from models.store.describing import stated
from models.store.tables.items import invoices
from models.store.tables.records import journal
from models.store.tables.saying import notice_lines, notices
from models.views import Reason

#: Notices of an invoice that left or may have left, each with the composition it came from.
_LEFT: Final = (
    select(
        notices.c.key,
        notices.c.channel,
        notices.c.state,
        notices.c.on,
        notices.c.at.label("slot"),
        notices.c.sent_at,
        journal.c.answer,
        journal.c.engine,
    )
    .join_from(notices, notice_lines, notice_lines.c.notice_id == notices.c.id)
    .join(invoices, invoices.c.id == notice_lines.c.invoice_id)
    .join(
        journal,
        (journal.c.invoice_id == null())
        & (journal.c.at == notices.c.created_at)
        & (journal.c.debtor_id == notices.c.debtor_id),
    )
    .where(
        invoices.c.creditor == bindparam("creditor"),
        invoices.c.number == bindparam("number"),
        notices.c.state.in_(("sending", "sent", "unknown")),
        notice_lines.c.live,
    )
    .order_by(desc(notices.c.id))
)


def decided(draft: Draft, keys: Sequence[str], looks: Iterable[Look]) -> dict[str, Any]:
    """Return what the journal keeps of a draft: its notices, and why each line is in it."""
    by_number = {look.number: look for look in looks}
    return {
        "notices": list(keys),
        "level": draft.level,
        "channel": draft.route.channel,
        "invoices": [line.number for line in draft.lines],
        "lines": [_line(line, by_number[line.number]) for line in draft.lines],
        "also_open": [item.number for item in draft.also_open],
        "totals": {total.currency: total.net for total in draft.totals},
    }


def _line(line: Line, look: Look) -> dict[str, Any]:
    rule, why = "18", f"{line.level} covers what else is overdue"
    if isinstance(look.answer, Contact) and look.answer.step == (line.level, line.round):
        rule, why = look.answer.rule, look.answer.why
    return {
        "invoice": line.number,
        "level": line.level,
        "round": line.round,
        "amount": line.amount,
        "rule": rule,
        "why": why,
        "policy": look.policy.name,
        "version": look.policy.version,
        "hash": look.policy.hash,
        "facts": stated(look.facts, look.case),
    }


async def letters(connection: AsyncConnection, creditor: str, number: str) -> Sequence[Reason]:
    """Return the decision that said each notice of an invoice that left, newest first."""
    values = {"creditor": creditor, "number": number}
    return [
        _reason(row, line)
        for row in await connection.execute(_LEFT, values)
        for draft in json.loads(row.answer)["said"]
        if row.key in draft["notices"]
        for line in draft["lines"]
        if line["invoice"] == number
    ]


def _reason(row: Row[*tuple[Any, ...]], line: Mapping[str, Any]) -> Reason:
    return Reason(
        at=row.sent_at or row.slot,
        rule=line["rule"],
        why=line["why"],
        policy=line["policy"],
        version=line["version"],
        hash=line["hash"],
        blockers=(),
        facts=line["facts"],
        answer={
            "kind": "said",
            "level": line["level"],
            "round": line["round"],
            "amount": line["amount"],
            "on": row.on.isoformat(),
            "channel": row.channel,
            "state": row.state,
            "notice": row.key,
        },
        engine=row.engine,
    )
