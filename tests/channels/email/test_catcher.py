"""Caught mails lie in a folder, in order, whole, and stay there."""

import asyncio
import re
import signal
import subprocess
import sys
from contextlib import suppress

import aiosmtplib
import pytest

from channels.email.catcher import Catcher
from channels.email.settings import Settings
from channels.email.smtp import Email
from models.creditors import shipped


async def test_each_mail_is_a_file_in_order_of_arrival(tmp_path, words, notice):
    async with Catcher(tmp_path / "mail") as catcher:
        channel = Email(Settings(port=catcher.port, helo="test"), words, shipped())
        for number in (1, 2, 3, 1):
            await channel.send(notice(number))
        await channel.close()
    names = sorted(path.name for path in (tmp_path / "mail").iterdir())
    assert all(re.fullmatch(r"\d{8}T\d{6}\.\d{6}Z-[0-9a-f]{12}\.eml", name) for name in names)
    marks = [name.rpartition("-")[2] for name in names]
    assert len(names) == 4
    assert marks[0] == marks[3]
    assert len(set(marks)) == 3
    bodies = [(tmp_path / "mail" / name).read_bytes() for name in names]
    assert bodies[0] == bodies[3]
    assert all(b"Message-ID: <" in body for body in bodies)


async def test_it_listens_on_this_machine_only_and_stops(tmp_path):
    async with Catcher(tmp_path) as catcher:
        assert catcher._server.sockets[0].getsockname()[0] == "127.0.0.1"
        port = catcher.port
    with pytest.raises(OSError, match="onnect"):
        await asyncio.open_connection("127.0.0.1", port)


async def test_it_takes_addresses_beyond_ascii_and_mails_without_an_id(tmp_path):
    async with Catcher(tmp_path) as catcher:
        client = aiosmtplib.SMTP(hostname="127.0.0.1", port=catcher.port, local_hostname="test")
        async with client:
            assert client.supports_extension("smtputf8")
            await client.sendmail("a@x.example", ["b@x.example"], b"Subject: none\r\n\r\nbody\r\n")
    assert len(list(tmp_path.glob("*.eml"))) == 1


def test_it_runs_by_itself_and_ends_when_told(tmp_path):
    command = [sys.executable, "-m", "channels.email.catcher", "--port", "0", "--folder"]
    with subprocess.Popen([*command, tmp_path / "mail"], stdout=subprocess.PIPE, text=True) as run:
        try:
            first = run.stdout.readline()
            assert re.match(r"catching mail on 127\.0\.0\.1:\d+ into ", first)
            run.send_signal(signal.SIGTERM)
            assert run.wait(10) == 0
        finally:
            with suppress(ProcessLookupError):
                run.kill()


async def test_a_taken_port_is_one_sentence(tmp_path):
    async with Catcher(tmp_path) as catcher:
        run = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "channels.email.catcher", "--folder", str(tmp_path)),
            *("--port", str(catcher.port)),
            stderr=asyncio.subprocess.PIPE,
        )
        _, said = await run.communicate()
    assert run.returncode == 1
    assert said.decode().startswith(
        f"relance: the mail catcher cannot start on port {catcher.port}"
    )
    assert said.count(b"\n") == 1
