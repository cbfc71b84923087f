"""The door of the command: help, mistakes and exit statuses."""

import shlex
import subprocess
import sys

import pytest

import worker
from channels.desk.cli.app import parser
from channels.desk.cli.catalogue import catalogue
from models.errors import RelanceError


@pytest.mark.parametrize("typed", [(), ("--help",), ("-h",), ("help",)])
def test_alone_it_shows_every_command(relance, typed):
    answer = relance(*typed)
    assert answer.status == 0
    for name, command in catalogue().items():
        assert name in answer.out
        assert command.summary in answer.out


@pytest.mark.parametrize("name", catalogue())
def test_every_command_explains_itself_with_examples_that_can_be_typed(relance, name):
    command = catalogue()[name]
    for asked in ((*name.split(), "--help"), ("help", *name.split())):
        answer = relance(*asked)
        assert answer.status == 0
        assert answer.out.startswith(f"usage: relance {name}")
    for line, meaning in command.examples:
        words = shlex.split(line)
        assert " ".join(words[1:]).startswith(name)
        assert meaning
        parser(command).parse_args(words[1 + len(name.split()) :])


def test_a_mistyped_command_suggests_the_right_one(relance):
    answer = relance("rehearce")
    assert answer.status == 2
    assert "did you mean relance rehearse?" in answer.err
    assert answer.out == ""


def test_a_word_that_is_near_nothing_points_to_the_list(relance):
    assert "relance alone lists all" in relance("xyzzy").err


def test_a_family_alone_lists_its_members(relance):
    answer = relance("policies")
    assert answer.status == 0
    assert "policies check" in answer.out
    assert "rehearse" not in answer.out


def test_a_mistyped_member_suggests_the_right_one(relance):
    answer = relance("policies", "chek")
    assert answer.status == 2
    assert "did you mean relance policies check?" in answer.err


def test_a_missing_argument_is_named(relance):
    answer = relance("policies", "show")
    assert answer.status == 2
    assert "required: NAME; see relance policies show --help" in answer.err


def test_it_knows_its_version(relance):
    assert relance("--version").out.startswith("relance ")


def test_a_file_that_cannot_be_written_is_one_sentence(relance, written, tmp_path):
    ledger = written("l.csv", "number,due,amount,currency,debtor\nF-1,2026-03-20,5.00,EUR,D\n")
    gone = tmp_path / "nowhere" / "mapping.toml"
    answer = relance(
        "import", "invoices", ledger, "--creditor", "kontor-west", "--save-mapping", gone
    )
    assert answer.status == 1
    assert answer.err == f"relance: {gone}: No such file or directory\n"


def test_what_nobody_reads_any_more_is_no_failure():
    """As in ``relance policies show … | head -1``."""
    code = (
        "import sys; from channels.desk.cli import app;"
        "app.overview = lambda family: 'x' * 1_000_000;"
        "sys.exit(app.run([], lambda: None))"
    )
    asked = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE)
    asked.stdout.read(1)
    asked.stdout.close()
    assert asked.wait(20) == 0


def test_a_wrong_setting_is_a_sentence_that_names_it(monkeypatch):
    monkeypatch.setenv("RELANCE_GRACE", "abc")
    with pytest.raises(RelanceError, match=r"RELANCE_GRACE is wrong: .*number"):
        worker.desk()
    monkeypatch.delenv("RELANCE_GRACE")
    monkeypatch.setenv("RELANCE_CONFIG", "nowhere")
    with pytest.raises(RelanceError, match=r"RELANCE_CONFIG is wrong: there is no folder nowhere"):
        worker.desk()
