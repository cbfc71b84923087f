"""A credit note that a person applies to an invoice."""

import argparse

from channels.desk.cli.command import Call, UsageError, booked
from channels.desk.cli.concern import Concern, about_creditor, meant
from channels.desk.cli.ordering import give, signed
from channels.desk.cli.values import amount, day
from channels.desk.ports import Opened
from models.chasing.commands import Credit
from models.errors import UnknownError
from models.ledger.money import Money


def credit_arguments(parser: argparse.ArgumentParser) -> None:
    """Take the invoice, how much is credited, and the note's number."""
    parser.add_argument("invoice", metavar="INVOICE")
    parser.add_argument(
        "amount",
        nargs="?",
        type=amount,
        metavar="AMOUNT",
        help="how much; without it what is left of a credit in relance unallocated",
    )
    parser.add_argument(
        "--note", required=True, metavar="NUMBER", help="of the credit note, known to us or not"
    )
    parser.add_argument("--on", type=day, metavar="DAY", help="of the note; today without it")
    about_creditor(parser)
    signed(parser)


async def _credit(call: Call, opened: Opened) -> int:
    args = call.args
    args.invoices, args.debtor = [args.invoice], ""
    concern = await meant(call, opened)
    if not concern.items:
        message = f"{concern.creditor.key} has no invoice {args.invoice}"
        raise UnknownError(f"{message}: relance list shows what there is")
    today = opened.books.today(concern.creditor, call.desk.clock())
    on = args.on(today) if args.on else today
    if on > today:
        raise UsageError(f"--on {on} is not here yet: name the day of the credit note")
    minor = (
        Money.of(args.amount, concern.currency).minor
        if args.amount
        else await _left(opened, concern, args.note)
    )
    return await give(call, opened, concern, [Credit(amount=minor, note=args.note, on=on)])


async def _left(opened: Opened, concern: Concern, note: str) -> int:
    """Return what is left of a debtor's credit, as far as the invoice has it open.

    Raises:
        UnknownError: the debtor has no credit of this number.
    """
    currency = concern.currency
    (item,) = concern.items
    left = sum(
        one.left
        for one in await opened.views.unallocated(concern.creditor.key)
        if (one.kind, one.key, one.debtor, one.currency)
        == ("credit-note", note, item.debtor, currency)
    )
    if left <= 0:
        message = f"nothing is left of a credit {note} of this debtor: say how much is credited"
        raise UnknownError(message)
    return min(left, item.open) if item.open > 0 else left


credit = booked(_credit)
