"""The shape of the project: whose names these are, how long files get, what none may record."""

import ast
import importlib.metadata
import importlib.util
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent

#: The names that stand at the top level when Relance is installed.
OUR_NAMES = ("models", "activities", "workflows", "channels", "worker")

#: The most lines of code and docstring a module may have; blank lines are free.
LONGEST_MODULE = 200

#: Modules that may be longer, each with its reason.
MAY_BE_LONGER: dict[str, str] = {
    "models/chasing/events.py": "a catalogue: one short class for each thing that can happen",
    "worker.py": "everything is introduced in one place, and imported where it is first needed",
}

#: Alembic's files are written once and never read as a whole.
MIGRATIONS = Path("models/store/migrations")

#: What a requirements file says when it tells where packages come from.
ADDRESS = re.compile(r"://|^\s*-(?!-hash)|file:| @ ", re.MULTILINE)

#: Directories of the machine a file was written on, spelled so that this file passes.
MACHINE_PATH = re.compile("/(?:" + "work|root" + ")/")

#: A note to do something later that names nobody who will.
ORPHANED_NOTE = re.compile(r"\bTO" + r"DO\b(?!\([\w.@-]+\))")


def our_modules() -> list[Path]:
    """Every module of ours, relative to the root, migrations left out."""
    found = [
        path.relative_to(ROOT)
        for name in OUR_NAMES
        for path in (ROOT / name, ROOT / f"{name}.py")
        for path in ([path] if path.is_file() else sorted(path.rglob("*.py")))
    ]
    return [path for path in found if not path.is_relative_to(MIGRATIONS)]


def tracked_files() -> list[Path]:
    """Every text file that git keeps or is about to keep."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    try:
        listed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    except (FileNotFoundError, subprocess.CalledProcessError):
        pytest.skip("this copy of the project is not a git checkout")
    paths = [ROOT / name for name in listed.stdout.split("\0") if name]
    return [path for path in paths if path.is_file() and b"\0" not in path.read_bytes()]


def lines_matching(pattern: re.Pattern[str], paths: list[Path]) -> list[str]:
    """Each matching line as ``file:line: text``."""
    return [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()}"
        for path in paths
        for number, line in enumerate(path.read_text("utf-8", "replace").splitlines(), start=1)
        if pattern.search(line)
    ]


@pytest.mark.parametrize("name", OUR_NAMES)
def test_our_names_are_ours(name: str):
    """Django Channels and others install top-level names like ours; theirs must never win."""
    if not any((ROOT / name).rglob("*.py")) and not (ROOT / f"{name}.py").is_file():
        pytest.skip(f"{name} is not written yet")
    spec = importlib.util.find_spec(name)
    assert spec is not None
    assert spec.origin is not None, f"{name} has no __init__.py"
    assert Path(spec.origin).resolve().is_relative_to(ROOT)


@pytest.mark.parametrize("name", OUR_NAMES)
def test_no_installed_package_claims_our_names(name: str):
    """Outside pytest, what is installed comes before the checkout on the import path."""
    claimants = importlib.metadata.packages_distributions().get(name, [])
    assert set(claimants) <= {"relance"}


def test_tests_are_not_packages():
    """With tests/models/__init__.py present, ``import models`` would find the tests."""
    assert sorted((ROOT / "tests").rglob("__init__.py")) == []


def test_modules_are_short():
    lengths = {
        path.as_posix(): sum(
            1 for line in (ROOT / path).read_text("utf-8").splitlines() if line.strip()
        )
        for path in our_modules()
    }
    too_long = {name for name, length in lengths.items() if length > LONGEST_MODULE}
    assert too_long - MAY_BE_LONGER.keys() == set(), "split it where a reader would look twice"
    assert MAY_BE_LONGER.keys() - too_long == set(), "no longer long: take it off the list"


def test_every_module_says_what_it_is():
    modules = [*our_modules(), *(path.relative_to(ROOT) for path in (ROOT / "tests").rglob("*.py"))]
    silent = [
        path.as_posix()
        for path in modules
        if not ast.get_docstring(ast.parse((ROOT / path).read_text("utf-8")))
    ]
    assert silent == []


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_pins_carry_hashes_and_no_address(name: str):
    text = (ROOT / name).read_text("utf-8")
    pins = re.split(r"\n(?=[A-Za-z0-9])", text)[1:]
    assert pins
    assert [pin.splitlines()[0] for pin in pins if "--hash=sha256:" not in pin] == []
    assert ADDRESS.findall(text) == []


def test_no_lock_file_records_addresses():
    locks = {"uv.lock", "poetry.lock", "pdm.lock", "pylock.toml", "Pipfile.lock"}
    assert [path.name for path in tracked_files() if path.name in locks] == []


def test_no_file_knows_the_machine_it_was_written_on():
    assert lines_matching(MACHINE_PATH, tracked_files()) == []


def test_every_note_for_later_has_an_owner():
    assert lines_matching(ORPHANED_NOTE, tracked_files()) == []
