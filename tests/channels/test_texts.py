"""Files that people write are read whole, or refused by name."""

import os
from pathlib import Path

import pytest

from channels import texts
from channels.intake.csv_ledger import mapping
from models import creditors, policies
from models.errors import PolicyError, RefusedError

POLICIES = Path(policies.__file__).parent
CREDITORS = Path(creditors.__file__).parent
READERS = {
    texts.read_policy: PolicyError,
    texts.read_creditor: PolicyError,
    texts.read_story: RefusedError,
    mapping.load: RefusedError,
}


def test_a_policy_and_a_creditor_are_read_from_their_files():
    read = texts.read_policy(POLICIES / "standard-b2b.toml")
    assert read == policies.find("standard-b2b")
    read = texts.read_creditor(CREDITORS / "atelier-nord.toml")
    assert read == creditors.find("atelier-nord")


def test_a_story_is_read_with_or_without_a_byte_order_mark(tmp_path):
    path = tmp_path / "story.jsonl"
    line = '{"on": "2031-03-10", "event": "approve", "invoice": "F-1"}\n'
    for mark in ("", "\ufeff"):
        path.write_text(mark + line, "utf-8")
        assert [event.event for event in texts.read_story(path)] == ["approve"]


@pytest.mark.parametrize("read", READERS, ids=lambda read: read.__name__)
def test_what_is_no_readable_file_is_refused_by_name(read, tmp_path, monkeypatch):
    monkeypatch.setattr(texts, "LARGEST", 5)
    pipe, odd, large = tmp_path / "pipe.toml", tmp_path / "odd.toml", tmp_path / "large.toml"
    os.mkfifo(pipe)
    odd.write_bytes(b"\xff\xfe\x00")
    large.write_text("a = 'b'\n")
    for path, why in {
        pipe: "is not a file: name the file itself",
        Path("/dev/zero"): "is not a file",
        tmp_path: "is not a file",
        tmp_path / "none.toml": "cannot be read: No such file",
        Path("a\0b.toml"): "cannot be read: ",
        odd: "is not UTF-8: save it as UTF-8 text",
        large: "is larger than 0 MB",
    }.items():
        with pytest.raises(READERS[read], match=why) as refused:
            read(path)
        assert path.name in str(refused.value)
