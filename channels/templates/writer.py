"""Puts notices into words."""

import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from channels.templates.facts import told
from channels.templates.labels import Labels
from channels.templates.sheet import Sheet
from channels.templates.words import read
from models.chasing.notice import Notice
from models.errors import RefusedError, UnknownError
from models.ledger.creditor import Creditor
from models.ports import Written

_SHIPPED: Final = Path(__file__).parent
_FALLBACK: Final = "en"


class Templates:
    """Writes notices from the files of some folders, the first that has a file winning."""

    def __init__(
        self, creditors: Mapping[str, Creditor], folders: Sequence[Path] = (_SHIPPED,)
    ) -> None:
        self._creditors = creditors
        self._folders = tuple(folders)
        self._labels: dict[str, Labels] = {}
        self._sheets: dict[tuple[str, str, str, str], Sheet] = {}

    def write(self, notice: Notice) -> Written:
        """Return the words of a notice. See :class:`models.ports.Writer`."""
        creditor = self._creditors.get(notice.creditor)
        if creditor is None:
            message = f"creditor {notice.creditor} is not known to the templates"
            raise UnknownError(message)
        sheet = self._sheet(notice)
        labels = self._labels[self.language(notice.language)]
        subject, text, html = sheet.render(told(notice, creditor, labels))
        return Written(subject=subject, text=text, html=html, template=sheet.name)

    def version(self, notice: Notice) -> str:
        """Return name, version and hash of the texts a notice would be written with."""
        return self._sheet(notice).name

    def language(self, wanted: str) -> str:
        """Return a language there are words in: the one wanted, or English."""
        for language in (wanted[:2].lower(), _FALLBACK):
            if language in self._labels:
                return language
            if path := self._found(f"{language}/labels.toml"):
                self._labels[language] = Labels(tomllib.loads(path.read_text("utf-8")))
                return language
        message = f"template {_FALLBACK}/labels.toml is missing"
        raise RefusedError(message)

    def _sheet(self, notice: Notice) -> Sheet:
        language = self.language(notice.language)
        key = (language, notice.level, notice.tone, notice.kind.value)
        if key not in self._sheets:
            self._sheets[key] = self._made(language, key[1:])
        return self._sheets[key]

    def _made(self, language: str, wanted: Sequence[str]) -> Sheet:
        names = [f"{language}/{name}.md" for name in wanted if name]
        path = next(filter(None, map(self._found, names)), None)
        if path is None:
            message = f"there are no words for {' or '.join(names)}"
            raise RefusedError(message)
        return Sheet(read(path), self._folders, repr(self._labels[language].words))

    def _found(self, name: str) -> Path | None:
        # A level's name comes from a policy file and must not lead out of the folder.
        if ".." in name or "\\" in name:
            return None
        return next((path for folder in self._folders if (path := folder / name).is_file()), None)
