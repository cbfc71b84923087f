"""Stories by day: how a scenario file is read, and how what was told is compared with it.

A scenario is a Markdown file: a title that is a rule in one sentence, some prose, and fenced
blocks. Whoever tells it (the rehearsal, or real workflows) takes a :class:`Scenario`, plays
it, and hands :func:`differences` the JSON lines that DESIGN section 8 describes.

======== ================================================================================
block    contents
======== ================================================================================
play     ``rule:``, ``from:`` and ``until:`` (both days inclusive), one a line
policy   name of a shipped policy on its first line, then TOML that changes keys of it; or
         a whole policy in TOML. May come more than once: the first is the one of rows that
         name none
ledger   open items as CSV, in the columns of DESIGN section 8
contacts further contacts as CSV (may be missing)
debtors  what no ledger says of a debtor, as TOML tables by its code (may be missing)
story    what happens, one JSON object a line (may be missing: then nothing does)
refused  per order that the rules refuse: its line in the story, a colon, words of the refusal
timeline what is said, as a table with ``|`` between cells: ``on, debtor, channel, level,
         invoices, amount, currency, also open``, and ``at`` or ``beside`` where they matter
end      how each invoice stands at the end: ``invoice, state, open, level, blockers``, and
         ``next`` where it matters
======== ================================================================================

A story speaks as DESIGN section 8 says, and besides: ``books`` with ``until`` and a source as
``reason`` says the last day its books cover (before the first, all are fresh); a ``reversal`` of
a direct debit says that the bank took it back; a ``release`` of a debtor also takes back an
``insolvency``, which reaches every creditor by the debtor's code or its ``legal_id``.

Days carry their weekday, which is checked. An invoice is written with its level in brackets
where that differs from the level of the notice. A dash is nothing.
"""

import csv
import difflib
import json
import re
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from io import StringIO
from pathlib import Path
from typing import Any

from channels.intake.csv_ledger import connect
from models.chasing import policy as policies
from models.chasing import script
from models.chasing.policy import Policy
from models.chasing.story import StoryEvent
from models.errors import PolicyError, RefusedError
from models.ledger.entries import ContactRow, ItemRow, Reject
from models.policies import shipped
from models.ports import Locale

#: Where the scenario files are.
FOLDER = Path(__file__).parent
#: Files that are scenarios begin with the number of their rule.
PATTERN = "[0-9]*.md"

_BLOCKS = frozenset(
    {"play", "policy", "ledger", "contacts", "debtors", "story", "refused", "timeline", "end"}
)
_TIMELINE = ("on", "debtor", "channel", "level", "invoices", "amount", "currency", "also open")
_END = ("invoice", "state", "open", "level", "blockers")
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_LOCALE = Locale(encoding="utf-8", separator=",", decimal=".", dates="ymd")
_ISO = re.compile(r"\d{4}-\d\d-\d\d")
_ITEM = re.compile(r"(\S+)(?: \((\S+)\))?")


class UntoldError(Exception):
    """A scenario file is not as it must be; names file and line."""


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block; ``line`` is that of its first line of contents."""

    name: str
    line: int
    lines: tuple[str, ...]

    @property
    def text(self) -> str:
        """The contents as one text."""
        return "".join(f"{line}\n" for line in self.lines)

    def told(self) -> Iterator[tuple[int, str]]:
        """Yield the lines that say something, with their line in the file."""
        for number, line in enumerate(self.lines, self.line):
            if line.strip():
                yield number, line


@dataclass(frozen=True, slots=True)
class Table:
    """An expected table: its columns, and its rows as they are compared."""

    columns: tuple[str, ...] = ()
    rows: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Scenario:
    """A story with what should come of it.

    Attributes:
        rule: the rule of chasing it tells of.
        policies: by name; the first is the one of rows that name none.
        ledger: CSV text; ``contacts`` as well, empty when there is none.
        debtors: facts of a debtor that no ledger carries, by its code.
        story: events in file order; their ``line`` counts within the block, from 1.
        since: first day played; ``until`` the last.
        refused: line in the story and words of the refusal.
    """

    path: Path
    title: str
    prose: str
    rule: int
    since: date
    until: date
    policies: Mapping[str, Policy]
    ledger: str
    contacts: str = ""
    debtors: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    story: tuple[StoryEvent, ...] = ()
    refused: tuple[tuple[int, str], ...] = ()
    timeline: Table = field(default_factory=Table)
    end: Table = field(default_factory=Table)

    @property
    def policy(self) -> Policy:
        """The policy of rows that name none."""
        return next(iter(self.policies.values()))

    def policy_of(self, row: ItemRow) -> Policy:
        """Return the policy a row is chased under."""
        return self.policies[row.policy] if row.policy else self.policy

    def items(self, folder: Path) -> list[ItemRow | Reject]:
        """Return the ledger's rows, read by the reader of CSV files from ``folder``."""
        return list(connect().items(_written(folder / "ledger.csv", self.ledger), _LOCALE))

    def people(self, folder: Path) -> list[ContactRow | Reject]:
        """Return the contacts' rows; see :meth:`items`."""
        if not self.contacts:
            return []
        return list(connect().contacts(_written(folder / "contacts.csv", self.contacts), _LOCALE))


def paths() -> list[Path]:
    """Return all scenario files, in the order of their rules."""
    return sorted(FOLDER.glob(PATTERN))


def read(path: Path) -> Scenario:
    """Return the scenario of a file.

    Raises:
        UntoldError: names file and line, and what is wrong there.
    """
    title, prose, blocks = _blocks(path)
    play = _play(path, _one(path, blocks, "play"))
    events = _story(path, blocks.get("story", ()))
    return Scenario(
        path=path,
        title=title,
        prose=prose,
        rule=int(play["rule"]),
        since=_iso(path, 1, play["from"]),
        until=_iso(path, 1, play["until"]),
        policies=_policies(path, blocks.get("policy", ())),
        ledger=_csv(path, _one(path, blocks, "ledger")),
        contacts=_csv(path, blocks["contacts"][0]) if "contacts" in blocks else "",
        debtors=_debtors(path, blocks.get("debtors", ())),
        story=tuple(events),
        refused=_refused(path, blocks.get("refused", ())),
        timeline=_table(path, _one(path, blocks, "timeline"), _TIMELINE),
        end=_table(path, _one(path, blocks, "end"), _END),
    )


# --- what was told, and how it differs ----------------------------------------------------------


def contact_row(said: Mapping[str, Any], columns: Sequence[str]) -> str:
    """Return a JSON line about a contact or an answer as a row of the timeline."""
    levels = said["levels"]
    items = [
        number
        if levels.get(number, said["level"]) == said["level"]
        else f"{number} ({levels[number]})"
        for number in said["invoices"]
    ]
    cells = {
        "on": _with_weekday(date.fromisoformat(said["on"])),
        "at": said["at"][11:16],
        "debtor": said["debtor"],
        "channel": said["channel"],
        "level": said["level"],
        "invoices": ", ".join(items),
        "amount": said["amount"],
        "currency": said["currency"],
        "also open": ", ".join(said["also_open"]),
        "beside": ", ".join(said.get("beside", ())),
    }
    return _row(cells, columns)


def end_row(stands: Mapping[str, Any], columns: Sequence[str]) -> str:
    """Return a JSON line about an invoice as a row of the end."""
    next_on = stands["next_on"]
    cells = {
        "invoice": stands["invoice"],
        "state": stands["state"],
        "open": f"{stands['open']} {stands['currency']}",
        "level": stands["level"] or "",
        "blockers": ", ".join(stands["blockers"]),
        "next": _with_weekday(date.fromisoformat(next_on)) if next_on else "",
    }
    return _row(cells, columns)


def differences(
    scenario: Scenario,
    said: Iterable[Mapping[str, Any]],
    stands: Iterable[Mapping[str, Any]],
    refused: Sequence[str] = (),
) -> str:
    """Return how what was told differs from what the scenario expects; empty for not at all.

    Args:
        scenario: what should have happened.
        said: JSON lines about contacts and answers, in time order.
        stands: JSON lines about invoices, in any order.
        refused: what was refused, as ``line N: sentence``, in order of the story.
    """
    told = [contact_row(line, scenario.timeline.columns) for line in said]
    ended = sorted(end_row(line, scenario.end.columns) for line in stands)
    expected = [f"line {line}: {words}" for line, words in scenario.refused]
    shown = [
        f"line {line}: {words}"
        if any(one.startswith(f"line {line}:") and words in one for one in refused)
        else f"line {line}: taken"
        for line, words in scenario.refused
    ]
    lines = {line for line, _ in scenario.refused}
    shown += [one for one in refused if int(one.split()[1].rstrip(":")) not in lines]
    return "\n".join(
        [
            *_diff("timeline", *(_by_day(rows) for rows in (scenario.timeline.rows, told))),
            *_diff("end", sorted(scenario.end.rows), ended),
            *_diff("refused", expected, shown),
        ]
    )


def _by_day(rows: Iterable[str]) -> list[str]:
    """Return rows by day; what leaves on one day has no order that a story could rely on."""
    return sorted(rows, key=lambda row: (_ISO.findall(row)[0], row))


def _diff(name: str, expected: Sequence[str], told: Sequence[str]) -> list[str]:
    if list(expected) == list(told):
        return []
    found = difflib.unified_diff(
        list(expected), list(told), f"{name} expected", f"{name} told", lineterm="", n=20
    )
    return [*found, ""]


def _row(cells: Mapping[str, str], columns: Sequence[str]) -> str:
    return " | ".join(cells[column] or "-" for column in columns)


def _with_weekday(day: date) -> str:
    return f"{_DAYS[day.weekday()]} {day.isoformat()}"


# --- reading ------------------------------------------------------------------------------------


def _wrong(path: Path, line: int, why: str) -> UntoldError:
    return UntoldError(f"{path.name}, line {line}: {why}")


def _blocks(path: Path) -> tuple[str, str, dict[str, list[Block]]]:
    lines = path.read_text("utf-8").splitlines()
    if not lines or not lines[0].startswith("# "):
        raise _wrong(path, 1, "a scenario begins with '# ' and its rule in one sentence")
    prose: list[str] = []
    blocks: dict[str, list[Block]] = {}
    name, start = "", 0
    for number, line in enumerate(lines[1:], 2):
        if line.startswith("```"):
            if name:
                block = Block(name, start, tuple(lines[start - 1 : number - 1]))
                blocks.setdefault(name, []).append(block)
                name = ""
                continue
            name, start = line[3:].strip(), number + 1
            if name not in _BLOCKS:
                raise _wrong(path, number, f"{name!r} is not one of {', '.join(sorted(_BLOCKS))}")
        elif not name:
            prose.append(line)
    if name:
        raise _wrong(path, start, f"the block {name!r} does not end")
    return lines[0][2:].strip(), "\n".join(prose).strip(), blocks


def _one(path: Path, blocks: Mapping[str, Sequence[Block]], name: str) -> Block:
    found = blocks.get(name, ())
    if len(found) != 1:
        line = found[1].line if found else 1
        raise _wrong(path, line, f"a scenario has one block {name!r}, not {len(found)}")
    return found[0]


def _play(path: Path, block: Block) -> dict[str, str]:
    said = {}
    for number, line in block.told():
        key, colon, value = line.partition(":")
        if not colon:
            raise _wrong(path, number, f"{line!r} is not such as 'from: 2031-03-03'")
        said[key.strip()] = value.strip()
    missing = {"rule", "from", "until"} - set(said)
    if missing:
        raise _wrong(path, block.line, f"{', '.join(sorted(missing))} is missing")
    return said


def _iso(path: Path, line: int, text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as wrong:
        raise _wrong(path, line, f"{text!r} is not a day such as 2031-03-03") from wrong


def _policies(path: Path, blocks: Sequence[Block]) -> dict[str, Policy]:
    if not blocks:
        raise _wrong(path, 1, "a scenario needs a block 'policy'")
    found = {}
    for block in blocks:
        try:
            policy = _policy(block)
        except (PolicyError, ValueError) as wrong:
            raise _wrong(path, block.line, str(wrong)) from wrong
        found[policy.name] = policy
    return found


def _policy(block: Block) -> Policy:
    first, _, changes = block.text.partition("\n")
    if not re.fullmatch(r"[a-z0-9-]+", first.strip()):
        return policies.parsed(block.text, "policy")
    known = shipped()
    if first.strip() not in known:
        message = f"no policy {first.strip()!r} is shipped; there are {', '.join(sorted(known))}"
        raise PolicyError(message)
    policy = known[first.strip()]
    changed = tomllib.loads(changes)
    if not changed:
        return policy
    # Another policy than the shipped one must not go by its name.
    named = {"name": f"{policy.name}-as-told", **changed}
    return Policy.model_validate({**policy.as_text(), **named})


def _csv(path: Path, block: Block) -> str:
    rows = list(csv.reader(StringIO(block.text), strict=True))
    for number, row in enumerate(rows, block.line):
        if len(row) != len(rows[0]):
            raise _wrong(path, number, f"has {len(row)} cells, its header {len(rows[0])}")
    return block.text


def _debtors(path: Path, blocks: Sequence[Block]) -> dict[str, dict[str, Any]]:
    try:
        return tomllib.loads(blocks[0].text) if blocks else {}
    except tomllib.TOMLDecodeError as wrong:
        raise _wrong(path, blocks[0].line, str(wrong)) from wrong


def _story(path: Path, blocks: Sequence[Block]) -> Iterator[StoryEvent]:
    for block in blocks:
        for number, line in block.told():
            try:
                yield script.parsed(number - block.line + 1, json.loads(line))
            except (ValueError, RefusedError) as wrong:
                raise _wrong(path, number, str(wrong)) from wrong


def _refused(path: Path, blocks: Sequence[Block]) -> tuple[tuple[int, str], ...]:
    found = []
    for block in blocks:
        for number, line in block.told():
            place, colon, words = line.partition(":")
            if not colon or not place.strip().isdigit():
                raise _wrong(path, number, f"{line!r} is not such as '3: is paid'")
            found.append((int(place), words.strip()))
    return tuple(found)


def _table(path: Path, block: Block, required: Sequence[str]) -> Table:
    lines = list(block.told())
    if not lines:
        raise _wrong(path, block.line, f"a table needs its header: {' | '.join(required)}")
    columns = _cells(lines[0][1])
    wrong = [column for column in required if column not in columns]
    if wrong:
        raise _wrong(path, lines[0][0], f"the table has no column {', '.join(wrong)}")
    unknown = set(columns) - {*required, "at", "beside", "next"}
    if unknown:
        raise _wrong(path, lines[0][0], f"{', '.join(sorted(unknown))} is no column")
    checks: dict[str, Callable[[str], bool]] = {"on": _dated, "next": _dated, "invoices": _listed}
    rows = []
    for number, line in lines[1:]:
        cells = _cells(line)
        if len(cells) != len(columns):
            raise _wrong(path, number, f"has {len(cells)} cells, its header {len(columns)}")
        for column, cell in zip(columns, cells, strict=True):
            if cell != "-" and not checks.get(column, bool)(cell):
                raise _wrong(path, number, f"{column} = {cell!r} cannot be")
        rows.append(" | ".join(cells))
    return Table(columns, tuple(rows))


def _cells(line: str) -> tuple[str, ...]:
    return tuple(cell.strip() for cell in line.split("|"))


def _dated(cell: str) -> bool:
    """Say whether a cell is a day with its right weekday."""
    try:
        return _with_weekday(date.fromisoformat(cell[4:])) == cell
    except ValueError:
        return False


def _listed(cell: str) -> bool:
    return all(_ITEM.fullmatch(item) for item in cell.split(", "))


def _written(path: Path, text: str) -> Path:
    path.write_text(text, "utf-8")
    return path
