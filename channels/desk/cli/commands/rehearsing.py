"""Rehearse: what would be said to whom, when and why, before anything is sent."""

import argparse
from collections.abc import Callable, Sequence
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Final

from channels.desk.cli.command import DONE, FAILED, Call, Command, UsageError
from channels.desk.cli.concern import whose
from channels.desk.cli.policy import named
from channels.desk.cli.rejecting import Rejecting
from channels.desk.cli.values import day, several
from models.ledger.entries import ItemRow, Reject
from models.names import CHANNELS
from models.ports import Locale

if TYPE_CHECKING:
    from datetime import date

    from models.chasing.policy import Policy
    from models.chasing.portfolio import Portfolio
    from models.chasing.rehearsal import Rehearsal
    from models.chasing.story import StoryEvent

#: No rehearsal begins before this year.
_EARLIEST: Final = 1900
#: What is written and sent; a call or a hand-over needs no channel.
_WRITE: Final = ("email", "sms", "letter", "registered-letter")


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("ledger", type=Path, metavar="LEDGER.csv", help="the open items")
    parser.add_argument(
        "--policy",
        default="",
        metavar="NAME|FILE.toml",
        help="for every row whose own policy column names none",
    )
    parser.add_argument(
        "--creditor", default="", metavar="K", help="instead: the policies its own rules choose"
    )
    parser.add_argument(
        "--from", dest="since", type=day, required=True, metavar="DATE", help="the first day"
    )
    parser.add_argument(
        "--until", type=day, required=True, metavar="DATE", help="the last day, inclusive"
    )
    parser.add_argument(
        "--story", type=Path, metavar="STORY.jsonl", help="what happens meanwhile, day by day"
    )
    parser.add_argument("--contacts", type=Path, metavar="FILE", help="more addresses, as CSV")
    parser.add_argument("--mapping", type=Path, metavar="FILE.toml", help="how the ledger writes")
    parser.add_argument(
        "--channels",
        default="",
        metavar="LIST",
        help="channels that are connected, such as email,letter; all of them without it",
    )


def _run(call: Call) -> int:
    from models.chasing.rehearsal import CHANNELS as EVERY
    from models.chasing.rehearsal import rehearse

    args = call.args
    policy = _policy(call)
    today = policy.day(call.desk.clock())
    since, until = args.since(today), args.until(today)
    if since.year < _EARLIEST:
        raise UsageError(f"--from {since} is too early: name a day from {_EARLIEST} on")
    if until < since:
        raise UsageError(f"--until {until} is before --from {since}: name a later day")
    story = _story(args.story)
    locale = call.desk.files.load(args.mapping) if args.mapping else Locale()
    people = [Rejecting(call, args.contacts, "contacts")] if args.contacts else []
    files = [Rejecting(call, args.ledger, "items", locale), *people]
    portfolio, taken = _ledger(call, policy, since, files)
    if not taken:
        _rejected(call, files, portfolio.rejects)
        call.out.warn(f"no row of {args.ledger.name} was taken: there is nothing to rehearse")
        return FAILED
    invoices = sum(len(account.items) for account in portfolio.accounts.values())
    connected = _channels(args.channels) or EVERY
    with call.out.waiting(f"rehearsing {several(invoices, 'invoice')}"):
        found = rehearse(portfolio, story, since, until, connected)
    _shown(call, found, portfolio)
    _warned(call, story, found)
    _rejected(call, files, portfolio.rejects)
    return DONE


def _shown(call: Call, found: "Rehearsal", portfolio: "Portfolio") -> None:
    if call.out.json:
        for entry in found.timeline:
            call.out.record(entry.as_json())
        for standing in found.standings:
            call.out.record(standing.as_json())
    else:
        from channels.desk.cli.rehearsed import told

        told(call.out, found, portfolio)


def _warned(call: Call, story: "list[StoryEvent]", found: "Rehearsal") -> None:
    """Say what of the story was not understood or refused, and which channels are missing."""
    args = call.args
    for event in story:
        if event.unknown:
            keys = ", ".join(event.unknown)
            call.out.warn(f"{args.story.name}, line {event.line}: {keys} says nothing here")
    for refused in found.refused:
        call.out.warn(f"{args.story.name}, {refused}")
    here = sorted(call.desk.connected)
    absent = sorted({entry.channel for entry in found.timeline} & set(_WRITE) - set(here))
    if absent and not args.channels:
        verb = "is" if len(absent) == 1 else "are"
        call.out.warn(
            f"{' and '.join(absent)} would be used and {verb} not connected here: "
            f"--channels {','.join(here)} shows what happens without"
        )


def _channels(given: str) -> frozenset[str]:
    """Return the channels that are named.

    Raises:
        UsageError: there is none of that name.
    """
    named = frozenset(filter(None, (name.strip() for name in given.split(","))))
    unknown = sorted(named - set(CHANNELS))
    if unknown:
        raise UsageError(f"no channel is called {unknown[0]!r}: use {', '.join(CHANNELS)}")
    return named


def _policy(call: Call) -> "Policy":
    """Return the policy named, else the one a creditor begins with."""
    args = call.args
    if bool(args.policy) == bool(args.creditor):
        raise UsageError("name a --policy, or the --creditor whose rules choose")
    return named(call.desk, args.policy or whose(call, args.creditor).default_policy)


def _story(path: Path | None) -> "list[StoryEvent]":
    if path is None:
        return []
    from channels.texts import read_story

    return read_story(path)


def _ledger(
    call: Call, policy: "Policy", since: "date", files: Sequence[Rejecting]
) -> "tuple[Portfolio, int]":
    """Return the ledger as debtors with their items, and how many of its rows were taken."""
    from models.chasing.portfolio import gathered

    args, reader = call.args, call.desk.files.reader
    ledger, *people = files
    rows = ledger.watched(reader.items(args.ledger, ledger.locale))
    contacts = chain.from_iterable(
        file.watched(reader.contacts(args.contacts, file.locale)) for file in people
    )
    with call.out.counting(f"reading {args.ledger.name}") as count:
        portfolio = gathered(count.over(rows), _chooser(call, policy), since, contacts)
    refused = sum(not _of_contacts(call, reject) for reject in portfolio.rejects)
    return portfolio, count.done - refused


def _chooser(call: Call, policy: "Policy") -> "Callable[[ItemRow], Policy]":
    """Return what chooses a row's policy: its own when there is such a one, else the given."""
    known = {**call.desk.policies, policy.name: policy}
    creditor = whose(call, call.args.creditor) if call.args.creditor else None
    missed: set[str] = set()

    def ruled(row: ItemRow) -> "Policy":
        if creditor is None:
            return policy
        return known[creditor.policy_for(row.segment, row.country, row.currency)]

    def chosen(row: ItemRow) -> "Policy":
        if row.policy and row.policy not in known and row.policy not in missed:
            missed.add(row.policy)
            call.out.warn(
                f"there is no policy {row.policy!r}: rows that name it go by {ruled(row).name}"
            )
        return known.get(row.policy) or ruled(row)

    return chosen


def _of_contacts(call: Call, reject: Reject) -> bool:
    return call.args.contacts is not None and reject.file == call.args.contacts.name


def _rejected(call: Call, files: Sequence[Rejecting], rejects: list[Reject]) -> None:
    """Tell what of the ledger, and of the contacts, was left out."""
    for reject in rejects:
        files[_of_contacts(call, reject)].add(reject)
    for file in files:
        file.done()


COMMANDS: Final = (
    Command(
        name="rehearse",
        group="try out",
        summary="show what a policy would send for a ledger, day by day",
        about=(
            "Plays a ledger under a policy, from one day to another, and shows whom it would\n"
            "write to, when and why. Nothing is sent; only rows that could not be read are kept,\n"
            "in a file beside the ledger. The README says what ledgers and stories may hold."
        ),
        run=_run,
        arguments=_arguments,
        examples=(
            (
                "relance rehearse ledger.csv --policy standard-b2b --from today --until +90",
                "the next three months",
            ),
            (
                (
                    "relance rehearse ledger.csv --policy mine.toml --story paid.jsonl "
                    "--from 2026-01-01 --until 2026-12-31 --json"
                ),
                "last year's ledger with what was paid, for programs",
            ),
        ),
    ),
)
