"""What is wrong in a file people write: the key, its value, what is allowed."""

from pydantic_core import ErrorDetails


def explained(error: ErrorDetails) -> str:
    """Return one validation error as a sentence: key, value, what is allowed."""
    where = ".".join(
        str(part + 1) if isinstance(part, int) else str(part)
        for part in error["loc"]
        if not str(part).startswith(("literal[", "Above", "function-"))
    )
    said = error["msg"].removeprefix("Value error, ")
    if error["type"] == "extra_forbidden":
        return f"{where} is not a key of this file"
    if error["type"] == "missing":
        return f"{where} is missing"
    if not where:
        return str(said)
    return f"{where} = {error['input']!r}: {said}"
