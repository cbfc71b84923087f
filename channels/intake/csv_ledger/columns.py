"""Which column of a file is which of ours."""

import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from channels.intake.csv_ledger.forms import IGNORED, Sheet
from channels.intake.csv_ledger.senses import by_rank, called, meant, senses
from channels.intake.csv_ledger.vocabulary import balance, gross, key, sided, spellings
from models.errors import RefusedError

#: Taking the wrong one of two such columns would go unseen and cost money.
_SINGLE: Final = frozenset({"number", "due", "amount", "open", "currency", "on"})


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
        found.update(sense.column for sense in senses(cell, sheet)[:1])
    return len(found - {IGNORED})


def places(
    names: Sequence[str],
    sheet: Sheet,
    mapping: Mapping[str, str],
    cells: Callable[[int], Sequence[str]],
) -> dict[str, int]:
    """Return where each of our columns stands in a file.

    A mapping wins over our own names, these over known names, the more telling over the
    less. No column of the file is used twice, but that an open amount stands for the amount
    where the file has no other.

    Args:
        names: the file's columns, from :func:`named`.
        sheet: what kind of file it is.
        mapping: names in the file to ours, or to :data:`IGNORED`.
        cells: the first cells of a column.

    Raises:
        RefusedError: the mapping does not fit, or two columns claim to be the same.
    """
    decided = _decided(names, sheet, mapping)
    found = {ours: place for place, ours in decided.items() if ours != IGNORED}
    taken = set(decided)
    for place, sense in by_rank(names, sheet):
        ours = meant(sense.column, found, sheet, cells(place)) if place not in taken else ""
        if ours and ours not in found:
            found[ours] = place
            taken.add(place)
    _check_single(names, sheet, found, decided)
    if "amount" not in found and _stands_in(names, found, decided):
        found["amount"] = found["open"]
    return found


def ignored(names: Sequence[str], mapping: Mapping[str, str]) -> set[int]:
    """Return the places of the columns that a mapping leaves out."""
    left = {name for name, ours in mapping.items() if ours == IGNORED}
    keys = {key(name) for name in left}
    return {place for place, name in enumerate(names) if name in left or key(name) in keys}


def check_complete(file: str, names: Sequence[str], sheet: Sheet, found: Mapping[str, int]) -> None:
    """Refuse a file without the columns that its kind needs, naming both sides."""
    missing = [ours for ours in sheet.required if ours not in found]
    if sheet.either and not set(found).intersection(sheet.either):
        missing.append(" or ".join(sheet.either))
    if not missing:
        return
    free = [name for place, name in enumerate(names) if place not in found.values()]
    remedy = "each of them says something else, so export the ledger with what is missing"
    if free:
        line = f'{json.dumps(free[0], ensure_ascii=False)} = "{missing[0].split()[0]}"'
        remedy = f"say which is which in a mapping, under [columns] with lines such as {line}"
    raise RefusedError(
        f"{file} has no column for {', '.join(missing)}; its columns are "
        f"{', '.join(names)}: {remedy}"
    )


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


def _stands_in(names: Sequence[str], found: Mapping[str, int], decided: Mapping[int, str]) -> bool:
    """Say whether the open amount can stand for the amount: the balance of an account cannot."""
    if "open" not in found:
        return False
    account = balance(names[found["open"]]) and any(map(sided, names))
    return found["open"] in decided or not account


def _check_single(
    names: Sequence[str], sheet: Sheet, found: Mapping[str, int], decided: Mapping[int, str]
) -> None:
    """Refuse to guess between columns of which another is called the same."""
    free = [name for at, name in enumerate(names) if at not in {*decided, *found.values()}]
    for ours, place in found.items():
        if ours not in _SINGLE or place in decided:
            continue
        twin = next((name for name in free if _same(names[place], name, ours, sheet)), None)
        if twin is not None:
            raise RefusedError(
                f"the file has two columns {names[place]!r} and {twin!r}: say in a mapping "
                f'which one is "{ours}", and leave out the other as ""'
            )


def _same(taken: str, other: str, ours: str, sheet: Sheet) -> bool:
    """Say whether a column could as well have been taken; beside a gross amount one may be net."""
    if other.startswith(f"{taken} ("):
        rest = other.removeprefix(f"{taken} (").removesuffix(")")
        if rest.isdecimal():
            return rest == "2"
    mine, its = called(taken, ours, sheet), called(other, ours, sheet)
    return its == mine or (gross(other) and not gross(taken) and mine[-1] in spellings(other))
