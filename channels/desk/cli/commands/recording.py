"""What people report: promises, disputes and how they end, calls, payments, notes."""

import argparse
from datetime import date
from typing import Any, Final

from channels.desk.cli.command import Command, UsageError
from channels.desk.cli.crediting import credit, credit_arguments
from channels.desk.cli.ordering import order, ordered, signed
from channels.desk.cli.paying import allocate, allocate_arguments, pay, pay_arguments
from channels.desk.cli.values import Day, amount, day


def _part(text: str) -> tuple[Day, str]:
    when, separator, much = text.partition("=")
    if not separator:
        raise argparse.ArgumentTypeError(f"{text!r} is not a part such as 2026-03-31=500.00")
    return day(when), amount(much)


def _amount(parser: argparse.ArgumentParser, what: str) -> None:
    parser.add_argument("--amount", type=amount, metavar="AMOUNT", help=what)


def _promise_arguments(parser: argparse.ArgumentParser) -> None:
    when = parser.add_mutually_exclusive_group(required=True)
    when.add_argument("--by", type=day, metavar="DAY", help="the day it will be paid")
    when.add_argument(
        "--part",
        type=_part,
        action="append",
        metavar="DAY=AMOUNT",
        help="one of several instalments, in order",
    )
    _amount(parser, "how much; all that is open without it")
    parser.add_argument(
        "--accept", action="store_true", help="as a manager: pause even beyond the policy's limits"
    )
    signed(parser, reason=False)


def _promise(args: argparse.Namespace, today: date) -> dict[str, Any]:
    if args.part and args.amount:
        raise UsageError("instalments have amounts of their own: leave --amount out")
    if args.accept and not args.reason:
        raise UsageError("--accept needs a --reason: why the limits do not count")
    parts = tuple((when(today), much) for when, much in args.part or ())
    return {
        "by": args.by(today) if args.by else None,
        "parts": parts,
        "amount": args.amount or "",
        "accepted": args.accept,
        "reason": args.reason,
    }


def _dispute_arguments(parser: argparse.ArgumentParser) -> None:
    _amount(parser, "how much is contested; all that is open without it")
    signed(parser, reason=True)


def _dispute(args: argparse.Namespace, _: date) -> dict[str, Any]:
    return {"amount": args.amount or "", "reason": args.reason}


def _settle_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--outcome",
        required=True,
        choices=("for-debtor", "in-part", "against"),
        help="who was right",
    )
    _amount(parser, "in part: how much of it is credited")
    parser.add_argument("--credit-by", type=day, metavar="DAY", help="when the credit note comes")
    signed(parser, reason=False)


def _settle(args: argparse.Namespace, today: date) -> dict[str, Any]:
    if (args.outcome == "in-part") != bool(args.amount):
        raise UsageError("--outcome in-part takes the --amount that is credited, others take none")
    return {
        "outcome": args.outcome,
        "amount": args.amount or "",
        "by": args.credit_by(today) if args.credit_by else None,
        "reason": args.reason,
    }


def _call_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--outcome",
        required=True,
        choices=("reached", "no-answer", "wrong-number", "dispute"),
        help="how it went",
    )
    parser.add_argument("--by", type=day, metavar="DAY", help="reached: the day it will be paid")
    _amount(parser, "how much is promised or contested")
    signed(parser, reason=False)


def _call(args: argparse.Namespace, today: date) -> dict[str, Any]:
    if args.by and args.outcome != "reached":
        raise UsageError("--by is what somebody said who was reached: --outcome reached")
    return {
        "outcome": args.outcome,
        "by": args.by(today) if args.by else None,
        "amount": args.amount or "",
        "reason": args.reason,
    }


def _note_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--text", required=True, metavar="TEXT", help="what is worth keeping")
    signed(parser)


COMMANDS: Final = (
    order(
        "promise",
        "the debtor promises to pay: chasing pauses until then",
        group="record",
        run=ordered("promise", _promise),
        arguments=_promise_arguments,
        examples=(
            ("relance promise AN-1001 --by friday", "all that is open, this Friday"),
            ("relance promise --debtor C1001 --by +10 --amount 500,00", "the oldest first"),
            (
                "relance promise AN-1001 --part 2026-03-31=500.00 --part 2026-04-30=500.00",
                "in two instalments",
            ),
        ),
    ),
    order(
        "dispute",
        "the debtor contests an invoice, or a part of it",
        group="record",
        run=ordered("dispute", _dispute),
        arguments=_dispute_arguments,
        examples=(
            ("relance dispute AN-1001 --reason quality", "all of it"),
            ("relance dispute AN-1001 --amount 120.00 --reason price", "a part of it"),
        ),
    ),
    order(
        "settle",
        "a dispute ends: for the debtor, in part, or against it",
        group="record",
        run=ordered("settle", _settle),
        arguments=_settle_arguments,
        examples=(
            ("relance settle AN-1001 --outcome against", "it is owed: the levels go on"),
            ("relance settle AN-1001 --outcome in-part --amount 80.00", "80 are credited"),
        ),
    ),
    order(
        "call",
        "somebody was called, and how it went",
        group="record",
        run=ordered("call", _call),
        arguments=_call_arguments,
        examples=(
            ("relance call AN-1001 --outcome reached --by friday", "they will pay on Friday"),
            ("relance call AN-1001 --outcome no-answer", "it is tried again"),
        ),
    ),
    order(
        "pay",
        "money came in, or was taken back",
        group="record",
        run=pay,
        arguments=pay_arguments,
        examples=(
            ("relance pay AN-1001", "in full, today"),
            ("relance pay AN-1001 AN-1002 --amount 750.00 --on yesterday", "in this order"),
            ("relance pay --debtor C1001 --amount 750,00", "the oldest first"),
            ("relance pay AN-1001 --back", "it bounced: the case opens again"),
        ),
    ),
    Command(
        name="credit",
        group="record",
        summary="a credit note lowers what is open on an invoice",
        run=credit,
        arguments=credit_arguments,
        examples=(
            ("relance credit AN-1001 120,00 --note GS-77", "a note that no ledger has brought"),
            ("relance credit AN-1001 --note GS-77", "what is left of the debtor's credit"),
        ),
    ),
    Command(
        name="allocate",
        group="record",
        summary="let a payment that pays nothing yet pay invoices",
        run=allocate,
        arguments=allocate_arguments,
        examples=(("relance allocate BANK-77 AN-1001", "what is left of it pays this one"),),
    ),
    order(
        "note",
        "keep something worth knowing",
        group="record",
        run=ordered("note", lambda args, _: {"reason": args.text}),
        arguments=_note_arguments,
        examples=(('relance note AN-1001 --text "is moving"', "shown by relance show"),),
    ),
)
