"""``relance rehearse``: what would be said, as JSON for programs and as tables for people."""

import subprocess
import sys
from pathlib import Path

import pytest

LEDGER = """\
number;due;amount;currency;debtor;debtor_name;email;policy
F-1;2026-03-20;1.000,00;EUR;D1;Musterbau;ap@musterbau.example;
F-2;2026-03-20;200,00;EUR;D1;Musterbau;ap@musterbau.example;
F-3;2026-03-20;300,00;USD;D2;Example Inc;ap@inc.example;small-debtor
"""
STORY = """\
{"on": "2026-03-30", "event": "payment", "invoice": "F-1", "amount": "1000.00"}
{"on": "2026-03-30", "event": "promise", "invoice": "F-9", "by": "2026-04-02"}
"""
SPAN = ("--from", "2026-03-02", "--until", "2026-04-20")


@pytest.fixture
def ledger(written) -> Path:
    return written("ledger.csv", LEDGER)


def test_each_line_is_one_object_and_invoices_come_last(relance, ledger):
    answer = relance("rehearse", ledger, "--policy", "standard-b2b", *SPAN, "--json")
    assert answer.status == 0
    assert answer.err == ""
    first, *_ = answer.lines
    assert first == {
        "kind": "contact",
        "at": "2026-03-16T09:00:00+01:00",
        "on": "2026-03-16",
        "debtor": "D1",
        "channel": "email",
        "level": "courtesy",
        "invoices": ["F-1", "F-2"],
        "levels": {"F-1": "courtesy", "F-2": "courtesy"},
        "amount": "1200.00",
        "currency": "EUR",
        "also_open": [],
        "why": first["why"],
    }
    standings = answer.lines[-3:]
    assert [line["invoice"] for line in standings] == ["F-1", "F-2", "F-3"]
    assert set(standings[0]) == {
        "invoice", "state", "open", "currency", "level", "next_on", "blockers",
    }  # fmt: skip
    assert all("kind" in line for line in answer.lines[:-3])
    times = [line["at"] for line in answer.lines[:-3]]
    assert times == sorted(times)


def test_a_story_is_played_and_what_it_cannot_mean_is_said(relance, ledger, written):
    story = written("story.jsonl", STORY)
    answer = relance(
        "rehearse", ledger, "--policy", "standard-b2b", *SPAN, "--story", story, "--json"
    )
    assert answer.status == 0
    paid = next(line for line in answer.lines if line.get("invoice") == "F-1")
    assert (paid["state"], paid["open"]) == ("paid", "0.00")
    assert "story.jsonl, line 2" in answer.err


def test_a_rows_own_policy_wins_when_there_is_such_a_one(relance, written):
    ledger = written(
        "ledger.csv", LEDGER.replace("example;\n", "example;gone\n").replace(";small-debtor", ";")
    )
    given = relance("rehearse", ledger, "--policy", "small-debtor", *SPAN, "--json")
    assert "there is no policy 'gone'" in given.err
    levels = {line["level"] for line in given.lines if line.get("kind") == "contact"}
    assert "second-reminder" in levels
    assert given.err.count("'gone'") == 1


def test_bad_rows_are_told_and_kept_and_hide_no_good_row(relance, written):
    ledger = written("ledger.csv", LEDGER + "F-4;2026-02-31;1,00;EUR;D3;Nobody;n@n.example;\n")
    answer = relance("rehearse", ledger, "--policy", "standard-b2b", *SPAN, "--json")
    assert answer.status == 0
    assert len([line for line in answer.lines if "invoice" in line]) == 3
    assert "ledger.csv, line 5, column due: '2026-02-31' is not" in answer.err
    kept = ledger.with_name("ledger.rejects.csv")
    assert str(kept) in answer.err
    assert "F-4" in kept.read_text("utf-8-sig")


def test_no_message_shows_what_is_about_a_person(relance, written):
    ledger = written("ledger.csv", LEDGER + "F-4;2026-03-20;1,00;EUR;D3;Nobody;not an address;\n")
    answer = relance("rehearse", ledger, "--policy", "standard-b2b", *SPAN, "--json")
    assert "line 5, column email: this is not" in answer.err
    assert "not an address" not in answer.err


def test_contacts_may_come_as_a_second_file(relance, written):
    ledger = written(
        "ledger.csv", "number,due,amount,currency,debtor\nF-1,2026-03-20,1000.00,EUR,D1\n"
    )
    contacts = written("contacts.csv", "debtor,role,email\nD2,accounting,x@two.example\n")
    answer = relance(
        "rehearse", ledger, "--policy", "standard-b2b", *SPAN, "--contacts", contacts, "--json"
    )
    assert answer.lines[-1]["blockers"] == ["no-contact"]


def test_people_read_days_and_figures(relance, ledger):
    answer = relance("rehearse", ledger, "--policy", "standard-b2b", *SPAN)
    assert answer.status == 0
    assert "Mon 2026-03-16" in answer.out
    assert "1,200.00 EUR" in answer.out
    assert "first-reminder" in answer.out
    assert "3 invoices at the end" in answer.out


def test_nothing_to_say_is_said(relance, ledger):
    answer = relance(
        "rehearse", ledger, "--policy", "standard-b2b", "--from", "today", "--until", "tomorrow"
    )
    assert answer.status == 0
    assert "Nothing would be said" in answer.out


@pytest.mark.parametrize(
    ("changed", "status", "sentence"),
    [
        (("--until", "2026-02-01"), 2, "--until 2026-02-01 is before"),
        (("--until", "someday"), 2, "'someday' is not a day"),
        (("--policy", "harsh"), 1, "no policy is named 'harsh'"),
        (("--policy", "missing.toml"), 1, "cannot be read"),
        (("--story", "missing.jsonl"), 1, "cannot be read"),
    ],
)
def test_what_cannot_be_meant_is_one_sentence(relance, ledger, changed, status, sentence):
    given = ("rehearse", ledger, "--policy", "standard-b2b", *SPAN, *changed)
    answer = relance(*given, "--json")
    assert answer.status == status
    assert answer.out == ""
    assert sentence in answer.err
    assert len(answer.err.splitlines()) == 1


def test_a_file_that_is_no_ledger_is_refused(relance, written):
    answer = relance("rehearse", written("x.csv", ""), "--policy", "standard-b2b", *SPAN)
    assert answer.status == 1
    assert "x.csv" in answer.err


def test_it_needs_neither_temporal_nor_a_database():
    """A person tries a policy out before anything is installed, and waits for nothing."""
    code = (
        "import sys; import channels.desk.cli.commands.rehearsing, channels.desk.cli.rehearsed;"
        "import models.chasing.rehearsal; from channels.desk.cli.app import catalogue; catalogue();"
        "print([name for name in ('temporalio', 'sqlalchemy', 'rich') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout.strip() == "[]"


def test_channels_that_are_not_connected_here_are_named(relance, written):
    ledger = written(
        "post.csv",
        "number,issued,due,amount,currency,debtor,street,postcode,city,country\n"
        "F-1,2026-01-02,2026-02-02,100.00,EUR,ALBA,1 quai des Docks,69002,Lyon,FR\n",
    )
    days = ("--from", "2026-03-02", "--until", "2026-03-31")
    said = relance("rehearse", ledger, "--policy", "standard-b2b", *days, "--json")
    assert any(line.get("channel") == "letter" for line in said.lines)
    assert "not connected here: --channels" in said.err

    only = ("--channels", "email")
    said = relance("rehearse", ledger, "--policy", "standard-b2b", *days, *only, "--json")
    assert [line for line in said.lines if line.get("kind") == "contact"] == []

    refused = relance("rehearse", ledger, "--policy", "standard-b2b", *days, "--channels", "fax")
    assert refused.status == 2
    assert "no channel is called 'fax'" in refused.err


def test_a_key_of_a_story_that_says_nothing_is_named_and_the_story_told(relance, written):
    ledger = written(
        "one.csv",
        "number,issued,due,amount,currency,debtor,email\n"
        "F-1,2026-01-02,2026-02-27,100.00,EUR,ALBA,ap@alba.example\n",
    )
    told = written(
        "story.jsonl",
        '{"on": "2026-03-03", "event": "payment", "invoice": "F-1", "amount": "100.00", "ref": 7}',
    )
    days = ("--from", "2026-03-02", "--until", "2026-03-31", "--story", told)
    said = relance("rehearse", ledger, "--policy", "standard-b2b", *days, "--json")
    assert "story.jsonl, line 1: ref says nothing here" in said.err
    assert [line["state"] for line in said.lines if "state" in line] == ["paid"]
