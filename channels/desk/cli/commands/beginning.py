"""Start: everything embedded, the demo, a worker alone, the database."""

import argparse
import asyncio
import sys
from collections.abc import Awaitable, Callable
from typing import Final

from channels.desk.cli.command import Call, Command
from channels.desk.ports import Desk, Options


def _runs(chosen: Callable[[Desk], Callable[[Options], Awaitable[int]]]) -> Callable[[Call], int]:
    async def work(call: Call) -> int:
        args = call.args
        stay = getattr(args, "stay", None)
        options = Options(
            stay=sys.stdout.isatty() if stay is None else stay,
            day_seconds=getattr(args, "day_seconds", 0.0),
            say=_say,
        )
        return await chosen(call.desk)(options)

    return lambda call: asyncio.run(work(call))


def _say(text: str) -> None:
    """Write at once: what follows may take a while."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def _demo_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--stay",
        action=argparse.BooleanOptionalAction,
        default=None,
        help="stay up at the end; without it, only in a terminal",
    )
    parser.add_argument(
        "--day-seconds",
        type=_seconds,
        default=8.0,
        metavar="S",
        help="how long a day of the story takes, 8 without it",
    )


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not 1.0 <= seconds <= 3600.0:  # noqa: PLR2004  said in the sentence
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of seconds from 1 to 3600")
    return seconds


COMMANDS: Final = (
    Command(
        name="demo",
        group="start",
        summary="see it work: two weeks of an invented ledger in two minutes",
        run=_runs(lambda desk: desk.demo),
        arguments=_demo_arguments,
        json=False,
        examples=(("relance demo --no-stay", "end after the summary"),),
    ),
    Command(
        name="up",
        group="start",
        summary="start everything on this machine and stay up",
        about=(
            "Starts the Temporal server, the database, a worker and a mail catcher on this\n"
            "machine and stays up. The catcher keeps mails as files, and none leaves, until\n"
            "RELANCE_EMAIL_HOST names your mail server."
        ),
        run=_runs(lambda desk: desk.up),
        json=False,
    ),
    Command(
        name="worker",
        group="start",
        summary="start a worker alone, beside a Temporal server and a database of yours",
        about=(
            "Starts a worker. Temporal is found by the usual TEMPORAL_* settings or profile, the\n"
            "database by RELANCE_DATABASE."
        ),
        run=_runs(lambda desk: desk.worker),
        json=False,
    ),
    Command(
        name="install",
        group="start",
        summary="bring the database up to date; safe to repeat",
        run=_runs(lambda desk: desk.install),
        json=False,
    ),
)
