"""Where the demo's story takes place: a started desk, its time, and a reader."""

import asyncio
import io
import shlex
import shutil
import sys
from collections.abc import Awaitable, Callable
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass, replace
from datetime import date, timedelta
from email import message_from_bytes, policy
from pathlib import Path
from typing import TypeVar

from channels.desk.cli import app
from channels.desk.demo.staging import Clockwork
from channels.desk.ports import Desk, Opened
from models.policies import shipped

_T = TypeVar("_T")
#: So many lines of an answer are shown, in a window of so many columns where none is known.
_SHOWN, _WIDE = 12, 120


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """A desk whose parts all run, and what the reader is told about them.

    Attributes:
        desk: of the demo's own books, with policies hurried by ``work``.
        mails: the folder in which the mail catcher keeps what it gets.
        ui: address of the Temporal UI; empty when it ends with the story.
        database: where the books are.
        say: tells the reader a line.
    """

    desk: Desk
    work: Clockwork
    mails: Path
    ui: str
    database: str
    say: Callable[[str], None]

    def today(self) -> date:
        """Return the story's day."""
        return self.work.day(self.desk.clock())

    async def until(self, day: int) -> None:
        """Wait for the start of a day of the story, counted from 0; tell its name."""
        on = self.work.first + timedelta(days=day)
        left = (self.work.starts(on) - self.desk.clock()).total_seconds()
        if left > 0:
            await asyncio.sleep(left)
        arrived = len(list(self.mails.glob("*.eml")))
        self.say("")
        self.say(f"== {on:%A %d %B %Y} · {arrived} mails so far")

    async def typed(self, *words: str, lines: int = _SHOWN) -> int:
        """Type a command in front of the reader and show the first lines of its answer."""
        return await self._typed(self.desk, words, lines)

    async def rehearsed(self, *words: str, lines: int = _SHOWN) -> int:
        """Type a rehearsal: in days of full length, since nothing is to be seen happening."""
        return await self._typed(replace(self.desk, policies=shipped()), words, lines)

    def letter(self, lines: int = 14) -> None:
        """Show the beginning of the first mail that arrived, if one did."""
        first = min(self.mails.glob("*.eml"), default=None)
        if first is None:
            return
        mail = message_from_bytes(first.read_bytes(), policy=policy.default)
        self.say("")
        self.say("  One of them:")
        for name in ("From", "To", "Subject"):
            self.say(f"    | {name}: {mail[name]}")
        text = mail.get_body(("plain",))
        body = "" if text is None else str(text.get_content())
        for line in body.strip().splitlines()[:lines]:
            self.say(f"    | {line}")
        self.say("    | …")

    async def looked(self, work: Callable[[Opened], Awaitable[_T]]) -> _T:
        """Return what a look into the books finds."""
        async with self.desk.open() as opened:
            return await work(opened)

    async def _typed(self, desk: Desk, words: tuple[str, ...], lines: int) -> int:
        self.say("")
        self.say(f"  $ relance {shlex.join(words)}")
        answer = io.StringIO()
        with redirect_stdout(answer), redirect_stderr(answer):
            status = await asyncio.to_thread(app.run, words, lambda: desk)
        said = answer.getvalue().rstrip().splitlines()
        width = shutil.get_terminal_size((_WIDE, 0)).columns - len("    ")
        for line in said[:lines]:
            self.say(f"    {line if len(line) <= width else line[: width - 1] + '…'}")
        if len(said) > lines:
            self.say(f"    … and {len(said) - lines} lines more")
        sys.stdout.flush()
        return status
