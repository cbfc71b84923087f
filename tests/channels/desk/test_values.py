"""Amounts and days as people type them; every blocker in words; tables that stay tables."""

from argparse import ArgumentTypeError
from datetime import date

import pytest

from channels.desk.cli.output import Output
from channels.desk.cli.tables import Column, fitted
from channels.desk.cli.values import amount, day
from channels.desk.cli.words import explained
from models.chasing.answers import Blocker

MONDAY = date(2026, 3, 2)


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("500", "500"),
        ("500.00", "500.00"),
        ("500,00", "500.00"),
        ("0,5", "0.5"),
        ("1 234,50", "1234.50"),
        ("1'234.50", "1234.50"),
        ("1.234,50", "1234.50"),
        ("1,234.50", "1234.50"),
        ("1.234.567,89", "1234567.89"),
        ("-12.00", "-12.00"),
    ],
)
def test_an_amount_is_read_as_it_is_written_anywhere(typed, read):
    assert amount(typed) == read


@pytest.mark.parametrize("typed", ["1.500", "1,500", "1.234.567"])
def test_an_amount_that_can_be_read_in_two_ways_is_asked_back(typed):
    with pytest.raises(ArgumentTypeError, match="two ways: write"):
        amount(typed)


@pytest.mark.parametrize("typed", ["", "five", "1e5", "12.", "1,2,3", "€5", "nan", "½", "٣"])
def test_what_is_no_amount_is_refused(typed):
    with pytest.raises(ArgumentTypeError, match=r"not an amount such as 1234\.50"):
        amount(typed)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("2026-03-10", date(2026, 3, 10)),
        ("today", MONDAY),
        ("Tomorrow", date(2026, 3, 3)),
        ("yesterday", date(2026, 3, 1)),
        ("monday", date(2026, 3, 9)),
        ("fri", date(2026, 3, 6)),
        ("+10", date(2026, 3, 12)),
        ("-5", date(2026, 2, 25)),
        ("30.11.2026", date(2026, 11, 30)),
        ("30/11/2026", date(2026, 11, 30)),
        ("3.4.2026", date(2026, 4, 3)),
        ("04/04/2026", date(2026, 4, 4)),
    ],
)
def test_a_day_may_be_a_word(typed, meant):
    assert day(typed)(MONDAY) == meant


@pytest.mark.parametrize(
    "typed",
    [
        "soon",
        "2026-02-30",
        "fr",
        "",
        "+",
        "t",
        "31.11.2026",
        "11/30/2026",
        "30.11/2026",
        "30.11.26",
    ],
)
def test_what_is_no_day_is_refused(typed):
    with pytest.raises(ArgumentTypeError, match=r"is not a day: write 2026-03-10, 10\.03\.2026"):
        day(typed)


def test_a_day_that_an_american_reads_otherwise_is_asked_back():
    with pytest.raises(ArgumentTypeError, match="two ways: write 2026-04-03 or 2026-03-04"):
        day("03/04/2026")


@pytest.mark.parametrize("blocker", Blocker)
def test_every_blocker_says_what_it_means_and_what_to_do(blocker):
    meaning, remedy = explained(blocker.value)
    assert meaning != blocker.value
    assert len(remedy) > 10


def test_a_blocker_of_a_later_release_keeps_its_name():
    assert explained("phase-of-moon").meaning == "phase of moon"


def test_a_table_in_a_pipe_is_aligned_text(capsys):
    columns = (Column("name"), Column("sum", right=True))
    Output(json=False).table(columns, [["a\x1b[31m", "1"], ["long name", "100"]])
    lines = capsys.readouterr().out.splitlines()
    assert [line.index("s", 5) for line in lines[:1]] == [11]
    assert lines[1].endswith("  1")
    assert "\x1b" not in lines[1]


def test_a_table_in_a_terminal_fits_it(capsys, monkeypatch):
    monkeypatch.setattr(Output, "drawn", True)
    monkeypatch.setenv("COLUMNS", "60")
    rows = [["F-1", "[bold]not markup[/bold] " * 4]]
    Output(json=False).table((Column("number"), Column("why", wide=True)), rows)
    lines = capsys.readouterr().out.splitlines()
    assert max(map(len, lines)) <= 60
    assert "[bold]not" in "".join(lines)


@pytest.mark.parametrize(
    ("room", "widths"),
    [
        (200, [10, 30, 40, 8]),
        (80, [10, 28, 28, 8]),
        (60, [10, 18, 18, 8]),
        (44, [10, 10, 10, 8]),
        (40, [10, 18, 0, 8]),
        (20, [10, 10, 0, 8]),
    ],
)
def test_columns_give_way_and_extra_ones_go(room, widths):
    columns = (
        Column("number"),
        Column("name", wide=True),
        Column("why", wide=True, extra=True),
        Column("sum", right=True),
    )
    assert fitted(columns, [["F" * 10, "n" * 30, "w" * 40, "1" * 8]], room) == widths


def test_progress_is_silent_where_nobody_looks(capsys):
    out = Output(json=True)
    with out.counting("reading") as count, out.waiting("thinking"):
        count.add()
    assert capsys.readouterr() == ("", "")
