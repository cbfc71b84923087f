"""List invoices, and what each waits for."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from channels.desk.cli import facts
from channels.desk.cli.command import DONE, Call, Command, booked
from channels.desk.cli.selecting import filters, selection
from channels.desk.cli.tables import Column
from channels.desk.cli.values import money, several
from channels.desk.ports import Opened
from models.views import Item

#: The title of a column that a list has only where a due date was extended.
_AGREED: Final = "extended to"
_LISTED: Final = (
    Column("invoice"),
    Column("creditor", extra=True),
    Column("debtor", wide=True),
    Column("due"),
    Column(_AGREED),
    Column("open", right=True),
    Column("state"),
    Column("level", extra=True),
    Column("next"),
    Column("waits for", wide=True),
)


async def _list(call: Call, opened: Opened) -> int:
    selected = await opened.views.items(selection(call))
    items = await _current(call, opened, selected)
    if call.out.json:
        for item in items:
            call.out.record(facts.item(item))
        return DONE
    if not items:
        call.out.say("No invoice is like this; relance import invoices brings some in.")
        return DONE
    agreed = any(item.extended for item in items)
    columns = [column for column in _LISTED if agreed or column.title != _AGREED]
    call.out.table(columns, [_row(item, agreed=agreed) for item in items])
    call.out.say()
    call.out.say(several(len(items), "invoice"))
    if len(selected) == call.args.limit:
        call.out.warn(f"there may be more than {call.args.limit}: --limit 0 lists all")
    return DONE


async def _current(call: Call, opened: Opened, items: Sequence[Item]) -> Sequence[Item]:
    """Return items as they stand now, without those that were selected for what is over.

    A look sees ahead to the one after the slot: what was said or recorded since is asked anew.
    """
    now = call.desk.clock()
    moved = [item for item in items if _moved(item, now) and item.creditor in call.desk.creditors]
    fresh = {
        (item.creditor, item.number): item for item, _ in await opened.asking.answered(moved, now)
    }
    current = [fresh.get((item.creditor, item.number), item) for item in items]
    return [item for item in current if _fits(call, item)]


def _moved(item: Item, now: datetime) -> bool:
    """Say whether an open item is past its last look."""
    if item.closed:
        return False
    slot = item.next_at
    return item.looked_at is None or item.behind > 0 or (slot is not None and slot <= now)


def _fits(call: Call, item: Item) -> bool:
    """Say whether an item still stands as it was selected."""
    args = call.args
    return (not args.state or item.state in args.state) and (
        not args.blocker or args.blocker in item.blockers
    )


def _row(item: Item, *, agreed: bool) -> list[str]:
    extended = [item.extended.isoformat() if item.extended else "-"] if agreed else []
    return [
        item.number,
        item.creditor,
        item.name or item.code,
        item.due.isoformat(),
        *extended,
        money(item.open, item.currency),
        item.state,
        item.level or "-",
        "-" if item.next_on is None else item.next_on.isoformat(),
        ", ".join(item.blockers) or "-",
    ]


COMMANDS: Final = (
    Command(
        name="list",
        group="look",
        summary="list invoices and what each waits for",
        run=booked(_list),
        arguments=filters,
        examples=(
            ("relance list --overdue", "what is late"),
            ("relance list --debtor C1001 --state disputed", "what one debtor disputes"),
            ("relance list --blocker approval --json", "what waits for a yes, for programs"),
        ),
    ),
)
