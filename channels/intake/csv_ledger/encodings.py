"""Which characters a file's bytes are, and whether it is a text at all."""

import codecs
import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import charset_normalizer

from models.errors import RefusedError

#: How much of a file is looked at to tell encoding, separator and header.
HEAD: Final = 64 * 1024

_MAGIC: Final = {
    b"PK\x03\x04": "a spreadsheet or archive (xlsx, ods, zip)",
    b"%PDF": "a PDF",
    b"\xd0\xcf\x11\xe0": "an old Excel workbook (xls)",
    b"\x1f\x8b": "a compressed file (gz)",
    b"<?xml": "an XML file",
    b"<!DOCTYPE": "a web page",
    b"<html": "a web page",
}
_BOMS: Final = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
#: Western encodings of spreadsheets and ledgers, the likeliest first.
_WESTERN: Final = ("cp1252", "mac_roman", "cp850")
#: A misread file is full of other signs; these are what its languages write.
_USUAL: Final = frozenset("àâäáãåçéèêëíîïñóôöõøùúûüßæœ°€\u2019\u2013ÀÂÄÇÉÈÊÖÜ")
_CONTROLS: Final = re.compile(rb"[\x00-\x08\x0e-\x1f]")
#: One odd byte in so many is a damaged row, more is not a text.
_ODD_SHARE: Final = 0.02
#: Text holds so many times more whole UTF-8 letters than damaged bytes, or it is not UTF-8.
_WHOLE: Final = 10
#: Encodings whose damaged bytes can be kept; in others they show as U+FFFD.
_TRACEABLE: Final = ("utf-8", "ascii", "cp125", "cp850", "iso8859", "mac")
_DAMAGE: Final = re.compile("[\udc80-\udcff]+")


def head(path: Path) -> bytes:
    """Return the beginning of a file.

    Raises:
        RefusedError: it cannot be opened, is empty, or is no text.
    """
    if path.exists() and not path.is_file():
        raise RefusedError(f"{path.name} is not a file: name the CSV file itself")
    try:
        with path.open("rb") as file:
            start = file.read(HEAD)
    except (OSError, ValueError) as wrong:
        reason = getattr(wrong, "strerror", None) or str(wrong)
        raise RefusedError(f"{path.name} cannot be opened: {reason}") from wrong
    if not start.removeprefix(codecs.BOM_UTF8).strip():
        raise RefusedError(f"{path.name} is empty: export the ledger again")
    for magic, what in _MAGIC.items():
        if start.lstrip(codecs.BOM_UTF8).startswith(magic):
            raise RefusedError(f"{path.name} is {what}: save it as CSV and import that")
    return start


def encoding_of(start: bytes, wanted: str, name: str) -> str:
    """Return the Python name of a file's encoding; a byte order mark beats the wanted one.

    Raises:
        RefusedError: the wanted encoding is unknown, or the bytes are no text.
    """
    for mark, encoding in _BOMS.items():
        if start.startswith(mark):
            return encoding
    if wanted:
        return _checked(wanted)
    wide = _wide(start)
    if wide:
        return wide
    if len(_CONTROLS.findall(start)) > _ODD_SHARE * len(start):
        raise RefusedError(f"{name} is not a text file: save it as CSV (UTF-8) and import that")
    return "utf-8" if _is_utf8(start) else _western(start)


@contextmanager
def opened(path: Path, encoding: str) -> Iterator[io.TextIOWrapper]:
    """Open a file so that damaged bytes show in their row (see :func:`damaged`)."""
    with path.open("rb") as file:
        yield io.TextIOWrapper(file, encoding, errors=_errors(encoding), newline="")


def text_of(start: bytes, encoding: str) -> str:
    """Return the beginning of a file as text.

    Raises:
        RefusedError: it is nothing like that encoding.
    """
    try:
        return codecs.getincrementaldecoder(encoding)(_errors(encoding)).decode(start)
    except UnicodeError as wrong:
        raise RefusedError(
            f"the file is not in {encoding}: name another encoding, or none to have it found out"
        ) from wrong


def damaged(text: str, encoding: str) -> bool:
    r"""Say whether a text holds bytes that its encoding does not have.

    >>> damaged(b"M\xfcller".decode("utf-8", "surrogateescape"), "utf-8")
    True
    """
    if _errors(encoding) == "replace":
        return "\ufffd" in text
    return not text.isascii() and _DAMAGE.search(text) is not None


def shown(text: str) -> str:
    r"""Return a text with damaged bytes replaced by what they most likely mean.

    >>> shown(b"M\xfcller".decode("utf-8", "surrogateescape"))
    'Müller'
    """
    return _DAMAGE.sub(
        lambda run: run[0].encode("ascii", "surrogateescape").decode("cp1252", "replace"), text
    )


def _errors(encoding: str) -> str:
    return "surrogateescape" if encoding.startswith(_TRACEABLE) else "replace"


def _checked(wanted: str) -> str:
    try:
        name = codecs.lookup(wanted).name
        "".encode(name)
        io.TextIOWrapper(io.BytesIO(), name).close()
    except (LookupError, ValueError) as wrong:
        raise RefusedError(
            f"{wanted!r} is not an encoding: say utf-8, cp1252, iso8859-15, mac-roman or utf-16"
        ) from wrong
    return name


def _wide(start: bytes) -> str:
    """Return UTF-16 of one or the other order when every second byte is a zero."""
    pairs = len(start) // 2
    for offset, encoding in ((1, "utf-16-le"), (0, "utf-16-be")):
        zeros = start[offset::2].count(0)
        if pairs and zeros > pairs * 0.8 and start[1 - offset :: 2].count(0) < pairs * 0.1:
            return encoding
    return ""


def _is_utf8(start: bytes) -> bool:
    text = text_of(start, "utf-8")
    hurt = sum(len(run) for run in _DAMAGE.findall(text))
    whole = sum(1 for sign in text if sign > "\x7f") - hurt
    return not hurt or whole > hurt * _WHOLE


def _western(start: bytes) -> str:
    telling = b"\n".join(line for line in start.splitlines() if not line.isascii())
    matches = charset_normalizer.from_bytes(telling, cp_isolation=list(_WESTERN))
    fits = {match.encoding: match.chaos for match in matches}
    likely = {name: fits.get(name, 1.0) for name in _WESTERN}

    def strange(name: str) -> tuple[int, float]:
        letters = telling.decode(name, "replace")
        return sum(1 for sign in letters if sign > "\x7f" and sign not in _USUAL), likely[name]

    return min(_WESTERN, key=strange)
