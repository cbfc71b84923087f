"""Zones and calendars as files name them, checked where they are read."""

from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator

from models.errors import PolicyError
from models.ledger.days import calendar


def is_zone(name: str) -> bool:
    """Say whether the tz database has a zone of this name."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


def _zone(value: str) -> str:
    if not is_zone(value):
        message = f"{value!r} is not a time zone such as Europe/Paris"
        raise ValueError(message)
    return value


def _calendar(value: str) -> str:
    try:
        calendar(value)
    except PolicyError as unknown:
        raise ValueError(str(unknown)) from unknown
    return value


#: A time zone of the tz database, such as Europe/Paris.
ZoneName = Annotated[str, AfterValidator(_zone)]
#: A calendar of working days, such as FR, FR-57 or DE-BY.
CalendarCode = Annotated[str, AfterValidator(_calendar)]
