"""The policies that ship load, and a wrong file says which key, which value, what is allowed."""

from pathlib import Path

import pytest

from models.chasing.level import LevelKind
from models.chasing.policy import parsed
from models.errors import PolicyError, UnknownError
from models.policies import find, shipped

FILES = sorted((Path(__file__).parents[2] / "models" / "policies").glob("*.toml"))

RIGHT = """
name = "house"
zone = "Europe/Paris"
calendar = "FR"

[[levels]]
name = "reminder"
kind = "reminder"
after_days = 3
channels = ["email"]
"""


def with_line(line: str) -> str:
    """A right policy with one line of its head replaced or added."""
    key = line.split(" =", maxsplit=1)[0]
    head, levels = RIGHT.split("\n\n", maxsplit=1)
    kept = [old for old in head.splitlines() if not old.startswith(f"{key} =")]
    return "\n".join([*kept, line, "", levels])


def with_level_line(line: str) -> str:
    """A right policy with one line of its level replaced or added."""
    key = line.split(" =", maxsplit=1)[0]
    head, levels = RIGHT.split("\n\n", maxsplit=1)
    kept = [old for old in levels.splitlines() if not old.startswith(f"{key} =")]
    return "\n".join([head, "", *kept, line])


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_shipped_policy_bears_the_name_of_its_file(file):
    assert find(file.stem).name == file.stem


def test_all_six_ship():
    assert {
        "deposit",
        "export",
        "key-account",
        "public-sector",
        "small-debtor",
        "standard-b2b",
    } <= shipped().keys()


@pytest.mark.parametrize("policy", shipped().values(), ids=lambda policy: policy.name)
def test_levels_come_in_the_order_of_their_days(policy):
    days = [level.after_days for level in policy.levels if level.after_days is not None]
    assert days == sorted(days)


@pytest.mark.parametrize("policy", shipped().values(), ids=lambda policy: policy.name)
def test_a_formal_notice_gives_fifteen_days_and_asks_first(policy):
    for level in policy.levels:
        if level.kind is LevelKind.FORMAL_NOTICE:
            assert level.deadline_days == 15
            assert level.asks(1, "EUR")
            assert level.channels == ("registered-letter", "email")


def test_the_standard_course():
    levels = shipped()["standard-b2b"].levels
    assert [(level.name, level.after_days) for level in levels] == [
        ("courtesy", -5),
        ("first-reminder", 3),
        ("second-reminder", 15),
        ("formal-notice", 30),
        ("hand-over", None),
    ]


def test_a_deposit_is_followed_up_and_never_claimed():
    levels = shipped()["deposit"].levels
    assert not any(level.legal or level.charges != "none" for level in levels)


def test_what_shipped_returns_is_ours_to_change():
    shipped().clear()
    assert shipped()


def test_an_unknown_name_lists_what_there_is():
    with pytest.raises(UnknownError, match=r"'standard': use deposit, .*standard-b2b"):
        find("standard")


def test_the_right_policy_of_the_table_below_is_right():
    assert parsed(RIGHT, "house.toml").name == "house"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (with_line('zone = "Paris"'), "zone = 'Paris': 'Paris' is not a time zone such as"),
        (with_line('calendar = "XX"'), "calendar = 'XX': 'XX' is not a calendar: use a country"),
        (with_line("gap_days = -1"), "gap_days = -1: Input should be greater than or equal to 0"),
        (with_line('statement = "daily"'), "statement = 'daily': Input should be 'never', 'mon"),
        (with_line("minimum = { EUR = 20 }"), 'write the amount in quotes, such as EUR = "20.00"'),
        (with_line('minimum = { EUR = "1.005" }'), "1.005 is finer than EUR allows"),
        (with_line('tolerance = { XYZ = "1" }'), "'XYZ' is not a currency of ISO 4217"),
        (with_line('tolerance = { EUR = "-1" }'), "EUR must not be negative"),
        (with_line("opens = 18:00:00"), "opens must be before closes"),
        (with_line('on_broken_promise = "b"'), "on_broken_promise: 'b' is"),
        (with_line("day_seconds = 5"), "day_seconds and origin go together"),
        (with_line('colour = "red"'), "colour = 'red' is not a key of this file; known are name"),
        (with_line('name = "-House"'), "name = '-House': a name has 1 to 60 letters"),
        (RIGHT.replace('zone = "Europe/Paris"', ""), "zone is missing"),
        (RIGHT.split("[[levels]]", maxsplit=1)[0], "levels is missing"),
        (RIGHT + RIGHT.split("\n\n", maxsplit=1)[1], "each level needs a name of its own"),
        (with_level_line('kind = "letter"'), "levels.1.kind = 'letter': Input should be 'court"),
        (with_level_line("channels = []"), "level 'reminder': name at least one of channels"),
        (
            with_level_line("after_previous_days = 3"),
            "give either after_days or after_previous_days",
        ),
        (with_level_line('kind = "courtesy"'), "a courtesy needs after_days below 0"),
        (with_level_line('charges = "some"'), "levels.1.charges = 'some': Input should be 'none'"),
        (with_level_line('approval = "maybe"'), "levels.1.approval = 'maybe': use \"never\""),
        (
            with_level_line('after_days = "3rd"'),
            "levels.1.after_days = '3rd': write a whole",
        ),
        (
            with_level_line('to_whom = "x"'),
            "levels.1.to_whom = 'x' is not a key of this file; known",
        ),
        (with_line('zone = "Europe/Paris'), "is not TOML"),
    ],
)
def test_a_wrong_file_names_key_value_and_what_is_allowed(text, sentence):
    with pytest.raises(PolicyError) as wrong:
        parsed(text, "house.toml")
    assert str(wrong.value).startswith("house.toml")
    assert sentence in str(wrong.value)


@pytest.mark.parametrize(
    "line",
    [
        "day_seconds = inf\norigin = 2026-01-05T00:00:00Z",
        "day_seconds = 5\norigin = 0001-01-05T00:00:00Z",
        "day_seconds = 5\norigin = 2026-01-05T00:00:00Z\norigin_day = 9999-01-01",
        "gap_days = 99999999",
        "grace_days = 99999999",
    ],
)
def test_days_beyond_any_calendar_are_refused_when_the_policy_is_read(line):
    with pytest.raises(PolicyError):
        parsed(with_line(line), "house.toml")


def test_a_level_beyond_any_calendar_is_refused():
    with pytest.raises(PolicyError, match="after_previous_days = 999999"):
        parsed(with_level_line("after_previous_days = 999999"), "house.toml")
