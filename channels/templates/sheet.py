"""A notice's template, made once: words, blocks and frame put together and compiled."""

import hashlib
import re
from collections.abc import Sequence
from functools import cache
from html import escape, unescape
from pathlib import Path
from typing import Any, Final

import mrml
from jinja2 import StrictUndefined, Template, TemplateError, TemplateSyntaxError
from jinja2.sandbox import SandboxedEnvironment

from channels.templates.words import TAG, Words
from models.errors import RefusedError

_GAPS: Final = re.compile(r"\n{3,}")
_LOOSE_ENDS: Final = re.compile(r"[ \t]+$", re.MULTILINE)
_MARK: Final = re.compile(r"\[([a-z]+)\]")
_COMMENT: Final = re.compile(r"\{#.*?#\}\s*", re.DOTALL)


@cache
def _environment(*, html: bool) -> SandboxedEnvironment:
    return SandboxedEnvironment(
        autoescape=html, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )


class Sheet:
    """Compiled words. MJML is compiled before Jinja, so no value is ever read as markup.

    Attributes:
        name: such as ``fr/reminder@1-0a1b2c3d4e5f``: file, version, hash of all its parts.
    """

    def __init__(self, words: Words, folders: Sequence[Path], salt: str) -> None:
        self._words = words
        frame = words.head.get("frame", "mail")
        text = _text(words, _piece(folders, f"{frame}.txt"), folders)
        html = "" if frame == "script" else _mjml(words, _piece(folders, f"{frame}.mjml"), folders)
        parts = (words.head["subject"], text, html, salt)
        digest = hashlib.sha256("\0".join(parts).encode()).hexdigest()[:12]
        self.name = f"{words.name}@{words.head.get('version', '1')}-{digest}"
        self._check()
        self._subject = self._compiled(words.head["subject"], html=False)
        self._text = self._compiled(text, html=False)
        self._html = self._compiled(html, html=True) if html else None

    def render(self, facts: dict[str, Any]) -> tuple[str, str, str]:
        """Return subject, text and HTML.

        Raises:
            RefusedError: a template asks for what there is not; names file and line.
        """
        try:
            subject = self._subject.render(facts).strip()
            facts["subject"] = subject
            text = _LOOSE_ENDS.sub("", self._text.render(facts))
            text = _GAPS.sub("\n\n", text).strip() + "\n"
            html = self._html.render(facts) if self._html else ""
        except (TemplateError, TypeError, ValueError, LookupError, ArithmeticError) as wrong:
            raise self._refusal(wrong, self._where(facts)) from None
        return subject, text, html

    def _check(self) -> None:
        for paragraph in self._words.paragraphs:
            # A condition may span paragraphs, so only what a tag itself says is looked at.
            if paragraph.block or paragraph.only_tags:
                continue
            try:
                _environment(html=False).parse(paragraph.text)
            except TemplateSyntaxError as wrong:
                raise self._refusal(wrong, paragraph.line) from None

    def _compiled(self, source: str, *, html: bool) -> Template:
        try:
            return _environment(html=html).from_string(source)
        except TemplateSyntaxError as wrong:
            raise self._refusal(wrong, 1) from None

    def _where(self, facts: dict[str, Any]) -> int:
        """The line of the first paragraph that fails by itself; 1 for the head and the frame."""
        for paragraph in self._words.paragraphs:
            if paragraph.block or paragraph.only_tags:
                continue
            try:
                _environment(html=False).from_string(paragraph.text).render(facts)
            except (TemplateError, TypeError, ValueError, LookupError, ArithmeticError):
                return paragraph.line
        return 1

    def _refusal(self, wrong: Exception, line: int) -> RefusedError:
        # Other errors may quote a value, and a value may be somebody's name.
        said = str(wrong) if isinstance(wrong, TemplateError) else type(wrong).__name__
        return RefusedError(f"template {self._words.name}.md:{line}: {said}")


def _text(words: Words, frame: str, folders: Sequence[Path]) -> str:
    parts = [
        _piece(folders, f"blocks/{part.block}.txt") if part.block else part.plain
        for part in words.paragraphs
    ]
    title = words.head.get("title", "").upper()
    # Gaps are closed when it is rendered: a tag at the end of a line takes one line end along.
    return _filled(frame, {"title": title, "body": "\n\n\n".join(parts)}, folders, "txt")


def _mjml(words: Words, frame: str, folders: Sequence[Path]) -> str:
    parts = [
        _piece(folders, f"blocks/{part.block}.html") if part.block else part.html
        for part in words.paragraphs
    ]
    title = words.head.get("title", "")
    own = {
        "title": f"<h1>{escape(title)}</h1>" if title else "",
        "body": "\n".join(parts),
        "language": words.path.parent.name,
    }
    try:
        html = str(mrml.to_html(_filled(frame, own, folders, "html")).content)
    except OSError as wrong:
        message = f"template {words.name}.md: {wrong}"
        raise RefusedError(message) from None
    # MJML escapes quotes and comparisons, in tags too; a tag is ours and holds no value yet.
    return TAG.sub(lambda tag: unescape(tag[0]), html)


def _filled(frame: str, own: dict[str, str], folders: Sequence[Path], kind: str) -> str:
    """Return a frame whose marks are replaced: by what is its own, else by a block."""

    def part(mark: re.Match[str]) -> str:
        found = own.get(mark[1])
        return _piece(folders, f"blocks/{mark[1]}.{kind}") if found is None else found

    return _MARK.sub(part, frame)


def _piece(folders: Sequence[Path], name: str) -> str:
    for folder in folders:
        path = folder / name
        if path.is_file():
            return _COMMENT.sub("", path.read_text("utf-8")).strip("\n")
    message = f"template {name} is missing"
    raise RefusedError(message)
