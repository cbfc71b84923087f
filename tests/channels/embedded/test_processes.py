"""Processes known again by id and birth."""

import os
import subprocess
import sys

import pytest

from channels.embedded.processes import Known, born

#: A program that does not end when asked to.
STUBBORN = """
import signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print("ready", flush=True)
time.sleep(60)
"""


@pytest.fixture
def sleeper():
    with subprocess.Popen(["/bin/sleep", "60"]) as process:
        yield process
        process.kill()


@pytest.fixture
def stubborn():
    command = [sys.executable, "-c", STUBBORN]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline() == "ready\n"
        yield process
        process.kill()


def test_a_process_is_itself_and_nobody_else(sleeper):
    assert Known.now("sleeper", sleeper.pid).lives
    assert born(sleeper.pid) != born(os.getpid())
    assert not Known("sleeper", sleeper.pid, born(os.getpid())).lives


def test_a_process_that_has_ended_is_none_even_before_anybody_noticed(sleeper, gone):
    known = Known.now("sleeper", sleeper.pid)
    sleeper.kill()

    assert gone(sleeper.pid)
    assert not known.lives
    assert not Known.now("sleeper", sleeper.pid).lives


async def test_it_is_ended_gently_first(sleeper):
    await Known.now("sleeper", sleeper.pid).end(20)

    assert sleeper.wait(5) == -15


async def test_one_that_does_not_end_when_asked_is_killed(stubborn):
    await Known.now("stubborn", stubborn.pid).end(0.5)

    assert stubborn.wait(5) == -9


async def test_another_process_that_was_given_its_id_is_left_alone(sleeper):
    await Known("worker", sleeper.pid, "an earlier birth").end(0.5)

    assert sleeper.poll() is None
