"""The door of the ``relance`` command: from what was typed to an exit status."""

import argparse
import io
import os
import sys
from collections.abc import Callable, Sequence
from difflib import get_close_matches
from typing import Final, NoReturn

from channels.desk.cli.catalogue import catalogue, families
from channels.desk.cli.command import DONE, FAILED, MISUSED, Call, Command, UsageError
from channels.desk.cli.output import Output
from channels.desk.cli.overview import overview, version
from channels.desk.ports import Desk
from models.errors import RelanceError

#: As shells report a program that Ctrl-C ended.
_INTERRUPTED: Final = 130
_HELP: Final = frozenset({"-h", "--help", "help"})
_VERSION: Final = frozenset({"-V", "--version"})


class _Parser(argparse.ArgumentParser):
    """Says what is wrong in one sentence."""

    def error(self, message: str) -> NoReturn:
        said = message.removeprefix("argument ").removeprefix("the following arguments are ")
        raise UsageError(f"{said[:1].lower()}{said[1:]}; see {self.prog} --help")


def run(argv: Sequence[str], desk_factory: Callable[[], Desk]) -> int:
    """Carry out a command and return its exit status: 0 done, 1 refused or failed, 2 misused.

    Args:
        argv: what was typed after ``relance``.
        desk_factory: builds the desk; asked only by commands that need it.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    try:
        status = _carried_out(list(argv), desk_factory)
        sys.stdout.flush()
    except BrokenPipeError:
        # Whoever read our answer has read enough; what is left must not fail at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE
    except KeyboardInterrupt:
        return _failed("stopped", _INTERRUPTED)
    return status


def _carried_out(argv: list[str], desk_factory: Callable[[], Desk]) -> int:
    try:
        if not argv or argv[0] in _HELP:
            return _explained(argv[1:])
        if argv[0] in _VERSION:
            Output(json=False).say(version())
            return DONE
        return _commanded(argv, desk_factory)
    except UsageError as wrong:
        return _failed(str(wrong), MISUSED)
    except BrokenPipeError:
        raise
    except (RelanceError, OSError) as failed:
        return _failed(_sentence(failed), FAILED)
    except SystemExit as left:  # argparse has shown the help
        return left.code if isinstance(left.code, int) else DONE


def _commanded(argv: list[str], desk_factory: Callable[[], Desk]) -> int:
    command, rest = _chosen(argv)
    if command is None:
        return _explained(argv)
    args = parser(command).parse_args(rest)
    return command.run(Call(args, Output(json=getattr(args, "json", False)), desk_factory))


def _explained(words: list[str]) -> int:
    """Show all commands, one family of them, or what one does."""
    known = catalogue()
    name = next((" ".join(words[:n]) for n in (2, 1) if " ".join(words[:n]) in known), "")
    if name:
        parser(known[name]).print_help()
    else:
        Output(json=False).say(overview(words[0] if words and words[0] in families() else ""))
    return DONE


def _chosen(argv: list[str]) -> tuple[Command | None, list[str]]:
    """Return the command meant and its arguments; ``None`` to explain a family.

    Raises:
        UsageError: there is no such command; says what comes near.
    """
    known = catalogue()
    if argv[0] in known:
        return known[argv[0]], argv[1:]
    if argv[0] not in families():
        near = get_close_matches(argv[0], {name.split()[0] for name in known}, n=1)
        hint = f"did you mean relance {near[0]}?" if near else "relance alone lists all"
        raise UsageError(f"there is no command {argv[0]!r}: {hint}")
    if len(argv) == 1 or argv[1] in _HELP:
        return None, argv
    name = " ".join(argv[:2])
    if name in known:
        return known[name], argv[2:]
    family = {other.split()[1] for other in known if other.startswith(f"{argv[0]} ")}
    near = get_close_matches(argv[1], family, n=1)
    hint = f"did you mean relance {argv[0]} {near[0]}?" if near else " or ".join(sorted(family))
    raise UsageError(f"relance {argv[0]} knows no {argv[1]!r}: {hint}")


def parser(command: Command) -> argparse.ArgumentParser:
    """Return what reads a command's arguments and shows its help."""
    made = _Parser(
        prog=f"relance {command.name}",
        description=command.about or f"{command.summary}.",
        epilog=_examples(command),
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    command.arguments(made)
    if command.json:
        made.add_argument("--json", action="store_true", help="answer for programs, in JSON")
    return made


def _examples(command: Command) -> str:
    if not command.examples:
        return ""
    shown = [f"  {line}\n      {meaning}" for line, meaning in command.examples]
    return "\n".join(["examples:", *shown])


def _sentence(failed: RelanceError | OSError) -> str:
    """Return what went wrong; a file is named with what the system says of it."""
    if isinstance(failed, OSError) and failed.filename:
        return f"{failed.filename}: {failed.strerror}"
    return str(failed)


def _failed(sentence: str, status: int) -> int:
    Output(json=False).warn(sentence)
    return status
