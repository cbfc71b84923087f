"""From rows to values: cases, what surrounds them, policies for ever."""

from datetime import UTC, date, datetime, timedelta

import pytest

from models.chasing.policy import parsed
from models.errors import UnknownError
from models.ledger.debtor import Standing
from models.policies import shipped
from models.store.around import around, debtor_of
from models.store.finding import debtor_id_of, debtor_named
from models.store.policies import dumped, keep_policy, loaded, policy_of
from models.store.reading import case_of, cases_of, cases_of_debtor

NOON = datetime(2026, 3, 2, 10, tzinfo=UTC)
TODAY = date(2026, 3, 2)
EMAIL = frozenset({"email"})


async def test_a_debtors_cases_are_read_together(desk, item, store, case):
    await desk.read(item("F-2"), item("F-1"), item("G-1", debtor="D2"))
    key = (await case("F-1")).invoice.debtor

    async with store.reading() as connection:
        debtor_id = await debtor_id_of(connection, "acme", key)
        filed = await cases_of_debtor(connection, debtor_id)
        one = await case_of(connection, filed[0].id)
        both = await cases_of(connection, [entry.id for entry in filed])

    assert [entry.case.invoice.number for entry in filed] == ["F-2", "F-1"]
    assert one == filed[0] == both[0]
    assert (one.events, one.looked, one.state, one.started, one.closed) == (
        1,
        0,
        "open",
        False,
        False,
    )


async def test_what_is_not_there_is_said(store):
    async with store.reading() as connection:
        with pytest.raises(UnknownError, match="no invoice has the id 7"):
            await case_of(connection, 7)
        with pytest.raises(UnknownError, match="no debtor has the id 7"):
            await debtor_of(connection, 7)
        with pytest.raises(UnknownError, match="no debtor of acme has the key k"):
            await debtor_id_of(connection, "acme", "k")
        with pytest.raises(UnknownError, match="hash 'abc'"):
            await policy_of(connection, "abc")


async def test_facts_say_whether_the_books_are_fresh(desk, item, store, creditors, case):
    await desk.read(item(), on=TODAY - timedelta(days=3))
    declared = creditors["acme"].model_copy(update={"sources": ("ledger", "bank")})
    policy = shipped()["standard-b2b"]

    async def facts(creditor, at=NOON):
        async with store.reading() as connection:
            debtor_id = await debtor_id_of(connection, "acme", (await case("F-1")).invoice.debtor)
            found = await around(connection, creditor, debtor_id, lock=True)
            return found.facts(1, policy, EMAIL, at)

    undeclared = await facts(creditors["acme"])
    assert (undeclared.fresh, undeclared.stale_until) == (True, None)
    missing = await facts(declared)
    assert missing.fresh is False
    assert missing.stale_until == policy.opening(TODAY + timedelta(days=1))

    await desk.payments(on=TODAY - timedelta(days=3))
    now = await facts(declared)
    assert now.fresh
    assert (now.debtor.name, now.standing, now.frozen) == ("Debtor One", Standing.NORMAL, False)
    assert not (await facts(declared, NOON + timedelta(days=1))).fresh


async def test_only_what_a_creditor_declares_makes_its_books_fresh(desk, item, store, creditors):
    """A bank that it does not wait for keeps nobody from being written to."""
    await desk.read(item(), on=TODAY - timedelta(days=3))
    await desk.payments(on=TODAY - timedelta(days=60))
    read = {}
    for sources in (("ledger",), ("ledger", "bank")):
        creditor = creditors["acme"].model_copy(update={"sources": sources})
        async with store.reading() as connection:
            debtor_id = await debtor_named(connection, "acme", "D1")
            found = await around(connection, creditor, debtor_id)
        read[sources] = found.facts(1, shipped()["standard-b2b"], EMAIL, NOON).fresh

    assert read == {("ledger",): True, ("ledger", "bank"): False}


def test_policies_survive_the_books_with_their_hash():
    text = """
        name = "odd"
        zone = "Europe/Paris"
        calendar = "FR"
        minimum = { EUR = "20.00", JPY = "500" }
        [[levels]]
        name = "formal"
        kind = "formal-notice"
        after_days = 30
        channels = ["email"]
        approval = { above = { EUR = "5000.00" } }
    """
    for policy in (*shipped().values(), parsed(text, "odd.toml")):
        again = loaded(dumped(policy))
        assert again == policy
        assert again.hash == policy.hash


async def test_a_policy_is_kept_once_and_read_once(store, monkeypatch):
    from models.store import policies

    monkeypatch.setattr(policies, "_READ", {})
    policy = shipped()["export"]
    async with store.writing() as connection:
        await keep_policy(connection, policy)
        await keep_policy(connection, policy)
        first = await policy_of(connection, policy.hash)
        assert first == policy
        assert await policy_of(connection, policy.hash) is first
