"""A notice before it leaves, for the person who says yes to it."""

from typing import Any

from channels.desk.cli.output import Output
from channels.desk.cli.tables import Column
from channels.desk.cli.values import money, shown
from channels.desk.ports import Opened
from models.chasing.notice import Notice
from models.errors import RefusedError
from models.ledger.money import decimal
from models.ports import Written


def written(opened: Opened, notice: Notice) -> Written | None:
    """Return a notice in words; ``None`` where there are none, as for a hand-over."""
    try:
        return opened.writer.write(notice)
    except RefusedError:
        return None


def as_json(notice: Notice, words: Written | None) -> dict[str, Any]:
    """Return a notice as programs read it."""
    return {
        "level": notice.level,
        "channel": notice.channel,
        "language": notice.language,
        "on": notice.on.isoformat(),
        "deadline": None if notice.deadline is None else notice.deadline.isoformat(),
        "lines": [
            {
                "invoice": line.number,
                "level": line.level,
                "amount": decimal(line.amount, line.currency),
                "currency": line.currency,
                "due": line.due.isoformat(),
            }
            for line in notice.lines
        ],
        "also_open": [
            {
                "invoice": item.number,
                "open": decimal(item.open, item.currency),
                "currency": item.currency,
                "due": item.due.isoformat(),
                "state": item.state,
            }
            for item in notice.also_open
        ],
        "totals": [
            {
                "currency": total.currency,
                **{
                    name: decimal(getattr(total, name), total.currency)
                    for name in ("lines", "also_open", "credits", "net")
                },
            }
            for total in notice.totals
        ],
        "subject": None if words is None else words.subject,
        "text": None if words is None else words.text,
    }


def tell(notice: Notice, out: Output) -> None:
    """Write what a notice says and comes to."""
    out.say(f"a yes is asked for this {notice.level}, which would leave on {shown(notice.on)}:")
    rows = [
        [line.number, line.level, shown(line.due), money(line.amount, line.currency)]
        for line in notice.lines
    ]
    rows += [
        [item.number, f"also open ({item.state})", shown(item.due), money(item.open, item.currency)]
        for item in notice.also_open
    ]
    out.table(
        [Column("invoice"), Column("says"), Column("due"), Column("amount", right=True)], rows
    )
    for total in notice.totals:
        less = f", less credits of {money(total.credits, total.currency)}" if total.credits else ""
        out.say(f"  in all {money(total.net, total.currency)}{less}")
    if notice.deadline is not None:
        out.say(f"  to be paid by {shown(notice.deadline)}")


def read_out(notice: Notice, words: Written | None, out: Output) -> None:
    """Write a notice word for word."""
    if words is None:
        out.say(f"{notice.level} is given to a person: there is no text to the debtor")
        return
    out.say(f"by {notice.channel}, in {notice.language}: {words.subject}")
    out.say()
    out.say(words.text)
