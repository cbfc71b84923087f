"""Money that a person states: what came in, and what was taken back."""

import argparse
from typing import Final

from channels.desk.cli.command import DONE, Call, UsageError, booked
from channels.desk.cli.concern import Concern, about_creditor, meant
from channels.desk.cli.ordering import actor, give, report, signed, tell
from channels.desk.cli.values import amount, day, money
from channels.desk.ports import Opened
from models.chasing.commands import Pay, Reverse
from models.errors import RefusedError
from models.ledger.money import Money
from models.orders import Allocate, Order

_LEFT: Final = "pays nothing yet: see relance unallocated"


def pay_arguments(parser: argparse.ArgumentParser) -> None:
    """Take how much came in and when."""
    parser.add_argument(
        "--amount",
        type=amount,
        metavar="AMOUNT",
        help="how much; all that is open without it",
    )
    parser.add_argument("--on", type=day, metavar="DAY", help="when it arrived; today without it")
    parser.add_argument("--reference", default="", metavar="REF", help="the bank's reference")
    parser.add_argument(
        "--back", action="store_true", help="it was taken back; all that was paid without --amount"
    )
    signed(parser)


async def _pay(call: Call, opened: Opened) -> int:
    args = call.args
    concern = await meant(call, opened)
    today = opened.books.today(concern.creditor, call.desk.clock())
    on = args.on(today) if args.on else today
    if on > today:
        raise UsageError(f"--on {on} is not here yet: record the money when it has arrived")
    stated = Money.of(args.amount, concern.currency).minor if args.amount else None
    if stated is not None and stated <= 0:
        raise UsageError("--amount must be above zero; money taken back is --back")
    command: Pay | Reverse
    if args.back:
        command = Reverse(amount=stated, payment=args.reference)
    else:
        minor = _all(concern) if stated is None else stated
        command = Pay(amount=minor, on=on, payment=args.reference)
    order = Order(
        creditor=concern.creditor.key,
        command=command,
        actor=actor(args),
        at=call.desk.clock(),
        event_id=call.event_id,
        invoices=concern.invoices,
        debtor=concern.debtor,
    )
    recorded = await opened.books.record(order)
    told = await tell(opened, [recorded])
    report(call, concern, [recorded], told=told)
    if recorded.left:
        call.out.warn(f"{money(recorded.left, concern.currency)} {_LEFT}")
    return DONE


def _all(concern: Concern) -> int:
    """Return all that is open there, in its one currency."""
    currency = concern.currency
    open_ = sum(item.open for item in concern.items if item.currency == currency)
    if open_ <= 0:
        raise RefusedError(f"nothing is open on {concern}: say how much came in with --amount")
    return open_


pay = booked(_pay)


def allocate_arguments(parser: argparse.ArgumentParser) -> None:
    """Take the payment and what it is to pay."""
    parser.add_argument("payment", metavar="REFERENCE", help="as relance unallocated shows it")
    parser.add_argument("invoices", nargs="*", metavar="INVOICE", help="to pay, in this order")
    parser.add_argument("--debtor", default="", metavar="D", help="else a debtor's oldest")
    about_creditor(parser)
    signed(parser)


async def _allocate(call: Call, opened: Opened) -> int:
    concern = await meant(call, opened)
    return await give(call, opened, concern, [Allocate(payment=call.args.payment)])


allocate = booked(_allocate)
