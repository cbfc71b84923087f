"""How a case is shown: in the books' columns, by its workflow, by what people filter by.

What a case comes to is asked of the books themselves, with the rules. What is shown of it was
written down at its last look: a look that was not taken shows here.
"""

import json
from collections.abc import Iterable
from typing import Any

from sqlalchemy import select
from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.enums.v1 import WorkflowExecutionStatus
from temporalio.api.workflowservice.v1 import DescribeWorkflowExecutionRequest

from models import names
from models.chasing.rehearsal import Standing
from models.store.tables.items import invoices
from tests.scenarios.staging import Stage

_RUNNING = WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_RUNNING
_CLOSED = frozenset({"paid", "credited", "written-off", "dead"})


async def stale(on: Stage, standings: Iterable[Standing]) -> list[str]:
    """Return what is shown of a case and is not so, as sentences."""
    async with on.house.store.reading() as connection:
        found = (await connection.execute(select(invoices))).all()
    rows = {(row.creditor, row.number): row for row in found}
    wrong: list[str] = []
    for stands in standings:
        row = rows[stands.creditor, stands.number]
        shown = {
            "row": (row.state, row.level or "", tuple(filter(None, row.blockers.split(",")))),
            **await _of_workflow(on, stands),
        }
        so = (stands.state, stands.level or "", stands.blockers)
        wrong += [
            f"{stands.number}: {what} says {says}, it is {so[: len(says)]}"
            for what, says in shown.items()
            if says != so[: len(says)]
        ]
    return wrong


async def _of_workflow(on: Stage, stands: Standing) -> dict[str, tuple[Any, ...]]:
    """Return what a case's workflow says of it, where it says something."""
    client = on.env.client
    handle = client.get_workflow_handle(names.invoice_id(stands.creditor, stands.number))
    place = WorkflowExecution(workflow_id=handle.id)
    described = await client.workflow_service.describe_workflow_execution(
        DescribeWorkflowExecutionRequest(namespace="default", execution=place)
    )
    info = described.workflow_execution_info
    # The test server keeps what was unset, as nothing or as an empty list.
    kept = {
        key: json.loads(value.data or "null") or ""
        for key, value in info.search_attributes.indexed_fields.items()
    }
    attributes = tuple(str(kept.get(key, "")) for key in (names.STATE, names.LEVEL))
    if info.status != _RUNNING:
        return {"attributes": attributes, "its end": (await handle.result(),)}
    if stands.state in _CLOSED:
        return {"workflow": ("running",)}
    case, following = await handle.query("case"), await handle.query("next")
    return {
        "attributes": attributes,
        "case": (case["state"], case["level"], tuple(case["blockers"])),
        "next": (case["state"], case["level"], tuple(following["blockers"])),
    }
