"""Debtors at the desk: debits that come back, what a debtor is known by, and how it stands."""

import pytest

DEBITS = """\
number;due;amount;currency;debtor;debtor_name;email;method
DD-1;2026-02-10;100,00;EUR;D1;Musterbau;ap@musterbau.example;direct-debit
DD-2;2026-02-10;200,00;EUR;D1;Musterbau;ap@musterbau.example;direct-debit
"""


@pytest.fixture
def debits(relance, written):
    ledger = written("debits.csv", DEBITS)
    assert relance("import", "invoices", ledger, "--creditor", "atelier-nord").status == 0
    assert relance("thaw", "atelier-nord").status == 0


def waits(relance, number: str) -> list[str]:
    found = relance("next", number, "--json").lines[0]["blockers"]
    return [one["blocker"] for one in found]


@pytest.mark.usefixtures("debits")
def test_a_rejected_debit_is_chased_at_once(relance, engine):
    assert waits(relance, "DD-1") == ["direct-debit"]

    answer = relance("rejected", "DD-1")

    assert (answer.status, answer.out) == (0, "recorded for DD-1\n")
    assert engine.told[-1] == ("atelier-nord", "DD-1", "debit-rejected")
    assert waits(relance, "DD-1") == []
    assert relance("next", "DD-1", "--json").lines[0]["what"] == "second-reminder"
    assert waits(relance, "DD-2") == ["direct-debit"]


@pytest.mark.usefixtures("debits")
def test_a_file_of_payments_may_bring_the_debit_back(relance, engine, written):
    paid = written(
        "back.csv", "date,amount,currency,invoice,reference\n2026-03-01,-100.00,EUR,DD-1,R9\n"
    )
    assert relance("import", "payments", paid, "--creditor", "atelier-nord").status == 0
    assert engine.told[-1] == ("atelier-nord", "DD-1", "debit-rejected")
    assert waits(relance, "DD-1") == []
    assert "Every payment" in relance("unallocated").out


@pytest.mark.usefixtures("debits")
def test_only_direct_debits_come_back(relance, written):
    more = written("more.csv", DEBITS.replace("DD-", "T-").replace("direct-debit", "transfer"))
    relance("import", "invoices", more, "--creditor", "atelier-nord")
    answer = relance("rejected", "T-1")
    assert (answer.status, answer.out) == (1, "")
    assert "invoice T-1 is not collected by direct debit" in answer.err
