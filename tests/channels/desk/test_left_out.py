"""What of a file is not taken is said: unused columns, unread cells, and a ledger of nothing."""

from pathlib import Path

import pytest

LEDGER = """\
Invoice No.;Due date;Total;Currency;Customer;Email;Country
F-1;2026-03-20;1000.00;EUR;Dupont;a@d.example;FR
F-2;2026-03-20;200.00;EUR;Durand;not an address;Europe
"""
REHEARSE = ("--policy", "standard-b2b", "--from", "2026-03-02", "--until", "2026-04-20")
IMPORT = ("--creditor", "kontor-west")


@pytest.fixture(params=["rehearse", "import"])
def read(relance, request):
    """Rehearse a ledger, or import it."""

    def reading(path: Path, *more: object):
        if request.param == "rehearse":
            return relance("rehearse", path, *REHEARSE, *more)
        return relance("import", "invoices", path, *IMPORT, *more)

    return reading


def with_columns(*names: str) -> str:
    """The ledger with more columns."""
    lines = LEDGER.splitlines()
    rows = [
        ";".join([lines[0], *names]),
        *(";".join([line, *"x" * len(names)]) for line in lines[1:]),
    ]
    return "\n".join(rows) + "\n"


def test_columns_that_nobody_reads_are_named(read, written):
    """One of them may have said what is still open."""
    answer = read(written("ledger.csv", with_columns("Left over", "Status")))
    assert answer.status == 0
    assert (
        "ledger.csv: columns not used: Left over, Status (none says what is still open, so each "
        'amount counts in full); say in a mapping what they are, or "" to leave them out\n'
    ) in answer.err


def test_of_many_columns_a_dozen_is_named(read, written):
    names = [f"Extra {number}" for number in range(1, 15)]
    answer = read(written("ledger.csv", with_columns(*names)))
    assert "Extra 11, Extra 12 and 2 more" in answer.err


def test_what_a_mapping_leaves_out_is_not_named(read, written):
    mapping = written("m.toml", '[columns]\n"left over" = ""\n"Status" = ""\n')
    ledger = written("ledger.csv", with_columns("Left over", "Status"))
    assert "columns" not in read(ledger, "--mapping", mapping).err


def test_a_ledger_of_which_all_is_read_is_not_remarked_on(read, written):
    rows = LEDGER.replace("not an address", "").replace("Europe", "")
    assert read(written("ledger.csv", rows)).err == ""


def test_cells_that_are_not_read_are_told_without_what_is_personal(read, written):
    answer = read(written("ledger.csv", LEDGER))
    assert answer.status == 0
    assert "line 3, column Country: 'Europe' is not a country" in answer.err
    assert "line 3, column Email: this is not an e-mail address, or nothing; taken" in answer.err
    assert "not an address" not in answer.err
    assert "left out" not in answer.err


def test_of_many_cells_twenty_are_told(read, written):
    rows = "".join(f"G-{at};2026-03-20;1.00;EUR;X;;Europe\n" for at in range(30))
    answer = read(written("ledger.csv", LEDGER.splitlines()[0] + "\n" + rows))
    assert answer.err.count("taken without it") == 20
    assert "and 10 more cells could not be read" in answer.err


def test_a_row_with_an_unread_cell_counts_as_taken(relance, written):
    (line,) = relance("import", "invoices", written("ledger.csv", LEDGER), *IMPORT, "--json").lines
    assert (line["new"], line["rejected"], line["rejects"]) == (2, 0, None)
    assert line["remarks"] == 2


def test_a_contact_and_a_payment_are_taken_without_the_cell_that_cannot_be_read(relance, written):
    relance("import", "invoices", written("ledger.csv", LEDGER), *IMPORT)
    people = written(
        "people.csv",
        "debtor;role;name;email;phone;language\nDupont;GF;Zoe;oops;+33612345678;Elvish\n",
    )
    answer = relance("import", "contacts", people, *IMPORT)
    assert "people.csv, line 2, column email: this is not an e-mail address" in answer.err
    assert "column language: 'Elvish' is not a language" in answer.err
    assert "oops" not in answer.err
    (line,) = relance("import", "contacts", people, *IMPORT, "--json").lines
    assert (line["unchanged"], line["rejected"], line["remarks"]) == (1, 0, 2)

    bank = written(
        "bank.csv",
        f"date;amount;currency;invoice;text\n2026-03-02;1.00;EUR;F-1;{'Danke ' * 200}\n",
    )
    (line,) = relance("import", "payments", bank, *IMPORT, "--json").lines
    assert (line["new"], line["rejected"], line["remarks"], line["left"]) == (1, 0, 1, {})


def test_a_rehearsal_remarks_on_contacts_as_well(relance, written):
    people = written("people.csv", "debtor;role;email;phone\nDupont;GF;oops;+33612345678\n")
    ledger = written("ledger.csv", LEDGER)
    answer = relance("rehearse", ledger, *REHEARSE, "--contacts", people)
    assert "people.csv, line 2, column email: this is not an e-mail address" in answer.err


def test_a_row_that_comes_twice_with_an_unread_cell_is_one(relance, written):
    twice = LEDGER + LEDGER.splitlines()[2].replace("Europe", "Atlantis") + "\n"
    (line,) = relance("import", "invoices", written("ledger.csv", twice), *IMPORT, "--json").lines
    assert (line["new"], line["unchanged"], line["rejected"]) == (2, 1, 0)


def test_payments_and_contacts_name_what_is_not_used_too(relance, written):
    relance("import", "invoices", written("ledger.csv", LEDGER), *IMPORT)
    bank = written("bank.csv", "date;amount;currency;invoice;Branch\n2026-03-02;1.00;EUR;F-1;x\n")
    answer = relance("import", "payments", bank, *IMPORT)
    assert 'bank.csv: columns not used: Branch; say in a mapping what they are, or ""' in answer.err
    people = written("people.csv", "debtor;role;email;Birthday\nDupont;GF;a@b.example;x\n")
    ledger = written("ledger.csv", LEDGER)
    answer = relance("rehearse", ledger, *REHEARSE, "--contacts", people)
    assert "people.csv: columns not used: Birthday;" in answer.err


def test_a_mapping_that_is_kept_does_not_silence_what_is_not_used(relance, written, tmp_path):
    """Only a person can decide that a column says nothing that matters."""
    kept, ledger = tmp_path / "m.toml", written("ledger.csv", with_columns("Left over"))
    relance("import", "invoices", ledger, *IMPORT, "--save-mapping", kept)
    assert "Left over" not in kept.read_text("utf-8")
    answer = relance("import", "invoices", ledger, *IMPORT, "--mapping", kept)
    assert "columns not used: Left over" in answer.err


@pytest.mark.parametrize("rows", ["", "F-1;2026-02-31;1.00;EUR;Dupont;;\n;;;;;;\n"])
def test_a_ledger_of_which_no_row_is_taken_cannot_be_rehearsed(relance, written, rows):
    ledger = written("ledger.csv", LEDGER.splitlines()[0] + "\n" + rows)
    answer = relance("rehearse", ledger, *REHEARSE, "--json")
    assert (answer.status, answer.out) == (1, "")
    assert "no row of ledger.csv was taken: there is nothing to rehearse" in answer.err
    assert ("ledger.rejects.csv" in answer.err) == bool(rows)


def test_an_invoice_whose_balance_is_zero_is_settled(relance, written):
    """A ledger of balances keeps no amount to compare it with."""
    head = "Invoice No.;Due date;Balance Due;Currency;Customer\n"
    row = "F-1;2026-03-20;{};EUR;Dupont\n"
    relance("import", "invoices", written("a.csv", head + row.format("50.00")), *IMPORT)
    answer = relance("import", "invoices", written("b.csv", head + row.format("0.00")), *IMPORT)
    assert (answer.status, answer.err) == (0, "")
    assert "paid" in relance("show", "F-1").out
