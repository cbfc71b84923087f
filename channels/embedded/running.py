"""What says that an embedded engine runs on a folder, and where."""

import json
import os
from pathlib import Path
from typing import Final

from models.errors import UnavailableError

#: In the folder of everything embedded: says at which addresses it runs.
RUNNING: Final = "up.json"


def find(var: Path) -> str:
    """Return the address of the embedded Temporal that runs on a folder; nothing when none."""
    running = var / RUNNING
    try:
        return str(json.loads(running.read_text("utf-8"))["temporal"])
    except (OSError, ValueError, KeyError):
        return ""


def refuse_twice(running: Path) -> None:
    """Refuse to start a second engine on the same folder; forget one that is gone.

    Raises:
        UnavailableError: one runs.
    """
    try:
        pid = int(json.loads(running.read_text("utf-8"))["pid"])
        os.kill(pid, 0)
    except (OSError, ValueError, KeyError):
        running.unlink(missing_ok=True)
        return
    message = f"Relance runs already in {running.parent} (process {pid}): use it, or stop it first"
    raise UnavailableError(message)
