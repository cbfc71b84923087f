"""What people decide: hold, release, yes and no, skip, send, extend, give up, freeze."""

import argparse
from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from channels.desk.cli import thawing
from channels.desk.cli.command import Call, Command, UsageError, booked
from channels.desk.cli.concern import Concern, about_creditor, about_invoices, meant, whose
from channels.desk.cli.ordering import give, order, ordered, signed
from channels.desk.cli.values import day
from channels.desk.ports import Opened
from models.chasing.commands import Hold, Release
from models.orders import Freeze, Thaw


def _wide_arguments(parser: argparse.ArgumentParser) -> None:
    about_invoices(parser)
    parser.add_argument("--all", action="store_true", help="everything of the creditor")


def _hold_arguments(parser: argparse.ArgumentParser) -> None:
    _wide_arguments(parser)
    parser.add_argument(
        "--until", type=day, metavar="DAY", help="chasing goes on at its start; else for ever"
    )
    signed(parser, reason=True)


def _release_arguments(parser: argparse.ArgumentParser) -> None:
    _wide_arguments(parser)
    signed(parser, reason=False)


async def _widely(call: Call, opened: Opened) -> Concern:
    """Return what is meant, which may be everything of a creditor."""
    if not call.args.all:
        return await meant(call, opened)
    if call.args.invoices or call.args.debtor:
        raise UsageError("--all is everything of the creditor: name no invoice and no debtor")
    return Concern(whose(call, call.args.creditor))


async def _hold(call: Call, opened: Opened) -> int:
    concern = await _widely(call, opened)
    today = opened.books.today(concern.creditor, call.desk.clock())
    until = call.args.until(today) if call.args.until else None
    return await give(call, opened, concern, [Hold(until=until, reason=call.args.reason)])


async def _release(call: Call, opened: Opened) -> int:
    concern = await _widely(call, opened)
    return await give(call, opened, concern, [Release(reason=call.args.reason)])


def _reasoned(parser: argparse.ArgumentParser) -> None:
    signed(parser, reason=True)


def _approve_arguments(parser: argparse.ArgumentParser) -> None:
    signed(parser, reason=False)


def _reject_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--then",
        default="hold",
        choices=("hold", "repeat", "skip"),
        help="hold it (with --until), repeat the level before, or skip this one",
    )
    parser.add_argument("--until", type=day, metavar="DAY", help="held until the start of this day")
    signed(parser, reason=False)


def _reject(args: argparse.Namespace, today: date) -> dict[str, Any]:
    if args.until and args.then != "hold":
        raise UsageError("--until goes with --then hold")
    until = args.until(today) if args.until else None
    return {"outcome": args.then, "until": until, "reason": args.reason}


def _skip_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--to", default="", metavar="LEVEL", help="pass over all before this one")
    signed(parser, reason=True)


def _send_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--level", default="", metavar="LEVEL", help="instead of the next one")
    signed(parser, reason=True)


def _extend_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--to", type=day, required=True, metavar="DAY", help="the new due date")
    signed(parser, reason=True)


def _creditor_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("key", nargs="?", default="", metavar="CREDITOR")
    about_creditor(parser)
    signed(parser, reason=False)


async def _freeze(call: Call, opened: Opened) -> int:
    creditor = whose(call, call.args.key or call.args.creditor)
    return await give(call, opened, Concern(creditor), [Freeze(reason=call.args.reason)])


async def _thaw(call: Call, opened: Opened) -> int:
    creditor = whose(call, call.args.key or call.args.creditor)
    ahead: list[thawing.Outlook] = []

    async def follows() -> Mapping[str, Any]:
        ahead.append(await thawing.outlook(call, opened, creditor))
        return thawing.as_json(ahead[0])

    command = Thaw(reason=call.args.reason)
    status = await give(call, opened, Concern(creditor), [command], follows)
    thawing.tell(ahead[0], call.out)
    return status


COMMANDS: Final = (
    Command(
        name="hold",
        group="steer",
        summary="stop chasing until a day: invoices, a debtor, or a whole creditor",
        run=booked(_hold),
        arguments=_hold_arguments,
        examples=(
            ("relance hold AN-1001 --until +14 --reason moving", "one invoice, two weeks"),
            ("relance hold --debtor C1001 --reason audit", "a debtor, and what comes later"),
        ),
    ),
    Command(
        name="release",
        group="steer",
        summary="end holds now; also takes back a promise",
        run=booked(_release),
        arguments=_release_arguments,
        examples=(("relance release --debtor C1001", "chasing goes on"),),
    ),
    order(
        "approve",
        "say yes to the notice that waits",
        group="steer",
        run=ordered("approve", lambda args, _: {"reason": args.reason}),
        arguments=_approve_arguments,
        examples=(("relance approve AN-1001 --as yann", "the formal notice may leave"),),
    ),
    order(
        "reject",
        "say no to the notice that waits, and what then",
        group="steer",
        run=ordered("reject", _reject),
        arguments=_reject_arguments,
        examples=(
            ("relance reject AN-1001 --then hold --until +7", "ask again in a week"),
            ("relance reject AN-1001 --then repeat", "one more friendly word first"),
        ),
    ),
    order(
        "skip",
        "pass over the next level",
        group="steer",
        run=ordered("skip", lambda args, _: {"level": args.to, "reason": args.reason}),
        arguments=_skip_arguments,
        examples=(("relance skip AN-1001 --reason spoken", "it is never said"),),
    ),
    order(
        "send",
        "say a level at the next opening, out of its turn",
        group="steer",
        run=ordered("send", lambda args, _: {"level": args.level, "reason": args.reason}),
        arguments=_send_arguments,
        examples=(("relance send AN-1001 --reason asked", "the next level, without waiting"),),
    ),
    order(
        "extend",
        "chase from a later due date",
        group="steer",
        run=ordered("extend", lambda args, today: {"until": args.to(today), "reason": args.reason}),
        arguments=_extend_arguments,
        examples=(("relance extend AN-1001 --to 2026-06-30 --reason agreed", "by agreement"),),
    ),
    order(
        "write-off",
        "give up what is open",
        group="steer",
        run=ordered("write-off", lambda args, _: {"reason": args.reason}),
        arguments=_reasoned,
        examples=(("relance write-off AN-1001 --reason residue", "the case closes"),),
    ),
    Command(
        name="freeze",
        group="steer",
        summary="let everything of a creditor stand still",
        run=booked(_freeze),
        arguments=_creditor_arguments,
        examples=(("relance freeze atelier-nord --reason migration", "nobody is written to"),),
    ),
    Command(
        name="thaw",
        group="steer",
        summary="let a creditor's chasing begin, or begin again",
        run=booked(_thaw),
        arguments=_creditor_arguments,
        examples=(("relance thaw atelier-nord", "after a look at relance rehearse"),),
    ),
)
