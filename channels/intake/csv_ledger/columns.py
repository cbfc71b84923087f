"""Which column of a file is which of ours."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Final

from channels.intake.csv_ledger.vocabulary import Sense, columns, key
from models.errors import RefusedError
from models.ledger.entries import ContactRow, ItemRow, PaymentRow

#: The mapping's word for a column that is to be left alone.
IGNORED: Final = ""
_EITHER: Final = "debtor_or_name"
#: Taking the wrong one of two such columns would go unseen and cost money.
_SINGLE: Final = frozenset({"number", "due", "amount", "open", "currency", "on"})


@dataclass(frozen=True, slots=True)
class Sheet:
    """A kind of file.

    Attributes:
        required: columns it must have; of ``either``, one.
        anchors: columns that are empty in a line of totals.
    """

    name: str
    columns: frozenset[str]
    required: tuple[str, ...]
    either: tuple[str, ...] = ()
    anchors: tuple[str, ...] = ()


def _columns(row: type[ItemRow | ContactRow | PaymentRow]) -> frozenset[str]:
    return frozenset(field.name for field in fields(row)) - {"line"}


ITEMS: Final = Sheet(
    "items",
    _columns(ItemRow),
    required=("number", "due", "amount", "currency"),
    either=("debtor", "debtor_name"),
    anchors=("number", "due"),
)
CONTACTS: Final = Sheet(
    "contacts", _columns(ContactRow), required=("debtor", "role"), either=("email", "phone")
)
PAYMENTS: Final = Sheet(
    "payments",
    _columns(PaymentRow),
    required=("on", "amount", "currency"),
    anchors=("on",),
)
SHEETS: Final = {sheet.name: sheet for sheet in (ITEMS, CONTACTS, PAYMENTS)}


def named(cells: Sequence[str]) -> tuple[str, ...]:
    """Return the names of a header's cells, each once: ``City``, ``City (2)``, ``column 3``."""
    seen: Counter[str] = Counter()
    names = []
    for place, cell in enumerate(cells, start=1):
        name = " ".join(cell.strip("\ufeff").split()) or f"column {place}"
        seen[name] += 1
        names.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return tuple(names)


def recognised(cells: Sequence[str], sheet: Sheet, mapping: Mapping[str, str]) -> int:
    """Return how many different columns of ours a row of cells names."""
    wanted = {key(name): ours for name, ours in mapping.items()}
    found = set()
    for cell in cells:
        spelling = key(cell)
        if spelling in wanted:
            found.add(wanted[spelling])
        found.update(sense.column for sense in _senses(cell, sheet)[:1])
    return len(found - {IGNORED})


def places(
    names: Sequence[str],
    sheet: Sheet,
    mapping: Mapping[str, str],
    codes: Callable[[int], bool],
) -> dict[str, int]:
    """Return where each of our columns stands in a file.

    A mapping wins over our own names, these over known names, the more telling over the
    less; no column of the file is used twice.

    Args:
        names: the file's columns, from :func:`named`.
        sheet: what kind of file it is.
        mapping: names in the file to ours, or to :data:`IGNORED`.
        codes: whether a column holds codes rather than names.

    Raises:
        RefusedError: the mapping does not fit, or two columns claim to be the same.
    """
    decided = _decided(names, sheet, mapping)
    found = {ours: place for place, ours in decided.items() if ours != IGNORED}
    taken = set(decided)
    for place, sense in _by_rank(names, sheet):
        if place in taken or sense.column in found:
            continue
        if sense.column == _EITHER:
            ours = _debtor(found, sheet, codes=codes(place))
            if ours:
                found[ours] = place
                taken.add(place)
            continue
        found[sense.column] = place
        taken.add(place)
    _check_single(names, found, decided)
    return found


def check_complete(file: str, names: Sequence[str], sheet: Sheet, found: Iterable[str]) -> None:
    """Refuse a file without the columns that its kind needs, naming both sides."""
    have = set(found)
    missing = [ours for ours in sheet.required if ours not in have]
    if sheet.either and not have.intersection(sheet.either):
        missing.append(" or ".join(sheet.either))
    if missing:
        raise RefusedError(
            f"{file} has no column for {', '.join(missing)}; its columns are "
            f'{", ".join(names)}: say which is which in a mapping, as "{names[0]}" = "{missing[0]}"'
        )


def continental(names: Sequence[str], sheet: Sheet, found: Mapping[str, int]) -> bool:
    """Say whether some column bears a name that only languages other than English use."""
    return any(
        sense.column in {ours, _EITHER} and sense.languages and "en" not in sense.languages
        for ours, place in found.items()
        for sense in _senses(names[place], sheet)
    )


def _senses(name: str, sheet: Sheet) -> list[Sense]:
    """Return what a name can mean on a sheet, the likeliest first."""
    spelling = key(name)
    own = [
        Sense(ours, -2 if name.strip().casefold() == ours else -1, frozenset())
        for ours in sheet.columns
        if key(ours) == spelling and spelling
    ]
    known = [
        sense
        for sense in columns(sheet.name).get(spelling, ())
        if sense.column in sheet.columns or sense.column == _EITHER
    ]
    return sorted([*own, *known], key=lambda sense: (sense.rank, sense.column))


def _by_rank(names: Sequence[str], sheet: Sheet) -> Iterator[tuple[int, Sense]]:
    """Yield places with what they can mean; what depends on the others comes last."""
    found = [(place, sense) for place, name in enumerate(names) for sense in _senses(name, sheet)]
    yield from sorted(found, key=lambda pair: (pair[1].column == _EITHER, pair[1].rank, pair[0]))


def _debtor(found: Mapping[str, int], sheet: Sheet, *, codes: bool) -> str:
    """Return what a column called *customer* holds, given the columns beside it."""
    free = [ours for ours in ("debtor", "debtor_name") if ours in sheet.columns - set(found)]
    if len(free) > 1:
        return "debtor" if codes else "debtor_name"
    return free[0] if free else ""


def _decided(names: Sequence[str], sheet: Sheet, mapping: Mapping[str, str]) -> dict[int, str]:
    decided: dict[int, str] = {}
    for name, ours in mapping.items():
        if ours != IGNORED and ours not in sheet.columns:
            known = ", ".join(sorted(sheet.columns))
            raise RefusedError(f"the mapping names {ours!r}, which is none of {known}")
        place = next((at for at, own in enumerate(names) if own == name), None)
        if place is None:
            place = next((at for at, own in enumerate(names) if key(own) == key(name)), None)
        if place is None:
            raise RefusedError(
                f"the mapping names the column {name!r}, but the file has {', '.join(names)}"
            )
        if ours != IGNORED and ours in decided.values():
            raise RefusedError(f"the mapping names two columns as {ours!r}: leave one")
        decided[place] = ours
    return decided


def _check_single(
    names: Sequence[str], found: Mapping[str, int], decided: Mapping[int, str]
) -> None:
    for ours, place in found.items():
        twin = f"{names[place]} (2)"
        if ours in _SINGLE and place not in decided and twin in names:
            if names.index(twin) in decided:
                continue
            raise RefusedError(
                f"the file has two columns {names[place]!r}: say in a mapping which one is "
                f"{ours!r}; the second is called {twin!r} there"
            )
