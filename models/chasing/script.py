"""A story as a file: one JSON object a line."""

import json
from collections.abc import Iterator
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from models.chasing.story import EVENTS, StoryEvent
from models.errors import RefusedError

_SUCH: Final = '{"on": "2026-03-10", "event": "payment", "invoice": "F-1"}'
_KEYS: Final = frozenset(
    {
        "on",
        "event",
        "invoice",
        "invoices",
        "debtor",
        "creditor",
        "amount",
        "currency",
        "by",
        "until",
        "reason",
        "outcome",
        "parts",
        "level",
        "accepted",
        "actor",
        "text",
        "channel",
        "comment",
    }
)


def told(text: str, name: str) -> list[StoryEvent]:
    """Return the events of a story's lines, by day and then in order; ``name`` is the file's.

    Raises:
        RefusedError: names file and line, and what a line must be.
    """
    return sorted(_events(name, text), key=lambda event: (event.on, event.line))


def _events(name: str, text: str) -> Iterator[StoryEvent]:
    for number, line in enumerate(text.splitlines(), 1):
        if line.strip():
            try:
                yield parsed(number, json.loads(line))
            except ValueError as wrong:
                message = f"{name}, line {number}: this is not JSON; write {_SUCH}"
                raise RefusedError(message) from wrong
            except RefusedError as wrong:
                message = f"{name}, line {number}: {wrong}"
                raise RefusedError(message) from wrong


def parsed(line: int, said: Any) -> StoryEvent:  # noqa: ANN401  whatever JSON may say
    """Return the event that one JSON object says.

    Raises:
        RefusedError: a key is missing, or of the wrong kind.
    """
    if not isinstance(said, dict):
        message = f"{said!r} is not an object such as {_SUCH}"
        raise RefusedError(message)
    said = {key: value for key, value in said.items() if value not in (None, "")}
    event = str(said.get("event", "")).casefold().replace("_", "-")
    if event not in EVENTS:
        message = f"event {event!r} is not one of {', '.join(EVENTS)}"
        raise RefusedError(message)
    invoices = (said["invoice"],) if "invoice" in said else said.get("invoices", ())
    if not isinstance(invoices, list | tuple):
        message = f"invoices = {invoices!r} is not a list of numbers"
        raise RefusedError(message)
    person = _person(said)
    return StoryEvent(
        line=line,
        on=_day(said, "on", required=True) or date.min,
        event=event,
        invoices=tuple(str(number) for number in invoices),
        debtor=str(said.get("debtor", "")),
        creditor=str(said.get("creditor", "")),
        amount=_amount(said),
        currency=str(said.get("currency", "")),
        by=None if person else _day(said, "by"),
        until=_day(said, "until"),
        reason=str(said.get("reason", said.get("text", ""))),
        outcome=_word(said.get("outcome", said.get("channel", ""))),
        parts=_parts(said),
        level=str(said.get("level", "")),
        accepted=bool(said.get("accepted", False)),
        actor=str(said.get("actor", person or "story")),
        unknown=tuple(sorted(set(said) - _KEYS)),
    )


def _person(said: dict[str, Any]) -> str:
    """Return whom ``by`` names: somebody who did it, where it is not the day of a promise."""
    by = said.get("by")
    if said.get("event") == "promise" or not isinstance(by, str) or by[:1].isdigit():
        return ""
    return by


def _word(given: object) -> str:
    """Return an outcome as the table of outcomes spells it.

    >>> _word("No answer"), _word("in_part")
    ('no-answer', 'in-part')
    """
    return "-".join(str(given).casefold().replace("_", " ").split())


def _amount(said: dict[str, Any]) -> str:
    """Return an amount as a decimal string of major units."""
    amount = str(said.get("amount", ""))
    try:
        Decimal(amount or "0")
    except InvalidOperation as wrong:
        message = f"amount = {amount!r} is not a decimal number such as 1200.50"
        raise RefusedError(message) from wrong
    return amount


def _parts(said: dict[str, Any]) -> tuple[tuple[date, str], ...]:
    parts = said.get("parts", ())
    if not isinstance(parts, list | tuple) or not all(isinstance(part, dict) for part in parts):
        message = f'parts = {parts!r} is not a list such as [{{"by": "2026-03-10"}}]'
        raise RefusedError(message)
    return tuple((_day(part, "by", required=True) or date.min, _amount(part)) for part in parts)


def _day(said: dict[str, Any], key: str, *, required: bool = False) -> date | None:
    value = said.get(key)
    if value is None:
        if required:
            message = f"{key!r} is missing: a day such as 2026-03-10"
            raise RefusedError(message)
        return None
    try:
        return date.fromisoformat(str(value))
    except ValueError as wrong:
        message = f"{key} = {value!r} is not a day such as 2026-03-10"
        raise RefusedError(message) from wrong
