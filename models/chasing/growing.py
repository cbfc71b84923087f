"""What every event does to a case: it makes another one, and is counted."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from models.chasing.case import Case

#: By kind of event, the function from a case to the case after it.
Growth = dict[str, Callable[[Case, Any], Case]]


def grown(case: Case, **changes: object) -> Case:
    """Return a case after one more event, with some fields changed."""
    return replace(case, count=case.count + 1, **changes)  # type: ignore[arg-type]
