"""What of a file was left out: told as sentences, its rows kept to correct and import again."""

from collections.abc import Iterable, Iterator
from functools import cached_property
from pathlib import Path
from typing import Final, TypeVar

from channels.desk.cli.command import Call
from channels.desk.cli.values import several
from models.errors import RefusedError
from models.ledger.entries import ContactRow, ItemRow, PaymentRow, Reject
from models.ports import Locale

_Row = TypeVar("_Row")

#: So many are told; the file holds them all.
_TOLD: Final = 20
#: So many columns are named, each with so much of its name.
_NAMED, _LONGEST = 12, 40
#: Columns whose cells are about people: a message names the column, the file keeps the cell.
_PERSONAL: Final = frozenset(
    {"debtor", "debtor_name", "name", "email", "phone", "street", "postcode", "city", "text"}
)


class Rejecting:
    """Takes note of what one file says in vain; ``done`` tells it, and writes the rejects.

    Attributes:
        remarked: cells that could not be read, of rows that were taken without them.
    """

    def __init__(self, call: Call, path: Path, sheet: str, locale: Locale | None = None) -> None:
        """Take rejects of a file that holds items, contacts or payments, read as told."""
        self.rejects: list[Reject] = []
        self.path: Path | None = None
        self._remarks: list[str] = []
        self.remarked = 0
        self._call = call
        self._source = path
        self._sheet = sheet
        self.locale = locale or Locale()

    def add(self, reject: Reject) -> None:
        """Take a reject."""
        self.rejects.append(reject)

    def watched(self, rows: Iterable[_Row]) -> Iterator[_Row]:
        """Yield rows, and remember what their reader remarked on."""
        for row in rows:
            if isinstance(row, ItemRow | ContactRow | PaymentRow):
                for remark in row.remarks:
                    self.remarked += 1
                    if self.remarked <= _TOLD:
                        self._remarks.append(f"line {row.line}, {remark}; taken without it")
            yield row

    def done(self) -> None:
        """Tell unused columns, unread cells and rejects, the first of each; keep the rejects."""
        warn, name = self._call.out.warn, self._source.name
        if unused := self._unused():
            warn(f"{name}: {unused}")
        for remark in self._remarks:
            warn(f"{name}, {remark}")
        if self.remarked > _TOLD:
            warn(f"and {several(self.remarked - _TOLD, 'more cell')} could not be read")
        if self.rejects:
            self._tell_rejects()

    def _tell_rejects(self) -> None:
        files = self._call.desk.files
        self.rejects = files.fill(self._source, self.locale, self._sheet, self.rejects)
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

    @cached_property
    def _columns(self) -> dict[str, str]:
        """The file's names of columns and ours; empty when it can no longer be read."""
        try:
            return self._call.desk.files.found(self._source, self.locale, self._sheet).columns
        except RefusedError:
            return {}

    def _unused(self) -> str:
        """Return which columns nobody reads, as a sentence; empty when there are none."""
        known = self._columns
        unused = [
            name for name, ours in known.items() if not ours and name not in self.locale.columns
        ]
        if not unused:
            return ""
        shown = [f"{name[: _LONGEST - 1]}…" if len(name) > _LONGEST else name for name in unused]
        rest = len(unused) - _NAMED
        names = ", ".join(shown[:_NAMED]) + (f" and {rest} more" if rest > 0 else "")
        owed = ""
        if self._sheet == "items" and "open" not in known.values():
            owed = " (none says what is still open, so each amount counts in full)"
        what = f"columns not used: {names}{owed}"
        return f'{what}; say in a mapping what they are, or "" to leave them out'

    def _personal(self) -> frozenset[str]:
        """Return the file's own names of the columns about people."""
        return frozenset(name for name, ours in self._columns.items() if ours in _PERSONAL)


def _sentence(reject: Reject, file: str, personal: frozenset[str]) -> str:
    column = f", column {reject.column}" if reject.column else ""
    return f"{file}, line {reject.line}{column}: {reject.why(shown=reject.column not in personal)}"
