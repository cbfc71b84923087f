"""Rows that were left out, as a CSV to correct and import again."""

import csv
from collections.abc import Iterable
from itertools import chain
from pathlib import Path
from typing import Final

from models.ledger.entries import Reject

#: What is added to the file's own columns; the reader knows none of them.
ADDED: Final = ("line", "column", "reason")


def write(rejects: Iterable[Reject], path: Path, separator: str = ";") -> int:
    """Write rejects one by one, in UTF-8 with a byte order mark for spreadsheets.

    The columns are those of the first reject; no file is written when there is none.
    Cells beyond them are told in the reason, so that nothing is lost.

    Returns:
        How many were written.
    """
    waiting = iter(rejects)
    first = next(waiting, None)
    if first is None:
        return 0
    names = [name for name in first.row if name not in ADDED]
    written = 0
    with path.open("w", encoding="utf-8-sig", errors="replace", newline="") as file:
        out = csv.writer(file, delimiter=separator)
        out.writerow([*names, *ADDED])
        for reject in chain((first,), waiting):
            out.writerow(_cells(reject, names))
            written += 1
    return written


def _cells(reject: Reject, names: list[str]) -> list[str]:
    reason = reject.why()
    surplus = [cell for name, cell in reject.row.items() if name not in (*names, *ADDED) and cell]
    if surplus:
        reason += f" (the row also says {' | '.join(surplus)})"
    own = [reject.row.get(name, "") for name in names]
    return [*own, str(reject.line), reject.column, reason]
