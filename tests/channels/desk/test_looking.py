"""What people look at: lists, what comes next, why, tasks, notices, the timeline."""

from datetime import timedelta

import pytest

pytestmark = pytest.mark.usefixtures("thawed")


def test_list_is_a_line_an_invoice_for_programs(relance):
    lines = relance("list", "--json").lines
    assert [line["invoice"] for line in lines] == ["F-4", "F-1", "F-3", "F-2"]
    assert lines[1] == {
        "creditor": "atelier-nord",
        "invoice": "F-1",
        "debtor": "D1",
        "name": "Musterbau",
        "issued": None,
        "due": "2026-03-20",
        "extended": None,
        "amount": "1000.00",
        "open": "1000.00",
        "currency": "EUR",
        "state": "open",
        "level": None,
        "next_on": "2026-03-16",
        "blockers": [],
        "policy": "standard-b2b",
        "closed": False,
    }


@pytest.mark.parametrize(
    ("narrowed", "left"),
    [
        (("--overdue",), ["F-4"]),
        (("--debtor", "D1"), ["F-1", "F-2"]),
        (("--debtor", "Example Inc"), ["F-3"]),
        (("F-2",), ["F-2"]),
        (("--state", "paid"), []),
        (("--creditor", "kontor-west"), []),
        (("--limit", "1"), ["F-4"]),
    ],
)
def test_list_narrows(relance, narrowed, left):
    assert [line["invoice"] for line in relance("list", *narrowed, "--json").lines] == left


def test_people_get_a_table(relance):
    answer = relance("list")
    header, first, *_ = answer.out.splitlines()
    assert header.split()[:4] == ["invoice", "creditor", "debtor", "due"]
    assert "1,000.00 EUR" in answer.out
    assert first == first.rstrip()
    assert answer.out.rstrip().endswith("4 invoices")


def test_an_empty_list_says_so(relance):
    assert "No invoice is like this" in relance("list", "--state", "dead").out


def test_a_cut_list_says_so(relance):
    assert "--limit 0 lists all" in relance("list", "--limit", "2").err


def test_next_before_the_first_look(relance):
    assert "the engine has not looked at it" in relance("next", "F-1").out


def test_next_says_what_and_when(relance, look):
    look("F-1")
    answer = relance("next", "F-1")
    assert "next: courtesy on Mon 2026-03-16" in answer.out
    (line,) = relance("next", "F-1", "--json").lines
    assert (line["what"], line["next_on"], line["blockers"]) == ("courtesy", "2026-03-16", [])


def test_next_does_not_name_a_level_that_something_keeps(relance, look):
    relance("promise", "F-4", "--by", "friday")
    look("F-4")
    assert "next: nothing before" in relance("next", "F-4").out
    assert relance("next", "F-4", "--json").lines[0]["what"] is None


def test_next_of_somebody_unknown_is_refused(relance):
    answer = relance("next", "--debtor", "D9")
    assert answer.status == 1
    assert "nobody is known by that key" in answer.err


def test_next_names_each_blocker_and_what_to_do(relance, look):
    relance("promise", "F-1", "--by", "friday")
    look("F-1")
    answer = relance("next", "F-1")
    assert "blocked: payment is promised (promise); what to do: wait for the money" in answer.out
    (line,) = relance("next", "F-1", "--json").lines
    assert line["blockers"][0]["blocker"] == "promise"
    assert line["blockers"][0]["remedy"]


def test_next_answers_from_the_books_and_says_what_the_engine_has_not_seen(relance, look):
    look("F-1")
    relance("hold", "F-1", "--until", "2026-03-20", "--reason", "moving")
    (line,) = relance("next", "F-1", "--json").lines
    assert (line["state"], line["next_on"], line["behind"]) == ("held", "2026-03-20", 1)
    assert "the engine has not seen 1 event of it yet" in relance("next", "F-1").out


def test_next_answers_before_the_engine_has_ever_looked(relance):
    said = relance("next", "F-1").out
    assert "next: " in said
    assert "the engine has not looked at it yet: relance up starts it" in said


def test_next_of_a_debtor_is_all_that_it_has_open(relance):
    relance("pay", "F-2")
    lines = relance("next", "--debtor", "D1", "--json").lines
    assert {line["invoice"] for line in lines} == {"F-1", "F-2"} - {
        line["invoice"] for line in lines if line["closed"]
    }


def test_next_of_what_is_closed_is_nothing(relance, look):
    relance("pay", "F-1")
    look("F-1")
    assert "nothing comes next: it is closed as paid" in relance("next", "F-1").out


def test_next_names_the_number_that_is_missing(relance):
    answer = relance("next", "F-1", "F-77")
    assert answer.status == 1
    assert "F-77" in answer.err
    assert "F-1 of Musterbau" in answer.out


def test_why_shows_rule_policy_and_facts(relance, look):
    look("F-1")
    (line,) = relance("why", "F-1", "--json").lines
    assert (line["rule"], line["policy"], line["version"]) == ("2", "standard-b2b", 1)
    assert line["engine"] == "test"
    assert line["facts"]["open"] == "1000.00"
    said = relance("why", "F-1").out
    assert "rule 2: a level has its place" in said
    assert "policy standard-b2b version 1" in said


def test_why_begins_with_the_newest(relance, look, time):
    look("F-1")
    relance("dispute", "F-1", "--reason", "quality")
    time.now += timedelta(hours=1)
    look("F-1")
    newest, oldest = relance("why", "F-1", "--json").lines
    assert newest["blockers"] == ["dispute"]
    assert oldest["blockers"] == []
    assert len(relance("why", "F-1", "--last", "1", "--json").lines) == 1


def test_why_before_the_first_look(relance):
    answer = relance("why", "F-1")
    assert answer.status == 0
    assert "has not looked at it yet" in answer.out


def test_why_names_the_decision_that_said_each_letter(relance, look, deliver, time):
    look("F-4")
    assert [line["notice"] for line in relance("why", "F-4", "--json").lines] == [None]
    (key,) = deliver()
    time.now += timedelta(days=1)
    look("F-4")

    waits, said, chose = relance("why", "F-4", "--json").lines
    assert [waits["notice"], said["notice"], chose["notice"]] == [None, key, None]
    assert (said["answer"]["kind"], said["answer"]["channel"]) == ("said", "email")
    assert said["answer"]["level"] == chose["answer"]["level"]
    assert (said["rule"], said["why"]) == (chose["rule"], chose["why"])
    assert (said["policy"], said["version"], said["hash"]) == (
        chose["policy"],
        chose["version"],
        chose["hash"],
    )
    assert (said["facts"]["open"], said["engine"]) == ("450.00", "test")
    people = relance("why", "F-4", "--last", "1").out
    assert f"said {said['answer']['level']} on {said['answer']['on']} by email, notice {key}" in (
        people
    )
    assert said["hash"] in people


def test_why_says_that_a_letter_is_on_its_way_or_in_doubt(relance, look, deliver):
    look("F-4")
    deliver("sending")
    assert "(on its way)" in relance("why", "F-4").out
    deliver("unknown")
    assert "(nobody knows whether it arrived)" in relance("why", "F-4").out


def test_show_tells_what_happened(relance, look):
    relance("promise", "F-1", "--by", "friday")
    relance("note", "F-1", "--text", "they are moving")
    look("F-1")
    answer = relance("show", "F-1")
    assert "F-1 of Musterbau (atelier-nord): promised" in answer.out
    assert "promised by clerk" in answer.out
    assert "they are moving" in answer.out


def test_show_of_an_unknown_invoice_is_refused(relance):
    answer = relance("show", "F-77", "--creditor", "atelier-nord")
    assert answer.status == 1
    assert "has no invoice F-77" in answer.err


def test_tasks_say_what_waits_for_whom(relance, look):
    relance("dispute", "F-1", "--reason", "quality")
    look("F-1")
    (line,) = relance("tasks", "--json").lines
    assert (line["kind"], line["invoice"], line["creditor"]) == ("dispute", "F-1", "atelier-nord")
    assert "dispute" in relance("tasks").out
    assert relance("tasks", "--creditor", "kontor-west").out == "Nothing waits for a person.\n"


def test_what_was_written_is_listed_and_told(relance, look):
    assert relance("notices").out == "Nothing was written yet.\n"
    look("F-4")
    (notice,) = relance("notices", "--json").lines
    assert notice["invoices"] == ["F-4"]
    assert notice["channel"] == "email"
    assert notice["state"] == "planned"
    assert "Spätzahl" in relance("notices", "--debtor", "D3").out
    assert relance("show", "F-4").status == 0


def test_the_timeline_has_the_form_of_a_rehearsal(relance, look):
    assert relance("timeline").out == "Nothing was said in these days.\n"
    look("F-4")
    for line in relance("timeline", "--json").lines:
        assert {"kind", "at", "on", "debtor", "channel", "level", "amount"} <= set(line)


def test_what_pays_nothing_is_listed(relance):
    assert relance("unallocated", "--json").lines == []
    relance("pay", "--debtor", "D3", "--amount", "500.00")
    assert "50.00 EUR" in relance("unallocated").out


def test_debtors_are_listed_with_what_they_owe(relance):
    lines = {line["debtor"]: line for line in relance("debtors", "--json").lines}
    assert lines["D1"]["open"] == {"EUR": "1200.00"}
    assert lines["D3"]["overdue"] == {"EUR": "450.00"}
    assert "300.00 USD" in relance("debtors").out
    assert "Nobody is known yet" in relance("debtors", "--creditor", "kontor-west").out


@pytest.mark.parametrize(
    "typed",
    ["list", "show F-1", "next F-1", "why F-1", "tasks", "notices", "timeline", "unallocated",
     "debtors", "policies list", "policies check", "policies show export",
     "note F-1 --text x", "hold F-1 --reason x", "pay F-2"],
)  # fmt: skip
def test_programs_find_nothing_but_json_on_stdout(relance, look, typed):
    look("F-1", "F-4")
    answer = relance(*typed.split(), "--json")
    assert answer.status == 0
    assert all(isinstance(line, dict) for line in answer.lines)
    assert answer.out == "" or answer.lines


def test_nothing_looked_at_changes_anything(relance, engine):
    for typed in (("list",), ("show", "F-1"), ("next", "F-1"), ("why", "F-1"), ("tasks",)):
        assert relance(*typed).status == 0
    assert engine.asked == 0


def test_another_policy_is_shown_before_it_is_taken(relance):
    ask = ("change-policy", "F-1", "--policy", "key-account")
    (line,) = relance(*ask, "--preview", "--json").lines
    assert (line["invoice"], line["policy"]) == ("F-1", "key-account")
    assert line["now"] != line["then"]
    (item,) = relance("list", "F-1", "--json").lines
    assert item["policy"] == "standard-b2b", "nothing is changed"

    said = relance(*ask, "--preview").out
    assert "nothing is changed" in said
    assert relance(*ask).status == 0
    (item,) = relance("list", "F-1", "--json").lines
    assert item["policy"] == "key-account"
