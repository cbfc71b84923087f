"""The sweep's schedule on the real dev server."""

import asyncio
from datetime import timedelta

import pytest
from temporalio.client import ScheduleOverlapPolicy

from channels.temporal.connecting import connect
from channels.temporal.embedded import Embedded
from channels.temporal.scheduling import SWEEP, ensure_sweep

MINUTE = timedelta(minutes=1)


@pytest.fixture(scope="module")
async def client(tmp_path_factory):
    async with Embedded(tmp_path_factory.mktemp("server"), headless=True) as server:
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("TEMPORAL_ADDRESS", server.address)
            yield await connect(10)


async def described(client):
    return (await client.get_schedule_handle(SWEEP).describe()).schedule


async def test_a_sweep_is_made_up_for_once_and_never_runs_beside_another(client):
    await ensure_sweep(client, MINUTE)

    policy = (await described(client)).policy
    assert policy.overlap is ScheduleOverlapPolicy.SKIP
    assert policy.catchup_window == MINUTE


async def test_to_ask_again_changes_nothing_and_another_interval_replaces_the_first(client):
    await asyncio.gather(*(ensure_sweep(client, MINUTE) for _ in range(3)))
    assert [spec.every for spec in (await described(client)).spec.intervals] == [MINUTE]

    await ensure_sweep(client, timedelta(hours=1))

    assert [spec.every for spec in (await described(client)).spec.intervals] == [60 * MINUTE]


async def test_a_schedule_that_was_paused_stays_paused(client):
    await ensure_sweep(client, MINUTE)
    await client.get_schedule_handle(SWEEP).pause(note="an operator looks")
    # The server takes a pause as a signal: it shows a moment later.
    for _ in range(200):
        if (await described(client)).state.paused:
            break
        await asyncio.sleep(0.05)

    await ensure_sweep(client, timedelta(hours=2))

    assert (await described(client)).state.paused
