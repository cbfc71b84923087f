"""Scenario files that are wrong say so, with their line."""

import pytest

from tests.scenarios.telling import UntoldError, paths, read

RIGHT = paths()[0].read_text("utf-8")


@pytest.mark.parametrize(
    ("right", "wrong", "why"),
    [
        ("# A case", "A case", "line 1: a scenario begins with '# '"),
        ("```end", "```ende", "'ende' is not one of contacts, debtors, end"),
        ("```story", "```end\n```\n\n```story", "has one block 'end', not 2"),
        ("until: 2031-03-20\n", "", "line 7: until is missing"),
        ("until: 2031", "until 2031", "is not such as 'from: 2031-03-03'"),
        ("from: 2031-02-24", "from: 2031-02-30", "'2031-02-30' is not a day"),
        ("standard-b2b\n", "lenient\n", "no policy 'lenient' is shipped"),
        ("standard-b2b\n", "standard-b2b\nthank = maybe\n", "Invalid value"),
        ("standard-b2b\n", "standard-b2b\nthanks = true\n", "thanks"),
        ("standard-b2b\n", 'name = "x"\n', "policy: zone is missing"),
        ("EUR,ALBA,", "ALBA,", "line 18: has 7 cells, its header 8"),
        ('"event": "payment"', '"event": "party"', "event 'party' is not one of"),
        ("Wed 2031-03-05 | ALBA", "Thu 2031-03-05 | ALBA", "on = 'Thu 2031-03-05' cannot be"),
        ("| also open", "| too", "the table has no column also open"),
        ("| next", "| tomorrow", "tomorrow is no column"),
        ("| dispute  | -", "| dispute", "has 5 cells, its header 6"),
        ("```story", "```refused\nnever\n```\n\n```story", "'never' is not such as '3: is paid'"),
        ("```story", "```debtors\n[\n```\n\n```story", "Invalid initial character"),
    ],
)
def test_what_is_wrong_is_named_with_its_line(right, wrong, why, tmp_path):
    assert right in RIGHT
    path = tmp_path / "01-wrong.md"
    path.write_text(RIGHT.replace(right, wrong, 1), "utf-8")

    with pytest.raises(UntoldError) as told:
        read(path)

    assert str(told.value).startswith("01-wrong.md, line ")
    assert why in str(told.value)


def test_a_block_that_does_not_end_is_named(tmp_path):
    path = tmp_path / "01-wrong.md"
    path.write_text(RIGHT.rstrip().removesuffix("```"), "utf-8")

    with pytest.raises(UntoldError, match="the block 'end' does not end"):
        read(path)
