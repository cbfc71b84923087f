"""Numbers of invoices, told apart from the words of a payment's text."""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

_WORD: Final = re.compile(r"[^\W_]+")
#: So many words may be one number that was written apart, such as *RE 2026 0815*.
_APART: Final = 6
#: A number written otherwise than on its invoice must be as long, to be no chance.
_TELLING: Final = 4


@dataclass(frozen=True, slots=True)
class Mention:
    """A number found in a text.

    Attributes:
        literal: it is written as on its invoice, but for capitals.
    """

    number: str
    literal: bool

    @property
    def lettered(self) -> bool:
        """Whether it has letters: digits alone may be a day, a postcode or a customer."""
        return any(sign.isalpha() for sign in self.number)


def plain(text: str) -> str:
    """Return letters and digits alone, in capitals: what two spellings have in common.

    >>> plain("Re-2026/0815")
    'RE20260815'
    """
    return "".join(_WORD.findall(text)).upper()


def spellings(text: str) -> frozenset[str]:
    """Return, plain, every run of words in a text that has a digit and could be a number.

    >>> sorted(spellings("Fact. AN 1001"))
    ['1001', 'AN1001', 'FACTAN1001']
    """
    words = _WORD.findall(text)
    runs = (
        plain("".join(words[first:last]))
        for first in range(len(words))
        for last in range(first + 1, min(first + _APART, len(words)) + 1)
    )
    return frozenset(run for run in runs if any(sign.isdigit() for sign in run))


def mentioned(text: str, numbers: Iterable[str]) -> list[Mention]:
    """Return which numbers a text names, in its order; of those that overlap the longest.

    Digits alone must be written as on the invoice, since 2026-0815 may also be a day, and
    what two invoices could be called is nobody's.

    >>> mentioned("FACTURE AN1001 ACOMPTE", ["AN-1001", "AN-100"])
    [Mention(number='AN-1001', literal=False)]
    """
    known: dict[str, list[str]] = defaultdict(list)
    for number in dict.fromkeys(numbers):
        known[plain(number)].append(number)
    words = list(_WORD.finditer(text))
    found: dict[str, Mention] = {}
    place = 0
    while place < len(words):
        taken = 1
        for size in range(min(_APART, len(words) - place), 0, -1):
            spelled = text[words[place].start() : words[place + size - 1].end()]
            mention = _told(spelled, known.get(plain(spelled), ()))
            if mention is not None:
                found.setdefault(mention.number, mention)
                taken = size
                break
        place += taken
    return list(found.values())


def _told(spelled: str, numbers: Sequence[str]) -> Mention | None:
    for number in numbers:
        if _bare(number) == spelled.casefold():
            return Mention(number, literal=True)
    if len(numbers) != 1 or len(plain(spelled)) < _TELLING:
        return None
    mention = Mention(numbers[0], literal=False)
    return mention if mention.lettered else None


def _bare(number: str) -> str:
    """Return a number without the signs around it, which are no part of any word."""
    words = list(_WORD.finditer(number))
    return number[words[0].start() : words[-1].end()].casefold() if words else ""
