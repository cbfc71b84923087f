"""Rows that were left out: told as sentences, and kept in a file to correct and import again."""

from pathlib import Path
from typing import Final

from channels.desk.cli.command import Call
from channels.desk.cli.values import several
from models.errors import RefusedError
from models.ledger.entries import Reject
from models.ports import Locale

#: So many are told; the file holds them all.
_TOLD: Final = 20
#: Columns whose cells are about people: a message names the column, the file keeps the cell.
_PERSONAL: Final = frozenset(
    {"debtor", "debtor_name", "name", "email", "phone", "street", "postcode", "city", "text"}
)


class Rejecting:
    """Takes the rejects of one file; ``done`` writes them beside it."""

    def __init__(self, call: Call, path: Path, sheet: str, locale: Locale | None = None) -> None:
        """Take rejects of a file that holds items, contacts or payments, read as told."""
        self.rejects: list[Reject] = []
        self.path: Path | None = None
        self._call = call
        self._source = path
        self._sheet = sheet
        self._locale = locale or Locale()

    def add(self, reject: Reject) -> None:
        """Take a reject."""
        self.rejects.append(reject)

    def done(self) -> None:
        """Tell the first rejects and keep all of them, if there are any."""
        if not self.rejects:
            return
        files = self._call.desk.files
        self.rejects = files.fill(self._source, self._locale, self._sheet, self.rejects)
        personal = self._personal()
        for reject in self.rejects[:_TOLD]:
            self._call.out.warn(_sentence(reject, self._source.name, personal))
        rest = len(self.rejects) - _TOLD
        if rest > 0:
            self._call.out.warn(f"and {several(rest, 'more reject')}")
        self.path = self._kept()
        what = several(len(self.rejects), "row was", "rows were")
        self._call.out.warn(f"{what} left out; see {self.path} for why, correct and try again")

    def _kept(self) -> Path:
        """Write the file beside the source, or among our own files where that is closed."""
        name = f"{self._source.stem}.rejects.csv"
        beside = self._source.with_name(name)
        try:
            self._call.desk.files.keep(self.rejects, beside)
        except OSError:
            beside = self._call.desk.var / "rejects" / name
            beside.parent.mkdir(parents=True, exist_ok=True)
            self._call.desk.files.keep(self.rejects, beside)
        return beside

    def _personal(self) -> frozenset[str]:
        """Return the file's own names of the columns about people."""
        try:
            form = self._call.desk.files.found(self._source, self._locale, self._sheet)
        except RefusedError:
            return frozenset()
        return frozenset(name for name, ours in form.columns.items() if ours in _PERSONAL)


def _sentence(reject: Reject, file: str, personal: frozenset[str]) -> str:
    where = f"{file}, line {reject.line}"
    if not reject.column:
        return f"{where}: {reject.expected}"
    if reject.column in personal:
        return f"{where}, column {reject.column}: this is not {reject.expected}"
    return f"{where}, column {reject.column}: {reject.value!r} is not {reject.expected}"
