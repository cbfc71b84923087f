"""Orders: from what was typed to the books, and then to the engine."""

import argparse
import getpass
import os
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import date
from typing import Any, Final

from channels.desk.cli.command import DONE, Call, Command, UsageError, booked
from channels.desk.cli.concern import Concern, about_invoices, meant
from channels.desk.ports import Opened
from models.chasing.commands import Promise
from models.chasing.refusing import NOBODY
from models.chasing.story import StoryEvent, orders
from models.orders import AnyCommand, Order, Recorded
from models.wire import DebtorRef

#: Said when the books have it and the workflows do not know yet.
LATER: Final = "recorded; the engine will follow (Temporal is not reachable)"
#: What an event of a story needs from what was typed, given the day it is today.
Facts = Callable[[argparse.Namespace, date], dict[str, Any]]
#: Reads what follows from an order, for programs.
Follows = Callable[[], Awaitable[Mapping[str, Any]]]


def signed(parser: argparse.ArgumentParser, *, reason: bool | None = None) -> None:
    """Let a command say who orders, and why.

    Args:
        parser: of the command.
        reason: whether one must be given; ``None`` for no reason at all.
    """
    if reason is not None:
        parser.add_argument("--reason", default="", required=reason, metavar="TEXT", help="why")
    parser.add_argument(
        "--as", dest="actor", metavar="NAME", help="who says so; else RELANCE_ACTOR, else you"
    )
    parser.add_argument(
        "--id", metavar="ID", help="names this order: given twice, it is carried out once"
    )


def actor(args: argparse.Namespace) -> str:
    """Return who orders.

    Raises:
        UsageError: the name is one that the engine or a story goes by.
    """
    named = str(args.actor or os.environ.get("RELANCE_ACTOR") or "").strip()
    if named and named.casefold() in NOBODY:
        raise UsageError(f"--as {named} names nobody: say which person orders")
    if named:
        return named
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "desk"


def ordered(event: str, facts: Facts) -> Callable[[Call], int]:
    """Return the ``run`` of a command that records an event of a story.

    Args:
        event: its name in stories; see :mod:`models.chasing.story`.
        facts: what else it says.
    """

    async def work(call: Call, opened: Opened) -> int:
        concern = await meant(call, opened)
        today = opened.books.today(concern.creditor, call.desk.clock())
        said = StoryEvent(
            line=0,
            on=today,
            event=event,
            invoices=concern.invoices,
            debtor=concern.debtor,
            creditor=concern.creditor.key,
            **facts(call.args, today),
        )
        named = bool(said.amount) or any(amount for _, amount in said.parts)
        commands = orders(said, concern.currency if named else "")
        return await give(call, opened, concern, commands)

    return booked(work)


async def give(
    call: Call,
    opened: Opened,
    concern: Concern,
    commands: Sequence[AnyCommand],
    follows: Follows | None = None,
) -> int:
    """Record commands, tell the engine, and say what came of it.

    The books decide; when Temporal is not there, its sweep follows later. What ``follows``
    from it is read once it is recorded, and told to programs in the same object.
    """
    recorded = await opened.books.record_all(
        [
            Order(
                creditor=concern.creditor.key,
                command=command,
                actor=actor(call.args),
                at=call.desk.clock(),
                event_id=f"{call.event_id}.{count}" if count else call.event_id,
                invoices=concern.invoices,
                debtor=concern.debtor,
            )
            for count, command in enumerate(commands)
        ]
    )
    told = await tell(opened, recorded)
    more = await follows() if follows else {}
    report(call, concern, recorded, told=told, more=more)
    if any(isinstance(command, Promise) for command in commands):
        await _say_if_announced(call, opened, recorded)
    return DONE


async def _say_if_announced(call: Call, opened: Opened, recorded: Sequence[Recorded]) -> None:
    """Warn where a promise lies beyond the limits: it is kept, and chasing goes on."""
    for one in recorded:
        for number in sorted({entry.number for entry in one.entries}):
            happened = await opened.views.happened(one.creditor, number)
            last = next((event for event in reversed(happened) if event.kind == "promised"), None)
            if last is not None and last.facts.get("announced"):
                call.out.warn(
                    f"{number}: kept as announced only ({last.facts.get('reason')}), so chasing "
                    "goes on; a manager may accept it with --accept and a --reason"
                )


async def tell(opened: Opened, recorded: Sequence[Recorded]) -> bool:
    """Tell the workflows of what was recorded; return whether all were reached.

    An order about a whole creditor names nobody: a sweep finds whom it concerns.
    """
    every = True
    for one in recorded:
        for poke in () if one.repeated else one.pokes:
            ref = DebtorRef(creditor=one.creditor, debtor=poke.debtor, at=poke.at)
            every &= await opened.engine.poke(ref)
        if not (one.entries or one.pokes or one.repeated):
            every &= await opened.engine.sweep()
        for part in (one, *one.elsewhere):
            if part.entries and not part.repeated:
                count = await opened.engine.tell(part.creditor, part.entries)
                every &= count >= len({entry.number for entry in part.entries})
    return every


def report(
    call: Call,
    concern: Concern,
    recorded: Sequence[Recorded],
    *,
    told: bool,
    more: Mapping[str, Any] | None = None,
) -> None:
    """Say what an order came to; ``more`` is for programs."""
    numbers = sorted({entry.number for one in recorded for entry in one.entries})
    repeated = all(one.repeated for one in recorded)
    if call.out.json:
        call.out.record(
            {
                "recorded": True,
                "id": call.event_id,
                "repeated": repeated,
                "creditor": concern.creditor.key,
                "invoices": numbers or list(concern.invoices),
                "told": told,
                **(more or {}),
            }
        )
    elif repeated:
        call.out.say("recorded before: nothing has changed, and nothing more is sent for it")
    else:
        call.out.say(f"recorded for {', '.join(numbers) if numbers else concern}")
    if not told:
        call.out.warn(LATER)


def order(name: str, summary: str, *, run: Callable[[Call], int], **rest: Any) -> Command:  # noqa: ANN401  passed on
    """Return a command about invoices or a debtor."""
    arguments: Callable[[argparse.ArgumentParser], None] = rest.pop("arguments")

    def both(parser: argparse.ArgumentParser) -> None:
        about_invoices(parser)
        arguments(parser)

    return Command(name=name, summary=summary, run=run, arguments=both, **rest)
