"""E-mail addresses as people write them into one cell."""

import re
from typing import Final

_ADDRESS: Final = re.compile(r"[^\s@<>,;|\"()]+@[^\s@<>,;|\"()/]+")
_BETWEEN: Final = re.compile(r"[\s/|]+")
_SCHEME: Final = "mailto:"


def first(text: str) -> str:
    """Return the first of the addresses given; empty when there is none beyond doubt.

    Between blanks or slashes all must be addresses: a blank may also have slipped into one.

    >>> first("Ann <a@b.example>; c@d.example"), first("a@b.example / c@d.example")
    ('a@b.example', 'a@b.example')
    >>> first("ann miller@b.example")
    ''
    """
    for part in re.split(r"[;,]", text):
        address = _one(part.strip())
        if address:
            return address
    return ""


def _one(part: str) -> str:
    if part.endswith(">"):
        part = part.partition("<")[2].removesuffix(">").strip()
    found = [part] if _ADDRESS.fullmatch(part) else [word for word in _BETWEEN.split(part) if word]
    plain = [word[len(_SCHEME) :] if word.lower().startswith(_SCHEME) else word for word in found]
    return plain[0] if plain and all(map(_ADDRESS.fullmatch, plain)) else ""
