"""What is wrong in a file people write: the key, its value, what is allowed."""

from collections.abc import Iterator, Sequence
from typing import Any, Final, get_args

from pydantic import BaseModel
from pydantic_core import ErrorDetails

#: What to write where the type of a value is wrong, by pydantic's name for that.
_INSTEAD: Final = {
    "tuple_type": 'a list, such as ["accounting"]',
    "string_type": "a text in quotes",
    "int_type": "a whole number",
    "int_parsing": "a whole number",
    "bool_type": "true or false",
    "bool_parsing": "true or false",
    "time_parsing": "a time of day, such as 09:00:00",
}
_APPROVAL: Final = 'use "never", "always" or { above = { EUR = "5000.00" } }'


def explained(error: ErrorDetails, file: type[BaseModel]) -> str:
    """Return one validation error of a file as a sentence: key, value, what is allowed."""
    path = [
        part + 1 if isinstance(part, int) else part
        for part in error["loc"]
        if not str(part).startswith(("literal[", "Above", "function-"))
    ]
    where = ".".join(map(str, path))
    said = error["msg"].removeprefix("Value error, ")
    kind = error["type"]
    if kind == "extra_forbidden":
        known = ", ".join(_keys(file, [part for part in path[:-1] if isinstance(part, str)]))
        listed = f"; known are {known}" if known else ""
        return f"{where} = {_shown(error['input'])} is not a key of this file{listed}"
    if kind == "missing":
        return f"{where} is missing"
    if "approval" in path:
        return f"{where} = {_shown(error['input'])}: {_APPROVAL}"
    if kind in _INSTEAD:
        return f"{where} = {_shown(error['input'])}: write {_INSTEAD[kind]}"
    if not where or isinstance(error["input"], dict):
        return str(said)
    return f"{where} = {_shown(error['input'])}: {said}"


def _keys(table: type[BaseModel], path: Sequence[str]) -> Iterator[str]:
    """Yield the keys of a table within a table, as files write them."""
    for name, field in table.model_fields.items():
        key = field.alias or name
        if not path:
            yield key
        elif key == path[0]:
            for inner in _tables(field.annotation):
                yield from _keys(inner, path[1:])


def _tables(annotation: Any) -> Iterator[type[BaseModel]]:  # noqa: ANN401  any annotation
    """Yield the tables that an annotation speaks of."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for argument in get_args(annotation):
        yield from _tables(argument)


def _shown(value: Any) -> str:  # noqa: ANN401  whatever a file may say
    """Return a value as the file has it, as far as a line shows it."""
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:60]}..."  # noqa: PLR2004  a line's worth
