"""Telling never fails its caller, and says no more than where an event stands."""

import pytest
from temporalio.service import RPCError, RPCStatusCode

from channels.temporal.telling import TRIES, Telling
from models.errors import UnavailableError
from models.orders import Entry
from models.wire import DebtorRef, Start


class Client:
    """Takes calls, and fails the first of them."""

    def __init__(self, failures: int = 0) -> None:
        self.failures = failures
        self.calls: list[tuple[tuple, dict]] = []

    async def start_workflow(self, *args, **options):
        if self.failures:
            self.failures -= 1
            raise RPCError("busy", RPCStatusCode.UNAVAILABLE, b"")
        self.calls.append((args, options))


def telling(client: Client) -> Telling:
    async def connected() -> Client:
        return client

    return Telling(connected)


@pytest.mark.parametrize(
    ("event_id", "place"),
    [("FR7630006000011234567890189.12.3", "12.3"), ("jeanne@debtor.example", "paid"), ("", "paid")],
)
async def test_a_signal_names_an_event_by_its_place(event_id, place):
    client = Client()

    assert await telling(client).tell("acme", [Entry("F-1", event_id, "paid")]) == 1

    ((_, options),) = client.calls
    assert options["id"] == "invoice/acme/F-1"
    assert options["start_signal"] == "payment"
    assert options["start_signal_args"][0].event == place


async def test_a_workflow_is_told_once_of_several_events_of_a_kind():
    client = Client()
    entries = [Entry("F-1", "a.1.1", "paid"), Entry("F-1", "b.1.2", "credited")]

    assert await telling(client).tell("acme", entries) == 1

    assert len(client.calls) == 1


async def test_what_has_just_entered_is_started_without_a_word():
    client = Client()

    assert await telling(client).tell("acme", [Entry("F-1", "a.1.1", "entered", "other")]) == 1

    ((_, options),) = client.calls
    assert options["id"] == "invoice/other/F-1"
    assert "start_signal" not in options


async def test_a_busy_server_is_asked_again_but_not_for_ever():
    assert await telling(Client(TRIES - 1)).poke(DebtorRef(creditor="acme", debtor="d-1"))
    assert not await telling(Client(TRIES)).poke(DebtorRef(creditor="acme", debtor="d-1"))


async def test_without_a_server_nobody_is_told_and_nothing_fails():
    async def away():
        raise UnavailableError("Temporal does not answer")

    alone = Telling(away)

    assert await alone.start([Start(creditor="acme", number="F-1")]) == 0
    assert await alone.tell("acme", [Entry("F-1", "a.1.1", "paid")]) == 0
    assert not await alone.poke(DebtorRef(creditor="acme", debtor="d-1"))
    assert await alone.start([]) == 0
