"""A file of words: a head of ``key: value`` lines between dashes, then paragraphs."""

import re
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Final

from models.errors import RefusedError

#: What Jinja reads.
TAG: Final = re.compile(r"(\{\{.*?\}\}|\{%.*?%\})", re.DOTALL)
_STRONG: Final = re.compile(r"\*\*(.+?)\*\*")
_BLOCK: Final = re.compile(r"\[([a-z-]+)\]")

#: What the head of a file may say.
_KEYS: Final = frozenset({"subject", "title", "version", "validated_by", "frame"})


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Some lines of a file, joined; ``line`` is where they begin."""

    line: int
    text: str

    @property
    def block(self) -> str:
        """The block it stands for; empty for a text."""
        found = _BLOCK.fullmatch(self.text)
        return found[1] if found else ""

    @property
    def only_tags(self) -> bool:
        """Whether it is a condition and says nothing itself."""
        return self.text.startswith("{%") and not TAG.sub("", self.text).strip()

    @property
    def plain(self) -> str:
        """The text without emphasis."""
        return _STRONG.sub(r"\1", self.text)

    @property
    def html(self) -> str:
        """The text as HTML; what the tags print is escaped when they print it."""
        parts = TAG.split(self.text)
        # Every second part is a tag, kept as it stands.
        parts[::2] = [escape(part, quote=False) for part in parts[::2]]
        marked = _STRONG.sub(r"<strong>\1</strong>", "".join(parts))
        return marked if self.only_tags else f"<p>{marked}</p>"


@dataclass(frozen=True, slots=True)
class Words:
    """A file of words as it was read."""

    path: Path
    head: dict[str, str]
    paragraphs: tuple[Paragraph, ...]

    @property
    def name(self) -> str:
        """Language and file, such as ``fr/reminder``."""
        return f"{self.path.parent.name}/{self.path.stem}"


def read(path: Path) -> Words:
    """Return the words of a file.

    Raises:
        RefusedError: it has no proper head; names file and line.
    """
    lines = path.read_text("utf-8").splitlines()
    head: dict[str, str] = {}
    end = 0
    for number, line in enumerate(lines[1:], start=2):
        end = number
        if line == "---":
            break
        key, separator, value = line.partition(":")
        if not separator or key not in _KEYS:
            message = f"{path.name}:{number}: the head may say {', '.join(sorted(_KEYS))}"
            raise RefusedError(message)
        head[key] = value.strip()
    if not lines or lines[0] != "---" or "subject" not in head:
        message = f"{path.name}:1: a file of words begins with a head between dashes and a subject"
        raise RefusedError(message)
    return Words(path, head, tuple(_paragraphs(lines, end)))


def _paragraphs(lines: list[str], start: int) -> list[Paragraph]:
    found: list[Paragraph] = []
    together: list[str] = []
    for number, line in enumerate([*lines[start:], ""], start=start + 1):
        if line.strip():
            together.append(line.strip())
        elif together:
            found.append(Paragraph(number - len(together), " ".join(together)))
            together = []
    return found
