"""What became of notices on their way: bounced, in doubt, presented."""

import argparse
from datetime import date
from typing import Any, Final

from channels.desk.cli.command import Call, booked
from channels.desk.cli.concern import meant
from channels.desk.cli.ordering import give, order, ordered, signed
from channels.desk.cli.values import day
from channels.desk.ports import Opened
from models.orders import RuleDelivery


def _bounced_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--channel", default="email", metavar="CHANNEL", help="email without it")
    signed(parser)


def _rule_arguments(parser: argparse.ArgumentParser) -> None:
    either = parser.add_mutually_exclusive_group(required=True)
    either.add_argument("--arrived", action="store_true", help="it did: its level is said")
    either.add_argument(
        "--lost", dest="arrived", action="store_false", help="it did not: it may be said again"
    )
    signed(parser, reason=False)


async def _rule(call: Call, opened: Opened) -> int:
    concern = await meant(call, opened)
    command = RuleDelivery(arrived=call.args.arrived, reason=call.args.reason)
    return await give(call, opened, concern, [command])


def _presented_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--on", type=day, metavar="DAY", help="when it was first presented; today without it"
    )
    signed(parser)


def _presented(args: argparse.Namespace, today: date) -> dict[str, Any]:
    return {"until": args.on(today) if args.on else today}


COMMANDS: Final = (
    order(
        "bounced",
        "the last notice did not arrive",
        group="record",
        run=ordered("bounce", lambda args, _: {"outcome": args.channel}),
        arguments=_bounced_arguments,
        examples=(("relance bounced AN-1001", "its address is bad; the next way is taken"),),
    ),
    order(
        "rule",
        "say whether a notice arrived of which nobody knows",
        group="record",
        run=booked(_rule),
        arguments=_rule_arguments,
        examples=(
            ("relance rule AN-1001 --arrived", "the debtor has it: its deadline runs"),
            ("relance rule AN-1001 --lost", "it is said again"),
        ),
    ),
    order(
        "presented",
        "a formal notice was first presented: its deadline counts from that day",
        group="record",
        run=ordered("presented", _presented),
        arguments=_presented_arguments,
        examples=(("relance presented AN-1001 --on 2026-03-12", "the slip says so"),),
    ),
)
