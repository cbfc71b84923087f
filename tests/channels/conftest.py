"""What tests of real processes share."""

import time

import pytest

from channels.embedded.processes import born


@pytest.fixture
def gone():
    """Wait until a process has ended; say whether it has."""

    def waited(pid, seconds=20):
        ends = time.monotonic() + seconds
        while born(pid) and time.monotonic() < ends:
            time.sleep(0.05)
        return not born(pid)

    return waited
