"""A desk as worker.py builds it, with the real reader and the books of a temporary folder."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from channels.desk.cli.app import run
from channels.desk.ports import Desk, Files
from channels.intake.csv_ledger import connect, mapping, reader, rejects
from models.creditors import shipped as creditors
from models.policies import shipped as policies

#: Monday, 11:00 in Paris.
NOON = datetime(2026, 3, 2, 10, tzinfo=UTC)


@dataclass
class Answer:
    """What a command came to."""

    status: int
    out: str
    err: str

    @property
    def lines(self) -> list[dict]:
        """The answer as JSON, one object a line."""
        return [json.loads(line) for line in self.out.splitlines()]


@pytest.fixture
def desk(tmp_path) -> Desk:
    """A desk that can look at files and policies; nothing may open the books."""

    async def never(_options) -> int:
        raise AssertionError

    def closed():
        raise AssertionError

    return Desk(
        files=Files(connect(), reader.found, mapping.load, mapping.save, rejects.write),
        policies=policies(),
        creditors=creditors(),
        clock=lambda: NOON,
        var=tmp_path / "var",
        open=closed,
        up=never,
        demo=never,
        worker=never,
        install=never,
    )


@pytest.fixture
def relance(desk, capsys) -> Callable[..., Answer]:
    """Type a command."""

    def typed(*argv: object) -> Answer:
        capsys.readouterr()
        status = run([str(word) for word in argv], lambda: desk)
        said = capsys.readouterr()
        return Answer(status, said.out, said.err)

    return typed


@pytest.fixture
def written(tmp_path) -> Callable[[str, str], Path]:
    """Write a file and return its path."""

    def write(name: str, text: str) -> Path:
        path = tmp_path / name
        path.write_text(text, "utf-8")
        return path

    return write
