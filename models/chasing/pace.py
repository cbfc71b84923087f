"""How often one debtor is contacted, across invoices, policies and currencies."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from models.chasing.policy import Policy

#: Contacts older than this change nothing: no gap or week reaches back further.
MEMORY = timedelta(days=100)


@dataclass(frozen=True, slots=True)
class Pace:
    """A debtor's contacts: the days that count, and the last legal one."""

    days: tuple[date, ...] = ()
    legal_on: date | None = None

    def contacted(self, day: date, *, legal: bool) -> "Pace":
        """Return the pace after a contact."""
        return Pace((*self.days, day), day if legal else self.legal_on)

    def without(self, day: date) -> "Pace":
        """Return the pace as if one contact of a day had not reached anybody."""
        if day not in self.days:
            return self
        days = list(self.days)
        days.remove(day)
        return replace(self, days=tuple(days))


def earliest(pace: Pace, policies: Sequence[Policy], today: date, *, legal: bool) -> date:
    """Return the first day, from today on, on which the debtor may be contacted.

    The strictest of the policies applies. The weekly cap counts Monday to Sunday and does
    not hold a legal notice back; after one, friendly contact waits until the next day.
    """
    day = today
    if pace.days:
        apart = max(policy.contact_gap_days for policy in policies)
        day = max(day, max(pace.days) + timedelta(days=apart))
    if legal:
        return day
    if pace.legal_on is not None:
        day = max(day, pace.legal_on + timedelta(days=1))
    cap = min(policy.contacts_per_week for policy in policies)
    monday = day - timedelta(days=day.weekday())
    if sum(1 for on in pace.days if monday <= on < monday + timedelta(days=7)) >= cap:
        day = max(day, monday + timedelta(days=7))
    return day
