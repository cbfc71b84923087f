"""A folder is held by one engine; what a killed one has left is found and ended."""

import json
import os
import subprocess

import pytest

from channels.embedded.processes import born
from channels.embedded.running import RUNNING, find, held
from models.errors import RefusedError, UnavailableError


@pytest.fixture
def sleeper():
    with subprocess.Popen(["/bin/sleep", "60"]) as process:
        yield process
        process.kill()


def left(folder, *children):
    """Leave what a killed engine leaves."""
    said = {"temporal": "127.0.0.1:1", "pid": 2**22 - 1, "born": "once", "children": children}
    (folder / RUNNING).write_text(json.dumps(said))


def test_while_one_runs_a_second_is_refused_and_told_which(tmp_path):
    with held(tmp_path) as running:
        running.note("worker", os.getpid())

        with pytest.raises(UnavailableError, match=rf"runs already .*\(process {os.getpid()}\)"):
            held(tmp_path).__enter__()

    with held(tmp_path):
        assert not (tmp_path / RUNNING).exists(), "the first has taken its file along"


def test_what_cannot_be_its_folder_is_named_with_the_reason(tmp_path):
    (tmp_path / "file").write_text("")

    for var in (tmp_path / "file", tmp_path / "file" / "var"):
        with pytest.raises(RefusedError, match=rf"RELANCE_VAR: {var} cannot be .*: "):
            held(var).__enter__()


def test_others_find_the_engine_only_while_it_can_be_reached(tmp_path):
    assert find(tmp_path) == ""
    with held(tmp_path) as running:
        running.note("Temporal server", os.getpid())
        assert find(tmp_path) == "", "it has only begun to start"
        running.reachable("127.0.0.1:7", "http://127.0.0.1:8")
        assert find(tmp_path) == "127.0.0.1:7"
        running.unreachable()
        assert find(tmp_path) == "", "it stops"
    left(tmp_path)
    assert find(tmp_path) == "", "it was killed"


@pytest.mark.parametrize("text", ["", "{", "[]", '{"children": [1, {"pid": "x"}], "pid": null}'])
async def test_a_file_that_says_nothing_useful_stops_nobody(tmp_path, text):
    (tmp_path / RUNNING).write_text(text)

    assert find(tmp_path) == ""
    with held(tmp_path) as running:
        await running.end_orphans(1, print)


async def test_what_a_killed_engine_left_is_ended_and_said(tmp_path, sleeper):
    left(tmp_path, {"name": "worker", "pid": sleeper.pid, "born": born(sleeper.pid)})
    said = []

    with held(tmp_path) as running:
        await running.end_orphans(20, said.append)

    assert sleeper.wait(5) == -15
    [sentence] = said
    assert f"its worker (process {sleeper.pid}): ending it" in sentence
    assert not (tmp_path / RUNNING).exists()


async def test_a_process_that_merely_has_the_id_of_one_left_is_not_touched(tmp_path, sleeper):
    left(tmp_path, {"name": "worker", "pid": sleeper.pid, "born": "before the last boot"})
    said = []

    with held(tmp_path) as running:
        await running.end_orphans(1, said.append)

    assert sleeper.poll() is None
    assert said == []


async def test_what_could_not_be_ended_stays_on_record(tmp_path, sleeper):
    left(tmp_path, {"name": "worker", "pid": sleeper.pid, "born": born(sleeper.pid)})

    with held(tmp_path) as running:
        running.note("Temporal server", os.getpid())

    [worker, server] = json.loads((tmp_path / RUNNING).read_text())["children"]
    assert worker["pid"] == sleeper.pid
    assert server["pid"] == os.getpid()
