"""Which invoices, tasks or notices a command looks at."""

import argparse

from channels.desk.cli.command import Call
from channels.desk.cli.concern import about_invoices, whose
from channels.desk.cli.values import whole
from models.views import Selection

#: So many are listed unless told otherwise.
LIMIT = 500


def selects(parser: argparse.ArgumentParser) -> None:
    """Let a command be about some invoices, a debtor, a creditor, or all."""
    about_invoices(parser)
    parser.add_argument(
        "--limit",
        type=whole,
        default=LIMIT,
        metavar="N",
        help=f"at most so many, {LIMIT} without it, 0 for all",
    )


def filters(parser: argparse.ArgumentParser) -> None:
    """Let a command narrow invoices by how they stand."""
    selects(parser)
    parser.add_argument(
        "--state", action="append", default=[], metavar="STATE", help="open, promised, disputed…"
    )
    parser.add_argument("--blocker", default="", metavar="BLOCKER", help="what keeps it")
    parser.add_argument("--level", default="", metavar="LEVEL", help="the level said last")
    parser.add_argument("--overdue", action="store_true", help="past its due date")
    parser.add_argument("--all", action="store_true", help="closed ones as well")


def selection(call: Call) -> Selection:
    """Return what was selected."""
    args = call.args
    creditor = whose(call, args.creditor) if args.creditor else None
    before = None
    if getattr(args, "overdue", False):
        now = call.desk.clock()
        owner = creditor or next(iter(call.desk.creditors.values()))
        before = call.desk.policies[owner.default_policy].day(now)
    return Selection(
        creditor=creditor.key if creditor else "",
        numbers=tuple(args.invoices),
        debtor=args.debtor,
        states=tuple(getattr(args, "state", ())),
        blocker=getattr(args, "blocker", ""),
        level=getattr(args, "level", ""),
        due_before=before,
        closed=getattr(args, "all", False) or bool(args.invoices),
        limit=max(0, args.limit),
    )
