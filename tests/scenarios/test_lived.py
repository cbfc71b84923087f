"""Every scenario, lived by real workflows: the same timeline as the rehearsal's.

Where each case stands at the end is asked of the books, and is what books and workflows show.
"""

import sys
from pathlib import Path

import pytest

from tests.scenarios.acting import played
from tests.scenarios.telling import differences, paths, read

pytestmark = pytest.mark.skipif(
    not (Path(sys.executable).parent / "temporal-test-server").exists(),
    reason="the time-skipping Temporal server is not installed",
)


@pytest.mark.parametrize("path", paths(), ids=lambda path: path.stem)
async def test_the_workflows_live_the_story(path, tmp_path):
    scenario = read(path)

    told = await played(scenario, tmp_path)

    differs = differences(
        scenario,
        [entry.as_json() for entry in told.timeline],
        [standing.as_json() for standing in told.standings],
        told.refused,
    )
    assert not differs, f"{scenario.title}\n{differs}"
    assert not told.stale, "\n".join(told.stale)
