"""What says that an embedded engine runs on a folder, where, and as which processes."""

import fcntl
import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any, BinaryIO, Final

from channels.embedded.processes import Known
from models.errors import RefusedError, UnavailableError

#: In the folder of everything embedded: says at which addresses it runs.
RUNNING: Final = "up.json"
#: Beside it: locked while an engine runs; the kernel unlocks it when that dies.
LOCK: Final = "up.lock"


def find(var: Path) -> str:
    """Return the address of the embedded Temporal that runs on a folder; nothing when none."""
    said = _read(var)
    whose = _known({"name": "up", **said})
    return str(said.get("temporal", "")) if whose is not None and whose.lives else ""


class Running:
    """A folder held by this process, and the file in it that says what runs there."""

    def __init__(self, var: Path) -> None:
        """Read what an earlier engine has left; see :func:`held`."""
        self._var = var
        left = [_known(child) for child in _read(var).get("children", [])]
        self._left = [child for child in left if child is not None]
        self._children: dict[str, Known] = {}
        self._addresses: dict[str, str] = {}

    async def end_orphans(self, grace: float, say: Callable[[str], None]) -> None:
        """End what outlived an engine that was killed, last started first.

        Args:
            grace: seconds each may take to end what it is at.
            say: is told of each.
        """
        for orphan in reversed(self._left):
            if orphan.lives:
                say(
                    f"A Relance that was killed has left its {orphan.name} "
                    f"(process {orphan.pid}): ending it, at most {grace:.0f} s."
                )
                await orphan.end(grace)
        self._left = []

    def note(self, name: str, pid: int | None) -> None:
        """Keep the id of a child, in place of an earlier one of its name."""
        if pid is not None:
            self._children[name] = Known.now(name, pid)
        self._write()

    def reachable(self, temporal: str, ui: str) -> None:
        """Let other commands find the engine."""
        self._addresses = {"temporal": temporal, "ui": ui}
        self._write()

    def unreachable(self) -> None:
        """Let no command find the engine any more."""
        self._addresses = {}
        self._write()

    def forget(self) -> None:
        """Say no more that anything runs, unless something may that an earlier engine left."""
        if not self._left:
            (self._var / RUNNING).unlink(missing_ok=True)

    def _write(self) -> None:
        own = Known.now("up", os.getpid())
        said = {
            **self._addresses,
            "pid": own.pid,
            "born": own.born,
            "children": [asdict(child) for child in (*self._left, *self._children.values())],
        }
        part = self._var / f"{RUNNING}.part"
        part.write_text(json.dumps(said), "utf-8")
        part.replace(self._var / RUNNING)


@contextmanager
def held(var: Path) -> Iterator[Running]:
    """Hold a folder for one engine; forget at the end what ran there.

    Raises:
        UnavailableError: another holds it.
        RefusedError: it cannot be a folder of ours; says why.
    """
    with _lock(var) as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            pid = _read(var).get("pid")
            process = f" (process {pid})" if pid else ""
            message = f"Relance runs already in {var}{process}: use it, or stop it first"
            raise UnavailableError(message) from None
        running = Running(var)
        try:
            yield running
        finally:
            running.forget()


def _lock(var: Path) -> BinaryIO:
    try:
        var.mkdir(parents=True, exist_ok=True)
        return (var / LOCK).open("ab")
    except OSError as wrong:
        message = f"RELANCE_VAR: {var} cannot be the engine's folder: {wrong.strerror}"
        raise RefusedError(message) from None


def _read(var: Path) -> dict[str, Any]:
    try:
        said = json.loads((var / RUNNING).read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return said if isinstance(said, dict) else {}


def _known(said: Any) -> Known | None:  # noqa: ANN401  whatever the file says
    try:
        return Known(str(said["name"]), int(said["pid"]), str(said["born"]))
    except (TypeError, ValueError, KeyError):
        return None
