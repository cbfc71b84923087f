"""A command, and one call of it."""

import argparse
import asyncio
import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from channels.desk.cli.output import Output
from channels.desk.ports import Desk, Opened

#: It was done; it was refused or failed; it was typed wrongly.
DONE: Final = 0
FAILED: Final = 1
MISUSED: Final = 2


class UsageError(Exception):
    """What was typed cannot be meant; ``str()`` is a sentence that says what to type."""


class Call:
    """One call of a command: what was typed, where to answer, and the desk."""

    def __init__(
        self, args: argparse.Namespace, out: Output, desk_factory: Callable[[], Desk]
    ) -> None:
        self.args = args
        self.out = out
        self._factory = desk_factory

    @cached_property
    def event_id(self) -> str:
        """The id of what this call orders: as typed, else a new one."""
        return str(getattr(self.args, "id", None) or uuid.uuid4())

    @cached_property
    def desk(self) -> Desk:
        """The desk, built when first asked for."""
        return self._factory()


def _nothing(_: argparse.ArgumentParser) -> None:
    """Add no argument."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """Something that can be typed.

    Attributes:
        name: one word, or two when the first is a family such as ``policies``.
        group: the heading under which the overview lists it.
        summary: what it does, in one line.
        run: does it and returns the exit status; errors of ours become sentences.
        examples: command line and what it means.
        json: whether it can answer in JSON.
    """

    name: str
    group: str
    summary: str
    run: Callable[[Call], int]
    arguments: Callable[[argparse.ArgumentParser], None] = _nothing
    about: str = ""
    examples: tuple[tuple[str, str], ...] = ()
    json: bool = True


def booked(work: Callable[[Call, Opened], Awaitable[int]]) -> Callable[[Call], int]:
    """Return a command's ``run`` that opens the books around some work."""

    async def opened(call: Call) -> int:
        async with call.desk.open() as books:
            return await work(call, books)

    return lambda call: asyncio.run(opened(call))
