"""The policies that ship, one TOML file each; a file more is a policy more.

Its keys are explained in :mod:`models.chasing.policy`.
"""

from functools import cache
from pathlib import Path
from typing import Final

from models.chasing.policy import Policy, parsed
from models.errors import UnknownError

_HERE: Final = Path(__file__).parent


@cache
def _read_all() -> dict[str, Policy]:
    policies = [parsed(path.read_text("utf-8"), path.name) for path in sorted(_HERE.glob("*.toml"))]
    return {policy.name: policy for policy in policies}


def shipped() -> dict[str, Policy]:
    """Return the policies that ship, by name in alphabetical order."""
    return dict(_read_all())


def find(name: str) -> Policy:
    """Return a shipped policy by name.

    Raises:
        UnknownError: there is none; lists those that ship.
    """
    if name in _read_all():
        return _read_all()[name]
    known = ", ".join(_read_all())
    message = f"no policy is named {name!r}: use {known}, or the path of a .toml file"
    raise UnknownError(message)
