"""Tasks as people see them: what they are about, the notice that waits for a yes, what is done."""

from datetime import UTC, datetime

import pytest

LATE = """\
number,issued,due,amount,currency,debtor,debtor_name,email,level,level_on
L-1,2025-12-01,2026-01-10,1000.00,EUR,D9,Lateur,ap@lateur.example,second-reminder,2026-02-01
L-2,2025-12-01,2026-01-12,500.00,EUR,D9,Lateur,ap@lateur.example,second-reminder,2026-02-01
L-3,2026-01-12,2026-02-12,70.00,EUR,D9,Lateur,ap@lateur.example,first-reminder,2026-02-25
"""


@pytest.fixture
def asked(thawed, relance, look, written):
    """A formal notice of two invoices waits for a yes; a third is open beside them."""
    ledger = written("late.csv", LATE)
    assert relance("import", "invoices", ledger, "--creditor", "atelier-nord").status == 0
    look("L-1", "L-2", "L-3")
    look("L-1", "L-2", "L-3")


@pytest.mark.usefixtures("asked")
def test_a_notice_that_waits_for_a_yes_is_one_task_that_shows_the_whole_notice(relance):
    (task,) = relance("tasks", "--json").lines
    assert (task["kind"], task["invoices"]) == ("approval", ["L-1", "L-2"])
    notice = task["notice"]
    assert [(line["invoice"], line["level"], line["amount"]) for line in notice["lines"]] == [
        ("L-1", "formal-notice", "1000.00"),
        ("L-2", "formal-notice", "500.00"),
    ]
    assert [(item["invoice"], item["open"]) for item in notice["also_open"]] == [("L-3", "70.00")]
    assert [(total["currency"], total["net"]) for total in notice["totals"]] == [("EUR", "1570.00")]
    assert "L-2" in notice["text"]
    assert relance("show", "L-2", "--json").lines[0]["notice"] == notice


@pytest.mark.usefixtures("asked")
def test_show_prints_the_notice_and_its_text_to_the_approver(relance):
    shown = relance("show", "L-2").out
    assert "a yes is asked for this formal-notice" in shown
    assert "in all 1,570.00 EUR" in shown
    text = relance("show", "L-2", "--notice").out
    assert "MISE EN DEMEURE" in text
    assert "1 000,00" in text.replace("\N{NARROW NO-BREAK SPACE}", " ")
    assert relance("show", "F-1", "--notice").status == 1


@pytest.mark.usefixtures("asked")
def test_what_leaves_after_the_yes_is_what_was_shown(relance, look):
    shown = relance("show", "L-1", "--json").lines[0]["notice"]
    assert relance("approve", "L-2", "--as", "ines").status == 0
    look("L-1", "L-2", "L-3")
    (left,) = relance("notices", "L-1", "--json").lines
    assert (left["level"], left["channel"], left["language"], left["on"]) == (
        shown["level"],
        shown["channel"],
        shown["language"],
        shown["on"],
    )
    assert left["invoices"] == [line["invoice"] for line in shown["lines"]]
    assert relance("tasks", "--json").lines == []


@pytest.mark.usefixtures("asked")
def test_an_invoice_that_is_paid_leaves_the_task_to_the_others(relance, look):
    relance("pay", "L-1")
    look("L-1")
    (task,) = relance("tasks", "L-2", "--json").lines
    assert task["invoices"] == ["L-2"]
    assert [line["invoice"] for line in task["notice"]["lines"]] == ["L-2"]
    relance("pay", "L-2")
    look("L-2")
    assert relance("tasks", "--json").lines == []


@pytest.mark.usefixtures("asked")
def test_what_an_order_answers_is_not_called_done(relance):
    refused = relance("done", "1")
    assert refused.status == 1
    assert "relance approve or relance reject answers it" in refused.err
    assert "there is no task 77" in relance("done", "77").err


@pytest.mark.usefixtures("thawed")
def test_a_task_is_done_by_the_number_that_tasks_shows(relance, look, written, time):
    time.now = datetime(2026, 3, 2, 10, tzinfo=UTC)
    relance("pay", "F-4", "--amount", "448.50")
    look("F-4")
    (task,) = relance("tasks", "--json").lines
    assert (task["kind"], task["amount"], task["invoice"]) == ("write-off", "1.50", "F-4")
    said = relance("tasks").out
    assert said.split()[:2] == ["task", "due"]
    assert "relance done TASK" in said

    assert relance("done", task["task"], "--outcome", "kept").out == "task 1 is done\n"
    assert "nothing has changed" in relance("done", task["task"]).out
    assert relance("tasks", "--json").lines == []


@pytest.mark.usefixtures("thawed")
@pytest.mark.parametrize(
    "ends", [("write-off", "F-4", "--reason", "residue"), ("pay", "F-4", "--amount", "1.50")]
)
def test_a_write_off_is_proposed_until_it_is_written_off_or_paid(relance, look, ends):
    relance("pay", "F-4", "--amount", "448.50")
    look("F-4")
    assert [line["kind"] for line in relance("tasks", "--json").lines] == ["write-off"]
    assert relance(*ends).status == 0
    assert relance("tasks", "--json").lines == []
