"""The door of the command: help, mistakes and exit statuses."""

import shlex

import pytest

from channels.desk.cli.app import parser
from channels.desk.cli.catalogue import catalogue


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
