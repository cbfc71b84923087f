"""What an order is about: an invoice, several, a debtor; found among the creditors."""

import argparse
from dataclasses import dataclass

from channels.desk.cli.command import Call, UsageError
from channels.desk.ports import Opened
from models.errors import RefusedError, UnknownError
from models.ledger.creditor import Creditor
from models.views import Item, Selection


@dataclass(frozen=True, slots=True)
class Concern:
    """What is meant, once it is found.

    Attributes:
        items: the invoices as they stand, closed ones included.
    """

    creditor: Creditor
    invoices: tuple[str, ...] = ()
    debtor: str = ""
    items: tuple[Item, ...] = ()

    @property
    def currency(self) -> str:
        """The one currency of what is meant: for a debtor, of what is open.

        Raises:
            RefusedError: there is none, or more than one.
        """
        items = [item for item in self.items if self.invoices or item.open > 0]
        currencies = sorted({item.currency for item in items})
        if len(currencies) == 1:
            return currencies[0]
        what = " and ".join(currencies) + " are open" if currencies else "nothing is open"
        raise RefusedError(f"an amount needs one currency, but {what}: name the invoices")

    def __str__(self) -> str:
        """Name what is meant, for people."""
        if self.invoices:
            return ", ".join(self.invoices)
        return "all invoices of the debtor" if self.debtor else f"creditor {self.creditor.key}"


def about_invoices(parser: argparse.ArgumentParser) -> None:
    """Let a command be about invoices by number, or a whole debtor."""
    parser.add_argument("invoices", nargs="*", metavar="INVOICE", help="numbers of invoices")
    parser.add_argument(
        "--debtor", default="", metavar="D", help="all invoices of a debtor, by code or exact name"
    )
    about_creditor(parser)


def about_creditor(parser: argparse.ArgumentParser) -> None:
    """Let a command name the creditor where that is not clear."""
    parser.add_argument(
        "--creditor", default="", metavar="K", help="whose; only where it is not clear"
    )


async def meant(call: Call, opened: Opened) -> Concern:
    """Return what was typed, with the creditor it belongs to.

    Raises:
        UsageError: neither invoice nor debtor was named, or both were.
        UnknownError: no creditor has it.
        RefusedError: several creditors have it.
    """
    args = call.args
    numbers = tuple(dict.fromkeys(args.invoices))
    if bool(numbers) == bool(args.debtor):
        raise UsageError("name the invoices, or a debtor with --debtor")
    creditor = whose(call, args.creditor).key if args.creditor else ""
    selection = Selection(creditor=creditor, numbers=numbers, debtor=args.debtor, closed=True)
    items = await opened.views.items(selection)
    known = sorted({item.creditor for item in items})
    if len(known) > 1:
        what = "these invoices are" if numbers else "this debtor is"
        raise RefusedError(f"{what} known to {' and '.join(known)}: say which with --creditor")
    if not known and not creditor and len(call.desk.creditors) > 1:
        what = f"an invoice {numbers[0]}" if numbers else "a debtor by that key, code or exact name"
        raise UnknownError(f"no creditor knows {what}: relance list shows what there is")
    # What is missing among the named, and what comes near, the books say best.
    owner = known[0] if known else whose(call, creditor).key
    return Concern(call.desk.creditors[owner], numbers, args.debtor, tuple(items))


def whose(call: Call, key: str) -> Creditor:
    """Return a creditor by key; without one, the only one there is.

    Raises:
        UsageError: there are several, and none was named.
        UnknownError: nobody has this key.
    """
    creditors = call.desk.creditors
    if key in creditors:
        return creditors[key]
    known = ", ".join(creditors)
    if key:
        raise UnknownError(f"no creditor has the key {key!r}: there are {known}")
    if len(creditors) != 1:
        raise UsageError(f"say which creditor with --creditor: there are {known}")
    return next(iter(creditors.values()))
