"""How long each kind of step may take."""

from datetime import timedelta
from typing import Final, TypedDict

from temporalio.common import RetryPolicy
from temporalio.exceptions import ActivityError, ApplicationError
from temporalio.exceptions import TimeoutError as OutOfTimeError

#: How a step that failed reaches its workflow: a local one comes without its envelope, and
#: when it ran out of time it comes bare at a replay although it did not when it was lived.
FAILED: Final = (ActivityError, ApplicationError, OutOfTimeError)


class Local(TypedDict):
    """Options of a local activity."""

    schedule_to_close_timeout: timedelta
    start_to_close_timeout: timedelta
    local_retry_threshold: timedelta
    retry_policy: RetryPolicy


#: One transaction of our own books: two attempts within six seconds, then a durable timer.
OURS: Final[Local] = {
    "schedule_to_close_timeout": timedelta(seconds=6),
    "start_to_close_timeout": timedelta(seconds=6),
    "local_retry_threshold": timedelta(seconds=5),
    "retry_policy": RetryPolicy(initial_interval=timedelta(milliseconds=200), maximum_attempts=2),
}

#: One attempt to hand a notice over; longer than any channel's own deadline.
ATTEMPT: Final = timedelta(seconds=135)

#: Between attempts: the outside recovers in seconds or in minutes.
DELIVERY: Final = RetryPolicy(
    initial_interval=timedelta(seconds=2),
    backoff_coefficient=2,
    maximum_interval=timedelta(minutes=5),
)

#: Without one for so long, whoever does a long piece of work is taken for dead.
SIGN_OF_LIFE: Final = timedelta(seconds=30)

#: While the books do not answer: the first pause and the longest.
PAUSE: Final = timedelta(seconds=30)
LONGEST_PAUSE: Final = timedelta(minutes=10)


#: Steps in a row without a pause; more means that something keeps changing.
IN_A_ROW: Final = 10


def rest(steps: int, share: float) -> timedelta:
    """Return how long to wait after so many steps in a row: nothing at first, then longer.

    >>> rest(9, 0.0), rest(10, 0.0), rest(11, 0.0)
    (datetime.timedelta(0), datetime.timedelta(seconds=30), datetime.timedelta(seconds=60))
    """
    return timedelta(0) if steps < IN_A_ROW else pause(steps - IN_A_ROW + 1, share)


def pause(failures: int, share: float) -> timedelta:
    """Return how long to wait after so many failures in a row; ``share`` in [0, 1) jitters.

    >>> pause(1, 0.0), pause(99, 0.0)
    (datetime.timedelta(seconds=30), datetime.timedelta(seconds=600))
    """
    base = min(PAUSE * 2 ** min(failures - 1, 10), LONGEST_PAUSE)
    jittered: timedelta = base * (1 + share / 4)
    return jittered
