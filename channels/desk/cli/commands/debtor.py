"""One debtor: what is known of it, what changes, and a statement for it."""

import argparse
from argparse import ArgumentTypeError
from typing import Any, Final

from channels.desk.cli import accounts
from channels.desk.cli.command import DONE, Call, Command, booked
from channels.desk.cli.concern import about_creditor, meant
from channels.desk.cli.ordering import give, signed
from channels.desk.ports import Opened
from models.orders import SetDebtor, State

_FACTS: Final = (
    ("--legal-id", "ID", "SIREN, SIRET, VAT or register number of the legal person"),
    ("--zone", "ZONE", "such as Europe/Paris; else its country's"),
    ("--country", "CC", "two letters"),
    ("--language", "LL", "two letters, such as fr"),
    ("--segment", "NAME", "what the creditor's rules choose a policy by"),
    ("--policy", "NAME", "of its invoices that come in from now on"),
    ("--payer", "DEBTOR", "another debtor who receives its notices"),
    ("--parent", "DEBTOR", "the debtor above it, for exposure"),
)


def _days(text: str) -> tuple[int, ...]:
    try:
        return tuple(int(part) for part in text.split(",") if part.strip())
    except ValueError as wrong:
        message = f"{text!r} are no days of the month: write them such as 15,31"
        raise ArgumentTypeError(message) from wrong


def _channels(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())


def _debtor_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("debtor", metavar="DEBTOR", help="by code or exact name")
    about_creditor(parser)
    for name, metavar, words in _FACTS:
        parser.add_argument(name, metavar=metavar, help=words)
    parser.add_argument(
        "--payment-days", type=_days, metavar="DAYS", help="of the month, such as 15,31"
    )
    parser.add_argument("--internal", choices=("yes", "no"), help="one of ours: never chased")
    parser.add_argument(
        "--quiet", type=_channels, metavar="CHANNELS", help="not to be used, such as sms,call"
    )
    signed(parser)


def _said(args: argparse.Namespace) -> SetDebtor:
    given: dict[str, Any] = {
        name: getattr(args, name)
        for name in SetDebtor.__dataclass_fields__
        if getattr(args, name) is not None
    }
    if "internal" in given:
        given["internal"] = given["internal"] == "yes"
    return SetDebtor(**given)


async def _debtor(call: Call, opened: Opened) -> int:
    call.args.invoices = []
    concern = await meant(call, opened)
    command = _said(call.args)
    if command != SetDebtor():
        status = await give(call, opened, concern, [command])
        if command.policy:
            call.out.warn(
                "invoices that are open keep their policy: "
                f"relance change-policy --debtor {call.args.debtor} moves them"
            )
        return status
    today = opened.books.today(concern.creditor, call.desk.clock())
    profile = await opened.views.profile(concern.creditor.key, concern.debtor, today)
    if call.out.json:
        call.out.record(accounts.known(profile))
        return DONE
    for line in accounts.lines(profile):
        call.out.say(line)
    if not profile.contacts:
        call.out.say("  nobody there is known to write to: relance import contacts brings some in")
        return DONE
    call.out.table(accounts.PEOPLE, [accounts.person(one) for one in profile.contacts])
    return DONE


def _statement_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("debtor", metavar="DEBTOR", help="by code or exact name")
    about_creditor(parser)
    signed(parser)


async def _statement(call: Call, opened: Opened) -> int:
    call.args.invoices = []
    return await give(call, opened, await meant(call, opened), [State()])


COMMANDS: Final = (
    Command(
        name="debtor",
        group="look",
        summary="show a debtor: what is known, its contacts, what it owes; or change a fact",
        run=booked(_debtor),
        arguments=_debtor_arguments,
        about=(
            "Without options it shows the debtor. An option changes that fact alone, and an "
            "empty text takes it away. What a ledger states of a debtor, it states anew at "
            "each import."
        ),
        examples=(
            ("relance debtor C1001", "how it stands"),
            ("relance debtor C1001 --payment-days 15,31 --quiet sms,call", "what was agreed"),
            ('relance debtor C1001 --legal-id "732 829 320"', "one person in every ledger"),
        ),
    ),
    Command(
        name="statement",
        group="steer",
        summary="send a debtor a statement of everything open, today or at the next opening",
        run=booked(_statement),
        arguments=_statement_arguments,
        examples=(("relance statement C1001", "it asked for one"),),
    ),
)
