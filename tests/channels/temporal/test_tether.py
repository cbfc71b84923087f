"""Children that the kernel ends when their parent dies."""

import subprocess
import sys
from signal import SIGKILL, SIGTERM

import pytest

from channels.temporal import tether
from channels.temporal.tether import tethered

#: A parent: starts a sleeper, says its id once it sleeps, and stays.
PARENT = """
import pathlib, subprocess, sys, time
from signal import Signals
from channels.temporal.tether import tethered
child = subprocess.Popen(tethered(["/bin/sleep", "60"], Signals(int(sys.argv[1]))))
while b"/bin/sleep" not in pathlib.Path(f"/proc/{child.pid}/cmdline").read_bytes().split(b"\\0")[0]:
    time.sleep(0.01)
print(child.pid, flush=True)
time.sleep(60)
"""


@pytest.mark.parametrize("ending", [SIGTERM, SIGKILL])
def test_a_child_ends_when_its_parent_is_killed(ending, gone, rid):
    command = [sys.executable, "-c", PARENT, str(int(ending))]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as parent:
        child = rid(int(parent.stdout.readline()))
        parent.kill()

    assert gone(child)


def test_the_command_keeps_the_process_id_its_words_and_its_status(tmp_path):
    said = tmp_path / "said"
    script = f'echo $$ "$1" > {said}; exit 7'
    command = tethered(["/bin/sh", "-c", script, "sh", "a b"], SIGTERM)
    with subprocess.Popen(command) as child:
        pass

    assert said.read_text() == f"{child.pid} a b\n"
    assert child.returncode == 7


def test_a_child_whose_parent_is_gone_already_does_not_begin(tmp_path):
    begun = tmp_path / "begun"
    command = tethered(["/bin/sh", "-c", f"touch {begun}"], SIGTERM)
    command[4] = "1"

    assert subprocess.run(command, check=False).returncode == 1
    assert not begun.exists()


def test_a_command_that_is_not_there_is_said_in_one_sentence():
    done = subprocess.run(
        tethered(["/nowhere/at/all"], SIGTERM), check=False, capture_output=True, text=True
    )

    assert done.returncode == 1
    assert done.stderr == "/nowhere/at/all: No such file or directory\n"


def test_elsewhere_than_on_linux_a_command_is_run_as_it_is(monkeypatch):
    monkeypatch.setattr(tether.sys, "platform", "darwin")

    assert tethered(["temporal", "server"], SIGKILL) == ["temporal", "server"]
