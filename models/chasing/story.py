"""A story: what happens to a ledger, day by day, and what it orders of an invoice.

:mod:`models.chasing.script` reads one from a file.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Final

from models.chasing import commands as cmd
from models.chasing import events as ev
from models.errors import RefusedError
from models.ledger.money import Money
from models.names import CHANNELS

#: What may happen in a story.
EVENTS: Final = (
    "payment",
    "credit-note",
    "reversal",
    "promise",
    "dispute",
    "settle",
    "hold",
    "release",
    "approve",
    "reject",
    "call",
    "bounce",
    "insolvency",
    "extend",
    "skip",
    "send",
    "write-off",
    "dead",
    "note",
    "books",
    "presented",
)

#: Words people use for how a dispute ends.
_OUTCOMES: Final = {
    "for-debtor": ev.Outcome.FOR_DEBTOR,
    "for": ev.Outcome.FOR_DEBTOR,
    "for-the-debtor": ev.Outcome.FOR_DEBTOR,
    "debtor": ev.Outcome.FOR_DEBTOR,
    "accepted": ev.Outcome.FOR_DEBTOR,
    "in-part": ev.Outcome.IN_PART,
    "part": ev.Outcome.IN_PART,
    "partial": ev.Outcome.IN_PART,
    "partly": ev.Outcome.IN_PART,
    "against": ev.Outcome.AGAINST,
    "for-creditor": ev.Outcome.AGAINST,
    "for-the-creditor": ev.Outcome.AGAINST,
    "against-debtor": ev.Outcome.AGAINST,
    "against-the-debtor": ev.Outcome.AGAINST,
    "creditor": ev.Outcome.AGAINST,
    "rejected": ev.Outcome.AGAINST,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryEvent:
    """Something that happens at the start of a day.

    Attributes:
        line: where it stands in the story, from 1; orders the events of a day.
        amount: decimal string of major units; empty for all that is concerned.
        parts: instalments as day and decimal string.
        unknown: keys of the line that say nothing here.
    """

    line: int
    on: date
    event: str
    invoices: tuple[str, ...] = ()
    debtor: str = ""
    creditor: str = ""
    amount: str = ""
    currency: str = ""
    by: date | None = None
    until: date | None = None
    reason: str = ""
    outcome: str = ""
    parts: tuple[tuple[date, str], ...] = ()
    level: str = ""
    accepted: bool = False
    actor: str = "story"
    unknown: tuple[str, ...] = ()

    def minor(self, currency: str) -> int | None:
        """Return the amount in minor units; ``None`` when the story names none."""
        return Money.of(self.amount, currency).minor if self.amount else None


def orders(event: StoryEvent, currency: str) -> tuple[cmd.Command, ...]:
    """Return the commands an event gives for one invoice.

    Raises:
        RefusedError: the event lacks what it needs.
    """
    special = _SPECIAL.get(event.event)
    if special is not None:
        return special(event, currency)
    simple = _simple(event)
    if simple is None:
        message = f"{event.event} is about a debtor or a creditor, not about one invoice"
        raise RefusedError(message)
    return (simple,)


def _simple(event: StoryEvent) -> cmd.Command | None:
    reason = event.reason
    simple: dict[str, cmd.Command] = {
        "hold": cmd.Hold(until=event.until, reason=reason),
        "release": cmd.Release(reason=reason),
        "approve": cmd.Approve(reason=reason, ahead=True),
        "bounce": cmd.Bounce(channel=event.outcome if event.outcome in CHANNELS else ""),
        "skip": cmd.Skip(to=event.level, reason=reason),
        "send": cmd.SendNow(level=event.level, reason=reason),
        "write-off": cmd.WriteOff(reason=reason),
        "note": cmd.Note(text=reason),
        "presented": cmd.Present(on=event.until or event.by or event.on),
    }
    return simple.get(event.event)


def _amount(event: StoryEvent, currency: str) -> int:
    amount = event.minor(currency)
    if amount is None:
        message = f"{event.event} needs an amount"
        raise RefusedError(message)
    return amount


def _parts(event: StoryEvent, currency: str) -> tuple[ev.Part, ...]:
    if event.parts:
        return tuple(
            ev.Part(by=by, amount=Money.of(amount, currency).minor if amount else None)
            for by, amount in event.parts
        )
    by = event.by or event.until
    if by is None:
        message = "promise needs by: the day it will be paid"
        raise RefusedError(message)
    return (ev.Part(by=by, amount=event.minor(currency)),)


def _dispute(event: StoryEvent, currency: str) -> cmd.Dispute:
    return cmd.Dispute(amount=event.minor(currency), reason=event.reason, accepted=event.accepted)


def _settle(event: StoryEvent, currency: str) -> cmd.Settle:
    outcome = _OUTCOMES.get(event.outcome)
    if outcome is None:
        message = f"outcome {event.outcome!r} is not for-debtor, in-part or against"
        raise RefusedError(message)
    return cmd.Settle(
        outcome=outcome,
        amount=event.minor(currency),
        credit_by=event.by or event.until,
        reason=event.reason,
    )


def _call(event: StoryEvent, currency: str) -> tuple[cmd.Command, ...]:
    outcome = event.outcome or "reached"
    if outcome in {"no-answer", "wrong-number"}:
        return (cmd.LogCall(outcome="no-answer" if outcome == "no-answer" else "wrong-number"),)
    reached = cmd.LogCall(outcome="reached")
    promised = outcome in {"promise", "reached-promise"} and event.until is not None
    if event.by is not None or event.parts or promised:
        return (reached, cmd.Promise(parts=_parts(event, currency)))
    if outcome in {"dispute", "disputed", "reached-dispute"}:
        return (reached, _dispute(event, currency))
    if outcome in {"reached", "promise", "reached-promise"}:
        return (reached,)
    message = f"outcome {outcome!r} is not reached, dispute, no-answer or wrong-number"
    raise RefusedError(message)


def _reject(event: StoryEvent) -> cmd.Reject:
    match event.outcome:
        case "" | "hold" | "hold-until":
            return cmd.Reject(then="hold", until=event.until, reason=event.reason)
        case "repeat" | "repeat-previous" | "repeat-the-previous-level":
            return cmd.Reject(then="repeat", reason=event.reason)
        case "skip":
            return cmd.Reject(then="skip", reason=event.reason)
        case _:
            pass
    message = f"outcome {event.outcome!r} is not hold, repeat or skip"
    raise RefusedError(message)


def _dead(event: StoryEvent) -> cmd.Kill:
    try:
        return cmd.Kill(death=ev.Death(event.reason or "cancelled"))
    except ValueError as wrong:
        known = ", ".join(death.value for death in ev.Death)
        message = f"reason {event.reason!r} is not one of {known}"
        raise RefusedError(message) from wrong


def _extend(event: StoryEvent) -> cmd.Extend:
    due = event.until or event.by
    if due is None:
        message = "extend needs until: the new due date"
        raise RefusedError(message)
    return cmd.Extend(due=due, reason=event.reason)


_SPECIAL: Final[dict[str, Callable[[StoryEvent, str], tuple[cmd.Command, ...]]]] = {
    "payment": lambda event, currency: (cmd.Pay(amount=_amount(event, currency), on=event.on),),
    "credit-note": lambda event, currency: (cmd.Credit(amount=_amount(event, currency)),),
    "reversal": lambda event, currency: (cmd.Reverse(amount=event.minor(currency)),),
    "promise": lambda event, currency: (
        cmd.Promise(parts=_parts(event, currency), accepted=event.accepted, reason=event.reason),
    ),
    "dispute": lambda event, currency: (_dispute(event, currency),),
    "settle": lambda event, currency: (_settle(event, currency),),
    "call": _call,
    "reject": lambda event, _: (_reject(event),),
    "dead": lambda event, _: (_dead(event),),
    "extend": lambda event, _: (_extend(event),),
}
