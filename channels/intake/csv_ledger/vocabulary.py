"""The words ledgers use, in each language that has a file in ``words/``."""

import re
import tomllib
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Final

_FILES: Final = Path(__file__).with_name("words")
_HUMP: Final = re.compile(r"(?<=[a-z])(?=[A-Z])")
_NUMBER_SIGN: Final = re.compile(r"[nN][°º˚]|№|#")
#: *T.T.C.*, but not *No.*
_DOTTED: Final = re.compile(r"(?<![^\W_])(?:[^\W\d_]\.){1,9}[^\W\d_](?![^\W_])")
_MAIL: Final = re.compile(r"(?<![^\W_])e[ _-]mail")
_BRACKETED: Final = re.compile(r"[(\[{]([^()\[\]{}]*)[)\]}]")
_WORD: Final = re.compile(r"[^\W_]+|%")
#: German glues these to the word before them.
_TAILS: Final = {"nummer": "no", "nr": "no", "datum": "datum"}
_NUMBER: Final = frozenset(
    {"n", "no", "nr", "num", "nbr", "numero", "numeros", "number", "nummer", "nummern"}
)
#: A unit in a name does not tell columns apart.
_UNITS: Final = frozenset({"eur", "usd", "gbp", "chf", "euro", "euros", "en", "in"})
#: These join words; at the end of a name they say something (*montant du*, *fällig am*).
_FILLERS: Final = frozenset(
    {"de", "du", "des", "d", "la", "le", "les", "l", "au", "a", "et"}
    | {"of", "the", "and", "der", "die", "das", "dem", "den", "fur"}
)
_UMLAUTS: Final = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue"})


@lru_cache(maxsize=4096)
def key(text: str) -> str:
    """Return what a name is compared by: plain words in alphabetical order.

    >>> key("N° de facture"), key("Facture No."), key("RechnungsNr"), key("Rechnungs-Nummer")
    ('facture no', 'facture no', 'no rechnungs', 'no rechnungs')
    >>> key("Montant T.T.C."), key("Inv. #"), key("E-Mail"), key("")
    ('montant ttc', 'invoice no', 'email', '')
    """
    short = _table("short")
    words = (short.get(word, word) for word in _plain_words(text))
    return _joined([word for word in words if word not in _UNITS])


def spellings(name: str) -> tuple[str, ...]:
    """Return what a column's name is looked up by: all of it, then without what is secondary.

    Secondary are brackets, unless they make it another column, and that an amount is gross.

    >>> spellings("Amount (incl. VAT)"), spellings("Reste dû TTC"), spellings("Montant (H.T.)")
    (('amount incl vat', 'amount'), ('du reste ttc', 'du reste'), ('ht montant',))
    """
    bare = _BRACKETED.sub(lambda found: found[0] if _telling(found[1]) else " ", name)
    words = _plain_words(bare)
    if "gross" in _asides(words):
        asides = _table("asides")
        words = [word for word in words if asides.get(word) not in {"gross", "taxes"}]
    found = (key(name), key(bare), key(" ".join(words)))
    return tuple(dict.fromkeys(spelling for spelling in found if spelling))


def sided(name: str) -> bool:
    """Say whether a name is that of a side of an account, such as *Débit* or *Betrag Soll*."""
    sides = _table("sides")
    said = [sides.get(word) for word in _plain_words(name) if word not in _UNITS]
    return "account" in said and None not in said


def balance(name: str) -> bool:
    """Say whether a name speaks of a balance, which may be one of all rows so far."""
    sides = _table("sides")
    return any(sides.get(word) == "balance" for word in _plain_words(name))


def gross(name: str) -> bool:
    """Say whether a name says that its amounts are gross."""
    return "gross" in _asides(_plain_words(name))


def bracketed(name: str) -> bool:
    """Say whether a name says something in brackets."""
    return _BRACKETED.search(name) is not None


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
def nothing() -> frozenset[str]:
    """Return what people write into a cell to say that it is empty, in lower case."""
    return frozenset(
        spelling
        for tables in _languages().values()
        for word in tables["nothing"]["cell"]
        for spelling in (word.casefold(), _unaccented(word))
    )


@cache
def _table(name: str) -> dict[str, str]:
    """Return the words of one of the tables that :func:`key` itself needs, unaccented."""
    return {
        _unaccented(word): _unaccented(meaning)
        for tables in _languages().values()
        for meaning, words in tables[name].items()
        for word in words
    }


@cache
def _languages() -> dict[str, dict[str, dict[str, list[str]]]]:
    return {
        path.stem: tomllib.loads(path.read_text("utf-8")) for path in sorted(_FILES.glob("*.toml"))
    }


def _spellings(name: str) -> set[str]:
    return {key(name), key(name.casefold().translate(_UMLAUTS))} - {""}


def _plain_words(text: str) -> list[str]:
    """Return a name's words in their order: split at humps, no accents, no capitals."""
    spaced = _NUMBER_SIGN.sub(" no ", _HUMP.sub(" ", text))
    joined = _DOTTED.sub(lambda found: found[0].replace(".", ""), spaced)
    plain = _MAIL.sub("email", _unaccented(joined))
    return [part for word in _WORD.findall(plain) for part in _parts(word)]


def _joined(words: list[str]) -> str:
    """Return words in order; a filler at the end or before an aside says something."""
    asides = _table("asides")
    pairs = zip(words, (*words[1:], ""), strict=False)
    kept = [word for word, next_ in pairs if word not in _FILLERS or not next_ or next_ in asides]
    return " ".join(sorted(kept))


def _unaccented(text: str) -> str:
    split = unicodedata.normalize("NFKD", text.casefold())
    return "".join(mark for mark in split if not unicodedata.combining(mark))


def _telling(bracketed: str) -> bool:
    """Say whether what stands in brackets makes it another column: net, paid, in days, second."""
    said = _asides(_plain_words(bracketed))
    only_tax = "taxes" in said and "gross" not in said
    return only_tax or "other" in said or bracketed.strip().isdecimal()


def _asides(words: list[str]) -> set[str]:
    """Return of which kinds (gross, taxes, other) a name's words are."""
    asides = _table("asides")
    return {asides[word] for word in words if word in asides}


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
