"""Debtors at the desk: debits that come back, what a debtor is known by, and how it stands."""

from datetime import datetime

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


@pytest.mark.usefixtures("thawed")
def test_a_debtor_is_shown_with_what_is_known_of_it(relance):
    relance("pay", "--debtor", "D1", "--amount", "50", "--reference", "R1")
    said = relance("debtor", "D1")
    assert said.status == 0
    assert "Musterbau (D1 of atelier-nord): normal" in said.out
    assert "1,150.00 EUR open in 2 invoices" in said.out
    assert "ap@musterbau.example" in said.out

    (shown,) = relance("debtor", "D1", "--json").lines
    assert shown["open"] == {"EUR": "1150.00"}
    assert shown["payment_days"] == []
    (contact,) = shown["contacts"]
    assert (contact["role"], contact["email"]) == ("accounting", "ap@musterbau.example")


@pytest.mark.usefixtures("thawed")
def test_facts_of_a_debtor_are_set_one_by_one(relance, engine):
    answer = relance("debtor", "D1", "--payment-days", "31,15", "--internal", "yes")
    assert (answer.status, answer.out) == (0, "recorded for F-1, F-2\n")
    assert {number for _, number, _ in engine.told} == {"F-1", "F-2"}
    assert waits(relance, "F-1") == ["internal-debtor"]

    relance("debtor", "D1", "--internal", "no", "--legal-id", "732 829 320", "--quiet", "sms,call")
    (shown,) = relance("debtor", "D1", "--json").lines
    assert (shown["payment_days"], shown["internal"]) == ([15, 31], False)
    assert (shown["legal_id"], shown["quiet"]) == ("732829320", ["call", "sms"])
    assert "pays on: 15, 31" in relance("debtor", "D1").out
    assert waits(relance, "F-1") == []


@pytest.mark.usefixtures("thawed")
def test_a_policy_of_its_own_is_of_invoices_to_come_and_says_so(relance):
    answer = relance("debtor", "D1", "--policy", "key-account")
    assert answer.status == 0
    assert "relance change-policy --debtor D1 moves them" in answer.err
    refused = relance("debtor", "D1", "--policy", "harsh")
    assert (refused.status, refused.out) == (1, "")
    assert "no policy is called 'harsh': there are" in refused.err


@pytest.mark.usefixtures("thawed")
def test_days_that_are_none_are_misuse(relance):
    answer = relance("debtor", "D1", "--payment-days", "the last")
    assert answer.status == 2
    assert "write them such as 15,31" in answer.err
    assert "32 is no day of a month" in relance("debtor", "D1", "--payment-days", "32").err


@pytest.mark.usefixtures("thawed")
def test_a_statement_that_is_asked_for_goes_at_the_next_opening(relance, engine):
    answer = relance("statement", "D1")
    assert answer.status == 0
    (notice,) = relance("notices", "--debtor", "D1", "--json").lines
    assert (notice["kind"], notice["state"]) == ("statement", "planned")
    assert notice["invoices"] == ["F-1", "F-2"]
    assert notice["on"] == "2026-03-02"
    (poke,) = engine.poked
    assert poke.creditor == "atelier-nord"
    assert poke.at == datetime.fromisoformat(notice["at"])

    again = relance("statement", "D1")
    assert again.status == 1
    assert "a statement is planned already: it goes on 2026-03-02" in again.err


@pytest.mark.usefixtures("thawed")
def test_no_statement_goes_where_nothing_is_open(relance):
    relance("pay", "F-3")
    answer = relance("statement", "D2")
    assert answer.status == 1
    assert "no statement can be sent: nothing is open" in answer.err


LATE = """\
number;due;amount;currency;debtor;debtor_name;email;level;level_on
L-1;2026-01-10;1.000,00;EUR;D1;Musterbau;ap@musterbau.example;second-reminder;2026-02-01
"""


@pytest.fixture
def asked(relance, written, look):
    """A formal notice that waits for the yes of yann or ines."""
    relance("import", "invoices", written("late.csv", LATE), "--creditor", "atelier-nord")
    relance("thaw", "atelier-nord")
    look("L-1", "L-1")
    assert waits(relance, "L-1") == ["approval"]


@pytest.mark.usefixtures("asked")
def test_an_act_of_law_is_approved_by_those_in_the_role(relance):
    refused = relance("approve", "L-1", "--as", "the-intern")
    assert (refused.status, refused.out) == (1, "")
    assert "the-intern" in refused.err
    assert "yann or ines may" in refused.err
    assert "camille" not in refused.err

    assert "approver (yann, ines)" in relance("tasks").out
    (task,) = relance("tasks", "--json").lines
    assert (task["owner"], task["may"]) == ("approver", ["yann", "ines"])

    assert relance("approve", "L-1", "--as", "Yann").status == 0


@pytest.mark.usefixtures("asked")
@pytest.mark.parametrize("name", ["story", "System", " system "])
def test_nobody_goes_by_a_name_of_the_engine(relance, name):
    answer = relance("approve", "L-1", "--as", name)
    assert answer.status == 2
    assert "names nobody: say which person orders" in answer.err


PERSONS = """\
number;due;amount;currency;debtor;debtor_name;email;{names}
{number};2026-02-10;1.000,00;EUR;{code};Musterbau;ap@musterbau.example;{facts}
"""


def test_an_insolvency_stops_a_legal_person_in_every_creditor_from_a_file_on(relance, written):
    ledgers = (
        ("atelier-nord", "F-1", "D1", "SIRET;Zahllauf", "732 829 320 00074;15 und 31"),
        ("kontor-west", "G-1", "7001", "USt-IdNr.;Intern", "FR 44 732 829 320;nein"),
        ("kontor-west", "G-2", "7002", "USt-IdNr.;Intern", "DE 123 456 788;ja"),
    )
    for creditor, number, code, names, facts in ledgers:
        text = PERSONS.format(number=number, code=code, names=names, facts=facts)
        ledger = written(f"{number}.csv", text)
        assert relance("import", "invoices", ledger, "--creditor", creditor).status == 0
    for creditor in ("atelier-nord", "kontor-west"):
        relance("thaw", creditor)
    assert (waits(relance, "F-1"), waits(relance, "G-1")) == ([], [])
    assert waits(relance, "G-2") == ["internal-debtor"]

    assert relance("insolvent", "D1", "--creditor", "atelier-nord").status == 0

    assert waits(relance, "F-1") == ["insolvency"]
    assert waits(relance, "G-1") == ["insolvency"]
    (shown,) = relance("debtor", "7001", "--json").lines
    assert (shown["standing"], shown["insolvent_on"]) == ("insolvent", "2026-03-02")
