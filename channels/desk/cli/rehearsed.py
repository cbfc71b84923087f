"""A rehearsal for people: day by day, then in figures."""

from collections import Counter
from collections.abc import Iterable

from channels.desk.cli.output import Output
from channels.desk.cli.tables import Column
from channels.desk.cli.values import money, several, shown
from models.chasing.portfolio import Portfolio
from models.chasing.rehearsal import Rehearsal
from models.chasing.timeline import Entry

_COLUMNS = (
    Column("day"),
    Column("at", extra=True),
    Column("debtor", wide=True),
    Column("by"),
    Column("what"),
    Column("amount", right=True),
    Column("invoices", wide=True),
    Column("why", wide=True, extra=True),
)
#: So much of a name, and so many numbers, are shown.
_NAME, _NUMBERS = 28, 4


def told(out: Output, found: Rehearsal, portfolio: Portfolio) -> None:
    """Write a rehearsal as tables."""
    if found.timeline:
        out.table(_COLUMNS, list(_rows(found.timeline, portfolio)))
    else:
        out.say("Nothing would be said in these days.")
    out.say()
    _summary(out, found)


def _rows(timeline: Iterable[Entry], portfolio: Portfolio) -> Iterable[list[str]]:
    last = None
    for entry in timeline:
        account = portfolio.accounts.get((entry.creditor, entry.debtor))
        name = entry.debtor if account is None else account.debtor.name
        yield [
            shown(entry.on) if entry.on != last else "",
            f"{entry.at:%H:%M}",
            name if len(name) <= _NAME else f"{name[: _NAME - 1]}…",
            "+".join((entry.channel, *entry.beside)),
            entry.level,
            money(entry.amount, entry.currency),
            _numbers(entry.invoices),
            entry.why,
        ]
        last = entry.on


def _numbers(numbers: tuple[str, ...]) -> str:
    more = len(numbers) - _NUMBERS
    shown_ones = ", ".join(numbers[:_NUMBERS])
    return shown_ones if more <= 0 else f"{shown_ones} and {more} more"


def _summary(out: Output, found: Rehearsal) -> None:
    contacts = [entry for entry in found.timeline if entry.kind == "contact"]
    answers = len(found.timeline) - len(contacts)
    days = len({entry.on for entry in contacts})
    debtors = len({(entry.creditor, entry.debtor) for entry in contacts})
    out.say(
        f"{several(len(contacts), 'contact')} with {several(debtors, 'debtor')} "
        f"on {several(days, 'day')}, {several(answers, 'answer')}; "
        f"{several(len(found.standings), 'invoice')} at the end:"
    )
    out.say()
    said = Counter((entry.level, entry.channel) for entry in contacts)
    if said:
        columns = (Column("level"), Column("by"), Column("contacts", right=True))
        out.table(columns, [[*key, f"{count:,}"] for key, count in said.most_common()])
        out.say()
    states = Counter((one.state, ", ".join(one.blockers) or "-") for one in found.standings)
    if states:
        columns = (
            Column("state at the end"),
            Column("waits for", wide=True),
            Column("invoices", right=True),
        )
        out.table(columns, [[*key, f"{count:,}"] for key, count in states.most_common()])
