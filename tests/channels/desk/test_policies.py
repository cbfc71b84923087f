"""``relance policies``: check, show, list."""

RIGHT = """\
name = "house"
zone = "Europe/Paris"
calendar = "FR"

[[levels]]
name = "reminder"
kind = "reminder"
after_days = 3
channels = ["email"]
"""


def test_a_right_file_is_called_right(relance, written):
    answer = relance("policies", "check", written("house.toml", RIGHT))
    assert answer.status == 0
    assert "house.toml: right: house, version 1, 1 level" in answer.out


def test_a_wrong_file_names_key_value_and_what_is_allowed(relance, written):
    wrong = written("wrong.toml", RIGHT.replace("after_days = 3", 'after_days = "soon"'))
    answer = relance("policies", "check", wrong, written("house.toml", RIGHT))
    assert answer.status == 1
    assert "wrong.toml" in answer.err
    assert "after_days" in answer.err
    assert "'soon'" in answer.err
    assert "house.toml: right" in answer.out


def test_programs_read_which_file_is_right(relance, written):
    wrong = written("wrong.toml", RIGHT.replace("FR", "XX"))
    answer = relance("policies", "check", wrong, written("house.toml", RIGHT), "--json")
    assert [line["right"] for line in answer.lines] == [False, True]
    assert answer.lines[1]["levels"] == ["reminder"]


def test_a_folder_means_its_files(relance, written, tmp_path):
    written("a.toml", RIGHT)
    written("b.toml", RIGHT)
    assert len(relance("policies", "check", tmp_path).out.splitlines()) == 2


def test_a_folder_without_policies_is_refused(relance, tmp_path):
    answer = relance("policies", "check", tmp_path)
    assert answer.status == 1
    assert "holds no .toml file" in answer.err


def test_without_a_file_those_on_offer_are_checked(relance):
    answer = relance("policies", "check")
    assert answer.status == 0
    assert "standard-b2b: right" in answer.out


def test_show_puts_a_policy_into_words(relance):
    answer = relance("policies", "show", "standard-b2b")
    assert answer.status == 0
    assert "5 days before it is due" in answer.out
    assert "registered-letter or email" in answer.out


def test_show_gives_programs_the_keys_of_the_file(relance):
    (policy,) = relance("policies", "show", "standard-b2b", "--json").lines
    assert policy["minimum"] == {"EUR": "20.00"}
    assert len(policy["hash"]) == 12


def test_show_of_an_unknown_policy_lists_the_known(relance):
    answer = relance("policies", "show", "harsh")
    assert answer.status == 1
    assert "standard-b2b" in answer.err


def test_list_names_each_once(relance):
    names = [line["name"] for line in relance("policies", "list", "--json").lines]
    assert "standard-b2b" in names
    assert len(set(names)) == len(names)
    assert "standard-b2b" in relance("policies", "list").out
