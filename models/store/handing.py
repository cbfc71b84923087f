"""What a hand-over leaves to do: the house itself gives the claim to its partner."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from models.chasing.moment import Draft
from models.chasing.notice import NoticeKind
from models.ledger.money import Money, decimal
from models.store.reading import Filed
from models.store.tasks import Want, open_task


async def handed_over(
    connection: AsyncConnection, draft: Draft, filed: Mapping[str, Filed], at: datetime
) -> None:
    """Open the task to carry out a hand-over; any other notice leaves nothing to do."""
    if draft.kind is not NoticeKind.HAND_OVER:
        return
    cases = [filed[line.number] for line in draft.lines]
    invoice, first = cases[0].case.invoice, draft.lines[0]
    deadlines = [said.deadline for one in cases for said in one.case.said if said.deadline]
    sums = " and ".join(str(Money(total.net, total.currency)) for total in draft.totals)
    why = f"give it to your collection partner, then relance done: {sums} in all"
    if deadlines:
        why += f", which the notice before it wanted by {max(deadlines)}"
    body = {
        "why": why,
        "level": draft.level,
        "lines": [
            {
                "invoice": line.number,
                "level": line.level,
                "amount": decimal(line.amount, line.currency),
                "currency": line.currency,
            }
            for line in draft.lines
        ],
        "totals": [
            {"currency": total.currency, "net": decimal(total.net, total.currency)}
            for total in draft.totals
        ],
        "deadline": max(deadlines).isoformat() if deadlines else None,
    }
    place = f"{invoice.creditor}/{invoice.number}/{first.cycle}/{draft.level}/{first.round}"
    owner = draft.copy_to[0] if draft.copy_to else "collector"
    want = Want("hand-over", f"hand-over/{place}", owner, draft.on, body)
    await open_task(connection, want, cases, at)
