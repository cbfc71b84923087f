"""``relance import``: files go in, the engine is told, what is wrong is kept and said."""

import pytest

ITEMS = """\
Rechnungsnummer;Fälligkeit;Bruttobetrag;Offener Betrag;Währung;Kundennummer;Kundenname;E-Mail
F-1;20.03.2026;1.000,00;600,00;EUR;D1;Musterbau;ap@musterbau.example
F-2;25.03.2026;200,00;200,00;EUR;D1;Musterbau;ap@musterbau.example
"""
WHOSE = ("--creditor", "kontor-west")


@pytest.fixture
def ledger(written):
    return written("ledger.csv", ITEMS)


def test_a_ledger_goes_in_and_says_what_it_came_to(relance, ledger, engine):
    answer = relance("import", "invoices", ledger, *WHOSE)
    assert answer.status == 0
    assert "kontor-west: 2 rows: 2 new" in answer.out
    assert {number for _, number, _ in engine.told} == {"F-1", "F-2"}
    assert [line["open"] for line in relance("list", "--json").lines] == ["600.00", "200.00"]


def test_a_first_import_is_frozen_and_says_what_to_do(relance, ledger):
    answer = relance("import", "invoices", ledger, *WHOSE)
    assert "kontor-west is frozen" in answer.out
    assert "relance thaw kontor-west" in answer.out
    relance("thaw", "kontor-west")
    assert "frozen" not in relance("import", "invoices", ledger, *WHOSE).out


def test_the_same_file_twice_changes_nothing(relance, ledger):
    relance("import", "invoices", ledger, *WHOSE)
    (line,) = relance("import", "invoices", ledger, *WHOSE, "--json").lines
    assert (line["new"], line["changed"], line["unchanged"]) == (0, 0, 2)


def test_programs_read_every_count(relance, ledger):
    (line,) = relance("import", "invoices", ledger, *WHOSE, "--json").lines
    assert set(line) == {
        "import", "creditor", "rows", "new", "changed", "unchanged", "settled", "rejected",
        "waiting", "state", "why", "remarks", "rejects", "left", "told", "frozen",
    }  # fmt: skip
    assert (line["rows"], line["new"], line["rejects"], line["told"]) == (2, 2, None, True)


def test_good_rows_go_in_beside_bad_ones(relance, written):
    ledger = written("ledger.csv", ITEMS + "F-3;31.02.2026;5,00;5,00;EUR;D2;Zwei;z@z.example\n")
    answer = relance("import", "invoices", ledger, *WHOSE)
    assert answer.status == 0
    assert "2 new, 1 rejected" in answer.out
    assert "ledger.csv, line 4, column Fälligkeit: '31.02.2026' is not" in answer.err
    assert "ledger.rejects.csv" in answer.err
    assert "F-3" in ledger.with_name("ledger.rejects.csv").read_text("utf-8-sig")


def test_a_row_that_only_the_books_refuse_keeps_its_cells_to_be_corrected(relance, written):
    twice = "F-1;25.03.2026;5,00;5,00;EUR;D2;Zwei;z@z.example\n"
    ledger = written("ledger.csv", ITEMS + twice)
    answer = relance("import", "invoices", ledger, *WHOSE)
    assert "line 4: number F-1 belongs to another debtor" in answer.err
    kept = ledger.with_name("ledger.rejects.csv").read_text("utf-8-sig")
    assert twice.strip().split(";") == kept.splitlines()[1].split(";")[:8]


def test_a_file_of_which_nothing_goes_in_has_failed(relance, written):
    ledger = written(
        "ledger.csv", ITEMS.split("F-1", maxsplit=1)[0] + "F-3;31.02.2026;5;5;EUR;D2;Zwei;\n"
    )
    assert relance("import", "invoices", ledger, *WHOSE).status == 1


def test_without_temporal_the_books_have_it(relance, ledger, engine):
    engine.gone = True
    answer = relance("import", "invoices", ledger, *WHOSE)
    assert answer.status == 0
    assert "the engine will follow" in answer.err
    assert len(relance("list", "--json").lines) == 2


def test_what_a_complete_file_no_longer_holds_is_settled(relance, written):
    rows = "".join(f"F-{n};25.03.2026;10,00;10,00;EUR;D{n};X{n};\n" for n in range(10, 20))
    relance("import", "invoices", written("a.csv", ITEMS + rows), *WHOSE)
    complete = ("--complete", "kontor-west")
    shorter = ITEMS + rows.split("F-19")[0]
    (line,) = relance("import", "invoices", written("b.csv", shorter), *complete, "--json").lines
    assert (line["settled"], line["state"]) == (1, "done")


def test_a_complete_file_that_would_settle_much_waits_for_a_yes(relance, written, ledger):
    relance("import", "invoices", ledger, *WHOSE)
    half = written("half.csv", ITEMS.split("F-2", maxsplit=1)[0])
    complete = ("--complete", "kontor-west")
    answer = relance("import", "invoices", half, *complete)
    assert answer.status == 0
    assert "1 item would be settled: relance import confirm" in answer.err
    number = answer.err.split("import confirm ")[1].split()[0]
    said = relance("import", "confirm", number, *WHOSE)
    assert "1 item is settled by the ledger" in said.out


def test_a_yes_may_be_given_at_once(relance, written, ledger):
    relance("import", "invoices", ledger, *WHOSE)
    half = written("half.csv", ITEMS.split("F-2", maxsplit=1)[0])
    (line,) = relance(
        "import", "invoices", half, "--complete", "kontor-west", "--yes", "--json"
    ).lines
    assert (line["settled"], line["waiting"], line["state"]) == (1, 0, "done")


def test_contacts_and_payments_go_in(relance, written, ledger, engine):
    relance("import", "invoices", ledger, *WHOSE)
    contacts = written("c.csv", "debtor,role,email\nD1,management,chef@musterbau.example\n")
    assert "1 new" in relance("import", "contacts", contacts, *WHOSE).out
    assert engine.swept == 1
    bank = written(
        "bank.csv",
        "date;amount;currency;invoice;reference\n"
        "2026-03-02;600,00;EUR;F-1;B-1\n2026-03-02;77,00;EUR;;B-2\n",
    )
    answer = relance("import", "payments", bank, *WHOSE)
    assert answer.status == 0, answer.err
    assert "77.00 EUR pays nothing yet" in answer.out
    assert relance("list", "F-1", "--json").lines[0]["open"] == "0.00"


def test_oldest_first_pays_what_names_nothing(relance, written, ledger):
    relance("import", "invoices", ledger, *WHOSE)
    bank = written("b.csv", "date;amount;currency;debtor;reference\n2026-03-02;77;EUR;D1;B-2\n")
    relance("import", "payments", bank, *WHOSE, "--oldest-first")
    assert relance("list", "F-1", "--json").lines[0]["open"] == "523.00"


def test_what_was_found_out_about_a_file_can_be_kept(relance, ledger, tmp_path):
    kept = tmp_path / "mapping.toml"
    relance("import", "invoices", ledger, *WHOSE, "--save-mapping", kept)
    assert 'decimal = ","' in kept.read_text("utf-8")
    again = relance("import", "invoices", ledger, *WHOSE, "--mapping", kept, "--json")
    assert again.lines[0]["unchanged"] == 2


@pytest.mark.parametrize(
    ("typed", "status", "sentence"),
    [
        (("missing.csv", *WHOSE), 1, "cannot be opened"),
        (("missing.csv",), 2, "say which creditor with --creditor"),
        (("missing.csv", "--creditor", "acme"), 1, "no creditor has the key 'acme'"),
        (("x.csv", *WHOSE, "--complete", "atelier-nord"), 1, "differ: leave one out"),
        ((*WHOSE,), 2, "required: FILE"),
    ],
)
def test_what_cannot_be_meant_is_one_sentence(relance, typed, status, sentence):
    answer = relance("import", "invoices", *typed)
    assert answer.status == status
    assert sentence in answer.err
    assert len(answer.err.splitlines()) == 1


def test_the_family_lists_its_members(relance):
    answer = relance("import")
    assert "import invoices" in answer.out
    assert relance("import", "invoises").err.startswith("relance: relance import knows no")


def test_a_worker_may_read_a_file_in_the_background(relance, ledger, engine):
    answer = relance("import", "invoices", ledger, *WHOSE, "--background")
    assert answer.status == 0
    assert "intake/kontor-west/" in answer.out
    (file,) = engine.files
    assert (file.path, file.kind, file.creditor) == (str(ledger.resolve()), "items", "kontor-west")
    engine.gone = True
    refused = relance("import", "invoices", ledger, *WHOSE, "--background")
    assert refused.status == 1
    assert "without --background" in refused.err
