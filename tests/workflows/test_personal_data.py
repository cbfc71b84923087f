"""Temporal is told ids, dates and amounts: nothing of it names a person."""

import logging
from contextlib import suppress
from datetime import timedelta

import pytest
from aiosmtpd.smtp import SMTP
from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.history.v1 import HistoryEvent
from temporalio.api.workflowservice.v1 import DescribeWorkflowExecutionRequest
from temporalio.client import WorkflowUpdateFailedError

from channels.email.settings import Settings
from channels.email.smtp import Email
from channels.memory import Memory
from channels.templates.writer import Templates
from models.chasing import commands as cmd
from models.chasing import events as ev
from models.wire import Said
from tests.scenarios.staging import creditor
from tests.workflows.living import HOUSE, living, row

CODE = "ledger.zebulon@marker.example"
MARKERS = {
    "name": "Zebulon Marqueur",
    "code": CODE,
    "e-mail": "zebulon.marqueur@marker.example",
    "domain": "marker.example",
    "phone": "33655501234",
    "street": "77 rue du Marqueur",
    "bank": "FR7630006000011234567890189",
    "reason": "the pump of Mrs Marqueur leaks",
    "word": "arqueur",
}
#: What somebody says through Temporal, of whom and in whose name.
CALLER = "Tarquin Ployer"
SPOKEN = "Mrs Ployer is away until her knee is well"
COURSE = {
    "gap_days": 2,
    "contact_gap_days": 1,
    "contacts_per_week": 7,
    "levels": [
        {"name": "first", "kind": "reminder", "after_days": 1, "channels": ["email", "letter"]},
        {"name": "second", "kind": "reminder", "after_days": 6, "channels": ["letter"]},
    ],
}


class Gossip:
    """A mail server that says again whom it was told to write to."""

    def __init__(self) -> None:
        self.heard: list[str] = []

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802
        self.heard.append(address)
        code = 450 if len(self.heard) < 2 else 550
        return f"{code} <{address}> {MARKERS['name']} of {MARKERS['street']} is unknown here"


@pytest.fixture
async def gossip():
    """Serve a gossip on a port of the system's choice."""
    import asyncio

    handler, protocols = Gossip(), []

    def protocol() -> SMTP:
        protocols.append(SMTP(handler, hostname="test.localhost"))
        return protocols[-1]

    server = await asyncio.get_running_loop().create_server(protocol, "127.0.0.1", 0)
    yield handler, server.sockets[0].getsockname()[1]
    server.close()
    for each in protocols:
        if each.transport is not None:
            each.transport.abort()
    await server.wait_closed()


def forget_what_was_said_to_us(event: HistoryEvent) -> None:
    """Take the caller's own words out of an event; what is left we have written ourselves."""
    if event.HasField("workflow_execution_update_accepted_event_attributes"):
        said = event.workflow_execution_update_accepted_event_attributes.accepted_request
        said.input.ClearField("args")
    if event.HasField("workflow_execution_signaled_event_attributes"):
        signal = event.workflow_execution_signaled_event_attributes
        if b"actor" in signal.input.payloads[0].data:
            signal.ClearField("input")


async def kept_by(client) -> dict[str, bytes]:
    """Return all that a server keeps and shows of its workflows, by what it is."""
    found: dict[str, bytes] = {}
    async for execution in client.list_workflows():
        handle = client.get_workflow_handle(execution.id, run_id=execution.run_id)
        history = await handle.fetch_history()
        for event in history.events:
            forget_what_was_said_to_us(event)
        found[f"{execution.id} id"] = execution.id.encode()
        for event in history.events:
            found[f"{execution.id} event {event.event_id}"] = event.SerializeToString()
        found[f"{execution.id} json"] = history.to_json().encode()
        place = WorkflowExecution(workflow_id=execution.id, run_id=execution.run_id)
        request = DescribeWorkflowExecutionRequest(namespace="default", execution=place)
        described = await client.workflow_service.describe_workflow_execution(request)
        found[f"{execution.id} described"] = described.SerializeToString()
        shown = await handle.query("__temporal_workflow_metadata", result_type=dict)
        found[f"{execution.id} shown"] = repr(shown).encode()
        if execution.workflow_type == "Invoice":
            for query in ("case", "next", "why"):
                found[f"{execution.id} {query}"] = repr(await handle.query(query)).encode()
    return found


async def test_nothing_that_temporal_keeps_or_the_worker_logs_names_a_person(  # noqa: PLR0915
    tmp_path, gossip, caplog, capfd
):
    handler, port = gossip
    house = {HOUSE: creditor(HOUSE, "quick")}
    settings = Settings(host="127.0.0.1", port=port, tls="none")
    email, letter = Email(settings, Templates(house), house), Memory()
    person = {
        "debtor": CODE,
        "debtor_name": MARKERS["name"],
        "email": MARKERS["e-mail"],
        "phone": f"+{MARKERS['phone']}",
        "street": MARKERS["street"],
        "payee": MARKERS["bank"],
    }
    caplog.set_level(logging.DEBUG, "temporalio")
    found: dict[str, bytes] = {}
    async with living(tmp_path, COURSE, 6.0, {"email": email, "letter": letter}) as life:
        await life.enter(row("F-1", life.today - timedelta(days=3), **person))
        await life.until_event("F-1", "bounced")
        await life.until_event("F-1", "said first")
        await life.order("F-1", cmd.Note(text=MARKERS["reason"]))
        await life.order("F-1", cmd.Dispute(reason=MARKERS["reason"]))
        await life.until_state("F-1", "disputed")
        letter.fail("", RuntimeError(f"cannot print {MARKERS['name']}, {MARKERS['street']}"))
        await life.order("F-1", cmd.Settle(outcome=ev.Outcome.AGAINST, reason=MARKERS["reason"]))

        async def broken() -> bool:
            found.update(await kept_by(life.client))
            return len(letter.attempts) > 1

        await life.until(broken, "a letter that meets a defect")
        await life.order("F-1", cmd.Pay(amount=100_00, payment=MARKERS["bank"]))
        assert await life.ended("F-1") == "paid"
        found |= await kept_by(life.client)
        await email.close()
    logs = "".join(capfd.readouterr()) + caplog.text
    found["logs"] = logs.encode()

    assert MARKERS["e-mail"] in handler.heard
    assert "RuntimeError" in logs, "the defect is told of by its type"
    leaks = [
        f"{marker} in {place}"
        for place, kept in found.items()
        for marker, text in MARKERS.items()
        if text.lower().encode() in kept.lower()
    ]
    assert not leaks, "\n".join(sorted(leaks))


async def test_what_is_said_through_temporal_is_said_again_nowhere(tmp_path, caplog, capfd):
    """A caller's own words stay in the message he sent: in nothing that we write."""
    caplog.set_level(logging.DEBUG, "temporalio")
    said = {"actor": CALLER, "reason": SPOKEN}
    async with living(tmp_path, COURSE, 6.0) as life:
        until = life.today + timedelta(days=30)
        await life.enter(row("F-1", life.due_in(20)))
        handle = life.handle("F-1")
        await handle.signal("note", Said(id="s-1", **said))
        await handle.signal("settle", Said(id="s-2", outcome="against", **said))
        await handle.execute_update("hold", Said(id="u-1", until=until, **said))
        await handle.execute_update("call", Said(id="u-2", outcome="reached", **said))
        refused = (
            ("approve", {}),
            ("send", {"level": "third"}),
            ("change_policy", {"policy": "lenient"}),
            ("rule_delivery", {"outcome": "arrived"}),
            ("settle", {"outcome": "against"}),
            ("promise", {"by": until, "accepted": True}),
        )
        for name, given in refused:
            with suppress(WorkflowUpdateFailedError):
                await handle.execute_update(name, Said(id=f"u-{name}", **given, **said))
        await life.until_event("F-1", "noted")
        await life.until_state("F-1", "held")
        found = await kept_by(life.client)
        await life.order("F-1", cmd.Pay(amount=100_00))
        await life.ended("F-1")
        found |= await kept_by(life.client)
    found["logs"] = ("".join(capfd.readouterr()) + caplog.text).encode()

    words = ("tarquin", "ployer", "knee")
    leaks = [
        f"{word} in {place}"
        for place, kept in found.items()
        for word in words
        if word in kept.decode(errors="replace").lower()
    ]
    assert not leaks, "\n".join(sorted(leaks))
