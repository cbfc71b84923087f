"""Histories of real runs replay: what runs today can be gone on with tomorrow."""

import json
from pathlib import Path

import pytest
from temporalio.client import WorkflowHistory
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.worker import Replayer

from models import names
from models.chasing import dunning
from workflows.debtor import DebtorWorkflow
from workflows.intake import IntakeWorkflow
from workflows.invoice import InvoiceWorkflow
from workflows.sweep import SweepWorkflow

PATHS = sorted((Path(__file__).parent / "histories").glob("*.json"))
WORKFLOWS = [InvoiceWorkflow, DebtorWorkflow, IntakeWorkflow, SweepWorkflow]


def replayer() -> Replayer:
    return Replayer(workflows=WORKFLOWS, data_converter=pydantic_data_converter)


def recorded(path: Path) -> WorkflowHistory:
    return WorkflowHistory.from_json(path.stem, path.read_text("utf-8"))


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
async def test_a_recorded_history_replays(path):
    await replayer().replay_workflow(recorded(path))


async def test_a_changed_rule_does_not_break_a_running_case(monkeypatch):
    def never(*_):
        raise AssertionError("a replay asks no rule")

    monkeypatch.setattr(dunning, "decide", never)
    monkeypatch.setattr(dunning, "settle", never)
    for path in PATHS:
        if path.stem.startswith("reference"):
            await replayer().replay_workflow(recorded(path))


def test_every_workflow_and_every_activity_occurs_in_a_recorded_history():
    kept = "".join(path.read_text("utf-8") for path in PATHS)
    said = json.dumps([json.loads(path.read_text("utf-8")) for path in PATHS])
    types = {names.INVOICE, names.DEBTOR_RUN, names.INTAKE, names.SWEEP}
    found = {name for name in types if f'"workflowType": {{"name": "{name}"}}' in said}
    assert found == types
    done = {names.DELIVER, names.TAKE_IN, names.SWEEP_UP}
    assert {name for name in done if f'"activityType": {{"name": "{name}"}}' in said} == done
    # Local activities are named inside the markers they leave, in base64.
    assert kept.count("core_local_activity") > 20
