"""Stories nobody wrote: the workflows live what the rehearsal says, line by line."""

import difflib
import os
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, note, settings

from tests.scenarios.acting import played
from tests.scenarios.telling import Scenario, contact_row, end_row
from tests.scenarios.test_lived import pytestmark as installed
from tests.scenarios.test_rehearsed import rehearsed
from tests.workflows.drawing import stories

NIGHTLY = bool(os.environ.get("RELANCE_NIGHTLY")) or (
    os.environ.get("HYPOTHESIS_PROFILE") == "nightly"
)
_SAID = ("on", "at", "debtor", "channel", "beside", "level", "invoices", "amount", "currency")
_ENDS = ("invoice", "state", "open", "level", "blockers", "next")

pytestmark = [installed, pytest.mark.timeout(6000 if NIGHTLY else 900)]


def rows(told) -> dict[str, list[str]]:
    """Return a telling as tables of lines."""
    said = [contact_row(entry.as_json(), (*_SAID, "also open")) for entry in told.timeline]
    return {
        "timeline": sorted(said),
        "end": sorted(_end(one.as_json()) for one in told.standings),
        "refused": sorted(one.partition(":")[0] for one in told.refused),
    }


def _end(stands: dict[str, Any]) -> str:
    """Return how an invoice stands; when something blocks it, its next day is nobody's plan."""
    return end_row({**stands, "next_on": None} if stands["blockers"] else stands, _ENDS)


def shown(scenario: Scenario) -> str:
    """Return a story as people write one."""
    lines = [f"policies: {', '.join(f'{p.as_text()}' for p in scenario.policies.values())}"]
    lines += scenario.ledger.splitlines()
    for event in scenario.story:
        names = [name for name in event.__slots__ if getattr(event, name)]
        lines.append(" ".join(f"{name}={getattr(event, name)}" for name in names))
    return "\n".join(lines)


def diff(rehearsal: dict[str, list[str]], lived: dict[str, list[str]]) -> str:
    """Return where two tellings differ, as people read it."""
    found: list[str] = []
    for name, expected in rehearsal.items():
        if expected != lived[name]:
            found += difflib.unified_diff(
                expected, lived[name], f"{name} rehearsed", f"{name} lived", lineterm="", n=30
            )
    return "\n".join(found)


@settings(
    max_examples=200 if NIGHTLY else 30,
    derandomize=not NIGHTLY,
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
    phases=(Phase.explicit, Phase.generate, Phase.shrink)
    if NIGHTLY
    else (Phase.explicit, Phase.generate),
)
@given(stories())
async def test_the_workflows_live_what_the_rehearsal_says(scenario):
    with tempfile.TemporaryDirectory() as folder:
        foretold = rows(rehearsed(scenario, Path(folder)))
        told = await played(scenario, Path(folder))
    differs = diff(foretold, rows(told))
    note(shown(scenario))
    assert not differs, f"{differs}\n{shown(scenario)}"
    assert not told.stale, "\n".join([*told.stale, shown(scenario)])
