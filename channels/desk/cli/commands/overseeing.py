"""Lists beside the invoices: notices, what was said, what pays nothing yet."""

import argparse
from datetime import date
from typing import Final

from channels.desk.cli import facts
from channels.desk.cli.command import DONE, Call, Command, booked
from channels.desk.cli.concern import about_creditor, whose
from channels.desk.cli.selecting import selection, selects
from channels.desk.cli.tables import columns
from channels.desk.cli.values import day, money, shown
from channels.desk.ports import Opened


async def _notices(call: Call, opened: Opened) -> int:
    notices = await opened.views.sent(selection(call))
    if call.out.json:
        for notice in notices:
            call.out.record(facts.sent(notice))
        return DONE
    if not notices:
        call.out.say("Nothing was written yet.")
        return DONE
    rows = [
        [
            shown(notice.on),
            notice.name or notice.debtor,
            notice.level or notice.kind,
            notice.channel,
            notice.language,
            notice.state,
            ", ".join(notice.numbers),
        ]
        for notice in notices
    ]
    titles = ("day", "debtor~", "what", "by", "in?", "state", "invoices~?")
    call.out.table(columns(*titles), rows)
    return DONE


def _timeline_arguments(parser: argparse.ArgumentParser) -> None:
    selects(parser)
    parser.add_argument("--from", dest="since", type=day, metavar="DATE", help="the first day")
    parser.add_argument("--until", type=day, metavar="DATE", help="the last day, inclusive")


async def _timeline(call: Call, opened: Opened) -> int:
    args = call.args
    creditor = next(iter(call.desk.creditors.values()))
    today = opened.books.today(creditor, call.desk.clock())
    since = args.since(today) if args.since else date.min
    until = args.until(today) if args.until else date.max
    lines = [
        line for line in await opened.views.timeline(selection(call)) if since <= line.on <= until
    ]
    if call.out.json:
        for line in lines:
            call.out.record(line.as_json())
        return DONE
    rows = [
        [
            shown(line.on),
            f"{line.at:%H:%M}",
            line.debtor,
            line.channel,
            line.level,
            money(line.amount, line.currency),
            ", ".join(line.invoices),
        ]
        for line in lines
    ]
    if rows:
        titles = ("day", "at?", "debtor", "by", "what", "amount>", "invoices~?")
        call.out.table(columns(*titles), rows)
    else:
        call.out.say("Nothing was said in these days.")
    return DONE


def _unallocated_arguments(parser: argparse.ArgumentParser) -> None:
    about_creditor(parser)


async def _unallocated(call: Call, opened: Opened) -> int:
    key = whose(call, call.args.creditor).key if call.args.creditor else ""
    found = await opened.views.unallocated(key)
    if call.out.json:
        for one in found:
            call.out.record(facts.unallocated(one))
        return DONE
    if not found:
        call.out.say("Every payment and every credit is placed.")
        return DONE
    rows = [
        [
            one.creditor,
            one.kind,
            one.key,
            shown(one.on),
            money(one.amount, one.currency),
            money(one.left, one.currency),
            one.name or one.debtor or "-",
            one.text,
        ]
        for one in found
    ]
    titles = ("creditor?", "what", "reference", "day?", "amount>?", "left>", "debtor~", "text~?")
    call.out.table(columns(*titles), rows)
    return DONE


COMMANDS: Final = (
    Command(
        name="notices",
        group="look",
        summary="list what was written, to whom, and what became of it",
        run=booked(_notices),
        arguments=selects,
        examples=(("relance notices --debtor C1001", "one debtor's"),),
    ),
    Command(
        name="timeline",
        group="look",
        summary="tell what was said, day by day, as a rehearsal does",
        run=booked(_timeline),
        arguments=_timeline_arguments,
        examples=(("relance timeline --from 2026-03-01 --json", "to compare with a rehearsal"),),
    ),
    Command(
        name="unallocated",
        group="look",
        summary="list payments and credits that pay nothing yet",
        run=booked(_unallocated),
        arguments=_unallocated_arguments,
        examples=(("relance unallocated", "of all creditors"),),
    ),
)
