"""What a person says of a debtor: checked, kept, told, and what follows for its cases."""

from datetime import UTC, date, datetime

import pytest

from models.chasing import events as ev
from models.errors import RefusedError, UnknownError
from models.ledger.debtor import Standing
from models.ledger.entries import ContactRow
from models.orders import Insolvency, SetDebtor
from models.store.appending import Stamp, append, grown
from models.store.around import around
from models.store.finding import debtor_named
from models.store.reading import cases_named

NOON = datetime(2026, 3, 2, 10, tzinfo=UTC)
TODAY = date(2026, 3, 2)


@pytest.fixture
def world(store, creditors):
    """Read what surrounds the cases of a debtor."""

    async def read(debtor="D1", creditor="acme"):
        async with store.reading() as connection:
            debtor_id = await debtor_named(connection, creditor, debtor)
            return await around(connection, creditors[creditor], debtor_id)

    return read


@pytest.fixture
async def owing(desk, item):
    """D1 with two invoices, D2 with one."""
    await desk.read(
        item("F-1"),
        item("F-2"),
        item("G-1", debtor="D2", debtor_name="Two", email="ap@two.example"),
    )


@pytest.fixture
def happens(store):
    """Let something happen to an invoice."""

    async def let(number, *events):
        async with store.writing() as connection:
            (filed,) = await cases_named(connection, "acme", [number])
            stamp = Stamp(f"test-{number}-{filed.events}", "system", NOON)
            await append(connection, [grown(filed, events, stamp)])

    return let


async def test_only_the_facts_given_change_and_every_case_is_told(owing, ordered, world, rows):
    recorded = await ordered(
        SetDebtor(legal_id="732 829 320", payment_days=(31, 15), quiet=("sms", "call")),
        debtor="D1",
        event_id="s-1",
    )
    assert {entry[:3] for entry in recorded.entries} == {
        ("F-1", "s-1", "setdebtor"),
        ("F-2", "s-1", "setdebtor"),
    }
    await ordered(SetDebtor(internal=True, zone="Europe/Berlin", language="de"), debtor="D1")

    debtor = (await world()).debtor
    assert (debtor.legal_id, debtor.payment_days, debtor.internal) == ("732829320", (15, 31), True)
    assert (debtor.zone, debtor.language, debtor.country) == ("Europe/Berlin", "de", "FR")
    assert {frozenset(contact.quiet) for contact in debtor.contacts} == {frozenset({"sms", "call"})}
    (order,) = await rows("SELECT kind, actor, body FROM orders WHERE event_id = 's-1'")
    assert (order["kind"], order["actor"]) == ("setdebtor", "clerk")
    (row,) = await rows("SELECT stirred_at FROM debtors WHERE code = 'D1'")
    assert row["stirred_at"] is not None


async def test_an_empty_fact_takes_it_away(owing, ordered, world):
    await ordered(SetDebtor(zone="Europe/Berlin", payment_days=(5,)), debtor="D1")
    await ordered(SetDebtor(zone="", payment_days=()), debtor="D1")
    assert ((await world()).debtor.zone, (await world()).debtor.payment_days) == ("", ())


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        (SetDebtor(zone="Mars/Base"), "no time zone is called 'Mars/Base'"),
        (SetDebtor(payment_days=(15, 32)), "32 is no day of a month"),
        (SetDebtor(language="klingon"), "'klingon' is no language"),
        (SetDebtor(country="XX"), "'XX' is no country"),
        (SetDebtor(policy="harsh"), "no policy is called 'harsh': there are .*standard-b2b"),
        (SetDebtor(quiet=("pigeon",)), "'pigeon' is no channel"),
        (SetDebtor(payer="D9"), "no debtor of acme is known"),
        (SetDebtor(parent="D1"), "cannot stand above itself"),
        (SetDebtor(), "nothing of this debtor was to be changed"),
    ],
)
async def test_a_fact_that_cannot_be_is_refused(owing, ordered, world, wrong, sentence):
    before = (await world()).debtor
    with pytest.raises((RefusedError, UnknownError), match=sentence):
        await ordered(wrong, debtor="D1")
    assert (await world()).debtor == before


async def test_invoices_that_enter_later_take_the_debtors_own_policy(
    owing, desk, item, ordered, case
):
    await ordered(SetDebtor(policy="key-account"), debtor="D1")
    await desk.read(item("F-1"), item("F-9"))
    assert ((await case("F-1")).policy, (await case("F-9")).policy) == (
        "standard-b2b",
        "key-account",
    )


async def test_a_segment_set_by_hand_chooses_the_policy_of_later_invoices(
    owing, desk, item, ordered, case
):
    await ordered(SetDebtor(segment="key-account"), debtor="D1")
    await desk.read(item("F-9"))
    assert (await case("F-9")).policy == "key-account"


async def test_notices_go_to_the_payers_contacts(owing, ordered, world):
    await ordered(SetDebtor(payer="D2"), debtor="D1")
    (contact,) = (await world()).debtor.contacts
    assert contact.email == "ap@two.example"
    await ordered(SetDebtor(payer=""), debtor="D1")
    (contact,) = (await world()).debtor.contacts
    assert contact.email == "ap@one.example"


async def test_a_payer_has_no_payer_itself(owing, desk, item, ordered):
    await desk.read(item("H-1", debtor="D3", debtor_name="Three"))
    await ordered(SetDebtor(payer="D2"), debtor="D1")
    with pytest.raises(RefusedError, match="a payer has no payer itself"):
        await ordered(SetDebtor(payer="D1"), debtor="D3")
    with pytest.raises(RefusedError, match="a payer has no payer itself"):
        await ordered(SetDebtor(payer="D3"), debtor="D2")


async def test_a_new_address_of_the_payer_stirs_those_it_pays_for(owing, desk, ordered, rows):
    await ordered(SetDebtor(payer="D2"), debtor="D1")
    later = datetime(2026, 3, 3, 10, tzinfo=UTC)
    await desk.contacts(
        ContactRow(line=2, debtor="D2", role="legal", email="l@x.example"), at=later
    )
    found = await rows("SELECT stirred_at FROM debtors ORDER BY code")
    assert all(str(row["stirred_at"]).startswith("2026-03-03") for row in found)


async def test_parents_stand_in_no_circle(owing, ordered, rows):
    await ordered(SetDebtor(parent="D2"), debtor="D1")
    with pytest.raises(RefusedError, match="cannot stand above itself"):
        await ordered(SetDebtor(parent="D1"), debtor="D2")


async def test_a_debtor_that_pays_for_itself_has_no_payer(owing, ordered, rows):
    known = "SELECT payer, parent FROM debtors WHERE code = 'D1'"
    await ordered(SetDebtor(payer="D2", parent="D2"), debtor="D1")
    assert all((await rows(known))[0].values())

    await ordered(SetDebtor(payer="D1"), debtor="D1")
    await ordered(SetDebtor(parent=""), debtor="D1")

    assert await rows(known) == [{"payer": "", "parent": ""}]


async def test_standing_follows_from_the_open_cases(owing, ordered, happens, world):
    assert (await world()).standing is Standing.NORMAL
    await happens("F-1", ev.Said(on=TODAY, level="second-reminder"))
    assert (await world()).standing is Standing.NORMAL

    deadline = date(2026, 3, 17)
    await happens("F-1", ev.Said(on=TODAY, level="formal-notice", deadline=deadline))
    assert (await world()).standing is Standing.FORMAL_NOTICE
    await happens("F-2", ev.HandedOver(on=TODAY, level="hand-over"))
    assert (await world()).standing is Standing.HANDED_OVER
    await ordered(Insolvency(judged_on=TODAY), debtor="D1")
    assert (await world()).standing is Standing.INSOLVENT
    assert (await world("D2")).standing is Standing.NORMAL

    await ordered(Insolvency(judged_on=None), debtor="D1")
    for number in ("F-1", "F-2"):
        await happens(number, ev.Closed(on=TODAY, state="paid"))
    assert (await world()).standing is Standing.NORMAL


async def test_a_legal_person_known_late_is_as_insolvent_as_elsewhere(
    owing, desk, item, ordered, world
):
    await desk.read(item("X-1", creditor="other", debtor="7001"), creditor="other")
    await ordered(SetDebtor(legal_id="732829320"), debtor="D1")
    await ordered(Insolvency(judged_on=TODAY), debtor="D1")
    assert (await world("7001", "other")).insolvent_on is None

    await ordered(SetDebtor(legal_id="73282932000074"), debtor="7001", creditor="other")
    assert (await world("7001", "other")).insolvent_on == TODAY
