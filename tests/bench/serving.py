"""The worker of the benches: Relance's own, and beside it one for the bare workflows.

It counts what SQLite costs inside, and writes it to the file it is given when it stops.
"""

import asyncio
import json
import os
import signal
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from bare import DONE, QUEUE, BareClimb, BareStart, nothing
from temporalio.worker import Worker

import worker
from channels.temporal.connecting import connect
from models.store import direct

SPENT = {"statements": 0, "seconds": 0.0}


def _counted(work: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
    """Count the CPU of statements, which run on the loop's own thread."""

    async def counted(*args: Any, **kwargs: Any) -> Any:
        began = time.thread_time()
        try:
            return await work(*args, **kwargs)
        finally:
            SPENT["statements"] += 1
            SPENT["seconds"] += time.thread_time() - began

    return counted


def _count() -> None:
    for name in ("execute", "executemany", "fetchall"):
        setattr(direct.DirectCursor, name, _counted(getattr(direct.DirectCursor, name)))
    direct.DirectConnection.commit = _counted(direct.DirectConnection.commit)


async def _bare(settings: worker.Settings, stop: asyncio.Event) -> None:
    client = await connect(settings.patience)
    async with Worker(
        client,
        task_queue=QUEUE,
        workflows=[BareClimb, BareStart],
        activities=[nothing],
        max_concurrent_workflow_tasks=settings.workflow_tasks,
        max_concurrent_local_activities=settings.workflow_tasks,
        max_concurrent_activities=settings.sends,
        max_cached_workflows=settings.cached,
    ):
        print("bare worker started", flush=True)
        await stop.wait()


async def _report(path: Path, stop: asyncio.Event) -> None:
    """Write what was counted so far, some times a second."""
    part = path.with_suffix(".part")
    while not stop.is_set():
        counted = json.dumps({**SPENT, "nothing": DONE["nothing"]})
        part.write_text(counted, "utf-8")
        part.rename(path)
        await asyncio.sleep(0.25)


async def main() -> None:
    """Serve until told to stop."""
    _count()
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    settings = worker.Settings()
    await asyncio.gather(
        worker.serve(settings, stop), _bare(settings, stop), _report(Path(sys.argv[1]), stop)
    )


if __name__ == "__main__":
    asyncio.run(main())
    sys.stdout.flush()
    os._exit(0)
