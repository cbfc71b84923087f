"""A worker's health, as a probe asks for it."""

import asyncio
import json
from contextlib import asynccontextmanager

import pytest

from channels.health import Health
from models.errors import UnavailableError


@asynccontextmanager
async def asked(**checks):
    health = Health(checks, 0)
    await health.start()

    async def get(text: str) -> tuple[int, dict]:
        reader, writer = await asyncio.open_connection("127.0.0.1", health.port)
        writer.write(text.encode())
        await writer.drain()
        answer = (await asyncio.wait_for(reader.read(), 10)).decode()
        writer.close()
        head, _, body = answer.partition("\r\n\r\n")
        return int(head.split()[1]), json.loads(body)

    try:
        yield get
    finally:
        await health.stop()


async def good() -> bool:
    return True


async def bad() -> bool:
    raise OSError("gone")


@pytest.mark.parametrize(
    ("checks", "path", "expected"),
    [
        ({"books": good}, "/live", (200, {"live": True})),
        ({"books": good}, "/ready", (200, {"books": True})),
        ({"books": good, "temporal": bad}, "/ready", (503, {"books": True, "temporal": False})),
        ({"books": good}, "/else", (404, {})),
    ],
)
async def test_a_probe_is_answered(checks, path, expected):
    async with asked(**checks) as get:
        assert await get(f"GET {path} HTTP/1.1\r\n\r\n") == expected


async def test_a_port_that_cannot_be_had_is_named_with_its_setting():
    first = Health({}, 0)
    await first.start()
    try:
        with pytest.raises(UnavailableError, match=rf"RELANCE_HEALTH_PORT: port {first.port} "):
            await Health({}, first.port).start()
    finally:
        await first.stop()
