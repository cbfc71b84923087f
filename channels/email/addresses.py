"""Addresses as a mail server takes them, and names as a header takes them."""

import re
from email.header import Header
from email.utils import quote
from functools import lru_cache
from typing import Final

from models.errors import RefusedError

#: Octets of a local part and of a whole address (RFC 5321, 4.5.3.1).
_LONGEST_LOCAL: Final = 64
_LONGEST: Final = 254

#: What fits on a line of an address header beside its name and some signs.
_LINE: Final = 62

_LOCAL: Final = re.compile(r"""[^\s<>()\[\]\\,;:@"]+""")
_LABEL: Final = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?")
_NAMED: Final = re.compile(r"(?P<name>.*?)\s*<(?P<address>[^<>]*)>\s*", re.DOTALL)

#: Two standards turn these into different domains, so neither is guessed.
_AMBIGUOUS: Final = frozenset("ßς\u200c\u200d")


def cleaned(text: str) -> str:
    r"""Return a text on one line, without control and formatting characters.

    >>> cleaned("Dupont\r\nBcc: x@y.example")
    'Dupont Bcc: x@y.example'
    """
    if text.isascii() and text.isprintable():
        return text.strip()
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())


@lru_cache(maxsize=10_000)
def mailbox(address: str, whose: str) -> str:
    """Return an address with its domain in ASCII; ``whose`` names it in errors.

    >>> mailbox("rené@münchen.example", "contact c1")
    'rené@xn--mnchen-3ya.example'

    Raises:
        RefusedError: it is not an address that mail can be sent to.
    """
    local, _, domain = address.strip().rpartition("@")
    try:
        domain = "" if _AMBIGUOUS & set(domain) else domain.encode("idna").decode()
    except UnicodeError:
        domain = ""
    whole = f"{local}@{domain}"
    if (
        not _LOCAL.fullmatch(local)
        or not local.isprintable()
        or not all(_LABEL.fullmatch(label) for label in domain.split("."))
        or len(local.encode()) > _LONGEST_LOCAL
        or len(whole.encode()) > _LONGEST
    ):
        message = f"{whose} has no e-mail address that mail can be sent to"
        raise RefusedError(message)
    return whole


def split(text: str) -> tuple[str, str]:
    """Return name and address of ``Name <address>``, where the name may hold commas.

    >>> split("Atelier Nord, comptes <c@nord.example>")
    ('Atelier Nord, comptes', 'c@nord.example')
    """
    named = _NAMED.fullmatch(text)
    if named is None:
        return "", text.strip()
    return named["name"].strip().strip('"'), named["address"].strip()


@lru_cache(maxsize=10_000)
def written(name: str, address: str) -> str:
    """Return name and address as a header carries them."""
    name = cleaned(name)
    if not name:
        return address
    shown = f'"{quote(name)}"' if name.isascii() else folded("Reply-To", name)
    last = shown.rpartition("\n")[2]
    room = len(last) + len(address) < _LINE
    return f"{shown} <{address}>" if room else f"{shown}\r\n <{address}>"


def folded(header: str, text: str) -> str:
    """Return a text encoded and folded for a header."""
    charset = "us-ascii" if text.isascii() else "utf-8"
    return Header(text, charset, header_name=header).encode(linesep="\r\n")
