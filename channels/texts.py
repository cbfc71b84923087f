"""Files that people write: policies, creditors, stories. Read whole, or refused by name."""

from pathlib import Path
from typing import Final

from models.chasing import policy, script
from models.chasing.policy import Policy
from models.chasing.story import StoryEvent
from models.errors import PolicyError, RefusedError
from models.ledger import creditor
from models.ledger.creditor import Creditor

#: Bytes of a file that somebody wrote; a story of a hundred thousand lines has fewer.
LARGEST: Final = 64 * 1024 * 1024


def text_of(path: Path) -> str:
    """Return a file's text, without a byte order mark.

    Raises:
        RefusedError: it is no file, cannot be read, is too large or is not UTF-8.
    """
    if path.exists() and not path.is_file():
        # A pipe or a device might never end.
        raise RefusedError(f"{path} is not a file: name the file itself")
    try:
        with path.open("rb") as file:
            found = file.read(LARGEST + 1)
    except (OSError, ValueError) as wrong:
        reason = getattr(wrong, "strerror", None) or str(wrong)
        raise RefusedError(f"{path} cannot be read: {reason}") from wrong
    if len(found) > LARGEST:
        raise RefusedError(f"{path} is larger than {LARGEST // 1024**2} MB: is it the right file?")
    try:
        return found.decode("utf-8-sig")
    except UnicodeDecodeError as wrong:
        raise RefusedError(f"{path} is not UTF-8: save it as UTF-8 text") from wrong


def read_policy(path: Path) -> Policy:
    """Return the policy of a TOML file.

    Raises:
        PolicyError: it cannot be read or is wrong; names key, value and what is allowed.
    """
    return policy.parsed(_text(path), path.name)


def read_creditor(path: Path) -> Creditor:
    """Return the creditor of a TOML file.

    Raises:
        PolicyError: it cannot be read or is wrong; names key and value.
    """
    return creditor.parsed(_text(path), path.name)


def read_story(path: Path) -> list[StoryEvent]:
    """Return the events of a file of JSON lines, by day and then in file order.

    Raises:
        RefusedError: it cannot be read, or a line is wrong; names it and what it must be.
    """
    return script.told(text_of(path), path.name)


def _text(path: Path) -> str:
    try:
        return text_of(path)
    except RefusedError as wrong:
        raise PolicyError(str(wrong)) from wrong
