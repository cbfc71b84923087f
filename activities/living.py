"""Signs of life, so that long work whose worker died is given to another one."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from temporalio import activity

#: Seconds between two signs, and how many there are at most.
_BEAT: Final = 5
_BEATS: Final = 10_000


@asynccontextmanager
async def alive() -> AsyncIterator[None]:
    """Give signs of life while the work inside goes on, however long one step of it takes."""
    beating = asyncio.create_task(_beat())
    try:
        yield
    finally:
        beating.cancel()


async def _beat() -> None:
    for _ in range(_BEATS):
        activity.heartbeat()
        await asyncio.sleep(_BEAT)
