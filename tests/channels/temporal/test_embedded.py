"""The embedded server: started on loopback, stopped by its own id, nothing left behind."""

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from channels.temporal import embedded
from channels.temporal.connecting import ATTRIBUTES, connect, register
from channels.temporal.embedded import Embedded, free_ports
from models.errors import UnavailableError

#: A program that starts a server, says its id, and stays.
PARENT = """
import asyncio, pathlib, sys
from channels.temporal.embedded import Embedded

async def stay():
    async with Embedded(pathlib.Path(sys.argv[1]), headless=True) as server:
        print(server.pid, flush=True)
        await asyncio.sleep(60)

asyncio.run(stay())
"""


def test_free_ports_are_different():
    assert len(set(free_ports(5))) == 5


async def test_a_server_listens_while_it_runs_and_is_gone_afterwards(tmp_path, monkeypatch):
    async with Embedded(tmp_path, headless=True) as server:
        monkeypatch.setenv("TEMPORAL_ADDRESS", server.address)
        pid = server.pid
        client = await connect(30)
        assert await register(client) == [], "the server was started with its search attributes"
        assert len(ATTRIBUTES) == 6
        assert (tmp_path / "temporal.db").exists()

    assert server.pid is None
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
    with pytest.raises(ConnectionError):
        await asyncio.open_connection("127.0.0.1", server.ports.grpc)
    assert (tmp_path / "temporal.log").exists()


def test_a_server_does_not_outlive_whoever_started_it_and_was_killed(tmp_path, gone, rid):
    command = [sys.executable, "-c", PARENT, str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as parent:
        server = rid(int(parent.stdout.readline()))
        assert not gone(server, seconds=0)
        parent.kill()

    assert gone(server)


async def test_a_server_that_ends_by_itself_is_noticed_and_its_log_named(tmp_path):
    async with Embedded(tmp_path, headless=True) as server:
        os.kill(server.pid, signal.SIGKILL)

        with pytest.raises(UnavailableError, match=r"server ended: .*temporal\.log may say why"):
            await asyncio.wait_for(server.ended(), 20)


async def test_a_server_that_does_not_start_says_where_its_log_lies(tmp_path, monkeypatch):
    binaries = tmp_path / "bin"
    binaries.mkdir()
    (binaries / "temporal").write_text("#!/bin/sh\necho no room left; exit 1\n")
    (binaries / "temporal").chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(binaries / "python"))
    server = Embedded(tmp_path)

    with pytest.raises(UnavailableError, match=r"temporal\.log says why"):
        await server.start()

    assert "no room left" in (tmp_path / "temporal.log").read_text()
    assert server.pid is None


async def test_a_server_that_is_not_installed_says_what_to_do(tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "executable", str(Path(tmp_path) / "python"))

    with pytest.raises(UnavailableError, match="run `make` again"):
        await Embedded(tmp_path).start()


async def test_stopping_twice_is_as_good_as_once(tmp_path):
    server = Embedded(tmp_path)

    await server.stop()
    await server.stop()

    assert embedded.GRACE > 0


async def test_nobody_at_the_address_is_said_in_one_sentence(monkeypatch):
    monkeypatch.setenv("TEMPORAL_ADDRESS", f"127.0.0.1:{free_ports(1)[0]}")

    with pytest.raises(UnavailableError, match="set TEMPORAL_ADDRESS"):
        await connect()
