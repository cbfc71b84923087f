"""What the name of a column means: one of ours, known words, or what its cells decide."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final

from channels.intake.csv_ledger import contents
from channels.intake.csv_ledger.forms import Sheet
from channels.intake.csv_ledger.vocabulary import Sense, bracketed, columns, key, spellings

#: Names whose sense hangs on what else the file has and on their cells, in this order.
_CONDITIONAL: Final = ("due_or_terms", "debtor_or_name", "debtor_name_else")
#: Less telling than any name as it stands is a name of which something was left out.
_LEFT_OUT: Final = 1_000


def senses(name: str, sheet: Sheet) -> list[Sense]:
    """Return what a name can mean on a sheet, the likeliest first."""
    found = [
        replace(sense, rank=sense.rank + at * _LEFT_OUT)
        for at, spelling in enumerate(spellings(name))
        for sense in (*_own(name, spelling, sheet), *columns(sheet.name).get(spelling, ()))
        if sense.column in sheet.columns or sense.column in _CONDITIONAL
    ]
    return sorted(found, key=lambda sense: (sense.rank, sense.column))


def _own(name: str, spelling: str, sheet: Sheet) -> list[Sense]:
    """Return what a name means because it is one of ours."""
    return [
        Sense(ours, -2 if name.strip().casefold() == ours else -1, frozenset())
        for ours in sheet.columns
        if key(ours) == spelling
    ]


def by_rank(names: Sequence[str], sheet: Sheet) -> Iterator[tuple[int, Sense]]:
    """Yield places with what they can mean; what depends on the others comes last."""

    def order(pair: tuple[int, Sense]) -> tuple[int, int, bool, int]:
        place, sense = pair
        waits = _CONDITIONAL.index(sense.column) + 1 if sense.column in _CONDITIONAL else 0
        return waits, sense.rank, bracketed(names[place]), place

    yield from sorted(
        ((place, sense) for place, name in enumerate(names) for sense in senses(name, sheet)),
        key=order,
    )


def meant(column: str, found: Mapping[str, int], sheet: Sheet, cells: Sequence[str]) -> str:
    """Return which of our columns a name means, given what was found; empty for none."""
    match column:
        case "open":
            return "" if contents.answers(cells) else "open"
        case "legal_id":
            return "legal_id" if contents.identities(cells) else ""
        case "due_or_terms":
            return "due" if contents.dates(cells) else ""
        case "debtor_or_name":
            return _debtor(found, sheet, codes=contents.codes(cells))
        case "debtor_name_else":
            return "debtor_name" if "debtor_name" in sheet.columns else ""
        case _:
            return column


def _debtor(found: Mapping[str, int], sheet: Sheet, *, codes: bool) -> str:
    """Return what a column called *customer* holds, given the columns beside it."""
    free = [ours for ours in ("debtor", "debtor_name") if ours in sheet.columns - set(found)]
    if len(free) > 1:
        return "debtor" if codes else "debtor_name"
    return free[0] if free else ""


def continental(names: Sequence[str], sheet: Sheet, found: Mapping[str, int]) -> bool:
    """Say whether some column bears a name that only languages other than English use."""
    return any(
        sense.column in {ours, *_CONDITIONAL} and sense.languages and "en" not in sense.languages
        for ours, place in found.items()
        for sense in senses(names[place], sheet)
    )


def called(name: str, ours: str, sheet: Sheet) -> tuple[int, bool, str]:
    """Return by which of its spellings a name was taken for one of our columns."""
    known = columns(sheet.name)
    for at, spelling in enumerate(spellings(name)):
        meanings = {sense.column for sense in known.get(spelling, ())}
        if ours in meanings or spelling == key(ours):
            return at, bracketed(name), spelling
    return -1, bracketed(name), name
