"""A policy: how a creditor chases, as people write it in a TOML file."""

import hashlib
import tomllib
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from typing import Any, Final, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import Field, ValidationError, model_validator

from models.chasing.explaining import explained
from models.chasing.level import FARTHEST, Amounts, Level, Name, Strict
from models.errors import PolicyError, RefusedError
from models.ledger.days import Calendar, calendar
from models.ledger.money import decimal
from models.ledger.places import CalendarCode, ZoneName

#: Seconds of an ordinary day.
DAY_SECONDS: Final = 86_400


class DisputeReason(Strict):
    """Who answers a kind of dispute, within how many working days."""

    owner: str = ""
    days: int = Field(default=10, ge=1)


class Policy(Strict):
    """A course of levels and the rules around it. Its keys are those of the file."""

    name: Name
    version: int = Field(default=1, ge=1)
    zone: ZoneName
    calendar: CalendarCode
    opens: time = time(9)
    closes: time = time(17, 30)
    gap_days: int = Field(default=5, ge=0, le=FARTHEST)
    contact_gap_days: int = Field(default=3, ge=0, le=FARTHEST)
    contacts_per_week: int = Field(default=2, ge=1, le=FARTHEST)
    bundle_days: int = Field(default=0, ge=0, le=FARTHEST)
    minimum: Amounts = Field(default_factory=dict)
    tolerance: Amounts = Field(default_factory=dict)
    fresh_within_hours: int = Field(default=24, ge=1, le=FARTHEST)
    grace_days: int = Field(default=2, ge=0, le=FARTHEST)
    max_promises: int = Field(default=2, ge=0, le=FARTHEST)
    max_promise_days: int = Field(default=30, ge=1, le=FARTHEST)
    on_broken_promise: str = "next"
    confirm: bool = True
    thank: bool = False
    statement: Literal["never", "monthly", "quarterly"] = "never"
    enter_until_days: int = Field(default=365, ge=1, le=100_000)
    charges_left: Literal["waive", "pursue", "ask"] = "waive"
    on_hand_over: Literal["along", "firm", "apart"] = "along"
    credit_days: int = Field(default=10, ge=1, le=FARTHEST)
    disputes: dict[str, DisputeReason] = Field(default_factory=dict)
    day_seconds: float = Field(default=DAY_SECONDS, ge=0.001, le=DAY_SECONDS)
    origin: datetime | None = None
    origin_day: date | None = None
    levels: tuple[Level, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _levels_fit(self) -> Self:
        names = [level.name for level in self.levels]
        if len(set(names)) != len(names):
            message = "each level needs a name of its own"
            raise ValueError(message)
        if self.levels[0].after_days is None:
            message = f"level {names[0]!r} is the first: it needs after_days"
            raise ValueError(message)
        for level in self.levels[:-1]:
            if level.repeat is not None:
                message = f"level {level.name!r}: repeat is for the last level only"
                raise ValueError(message)
        if self.on_broken_promise not in {"next", *names}:
            known = ", ".join(["next", *names])
            message = f"on_broken_promise: {self.on_broken_promise!r} is not one of {known}"
            raise ValueError(message)
        return self

    @model_validator(mode="after")
    def _times_fit(self) -> Self:
        if self.opens >= self.closes:
            message = "opens must be before closes"
            raise ValueError(message)
        if (self.origin is None) != (self.day_seconds == DAY_SECONDS):
            message = "day_seconds and origin go together"
            raise ValueError(message)
        days = (day for day in (self.origin, self.origin_day) if day is not None)
        if not all(1970 <= day.year <= 2200 for day in days):  # noqa: PLR2004  any clock's years
            raise ValueError("origin and origin_day lie in the years 1970 to 2200")
        if self.origin is not None and self.origin.tzinfo is None:
            message = "origin needs an offset, such as 2026-01-05T00:00:00Z"
            raise ValueError(message)
        return self

    @cached_property
    def tz(self) -> ZoneInfo:
        """The zone in which the case's days are counted."""
        return ZoneInfo(self.zone)

    @cached_property
    def working_days(self) -> Calendar:
        """The days on which this policy acts."""
        return calendar(self.calendar)

    @cached_property
    def hash(self) -> str:
        """Names the policy by its contents: twelve hexadecimal digits."""
        canonical = self.model_dump_json(by_alias=True, exclude_defaults=True)
        return hashlib.sha256(canonical.encode()).hexdigest()[:12]

    def __hash__(self) -> int:
        """Hash by contents, so that a policy can key a cache."""
        return hash(self.hash)

    @cached_property
    def by_name(self) -> dict[str, int]:
        """The place of each level in order, from 0."""
        return {level.name: place for place, level in enumerate(self.levels)}

    def level(self, name: str) -> Level:
        """Return a level.

        Raises:
            RefusedError: the policy has no such level.
        """
        if name not in self.by_name:
            message = f"policy {self.name} has no level {name!r}; it has {', '.join(self.by_name)}"
            raise RefusedError(message)
        return self.levels[self.by_name[name]]

    def day(self, instant: datetime) -> date:
        """Return the day an instant falls on, in the policy's zone."""
        if self.origin is None:
            # Most instants come from this zone already, and this is asked all the time.
            return (instant if instant.tzinfo is self.tz else instant.astimezone(self.tz)).date()
        return self._origin_day + timedelta(days=(instant - self.origin) // self._length)

    def opening(self, day: date) -> datetime:
        """Return the instant at which contact may begin on a day."""
        return self.instant(day, self.opens)

    def closing(self, day: date) -> datetime:
        """Return the instant after which contact must wait for another day."""
        return self.instant(day, self.closes)

    def instant(self, day: date, at: time) -> datetime:
        """Return the instant of a local time of day, in the policy's zone."""
        if self.origin is None:
            return datetime.combine(day, at, self.tz)
        share = self._length * (at.hour * 3600 + at.minute * 60 + at.second) / DAY_SECONDS
        return (self.origin + self._length * (day - self._origin_day).days + share).astimezone(UTC)

    @cached_property
    def _length(self) -> timedelta:
        """A day of a policy with an origin, in whole microseconds so that none is lost."""
        return timedelta(seconds=self.day_seconds)

    @property
    def _origin_day(self) -> date:
        if self.origin_day is not None:
            return self.origin_day
        assert self.origin is not None  # noqa: S101  callers have looked
        return self.origin.astimezone(self.tz).date()

    def scaled(self, duration: timedelta) -> timedelta:
        """Return a real duration shortened as this policy's days are."""
        return duration * (self.day_seconds / DAY_SECONDS)

    def as_text(self) -> dict[str, Any]:
        """Return the keys that differ from their defaults, amounts as people write them."""
        data = self.model_dump(mode="json", by_alias=True, exclude_defaults=True)
        for key in ("minimum", "tolerance"):
            if key in data:
                data[key] = _written(data[key])
        for level in data["levels"]:
            if isinstance(level.get("approval"), dict):
                level["approval"] = {"above": _written(level["approval"]["above"])}
        return data


def _written(amounts: dict[str, int]) -> dict[str, str]:
    return {code: decimal(minor, code) for code, minor in amounts.items()}


def parsed(text: str, source: str) -> Policy:
    """Return the policy that a TOML text says; ``source`` names it in errors.

    Raises:
        PolicyError: names the source, the key, the value and what is allowed.
    """
    try:
        return Policy.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as broken:
        message = f"{source} is not TOML: {broken}"
        raise PolicyError(message) from broken
    except ValidationError as wrong:
        first = wrong.errors()[0]
        message = f"{source}: {explained(first, Policy)}"
        raise PolicyError(message) from wrong
