"""Temporal is told ids, dates and amounts: nothing of it names a person."""

import logging
from datetime import timedelta

import pytest
from aiosmtpd.smtp import SMTP
from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.workflowservice.v1 import DescribeWorkflowExecutionRequest

from channels.email.settings import Settings
from channels.email.smtp import Email
from channels.memory import Memory
from channels.templates.writer import Templates
from models.chasing import commands as cmd
from models.chasing import events as ev
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


async def kept_by(client) -> dict[str, bytes]:
    """Return all that a server keeps and shows of its workflows, by what it is."""
    found: dict[str, bytes] = {}
    async for execution in client.list_workflows():
        handle = client.get_workflow_handle(execution.id, run_id=execution.run_id)
        history = await handle.fetch_history()
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
