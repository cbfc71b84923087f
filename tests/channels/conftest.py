"""What tests of real processes share."""

import os
import signal
import time
from contextlib import suppress

import pytest

from channels.embedded.processes import Known, born


@pytest.fixture
def gone():
    """Wait until a process has ended; say whether it has."""

    def waited(pid, seconds=20):
        ends = time.monotonic() + seconds
        while born(pid) and time.monotonic() < ends:
            time.sleep(0.05)
        return not born(pid)

    return waited


@pytest.fixture
def rid():
    """Note down a process that is nobody's child; a test that fails does not leave it behind."""
    noted = []

    def known(pid):
        noted.append(Known.now("stray", pid))
        return pid

    yield known
    for one in noted:
        if one.lives:
            with suppress(ProcessLookupError):
                os.kill(one.pid, signal.SIGKILL)
