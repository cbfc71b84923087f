"""Children that are started again, and the end of patience."""

import asyncio
import os
import signal
from contextlib import suppress
from functools import partial

import pytest

from channels.embedded.children import Child, listens
from channels.embedded.keeping import keep
from channels.temporal.embedded import free_ports
from models.errors import UnavailableError


async def never():
    return False


async def test_a_killed_child_is_started_again_and_said_so_with_its_log(tmp_path):
    [port] = free_ports(1)
    child = Child(
        name="listener",
        module=("http.server", str(port), "--bind", "127.0.0.1"),
        log=tmp_path / "listener.log",
        ready=partial(listens, port),
    )
    said, again = [], asyncio.Event()
    await child.start()
    keeping = asyncio.create_task(keep(child, said.append, lambda _: again.set(), 0.01))
    try:
        first = child.pid
        os.kill(first, signal.SIGKILL)
        await asyncio.wait_for(again.wait(), 60)

        assert child.pid not in (None, first)
        [sentence] = said
        assert sentence.startswith("The listener ended (SIGKILL); it is started again")
        assert str(child.log) in sentence
    finally:
        keeping.cancel()
        await asyncio.gather(keeping, return_exceptions=True)
        await child.stop()
    assert child.pid is None


async def test_one_that_ends_at_once_five_times_is_given_up_after_growing_pauses(tmp_path):
    child = Child(
        name="worker",
        module=("timeit", "-n1", "-r1", "1 / 0"),
        log=tmp_path / "worker.log",
        ready=never,
    )
    said, started = [], []
    with suppress(UnavailableError):
        await child.start()

    with pytest.raises(UnavailableError, match=r"worker ended 5 times in a row: .*worker\.log"):
        await asyncio.wait_for(keep(child, said.append, started.append, 0.01), 100)

    assert [line.partition("again in ")[2].split()[0] for line in said] == [
        "0.01",
        "0.02",
        "0.04",
        "0.08",
    ]
    assert all("(status 1)" in line for line in said)
    assert started == []
