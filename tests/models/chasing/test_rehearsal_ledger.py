"""A ledger that nobody here wrote: each row is in, or out for a reason, under every policy."""

from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from channels.intake.csv_ledger import connect
from models.chasing.portfolio import gathered
from models.chasing.rehearsal import rehearse
from models.ledger.entries import Reject
from models.policies import shipped
from models.ports import Locale

LEDGER = Path(__file__).parents[4] / "shared" / "samples" / "ledger.csv"
SINCE = date(2013, 1, 1)

pytestmark = pytest.mark.skipif(
    not LEDGER.exists(), reason="the shared samples are not beside this checkout"
)


@pytest.fixture(scope="module")
def rows():
    return list(connect().items(LEDGER, Locale()))


def test_each_row_is_in_or_out_for_the_right_reason(rows):
    policy = shipped()["standard-b2b"]
    found = gathered(rows, lambda _: policy, SINCE)
    why = {reject.line: (reject.column, reject.expected) for reject in found.rejects}

    assert why[2] == ("amount", "an amount other than 0")
    assert why[5] == ("number", "possible: another debtor has TOSL108")
    assert why[7] == ("number", "possible: line 6 states TOSL110 differently")
    assert why[8][0] == "due"
    assert 44 not in why, "a negative row is a credit, whoever else has its number"
    assert Counter(column for column, _ in why.values()) == {"number": 12, "due": 10, "amount": 1}
    assert 17 not in why, "a row that repeats an earlier one is no error"

    items = {n for account in found.accounts.values() for n in account.items}
    taken = [row for row in rows if not isinstance(row, Reject) and row.line not in why]
    assert len(items) == 16
    credited = sum(sum(account.credits.values()) for account in found.accounts.values())
    assert credited == -sum(row.open for row in taken if row.amount < 0)


@pytest.mark.parametrize("name", sorted(shipped()))
def test_every_policy_chases_it_through_the_years(rows, name):
    policy = shipped()[name]
    found = gathered(rows, lambda _: policy, SINCE)

    rehearsed = rehearse(found, [], SINCE, date(2021, 12, 31))

    assert len(rehearsed.standings) == 16
    assert rehearsed.timeline
    for entry in rehearsed.timeline:
        assert entry.amount > 0
        assert set(entry.levels) <= set(entry.invoices)
        assert not set(entry.also_open).intersection(entry.invoices)
