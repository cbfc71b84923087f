"""Credit notes that a person applies: new ones, and those that wait in the books."""

import pytest

pytestmark = pytest.mark.usefixtures("thawed")

CREDIT = """\
number;due;amount;currency;debtor;debtor_name
GS-7;;-150,00;EUR;D1;Musterbau
"""


@pytest.fixture
def waiting(thawed, relance, written) -> None:
    """A credit of D1 that pays nothing yet."""
    ledger = written("credits.csv", CREDIT)
    assert relance("import", "invoices", ledger, "--creditor", "atelier-nord").status == 0


def open_(relance, number: str) -> str:
    (line,) = relance("list", number, "--json").lines
    return line["open"]


def test_a_credit_note_lowers_what_is_open(relance, engine):
    answer = relance("credit", "F-1", "120,00", "--note", "GS-1", "--on", "yesterday")
    assert (answer.status, answer.out) == (0, "recorded for F-1\n")
    assert engine.told == [("atelier-nord", "F-1", "credited")]
    assert open_(relance, "F-1") == "880.00"
    event = relance("show", "F-1", "--json").lines[0]["events"][-1]
    assert (event["amount"], event["note"], event["on"]) == ("120.00", "GS-1", "2026-03-01")


@pytest.mark.usefixtures("waiting")
def test_a_credit_that_waits_is_applied_by_its_number(relance):
    assert relance("credit", "F-2", "--note", "GS-7").status == 0
    assert open_(relance, "F-2") == "50.00"
    assert relance("unallocated", "--json").lines == []


@pytest.mark.usefixtures("waiting")
def test_a_credit_may_be_applied_in_parts_up_to_what_is_left_of_it(relance):
    relance("credit", "F-1", "100", "--note", "GS-7")
    too_much = relance("credit", "F-2", "100", "--note", "GS-7")
    assert too_much.status == 1
    assert "credit note GS-7 has EUR 50.00 left" in too_much.err
    assert relance("credit", "F-2", "--note", "GS-7").status == 0
    assert [open_(relance, number) for number in ("F-1", "F-2")] == ["900.00", "150.00"]


@pytest.mark.parametrize(
    ("typed", "status", "sentence"),
    [
        (("F-1", "--note", "GS-9"), 1, "nothing is left of a credit GS-9 of this debtor: say how"),
        (("F-4", "--note", "GS-7"), 1, "nothing is left of a credit GS-7 of this debtor"),
        (("F-1", "2000", "--note", "GS-9"), 1, "a credit of EUR 2000.00 is more than it can take"),
        (("F-1", "5", "--note", "GS-9", "--on", "tomorrow"), 2, "--on 2026-03-03 is not here yet"),
        (("F-1", "5"), 2, "--note"),
        (("F-9", "5", "--note", "GS-9"), 1, "no creditor knows an invoice F-9"),
        (("F-9", "5", "--note", "N", "--creditor", "atelier-nord"), 1, "has no invoice F-9"),
    ],
)
@pytest.mark.usefixtures("waiting")
def test_a_credit_that_cannot_be_meant_is_refused(relance, typed, status, sentence):
    answer = relance("credit", *typed)
    assert (answer.status, sentence in answer.err) == (status, True), answer.err
    assert open_(relance, "F-1") == "1000.00"


def test_a_credit_note_is_applied_once(relance):
    relance("credit", "F-1", "100", "--note", "GS-1")
    again = relance("credit", "F-1", "100", "--note", "GS-1")
    assert (again.status, open_(relance, "F-1")) == (1, "900.00")
    assert "credit note GS-1 is applied to invoice F-1 already" in again.err
