"""A level: one step of a policy, as people write it in a TOML file."""

import re
from enum import StrEnum
from typing import Annotated, Final, Literal, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from models.errors import RefusedError
from models.ledger.money import Money
from models.names import CHANNELS


class LevelKind(StrEnum):
    """What a level does; later members are harsher."""

    COURTESY = "courtesy"
    REMINDER = "reminder"
    CALL = "call"
    FORMAL_NOTICE = "formal-notice"
    HAND_OVER = "hand-over"


#: No number of days in a policy is larger: ten years.
FARTHEST: Final = 3650

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


class Strict(BaseModel):
    """A table of a file people write: frozen, and no key but the known ones."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def _name(value: str) -> str:
    if not _NAME.fullmatch(value):
        message = (
            "a name has 1 to 60 letters, digits, blanks, '-', '_' or '.', a letter or digit first"
        )
        raise ValueError(message)
    return value


#: What a policy or a level is called, in the words of those who use it.
Name = Annotated[str, AfterValidator(_name)]
_NAME: Final = re.compile(r"[^\W_][\w .-]{0,59}")


class Repeat(Strict):
    """How the last level repeats: every so many days, so many times."""

    every_days: int = Field(ge=1, le=FARTHEST)
    times: int = Field(ge=1, le=FARTHEST)


class Above(Strict):
    """Approval is asked when the notice's total is above an amount of its currency."""

    above: Amounts


class Level(Strict):
    """One step of a policy. Days are calendar days; see the rules of chasing."""

    name: Name
    kind: LevelKind
    after_days: int | None = Field(default=None, ge=-FARTHEST, le=FARTHEST)
    after_previous_days: int | None = Field(default=None, ge=0, le=FARTHEST)
    gap_days: int | None = Field(default=None, ge=0, le=FARTHEST)
    channels: tuple[str, ...] = ()
    also: tuple[str, ...] = ()
    to: tuple[str, ...] = Field(default=("accounting",), min_length=1)
    cc: tuple[str, ...] = ()
    copy_to: tuple[str, ...] = Field(default=(), alias="copy")
    charges: Literal["none", "announce", "claim"] = "none"
    covers: Literal["level", "overdue"] = "level"
    approval: Literal["never", "always"] | Above | None = None
    deadline_days: int | None = Field(default=None, ge=1, le=FARTHEST)
    presented_after_days: int = Field(default=5, ge=0, le=FARTHEST)
    lapse_days: int = Field(default=5, ge=1, le=FARTHEST)
    retry_days: int = Field(default=2, ge=1, le=FARTHEST)
    retries: int | None = Field(default=None, ge=0)
    warn_days: int = Field(default=0, ge=0, le=FARTHEST)
    repeat: Repeat | None = None

    @property
    def legal(self) -> bool:
        """Whether the level is an act of law."""
        return self.kind in LEGAL

    @property
    def friendly(self) -> bool:
        """Whether the level is a courtesy or a reminder."""
        return self.kind in {LevelKind.COURTESY, LevelKind.REMINDER}

    @property
    def may_ask(self) -> bool:
        """Whether a notice of the level may need a yes, if only for a large sum."""
        return self.legal if self.approval is None else self.approval != "never"

    def asks(self, total: int, currency: str) -> bool:
        """Say whether a notice of this level and total (minor units) needs a yes."""
        match self.approval:
            case None:
                return self.legal
            case "never":
                return False
            case "always":
                return True
            case _:
                return total > self.approval.above.get(currency, 0)

    @model_validator(mode="after")
    def _placed_once(self) -> Self:
        if (self.after_days is None) == (self.after_previous_days is None):
            message = f"level {self.name!r}: give either after_days or after_previous_days"
            raise ValueError(message)
        if not self.channels and self.kind not in {LevelKind.CALL, LevelKind.HAND_OVER}:
            message = f'level {self.name!r}: name at least one of channels, such as ["email"]'
            raise ValueError(message)
        for channel in (*self.channels, *self.also):
            if channel not in CHANNELS:
                known = ", ".join(CHANNELS)
                message = f"level {self.name!r}: no channel is called {channel!r}; use {known}"
                raise ValueError(message)
        if self.kind is LevelKind.COURTESY and (self.after_days is None or self.after_days >= 0):
            message = f"level {self.name!r}: a courtesy needs after_days below 0"
            raise ValueError(message)
        return self
