"""How long a credit may keep a debtor from being written to before somebody is told: rule 17."""

from datetime import date, timedelta
from typing import Final

from models.chasing.case import Case
from models.chasing.placing import step
from models.chasing.policy import Policy
from models.ledger.debtor import Debtor

#: Working days after a level's own place for which its silence is nobody's task.
BORNE: Final = 5


def told_on(case: Case, policy: Policy, debtor: Debtor) -> date | None:
    """Return the working day on which a silenced level becomes somebody's task.

    Counted from the level's own place, not from the day on which the credit was seen.
    """
    following = step(case, policy, debtor)
    if following is None:
        return None
    days = policy.working_days
    return days.first(days.after(following.day, BORNE) + timedelta(days=1))
