"""Children that end with their parent, however the parent ends.

Run as a program, it asks the kernel to be told when its parent dies, then becomes the command
it was given: the process id stays. It is a program because code between fork and exec is not
safe in a process that has threads.
"""

import ctypes
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from signal import Signals
from typing import Final

#: Of ``prctl(2)``: send this process a signal when its parent dies.
_AT_PARENTS_DEATH: Final = 1
#: The interpreter, known before anybody pretends to be another.
_PYTHON: Final = sys.executable


def tethered(command: Sequence[str], ending: Signals) -> list[str]:
    """Return what to run so that a command is sent a signal when this process dies.

    The kernel watches the thread that starts the command: start it from one that lives as
    long as the process. Where the kernel is not Linux, the command is returned as it is.
    """
    if sys.platform != "linux":
        return list(command)
    # Neither site nor user packages are needed, and without them it starts in 10 ms.
    tether = [_PYTHON, "-I", "-S", str(Path(__file__).resolve())]
    return [*tether, str(os.getpid()), str(int(ending)), *command]


def main(parent: int, ending: int, command: list[str]) -> None:
    """Become a command; end instead when the parent is gone already."""
    # Where a container forbids it, a child may outlive its parent as it would have without.
    ctypes.CDLL(None).prctl(_AT_PARENTS_DEATH, ending, 0, 0, 0)
    if os.getppid() != parent:
        sys.exit(1)
    try:
        os.execv(command[0], command)  # noqa: S606  no shell is wanted
    except OSError as error:
        sys.exit(f"{command[0]}: {error.strerror}")


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3:])
