"""How invoices stand now: after a letter, a promise, a dispute, a hold, an extension."""

from datetime import timedelta

import pytest

pytestmark = pytest.mark.usefixtures("thawed")


def one(relance, *typed: object) -> dict:
    """What a command tells programs of the only invoice it is about."""
    (line,) = relance(*typed, "--json").lines
    return line


def test_after_a_letter_the_level_just_said_and_the_next_step_are_shown(
    relance, look, deliver, time
):
    look("F-4")
    said = one(relance, "notices", "F-4")
    deliver()
    time.now += timedelta(hours=5)

    listed, shown = one(relance, "list", "F-4"), one(relance, "show", "F-4")
    assert listed["level"] == shown["level"] == said["level"]
    assert listed["next_on"] == shown["next_on"] > said["on"]
    assert shown["what"] not in {None, said["level"]}
    assert f"level {shown['level']}" in relance("show", "F-4").out
    assert f"next: {shown['what']} on" in relance("next", "F-4").out


def test_a_list_shows_what_was_recorded_before_the_engine_has_seen_it(relance, look):
    look("F-1", "F-2")
    relance("promise", "F-1", "--by", "friday")
    assert one(relance, "list", "F-1")["state"] == "promised"
    listed = relance("list", "--state", "open", "--json").lines
    assert "F-1" not in [line["invoice"] for line in listed]
    assert relance("list", "F-1", "--blocker", "hold", "--json").lines == []


def test_a_list_of_a_creditor_whose_file_is_gone_is_as_the_last_look_left_it(relance, desk):
    desk.creditors.pop("atelier-nord")
    assert {line["next_on"] for line in relance("list", "--json").lines} == {None}


def test_next_of_a_promise_names_its_day_when_it_breaks_and_what_follows(relance):
    relance("promise", "F-4", "--by", "friday")
    (rest,) = one(relance, "next", "F-4")["rests"]
    assert rest == {
        "kind": "promise",
        "amount": "450.00",
        "until": "2026-03-06",
        "broken_on": "2026-03-11",
        "then": rest["then"],
        "then_on": "2026-03-11",
    }
    said = relance("next", "F-4").out
    assert "promised: 450.00 EUR by Fri 2026-03-06; without the money it is broken on" in said
    assert f"broken on Wed 2026-03-11, and {rest['then']} follows on Wed 2026-03-11" in said


def test_a_promise_under_a_hold_is_not_said_to_be_followed_by_a_letter(relance):
    relance("promise", "F-4", "--by", "friday")
    relance("hold", "F-4", "--reason", "audit")
    hold, promise = one(relance, "next", "F-4")["rests"]
    assert hold == {"kind": "hold", "until": None, "reason": "audit"}
    assert "then" not in promise
    said = relance("next", "F-4").out
    assert "hold without an end (audit)" in said
    assert "is broken on Wed 2026-03-11, and chasing goes on" in said


def test_next_of_a_dispute_names_the_day_to_answer_by_and_who_answers(relance):
    relance("dispute", "F-1", "--amount", "400", "--reason", "quality")
    (rest,) = one(relance, "next", "F-1")["rests"]
    assert (rest["kind"], rest["amount"], rest["accepted"]) == ("dispute", "400.00", True)
    said = relance("next", "F-1").out
    assert "disputed: 400.00 EUR (quality); an answer is owed by" in said
    assert f"{rest['until']}, by the {rest['owner']}" in said


def test_a_settled_dispute_names_the_credit_note_that_is_owed(relance):
    relance("dispute", "F-1", "--reason", "price")
    relance("settle", "F-1", "--outcome", "in-part", "--amount", "150", "--credit-by", "+10")
    (rest,) = one(relance, "next", "F-1")["rests"]
    assert (rest["kind"], rest["amount"], rest["until"]) == ("credit-note", "150.00", "2026-03-12")
    said = relance("next", "F-1").out
    assert "a credit note of 150.00 EUR is owed by Thu 2026-03-12" in said


def test_next_of_what_is_held_names_whose_hold_it_is_and_its_end(relance):
    relance("hold", "--debtor", "D1", "--until", "+14", "--reason", "moving")
    assert "debtor hold until Mon 2026-03-16 (moving)" in relance("next", "F-1").out


def test_an_extension_is_shown_beside_the_due_date_of_the_debt(relance):
    assert "extended to" not in relance("list").out
    relance("extend", "F-1", "--to", "30.06.2026", "--reason", "agreed")
    for typed in ("list", "show", "next"):
        line = one(relance, typed, "F-1")
        assert (line["due"], line["extended"]) == ("2026-03-20", "2026-06-30")
    assert "due Fri 2026-03-20 (extended to Tue 2026-06-30)" in relance("show", "F-1").out
    header, *rows = relance("list").out.splitlines()
    assert "extended to" in header
    (row,) = (row for row in rows if row.startswith("F-1"))
    assert "2026-06-30" in row


def test_an_extension_of_what_is_closed_is_still_shown(relance, look):
    relance("extend", "F-1", "--to", "2026-06-30", "--reason", "agreed")
    relance("pay", "F-1")
    look("F-1")
    assert one(relance, "list", "F-1")["extended"] == "2026-06-30"
