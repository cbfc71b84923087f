"""Where a command answers: tables for people, JSON for programs, both on stdout.

Everything else, such as errors, warnings and progress, goes to stderr.
"""

import json
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Final, TextIO, TypeVar

from channels.desk.cli.tables import Column, aligned, cleaned, draw

_Row = TypeVar("_Row")
#: A longer table is written as plain text, which takes no time to lay out.
_DRAWN: Final = 1_000


class Output:
    """Answers one call. With ``json``, nothing but JSON reaches stdout."""

    def __init__(self, *, json: bool) -> None:
        self.json = json

    @property
    def drawn(self) -> bool:
        """Whether a person looks at stdout."""
        return sys.stdout.isatty()

    def say(self, text: str = "") -> None:
        """Write lines for people; in JSON there is nobody to read them."""
        if not self.json:
            _write(sys.stdout, text)

    def record(self, value: Mapping[str, Any]) -> None:
        """Write one JSON object on a line of its own."""
        _write(sys.stdout, json.dumps(value, ensure_ascii=False, default=str))

    def warn(self, text: str) -> None:
        """Write a sentence that is not the answer."""
        _write(sys.stderr, f"relance: {text}")

    def table(self, columns: Sequence[Column], rows: Sequence[Sequence[str]]) -> None:
        """Write rows under their titles: drawn in a terminal, aligned text elsewhere."""
        clean = cleaned(rows)
        if self.drawn and len(clean) <= _DRAWN:
            draw(columns, clean)
            return
        for line in aligned(columns, clean):
            _write(sys.stdout, line)

    @contextmanager
    def waiting(self, what: str) -> Iterator[None]:
        """Show that something takes a while, when a person looks at stderr."""
        if not sys.stderr.isatty():
            yield
            return
        from rich.console import Console

        with Console(stderr=True).status(what):
            yield

    @contextmanager
    def counting(self, what: str) -> Iterator["Count"]:
        """Show how much of something is done, when a person looks at stderr."""
        count = Count()
        if not sys.stderr.isatty():
            yield count
            return
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

        shown = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
        with Progress(*shown, console=Console(stderr=True), transient=True) as progress:
            task = progress.add_task(what, total=None)
            count.changed = lambda done, total: progress.update(task, completed=done, total=total)
            yield count


class Count:
    """How much is done; ``total`` is ``None`` while nobody knows."""

    def __init__(self) -> None:
        self.done = 0
        self.total: int | None = None
        self.changed: Any = lambda _done, _total: None

    def add(self, more: int = 1) -> None:
        """Note that more is done."""
        self.done += more
        self.changed(self.done, self.total)

    def over(self, rows: Iterable[_Row]) -> Iterator[_Row]:
        """Yield rows, and count them."""
        for row in rows:
            self.add()
            yield row


def _write(stream: TextIO, text: str) -> None:
    stream.write(f"{text}\n")
