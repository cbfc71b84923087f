"""``relance up`` as people run it: real processes, killed and ended, nothing left behind."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

import worker
from channels.desk.ports import Options
from channels.embedded.processes import born
from channels.embedded.running import RUNNING
from channels.temporal.embedded import free_ports
from models.errors import RefusedError

ROOT = Path(__file__).resolve().parents[3]

PATIENCE = 60


def environment_of(pid):
    entries = Path(f"/proc/{pid}/environ").read_bytes().decode().split("\0")
    return dict(entry.split("=", 1) for entry in entries if "=" in entry)


@dataclass
class Up:
    """A ``relance up`` that was started."""

    var: Path
    out: Path
    process: subprocess.Popen

    @property
    def said(self):
        return self.out.read_text()

    @property
    def children(self):
        said = json.loads((self.var / RUNNING).read_text())
        return {child["name"]: child["pid"] for child in said["children"]}

    def until(self, true, what):
        """Wait until something is true; fail with what was said when ``up`` ends before."""
        ends = time.monotonic() + PATIENCE
        while not true():
            assert self.process.poll() is None, f"it ended before {what}: {self.said}"
            assert time.monotonic() < ends, f"not in time: {what}: {self.said}"
            time.sleep(0.1)

    def ready(self):
        self.until(lambda: "Ready." in self.said, "it was ready")
        return self


@pytest.fixture
def up(tmp_path, gone, rid):
    """Start ``relance up`` on a folder; whatever happens, nothing of it stays."""
    var, started = tmp_path / "var", []
    (tmp_path / "config").mkdir()
    ui, health = free_ports(2)
    plain = {key: value for key, value in os.environ.items() if not key.startswith("RELANCE_")}

    def start(**environment):
        out = tmp_path / f"up-{len(started)}.out"
        with out.open("wb") as sink:
            process = subprocess.Popen(
                [sys.executable, "-m", "worker", "up"],
                cwd=ROOT,
                stdout=sink,
                stderr=sink,
                env={
                    **plain,
                    "RELANCE_VAR": str(var),
                    "RELANCE_CONFIG": str(tmp_path / "config"),
                    "RELANCE_UI_PORT": str(ui),
                    "RELANCE_HEALTH_PORT": str(health),
                    **environment,
                },
            )
        started.append(Up(var, out, process))
        return started[-1]

    yield start
    seen = [rid(pid) for pid in started[0].children.values()] if (var / RUNNING).exists() else []
    for one in started:
        if one.process.poll() is None:
            one.process.kill()
        one.process.wait(PATIENCE)
    assert all(gone(pid) for pid in seen)


def test_a_killed_worker_is_replaced_and_a_killed_up_leaves_nothing(up, gone):
    first = up().ready()
    before = first.children
    assert set(before) == {"Temporal server", "mail catcher", "worker"}

    os.kill(before["worker"], signal.SIGKILL)
    first.until(lambda: first.children["worker"] != before["worker"], "the worker was replaced")
    [sentence] = re.findall(r"^The worker ended .*$", first.said, re.MULTILINE)
    assert "(SIGKILL)" in sentence
    assert str(first.var / "log" / "worker.log") in sentence
    children = first.children

    second = up()
    assert second.process.wait(PATIENCE) == 1
    assert second.said.strip() == (
        f"relance: Relance runs already in {first.var} (process {first.process.pid}): "
        "use it, or stop it first"
    )
    assert first.children == children, "the second has touched nothing"

    first.process.kill()
    assert all(gone(pid) for pid in children.values())

    third = up(TEMPORAL_ADDRESS="127.0.0.1:9").ready()
    assert "TEMPORAL_ADDRESS is set and not used here" in third.said
    children = third.children
    third.process.terminate()
    assert third.process.wait(PATIENCE) == 0, third.said
    assert not any(born(pid) for pid in children.values())
    assert not (third.var / RUNNING).exists()


def test_mails_go_to_the_mail_server_that_was_named_and_a_lost_temporal_ends_it(up, gone):
    [port] = free_ports(1)
    one = up(
        RELANCE_EMAIL_HOST="127.0.0.1",
        RELANCE_EMAIL_PORT=str(port),
        RELANCE_EMAIL_USER="somebody",
        RELANCE_EMAIL_PASSWORD="swordfish",
    ).ready()
    children = one.children
    assert set(children) == {"Temporal server", "worker"}
    theirs = environment_of(children["worker"])
    assert theirs["RELANCE_EMAIL_HOST"] == "127.0.0.1"
    assert theirs["RELANCE_EMAIL_PORT"] == str(port)
    assert theirs["RELANCE_EMAIL_USER"] == "somebody"
    assert f"your mail server, 127.0.0.1:{port} (RELANCE_EMAIL_TLS=none)" in one.said

    # A worker that has only just begun looks for its server for half a minute before it stops.
    time.sleep(3)
    assert f"Your mail server does not answer at 127.0.0.1:{port}: mails wait" in one.said
    os.kill(children["Temporal server"], signal.SIGKILL)
    assert one.process.wait(PATIENCE) == 1
    last = one.said.splitlines()[-1]
    assert "the embedded Temporal server ended" in last
    assert str(one.var / "temporal.log") in last
    assert all(gone(pid) for pid in children.values())
    assert not {"somebody", "swordfish"} & set(re.findall(r"\w+", one.said))


async def test_a_demo_never_sends_a_mail_or_touches_the_books_of_its_user(
    tmp_path, monkeypatch, gone
):
    monkeypatch.setenv("RELANCE_EMAIL_HOST", "mail.mycompany.example")
    monkeypatch.setenv("RELANCE_EMAIL_USER", "somebody")
    monkeypatch.setenv("RELANCE_DATABASE", "postgresql+asyncpg://books.mycompany.example/all")
    monkeypatch.setenv("TEMPORAL_ADDRESS", "set again by the demo")
    old = tmp_path / "mail" / "old.eml"
    old.parent.mkdir()
    old.write_text("of an earlier demo")
    settings = worker.Settings(var=tmp_path, config=tmp_path, database="", ui_port=0)
    said = []

    async with worker.raised(settings, Options(say=said.append), demo=True) as at:
        listed = json.loads((tmp_path / RUNNING).read_text())["children"]
        children = {child["name"]: child["pid"] for child in listed}
        theirs = environment_of(children["worker"])

    assert theirs["RELANCE_EMAIL_HOST"] == "127.0.0.1"
    assert theirs["RELANCE_EMAIL_USER"] == ""
    assert theirs["RELANCE_DATABASE"] == ""
    assert f"No mail leaves this machine: a catcher keeps each in {at.mails}" in said[-1]
    assert not old.exists()
    assert all(gone(pid) for pid in children.values())


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("RELANCE_EMAIL_TLS", "maybe", "RELANCE_EMAIL_TLS: Input should be 'starttls'"),
        ("RELANCE_EMAIL_USER", "somebody", "RELANCE_EMAIL_TLS=none would send"),
    ],
)
def test_a_wrong_setting_of_the_mail_server_is_said_before_anything_starts(
    tmp_path, monkeypatch, name, value, says
):
    monkeypatch.setenv("RELANCE_EMAIL_HOST", "mail.mycompany.example")
    monkeypatch.setenv(name, value)

    with pytest.raises(RefusedError) as refused:
        worker.raised(worker.Settings(var=tmp_path), Options())

    assert str(refused.value).startswith(says)
    assert "somebody" not in str(refused.value)
