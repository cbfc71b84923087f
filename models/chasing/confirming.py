"""Whether an answer is still true when its slot comes."""

from collections.abc import Collection
from datetime import date

from models.chasing.case import Case
from models.chasing.notice import Line, NoticeKind


def still(case: Case, line: Line, kind: NoticeKind, days: Collection[date]) -> bool:
    """Say whether a line of an answer is as true as when it was written.

    A word that was taken back or replaced, or a dispute settled since, is not confirmed.

    Args:
        case: of the line's invoice, closed or not.
        line: as it was written.
        kind: of the answer.
        days: those of the instalments that it states.
    """
    if case.open != line.open:
        return False
    match kind:
        case NoticeKind.PROMISE_CONFIRMED:
            given = {by for promise in case.promises if promise.pauses for by, _ in promise.parts}
            return bool(given.intersection(days))
        case NoticeKind.DISPUTE_CONFIRMED:
            return case.disputed >= line.amount
        case _:
            return True
