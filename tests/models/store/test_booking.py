"""Reading ledgers in: what enters, what changes, what is settled, what is refused."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from models.chasing.commands import Note, Pay
from models.errors import RefusedError, UnknownError
from models.ledger.entries import Reject
from models.store.views import Views
from models.views import Selection

NOON = datetime(2026, 3, 2, 10, tzinfo=UTC)
TODAY = date(2026, 3, 2)
TOMORROW = TODAY + timedelta(days=1)


async def test_a_new_item_enters_under_its_policy(desk, item, case):
    result = await desk.read(item())

    assert (result.rows, result.new, result.rejected) == (1, 1, 0)
    assert [(entry.number, entry.kind) for entry in desk.told] == [("F-1", "entered")]
    entered = await case("F-1")
    assert (entered.open, entered.entered_on, entered.policy) == (10_000, TODAY, "standard-b2b")


async def test_the_same_file_twice_changes_nothing(desk, item, rows):
    ledger = [item("F-1"), item("F-2", 5_000, debtor="", debtor_name="Hôtel du Nord")]
    await desk.read(*ledger)
    before = await rows("SELECT * FROM case_events ORDER BY event_id")
    debtors = await rows("SELECT * FROM debtors ORDER BY id")

    result = await desk.read(*ledger)

    assert (result.new, result.changed, result.unchanged) == (0, 0, 2)
    assert desk.told == []
    assert await rows("SELECT * FROM case_events ORDER BY event_id") == before
    assert await rows("SELECT * FROM debtors ORDER BY id") == debtors


async def test_a_segment_chooses_the_policy_and_the_row_comes_first(desk, item, case):
    await desk.read(
        item("F-1", segment="key-account"),
        item("F-2", segment="key-account", policy="export"),
    )
    assert (await case("F-1")).policy == "key-account"
    assert (await case("F-2")).policy == "export"


async def test_an_item_settled_before_it_came_is_skipped(desk, item, rows):
    result = await desk.read(item(open=0))

    assert (result.new, result.settled) == (0, 1)
    assert await rows("SELECT id FROM invoices") == []


async def test_a_corrected_row_restates_the_case(desk, item, case):
    await desk.read(item(due=date(2026, 3, 10)))

    result = await desk.read(item(due=date(2026, 4, 10), open=6_000))

    restated = await case("F-1")
    assert result.changed == 1
    assert (restated.due, restated.open, restated.amount) == (date(2026, 4, 10), 6_000, 10_000)
    assert restated.entry_due == date(2026, 3, 10)
    assert [entry.kind for entry in desk.told] == ["corrected"]


async def test_open_zero_settles_and_a_return_opens_again(desk, item, case):
    await desk.read(item())

    result = await desk.read(item(open=0))
    assert (result.settled, (await case("F-1")).open) == (1, 0)

    await desk.read(item(open=10_000))
    assert (await case("F-1")).open == 10_000


async def test_a_ledger_behind_the_bank_takes_no_payment_back(desk, item, case, ordered):
    await desk.read(item())
    await ordered(Pay(amount=10_000), "F-1")

    again = await desk.read(item())
    assert (again.unchanged, (await case("F-1")).open) == (1, 0)


async def test_what_came_in_after_the_ledgers_day_still_counts(desk, item, case, ordered):
    await desk.read(item(), on=TODAY)
    await ordered(Pay(amount=4_000, on=TOMORROW), "F-1")

    await desk.read(item(open=9_000), on=TODAY)

    assert (await case("F-1")).open == 5_000


async def test_a_number_of_another_debtor_is_refused(desk, item, case):
    await desk.read(item())

    result = await desk.read(item(debtor="D2", debtor_name="Debtor Two", line=7))

    assert (result.rejected, result.unchanged) == (1, 0)
    assert str(desk.rejects[0]) == "ledger.csv, line 7: number F-1 belongs to another debtor"


async def test_a_number_twice_in_a_file_counts_once_when_it_says_the_same(desk, item):
    other = item("F-1", line=4, debtor="D2", debtor_name="Two")
    result = await desk.read(item(), item(line=3), item(open=1, line=5), other)

    assert (result.new, result.rejected) == (1, 2)
    assert [reject.line for reject in desk.rejects] == [5, 4]
    assert "differently" in desk.rejects[0].expected
    assert "another debtor" in desk.rejects[1].expected


async def test_a_row_refused_by_the_books_does_not_hide_a_good_one(desk, item):
    await desk.read(item())
    result = await desk.read(item(debtor="D2", debtor_name="Two"), item(line=3))

    assert (result.rejected, result.unchanged) == (1, 1)


@pytest.mark.parametrize(
    ("facts", "column"),
    [
        ({"creditor": "nobody"}, "creditor"),
        ({"number": ""}, "number"),
        ({"debtor": "", "debtor_name": ""}, "debtor"),
        ({"currency": "XQX"}, "currency"),
        ({"due": None}, "due"),
        ({"policy": "strict"}, "policy"),
        ({"level": "last-call"}, "level"),
    ],
)
async def test_a_row_that_cannot_be_taken_in_is_handed_back(desk, item, facts, column):
    result = await desk.read(item(**facts), item("F-2"))

    assert (result.new, result.rejected) == (1, 1)
    assert desk.rejects[0].column == column


async def test_a_file_without_a_good_row_changes_nothing(desk, item):
    broken = Reject("ledger.csv", 9, "amount", "abc", "an amount", {"No": ""})
    result = await desk.read(broken)
    assert (result.rows, result.rejected, desk.told) == (1, 1, [])


async def test_rows_of_two_creditors_in_a_complete_file(desk, item, case):
    await desk.read(item("F-1"), item("X-1", creditor="other"), complete=True)
    await desk.read(item("F-1"), complete=True)
    assert (await case("X-1", "other")).open == 10_000


async def test_a_readers_rejects_are_handed_on(desk, item):
    broken = Reject("ledger.csv", 9, "amount", "abc", "an amount", {"No": "F-9"})
    result = await desk.read(broken, item())

    assert (result.rows, result.new, result.rejected) == (2, 1, 1)
    assert desk.rejects == [broken]


async def test_a_row_brings_its_past(desk, item, case):
    await desk.read(
        item(
            due=date(2026, 2, 1),
            level="first-reminder",
            level_on=date(2026, 2, 10),
            disputed=2_000,
            promised_by=date(2026, 2, 20),
            hold_until=date(2026, 3, 9),
        )
    )
    brought = await case("F-1")

    assert (brought.level, brought.disputed, brought.brought) == ("first-reminder", 2_000, True)
    assert [promise.state for promise in brought.promises] == ["active"]
    assert [hold.until for hold in brought.holds] == [date(2026, 3, 9)]


async def test_a_negative_row_is_an_unapplied_credit(desk, item, rows):
    credit = item("A-1", -3_000, due=None)
    await desk.read(item("A-1"), credit)
    await desk.read(item("A-1"), credit)
    assert await rows('SELECT number, kind, "left" FROM credits') == [
        {"number": "A-1", "kind": "credit-note", "left": 3_000}
    ]

    await desk.read(item("A-1"), replace(credit, open=-1_000))
    assert [row["left"] for row in await rows('SELECT "left" FROM credits')] == [1_000]


async def test_debtors_are_found_by_code_then_by_name_and_country(desk, item, rows):
    await desk.read(
        item("F-1", debtor="", debtor_name="Hôtel du Nord", country="FR"),
        item("F-2", debtor="", debtor_name="HOTEL DU NORD", country="FR"),
        item("F-3", debtor="", debtor_name="Hotel du Nord", country="BE"),
        item("F-4", debtor="H1", debtor_name="Hotel du Nord", country="FR"),
    )
    found = await rows(
        "SELECT d.code, d.country, count(*) AS n FROM debtors d JOIN invoices i"
        " ON i.debtor_id = d.id GROUP BY d.id, d.code, d.country ORDER BY d.id"
    )
    assert found == [{"code": "H1", "country": "FR", "n": 3}, {"code": "", "country": "BE", "n": 1}]


async def test_keys_of_debtors_agree_and_carry_no_name(desk, item, rows, store):
    await desk.read(item(debtor="someone@else.example"))
    (row,) = await rows("SELECT key FROM debtors")
    assert row["key"].isalnum()
    assert len(row["key"]) == 16


async def test_the_ledger_changes_an_address_and_forgets_that_it_was_bad(desk, item, rows, store):
    await desk.read(item())
    async with store.writing() as connection:
        await connection.exec_driver_sql("UPDATE contacts SET bad = 'email,letter'")

    await desk.read(item(email="new@one.example"))

    (contact,) = await rows("SELECT email, bad, role, key FROM contacts")
    assert contact == {
        "email": "new@one.example",
        "bad": "letter",
        "role": "accounting",
        "key": "c1",
    }


async def test_the_first_row_of_a_file_decides_what_a_debtor_is_called(desk, item, rows):
    ledger = [item("F-1", debtor_name="One"), item("F-2", debtor_name="One (old)", phone="+331")]
    await desk.read(*ledger)
    await desk.read(*ledger)

    assert [row["name"] for row in await rows("SELECT name FROM debtors")] == ["One"]
    assert await rows("SELECT email, phone FROM contacts") == [
        {"email": "ap@one.example", "phone": "+331"}
    ]


async def test_a_later_file_may_rename_a_debtor_and_give_it_its_code(desk, item, rows):
    await desk.read(item(debtor="", debtor_name="Hôtel du Nord"))
    (before,) = await rows("SELECT key FROM debtors")

    await desk.read(item(debtor="H1", debtor_name="Hotel du Nord"))
    await desk.read(item(debtor="H1", debtor_name="Hôtel du Nord SAS", language="fr"))

    found = await rows("SELECT key, code, name, name_key, language FROM debtors")
    assert found == [
        {
            "key": before["key"],
            "code": "H1",
            "name": "Hôtel du Nord SAS",
            "name_key": "hotel du nord sas",
            "language": "fr",
        }
    ]


async def test_rights_are_read_as_of_a_day(desk, item, store):
    from models.store.reading import cases_named

    await desk.read(item(payee="factor"))
    later = TODAY + timedelta(days=9)
    await desk.read(item(payee="factor", servicer="agency"), on=later)
    async with store.reading() as connection:
        (then,) = await cases_named(connection, "acme", ["F-1"], TODAY)
        (now,) = await cases_named(connection, "acme", ["F-1"])

    assert (then.case.invoice.payee, then.case.invoice.servicer) == ("factor", "")
    assert (now.case.invoice.payee, now.case.invoice.servicer) == ("factor", "agency")


async def test_rows_may_name_their_creditor(desk, item, case):
    await desk.read(item(), item(creditor="other"))
    assert (await case("F-1", "other")).open == 10_000


async def test_a_first_import_may_start_frozen(desk, item, rows, creditors):
    frozen = creditors["acme"].model_copy(update={"freeze_first_import": True})
    desk.booking._books.creditors = {**creditors, "acme": frozen}
    await desk.read(item())
    await desk.read(item(), item("F-2", creditor="other"))

    found = await rows("SELECT key, frozen FROM creditors ORDER BY key")
    assert [(row["key"], bool(row["frozen"])) for row in found] == [
        ("acme", True),
        ("other", False),
    ]


async def test_reading_a_ledger_says_how_far_it_covers(desk, item, rows):
    await desk.read(item(), on=TODAY)
    await desk.read(item(), on=TODAY - timedelta(days=3))

    (source,) = await rows("SELECT source, covered_until FROM sources")
    assert (source["source"], str(source["covered_until"])) == ("ledger", str(TODAY))


async def test_an_older_file_restates_nothing(desk, item, case):
    await desk.read(item(open=4_000), on=TODAY)
    result = await desk.read(item(open=9_000), on=TODAY - timedelta(days=1))

    assert (result.changed, (await case("F-1")).open) == (0, 4_000)
    assert "was read before" in result.why


def ledger(item, *numbers):
    return [item(f"F-{number}") for number in numbers]


async def test_what_a_complete_file_no_longer_holds_is_settled(desk, item, case):
    await desk.read(*ledger(item, *range(10)), item("A-1", -500), complete=True)

    result = await desk.read(*ledger(item, *range(9)), complete=True)

    assert (result.settled, result.state, result.why) == (1, "done", "")
    assert [(entry.number, entry.kind) for entry in desk.told] == [("F-9", "ledger-settled")]
    assert (await case("F-9")).settled_by_ledger

    await desk.read(*ledger(item, *range(10)), complete=True)
    assert (await case("F-9")).open == 10_000


async def test_a_credit_that_a_complete_file_no_longer_holds_is_gone(desk, item, rows):
    await desk.read(*ledger(item, 1), item("A-1", -500), complete=True)
    await desk.read(*ledger(item, 1), complete=True)
    assert [row["left"] for row in await rows('SELECT "left" FROM credits')] == [0]


async def test_a_bad_row_of_a_complete_file_settles_nothing(desk, item, case):
    await desk.read(*ledger(item, *range(10)), complete=True)
    unreadable = Reject("ledger.csv", 9, "amount", "abc", "an amount", {"No": "F-8"})
    bad = item("F-9", currency="XQX")

    result = await desk.read(*ledger(item, *range(8)), unreadable, bad, complete=True)

    assert (result.settled, result.rejected) == (0, 2)


async def test_a_file_that_would_settle_too_much_waits_for_a_yes(desk, item, case):
    await desk.read(*ledger(item, *range(10)), complete=True)

    result = await desk.read(*ledger(item, *range(7)), complete=True)
    assert (result.state, result.waiting, result.settled) == ("waiting-for-yes", 3, 0)
    assert result.why == "3 of 10 open items are not in the file"
    assert (await case("F-9")).open == 10_000
    (task,) = await Views(desk.booking._store).tasks(Selection())
    assert (task.kind, task.owner) == ("import", "collector")
    assert "would settle 3 items: 3 of 10 open items are not in the file" in task.facts["why"]

    settled = await desk.booking.confirm(result.import_id, "boss", NOON, tell=desk.tell)
    assert settled == 3
    assert await Views(desk.booking._store).tasks(Selection()) == []
    assert (await case("F-9")).open == 0
    with pytest.raises(RefusedError, match="does not wait"):
        await desk.booking.confirm(result.import_id, "boss", NOON, tell=desk.tell)


async def test_a_yes_comes_too_late_after_another_file(desk, item):
    await desk.read(*ledger(item, *range(10)), complete=True)
    waits = await desk.read(*ledger(item, *range(7)), complete=True)
    await desk.read(*ledger(item, *range(10)), complete=True)

    assert await Views(desk.booking._store).tasks(Selection()) == []
    with pytest.raises(RefusedError, match="has come since"):
        await desk.booking.confirm(waits.import_id, "boss", NOON, tell=desk.tell)
    with pytest.raises(UnknownError, match="999"):
        await desk.booking.confirm(999, "boss", NOON, tell=desk.tell)


async def test_an_older_complete_file_waits_for_a_yes(desk, item):
    await desk.read(*ledger(item, *range(10)), complete=True, on=TODAY)
    result = await desk.read(*ledger(item, *range(9)), complete=True, on=TODAY - timedelta(days=1))
    assert (result.state, result.settled) == ("waiting-for-yes", 0)


async def test_many_rows_are_read_in_slices(desk, item, rows):
    many = [item(f"F-{n}", debtor=f"D{n % 300}", debtor_name=f"N{n % 300}") for n in range(1500)]
    result = await desk.read(*many)
    again = await desk.read(*many, complete=True)

    assert (again.unchanged, again.settled, again.state) == (1500, 0, "done")
    assert result.new == 1500
    (found,) = await rows("SELECT count(*) AS n FROM case_events")
    assert found["n"] == 1500
    (found,) = await rows("SELECT count(*) AS n FROM debtors")
    assert found["n"] == 300


async def test_an_unknown_creditor_is_named(desk, item):
    with pytest.raises(UnknownError, match="there are acme, other"):
        await desk.read(item(), creditor="nobody")


async def test_numbers_that_come_near_are_suggested(desk, item, ordered):
    await desk.read(item("F-2026-0042"), item("F-2026-0043"))
    with pytest.raises(UnknownError, match="did you mean F-2026-0042"):
        await ordered(Note(text="hello"), "F-2026-042")


async def test_credits_of_two_debtors_may_bear_one_number(desk, item, rows):
    note = {"amount": -3_000, "open": -3_000}
    result = await desk.read(
        item("C-1", **note), item("C-1", line=3, debtor="D2", debtor_name="Two", **note)
    )

    assert (result.new, result.rejected) == (2, 0)
    assert [row["left"] for row in await rows('SELECT "left" FROM credits')] == [3_000, 3_000]
    again = await desk.read(item("C-1", debtor="D2", debtor_name="Two", **note))
    assert (again.new, again.unchanged) == (0, 1)


async def test_an_older_complete_file_that_somebody_accepted_is_believed_whole(desk, item, case):
    await desk.read(item(), item("F-2", line=3), on=TOMORROW)

    result = await desk.read(item(open=7_000), on=TODAY, complete=True, accepted=True)

    assert (result.state, result.changed, result.settled) == ("done", 1, 1)
    assert "was read before this one" in result.why, "what was doubtful is told all the same"
    assert ((await case("F-1")).open, (await case("F-2")).open) == (7_000, 0)
