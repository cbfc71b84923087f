"""A ledger that nobody on this project wrote: what of it is taken in, and what handed back."""

from collections import Counter
from pathlib import Path

import pytest

from channels.intake.csv_ledger import connect
from models.ports import Locale

LEDGER = Path(__file__).parents[4] / "shared" / "samples" / "ledger.csv"

EVERYTHING = ("SELECT * FROM debtors ORDER BY id", "SELECT * FROM invoices ORDER BY id")

pytestmark = pytest.mark.skipif(
    not LEDGER.is_file(), reason="the shared samples are not beside this checkout"
)


async def test_every_row_is_taken_in_or_handed_back(desk, rows):
    read = list(connect().items(LEDGER, Locale()))

    result = await desk.read(*read)

    assert result.rows == _counted(result) == len(read) == 48
    assert (result.new, result.unchanged, result.rejected) == (21, 4, 23)
    (found,) = await rows("SELECT count(*) AS n FROM invoices")
    assert found["n"] == 16
    (found,) = await rows('SELECT count(*) AS n, sum("left") AS s FROM credits')
    assert (found["n"], int(found["s"])) == (5, 52_987 + 879 + 10_011 + 2 * 22_514)
    why = Counter(" ".join(reject.expected.split()[2:5]) for reject in desk.rejects)
    assert why["belongs to another"] == 8
    assert why["is stated differently"] == 4


async def test_read_again_it_changes_nothing(desk, rows):
    read = list(connect().items(LEDGER, Locale()))
    first = await desk.read(*read)
    before = [await rows(statement) for statement in EVERYTHING]

    again = await desk.read(*read)

    after = [await rows(statement) for statement in EVERYTHING]
    assert (again.new, again.changed, again.settled) == (0, 0, first.settled)
    assert (again.unchanged, again.rejected) == (25, first.rejected)
    assert after == before


def _counted(result):
    return result.new + result.changed + result.unchanged + result.settled + result.rejected
