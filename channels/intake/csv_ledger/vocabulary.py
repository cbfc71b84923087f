"""The words ledgers use, in each language that has a file in ``words/``."""

import re
import tomllib
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

_FILES: Final = Path(__file__).with_name("words")
_HUMP: Final = re.compile(r"(?<=[a-z])(?=[A-Z])")
_NUMBER_SIGN: Final = re.compile(r"[nN][°º]|№|#")
_WORD: Final = re.compile(r"[^\W_]+|%")
#: German glues these to the word before them.
_TAILS: Final = {"nummer": "no", "nr": "no", "datum": "datum"}
_NUMBER: Final = frozenset({"n", "no", "nr", "num", "numero", "numeros", "number", "nummer"})
#: A unit in a name does not tell columns apart.
_UNITS: Final = frozenset({"eur", "usd", "gbp", "chf", "euro", "euros", "en", "in"})
#: These join words; at the end of a name they say something (*montant du*, *fällig am*).
_FILLERS: Final = frozenset(
    {"de", "du", "des", "d", "la", "le", "les", "l", "au", "a", "et"}
    | {"of", "the", "and", "der", "die", "das", "dem", "den", "fur"}
)
_UMLAUTS: Final = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue"})


def key(text: str) -> str:
    """Return what a name is compared by: plain words in alphabetical order.

    >>> key("N° de facture"), key("Facture No."), key("RechnungsNr"), key("Rechnungs-Nummer")
    ('facture no', 'facture no', 'no rechnungs', 'no rechnungs')
    """
    spaced = _NUMBER_SIGN.sub(" no ", _HUMP.sub(" ", text))
    split = unicodedata.normalize("NFKD", spaced.casefold())
    plain = "".join(mark for mark in split if not unicodedata.combining(mark))
    words = [part for word in _WORD.findall(plain) for part in _parts(word) if part not in _UNITS]
    return " ".join(sorted([word for word in words[:-1] if word not in _FILLERS] + words[-1:]))


@dataclass(frozen=True, slots=True)
class Sense:
    """What a column's name can mean: one of our columns, how surely, and in which languages.

    Attributes:
        rank: 0 for the most telling name.
    """

    column: str
    rank: int
    languages: frozenset[str]


@cache
def columns(sheet: str) -> dict[str, tuple[Sense, ...]]:
    """Return what names of columns can mean, by their key.

    Args:
        sheet: items, contacts or payments.
    """
    found: dict[str, dict[str, Sense]] = {}
    for language, tables in _languages().items():
        for column, names in [*tables[sheet].items(), *tables["all"].items()]:
            for rank, name in enumerate(names):
                for spelling in _spellings(name):
                    known = found.setdefault(spelling, {}).get(column)
                    found[spelling][column] = Sense(
                        column,
                        min(rank, known.rank) if known else rank,
                        frozenset({language}) | (known.languages if known else frozenset()),
                    )
    return {spelling: tuple(senses.values()) for spelling, senses in found.items()}


@cache
def meanings(table: str) -> dict[str, str]:
    """Return what the words of a table (kinds, methods, roles, ...) stand for, by key.

    >>> meanings("kinds")[key("Avoir")]
    'credit-note'
    """
    return {
        spelling: meaning
        for tables in _languages().values()
        for meaning, names in tables[table].items()
        for name in (meaning, *names)
        for spelling in _spellings(name)
    }


@cache
def _languages() -> dict[str, dict[str, dict[str, list[str]]]]:
    return {
        path.stem: tomllib.loads(path.read_text("utf-8")) for path in sorted(_FILES.glob("*.toml"))
    }


def _spellings(name: str) -> set[str]:
    return {key(name), key(name.casefold().translate(_UMLAUTS))} - {""}


def _parts(word: str) -> Iterator[str]:
    if word in _NUMBER:
        yield "no"
        return
    for tail, meaning in _TAILS.items():
        if word.endswith(tail) and word != tail:
            yield word.removesuffix(tail)
            yield meaning
            return
    yield word
