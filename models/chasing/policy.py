"""A policy: how a creditor chases, as people write it in a TOML file."""

import hashlib
import tomllib
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Final, Literal, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    field_validator,
    model_validator,
)

from models.errors import PolicyError, RefusedError
from models.ledger.days import Calendar, calendar
from models.ledger.money import Money, decimal

#: Seconds of an ordinary day.
DAY_SECONDS: Final = 86_400


class LevelKind(StrEnum):
    """What a level does; later members are harsher."""

    COURTESY = "courtesy"
    REMINDER = "reminder"
    CALL = "call"
    FORMAL_NOTICE = "formal-notice"
    HAND_OVER = "hand-over"


#: Levels of these kinds are acts of law: approved by default, never merged, never guessed.
LEGAL: Final = frozenset({LevelKind.FORMAL_NOTICE, LevelKind.HAND_OVER})


def _amounts(value: object) -> object:
    if not isinstance(value, dict):
        return value
    amounts = {}
    for currency, amount in value.items():
        if not isinstance(amount, str):
            message = f'write the amount in quotes, such as {currency} = "20.00"'
            raise ValueError(message)  # noqa: TRY004  pydantic wraps ValueError only
        try:
            amounts[currency] = Money.of(amount, currency).minor
        except RefusedError as wrong:
            raise ValueError(str(wrong)) from wrong
        if amounts[currency] < 0:
            message = f"{currency} must not be negative"
            raise ValueError(message)
    return amounts


#: Minor units by currency; files write decimal strings of major units.
Amounts = Annotated[dict[str, int], BeforeValidator(_amounts)]


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Repeat(_Strict):
    """How the last level repeats: every so many days, so many times."""

    every_days: int = Field(ge=1)
    times: int = Field(ge=1)


class Above(_Strict):
    """Approval is asked when the notice's total is above an amount of its currency."""

    above: Amounts


class Level(_Strict):
    """One step of a policy. Days are calendar days; see the rules of chasing."""

    name: str = Field(min_length=1, pattern=r"^[a-z0-9][a-z0-9-]*$")
    kind: LevelKind
    after_days: int | None = None
    after_previous_days: int | None = Field(default=None, ge=0)
    gap_days: int | None = Field(default=None, ge=0)
    channels: tuple[str, ...] = ()
    also: tuple[str, ...] = ()
    to: tuple[str, ...] = ("accounting",)
    cc: tuple[str, ...] = ()
    copy_to: tuple[str, ...] = Field(default=(), alias="copy")
    charges: Literal["none", "announce", "claim"] = "none"
    covers: Literal["level", "overdue"] = "level"
    approval: Literal["never", "always"] | Above | None = None
    deadline_days: int | None = Field(default=None, ge=1)
    presented_after_days: int = Field(default=5, ge=0)
    lapse_days: int = Field(default=5, ge=1)
    retry_days: int = Field(default=2, ge=1)
    retries: int = Field(default=2, ge=0)
    warn_days: int = Field(default=0, ge=0)
    repeat: Repeat | None = None

    @property
    def legal(self) -> bool:
        """Whether the level is an act of law."""
        return self.kind in LEGAL

    @property
    def friendly(self) -> bool:
        """Whether the level is a courtesy or a reminder."""
        return self.kind in {LevelKind.COURTESY, LevelKind.REMINDER}

    def asks(self, total: int, currency: str) -> bool:
        """Say whether a notice of this level and total (minor units) needs a yes."""
        match self.approval:
            case None:
                return self.legal
            case "never":
                return False
            case "always":
                return True
            case Above(above=above):
                return total > above.get(currency, 0)

    @model_validator(mode="after")
    def _placed_once(self) -> Self:
        if (self.after_days is None) == (self.after_previous_days is None):
            message = f"level {self.name!r}: give either after_days or after_previous_days"
            raise ValueError(message)
        if not self.channels and self.kind not in {LevelKind.CALL, LevelKind.HAND_OVER}:
            message = f'level {self.name!r}: name at least one of channels, such as ["email"]'
            raise ValueError(message)
        if self.kind is LevelKind.COURTESY and (self.after_days is None or self.after_days >= 0):
            message = f"level {self.name!r}: a courtesy needs after_days below 0"
            raise ValueError(message)
        return self


class DisputeReason(_Strict):
    """Who answers a kind of dispute, within how many working days."""

    owner: str = ""
    days: int = Field(default=10, ge=1)


class Policy(_Strict):
    """A course of levels and the rules around it. Its keys are those of the file."""

    name: str = Field(min_length=1, pattern=r"^[a-z0-9][a-z0-9-]*$")
    version: int = Field(default=1, ge=1)
    zone: str
    calendar: str
    opens: time = time(9)
    closes: time = time(17, 30)
    gap_days: int = Field(default=5, ge=0)
    contact_gap_days: int = Field(default=3, ge=0)
    contacts_per_week: int = Field(default=2, ge=1)
    bundle_days: int = Field(default=0, ge=0)
    minimum: Amounts = {}
    tolerance: Amounts = {}
    fresh_within_hours: int = Field(default=24, ge=1)
    grace_days: int = Field(default=2, ge=0)
    max_promises: int = Field(default=2, ge=0)
    max_promise_days: int = Field(default=30, ge=1)
    on_broken_promise: str = "next"
    confirm: bool = True
    thank: bool = False
    statement: Literal["never", "monthly", "quarterly"] = "never"
    enter_until_days: int = Field(default=365, ge=1)
    charges_left: Literal["waive", "pursue", "ask"] = "waive"
    on_hand_over: Literal["along", "firm", "apart"] = "along"
    credit_days: int = Field(default=10, ge=1)
    disputes: dict[str, DisputeReason] = {}
    day_seconds: float = Field(default=DAY_SECONDS, gt=0)
    origin: datetime | None = None
    origin_day: date | None = None
    levels: tuple[Level, ...] = Field(min_length=1)

    @field_validator("zone")
    @classmethod
    def _zone_exists(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError, OSError) as unknown:
            message = f"{value!r} is not a time zone such as Europe/Paris"
            raise ValueError(message) from unknown
        return value

    @field_validator("calendar")
    @classmethod
    def _calendar_exists(cls, value: str) -> str:
        try:
            calendar(value)
        except PolicyError as unknown:
            raise ValueError(str(unknown)) from unknown
        return value

    @model_validator(mode="after")
    def _levels_fit(self) -> Self:
        names = [level.name for level in self.levels]
        if self.opens >= self.closes:
            message = "opens must be before closes"
            raise ValueError(message)
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
            message = f"on_broken_promise: {self.on_broken_promise!r} is no level; use next or {', '.join(names)}"
            raise ValueError(message)
        if (self.origin is None) != (self.day_seconds == DAY_SECONDS):
            message = "day_seconds and origin go together"
            raise ValueError(message)
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
            return instant.astimezone(self.tz).date()
        passed = (instant - self.origin).total_seconds() // self.day_seconds
        return self._origin_day + timedelta(days=passed)

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
        share = (at.hour * 3600 + at.minute * 60 + at.second) / DAY_SECONDS
        days = (day - self._origin_day).days + share
        return (self.origin + timedelta(seconds=days * self.day_seconds)).astimezone(UTC)

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
                data[key] = {code: decimal(minor, code) for code, minor in data[key].items()}
        return data


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
        message = f"{source}: {explained(first)}"
        raise PolicyError(message) from wrong


def explained(error: Any) -> str:
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


def read(path: Path) -> Policy:
    """Return the policy of a file.

    Raises:
        PolicyError: the file cannot be read or is wrong.
    """
    try:
        return parsed(path.read_text("utf-8"), path.name)
    except OSError as missing:
        message = f"{path} cannot be read: {missing.strerror}"
        raise PolicyError(message) from missing
    except UnicodeDecodeError as wrong:
        message = f"{path} is not UTF-8: save it as UTF-8"
        raise PolicyError(message) from wrong
