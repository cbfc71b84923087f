"""Look at invoices: how they stand, what comes next and why."""

import argparse
from typing import Final

from channels.desk.cli import facts, noticing, showing
from channels.desk.cli.command import DONE, Call, Command, UsageError, booked
from channels.desk.cli.concern import about_creditor, about_invoices, meant, whose
from channels.desk.cli.values import shown
from channels.desk.ports import Opened
from models.chasing.answers import Blocker
from models.errors import UnknownError
from models.views import Item, Selection


def _one_argument(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("invoice", metavar="INVOICE")
    about_creditor(parser)


def _show_arguments(parser: argparse.ArgumentParser) -> None:
    _one_argument(parser)
    parser.add_argument(
        "--notice", action="store_true", help="the text that waits for a yes, word for word"
    )


async def _one(call: Call, opened: Opened) -> Item:
    """Return the invoice that was named.

    Raises:
        UnknownError: there is none of this number.
    """
    call.args.invoices, call.args.debtor = [call.args.invoice], ""
    concern = await meant(call, opened)
    if not concern.items:
        where, number = concern.creditor.key, call.args.invoice
        raise UnknownError(f"{where} has no invoice {number}: relance list shows what there is")
    return concern.items[0]


async def _show(call: Call, opened: Opened) -> int:
    found = await _one(call, opened)
    ((item, answer),) = await opened.asking.answered([found], call.desk.clock())
    events = await opened.views.happened(item.creditor, item.number)
    only = Selection(creditor=item.creditor, numbers=(item.number,))
    notices, tasks = await opened.views.sent(only), await opened.views.tasks(only)
    coming = None
    if Blocker.APPROVAL in item.blockers:
        coming = await opened.asking.notice(item.creditor, item.number, call.desk.clock())
    words = None if coming is None else noticing.written(opened, coming)
    if call.out.json:
        call.out.record(
            {
                **facts.following(item, answer),
                "events": [facts.happened(event, item.currency) for event in events],
                "notices": [facts.sent(notice) for notice in notices],
                "tasks": [facts.task(task) for task in tasks],
                "notice": None if coming is None else noticing.as_json(coming, words),
            }
        )
        return DONE
    if call.args.notice:
        if coming is None:
            raise UnknownError(f"no notice of {item.number} waits for a yes: see relance next")
        noticing.read_out(coming, words, call.out)
        return DONE
    showing.head(item, call.out)
    showing.following(item, answer, call.out)
    call.out.say("what happened:")
    showing.story(events, item.currency, call.out)
    for notice in notices:
        what = notice.level or notice.kind
        call.out.say(f"  {notice.on.isoformat()}  {what} by {notice.channel}: {notice.state}")
    for task in tasks:
        call.out.say(f"  to do by {shown(task.due)}: {task.kind} ({task.owner}), task {task.id}")
    if coming is not None:
        noticing.tell(coming, call.out)
        call.out.say("relance show --notice prints its text")
    return DONE


async def _next(call: Call, opened: Opened) -> int:
    numbers, debtor = tuple(call.args.invoices), call.args.debtor
    if bool(numbers) == bool(debtor):
        raise UsageError("name the invoices, or a debtor with --debtor")
    creditor = whose(call, call.args.creditor).key if call.args.creditor else ""
    items = await opened.views.items(
        Selection(creditor=creditor, numbers=numbers, debtor=debtor, closed=bool(numbers))
    )
    for item, answer in await opened.asking.answered(items, call.desk.clock()):
        if call.out.json:
            call.out.record(facts.following(item, answer))
            continue
        showing.head(item, call.out)
        showing.following(item, answer, call.out)
    missing = sorted(set(numbers) - {item.number for item in items})
    if missing:
        raise UnknownError(f"there is no invoice {', '.join(missing)}: relance list shows all")
    if not items:
        ever = Selection(creditor=creditor, debtor=debtor, closed=True, limit=1)
        if not await opened.views.items(ever):
            raise UnknownError("nobody is known by that key, code or exact name: see relance list")
        call.out.say("nothing is open there, so nothing comes next")
    return DONE


def _why_arguments(parser: argparse.ArgumentParser) -> None:
    _one_argument(parser)
    parser.add_argument(
        "--last",
        type=int,
        default=5,
        metavar="N",
        help="so many answers beside those that said a letter, newest first; 0 for all",
    )


async def _why(call: Call, opened: Opened) -> int:
    if call.args.last < 0:
        raise UsageError("--last counts answers: 1 or more, or 0 for all")
    item = await _one(call, opened)
    answers = await opened.views.reasons(item.creditor, item.number, call.args.last)
    letters = await opened.views.letters(item.creditor, item.number)
    found = sorted([*letters, *answers], key=lambda reason: reason.at, reverse=True)
    if call.out.json:
        for reason in found:
            call.out.record({"invoice": item.number, **facts.reason(reason, item.currency)})
        return DONE
    if not answers:
        call.out.say("The engine has not looked at it yet; relance up starts it.")
    showing.reasons(found, item.currency, call.out)
    return DONE


COMMANDS: Final = (
    Command(
        name="show",
        group="look",
        summary="show an invoice: how it stands and what happened",
        run=booked(_show),
        arguments=_show_arguments,
        examples=(
            ("relance show AN-1001", "its file"),
            ("relance show AN-1001 --notice", "the text that waits for a yes"),
        ),
    ),
    Command(
        name="next",
        group="look",
        summary="say what comes next and when, or what keeps it and what to do about it",
        run=booked(_next),
        arguments=about_invoices,
        examples=(
            ("relance next AN-1001", "one invoice"),
            ("relance next --debtor C1001", "all that a debtor has open"),
        ),
    ),
    Command(
        name="why",
        group="look",
        summary="say why: what said each letter, and each answer, with rule, policy and facts",
        run=booked(_why),
        arguments=_why_arguments,
        examples=(("relance why AN-1001 --last 1", "the letters, and the last answer"),),
    ),
)
