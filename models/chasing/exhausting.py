"""When every level has been said: a person decides, and is asked again every month."""

from datetime import date, timedelta
from typing import Final

from models.chasing.case import Case

#: An exhausted case is shown to its manager this often.
EVERY: Final = timedelta(days=30)


def asked_on(case: Case, today: date) -> date:
    """Return the day for which its manager was asked last; ahead while a deadline runs.

    Counted from the day on which its last level was said or passed over, or the deadline
    that level gave, so that no look in between puts the next month off.
    """
    days = [case.entered_on, *(on for _, on in case.passed)]
    if case.said:
        days += [case.said[-1].on, case.said[-1].deadline or case.said[-1].on]
    first = max(days)
    return first + max(0, (today - first) // EVERY) * EVERY


def asked_again_on(case: Case, today: date) -> date:
    """Return the day on which its manager is asked next."""
    last = asked_on(case, today)
    return last if last > today else last + EVERY
