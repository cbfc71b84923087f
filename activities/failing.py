"""How the engine's errors reach Temporal: what is refused is never retried."""

import traceback
from collections.abc import Awaitable, Callable
from functools import wraps
from typing import ParamSpec, TypeVar

import structlog
from temporalio.exceptions import ApplicationError

from models.errors import RefusedError, RelanceError

_log = structlog.get_logger(__name__)

P = ParamSpec("P")
R = TypeVar("R")


def plainly(work: Callable[P, Awaitable[R]]) -> Callable[P, Awaitable[R]]:
    """Let an activity raise the engine's own errors; their sentences carry no personal data.

    Anything else is a defect whose text may hold data: only its type is passed on.
    """

    @wraps(work)
    async def plain(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return await work(*args, **kwargs)
        except ApplicationError:
            raise
        except RefusedError as refused:
            kind = type(refused).__name__
            raise ApplicationError(str(refused), type=kind, non_retryable=True) from None
        except RelanceError as failed:
            raise ApplicationError(str(failed), type=type(failed).__name__) from None
        except Exception as defect:  # noqa: BLE001  its text may hold personal data
            kind = type(defect).__name__
            _log.error("a defect", error=kind, at=_place(defect))
            sentence = f"a defect ({kind}): see the worker's log"
            raise ApplicationError(sentence, type=kind) from None

    return plain


def _place(defect: Exception) -> str:
    """Return where a defect was raised: file and line, without its text."""
    frames = traceback.extract_tb(defect.__traceback__)[-3:]
    return " < ".join(
        f"{frame.filename.rpartition('/')[2]}:{frame.lineno}" for frame in frames[::-1]
    )
