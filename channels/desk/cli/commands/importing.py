"""Import: ledgers, contacts and payments from files."""

import argparse
from pathlib import Path
from typing import Final

from channels.desk.cli.command import Command, booked
from channels.desk.cli.concern import about_creditor
from channels.desk.cli.ordering import signed
from channels.desk.cli.taking import confirm, contacts, invoices, payments
from channels.desk.cli.values import day, whole


def _file(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, metavar="FILE", help="a CSV file")
    about_creditor(parser)
    parser.add_argument(
        "--as-of", type=day, metavar="DATE", help="the last day the file covers; today without it"
    )
    parser.add_argument("--mapping", type=Path, metavar="FILE.toml", help="how the file writes")
    parser.add_argument(
        "--background", action="store_true", help="let a worker read it, and do not wait"
    )
    parser.add_argument(
        "--save-mapping", type=Path, metavar="FILE", help="keep what was found out about the file"
    )


def _invoice_arguments(parser: argparse.ArgumentParser) -> None:
    _file(parser)
    parser.add_argument(
        "--complete",
        default="",
        metavar="CREDITOR",
        help="it holds every open item of this creditor: what is missing from it is settled",
    )
    parser.add_argument(
        "--yes", action="store_true", help="also when it settles many, or is older than the last"
    )
    signed(parser)


def _contact_arguments(parser: argparse.ArgumentParser) -> None:
    _file(parser)
    signed(parser)


def _payment_arguments(parser: argparse.ArgumentParser) -> None:
    _file(parser)
    parser.add_argument(
        "--oldest-first",
        action="store_true",
        help="what names no invoice and fits none pays the debtor's oldest",
    )
    signed(parser)


def _confirm_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("number", type=whole, metavar="IMPORT", help="as the import named it")
    about_creditor(parser)
    signed(parser)


COMMANDS: Final = (
    Command(
        name="import invoices",
        group="start",
        summary="read open items in; the same file twice changes nothing",
        about=(
            "Reads a ledger's open items in. Good rows go in, bad ones are kept in a file beside\n"
            "it with the reason. A creditor's first import is frozen: look, then relance thaw."
        ),
        run=booked(invoices),
        arguments=_invoice_arguments,
        examples=(
            (
                "relance import invoices ledger.csv --creditor atelier-nord",
                "what is new or changed",
            ),
            (
                "relance import invoices ledger.csv --complete atelier-nord --as-of yesterday",
                "all that was open yesterday night: what is missing is settled",
            ),
        ),
    ),
    Command(
        name="import contacts",
        group="start",
        summary="read addresses in",
        run=booked(contacts),
        arguments=_contact_arguments,
        examples=(
            (
                "relance import contacts contacts.csv --creditor atelier-nord",
                "more people to write to",
            ),
        ),
    ),
    Command(
        name="import payments",
        group="start",
        summary="read money in; what fits nothing is kept as unallocated",
        run=booked(payments),
        arguments=_payment_arguments,
        examples=(
            ("relance import payments bank.csv --creditor atelier-nord", "by number, then amount"),
            ("relance import payments bank.csv --creditor atelier-nord --oldest-first", "or age"),
        ),
    ),
    Command(
        name="import confirm",
        group="start",
        summary="say yes to an import that waits because it would settle many items",
        run=booked(confirm),
        arguments=_confirm_arguments,
        examples=(("relance import confirm 12 --creditor atelier-nord", "as the import said"),),
    ),
)
