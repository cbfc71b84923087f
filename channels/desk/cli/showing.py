"""An invoice for people: what it is, what happened, what comes next."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from channels.desk.cli import facts
from channels.desk.cli.output import Output
from channels.desk.cli.rules import words
from channels.desk.cli.values import money, several, shown
from channels.desk.cli.words import explained
from models.chasing.resting import Rest
from models.views import Happened, Item, Reason

#: Keys of an event that the line says already, or that only the engine reads.
_SAID: Final = frozenset(
    {"event", "at", "on", "actor", "by", "digest", "hash", "version", "kind"}
    | {"promise", "dispute", "hold", "notice", "address"}
)

#: A notice that left for all that is known, in words.
_STATES: Final = {"sending": "on its way", "unknown": "nobody knows whether it arrived"}


def head(one: Item, out: Output) -> None:
    """Write what an invoice is and how it stands."""
    state = f"{one.state}, level {one.level}" if one.level else one.state
    out.say(f"{one.number} of {one.name or one.code} ({one.creditor}): {state}")
    out.say(
        f"  {money(one.open, one.currency)} open of {money(one.amount, one.currency)}, "
        f"due {shown(one.due)}{_extended(one)}, policy {one.policy}"
    )


def _next(one: Item, last: Reason | None) -> str:
    what = facts.coming(one, last)
    if what is not None:
        return f"{what} on {shown(one.next_on)}"
    return "nothing by itself" if one.next_on is None else f"nothing before {shown(one.next_on)}"


def _extended(one: Item) -> str:
    return "" if one.extended is None else f" (extended to {shown(one.extended)})"


def following(one: Item, last: Reason | None, out: Output) -> None:
    """Write what comes next and when; if nothing, what keeps it and what to do about that."""
    for line in _following(one, last):
        out.say(f"  {line}")


def _following(one: Item, last: Reason | None) -> Iterator[str]:
    if one.closed:
        yield f"nothing comes next: it is closed as {one.state}"
        return
    yield f"next: {_next(one, last)}"
    yield from (_rest(resting, one.currency) for resting in one.rests)
    for blocker in one.blockers:
        said = explained(blocker)
        yield f"blocked: {said.meaning} ({blocker}); what to do: {said.remedy}"
    if one.why:
        yield f"why: {one.why} (rule {one.rule}: {words(one.rule)})"
    if one.looked_at is None:
        yield "the engine has not looked at it yet: relance up starts it"
    elif one.behind:
        news = several(one.behind, "event")
        yield f"the engine has not seen {news} of it yet: it acts on this when it is reached"


def _rest(one: Rest, currency: str) -> str:
    """Return what an invoice rests on, until when, and what follows then."""
    why = f" ({one.reason})" if one.reason else ""
    match one.kind:
        case "promise":
            then = f"{one.then} follows on {shown(one.then_on)}" if one.then else "chasing goes on"
            by = f"promised: {money(one.amount, currency)} by {shown(one.until)}"
            return f"{by}; without the money it is broken on {shown(one.broken_on)}, and {then}"
        case "dispute":
            said = f"disputed: {money(one.amount, currency)}{why}"
            if not one.accepted:
                return f"{said}, pausing nothing before a {one.owner} accepts it"
            return f"{said}; an answer is owed by {shown(one.until)}, by the {one.owner}"
        case "credit-note":
            return f"a credit note of {money(one.amount, currency)} is owed by {shown(one.until)}"
        case kind:
            until = f"until {shown(one.until)}" if one.until else "without an end"
            return f"{kind.replace('-', ' ')} {until}{why}"


def story(events: Sequence[Happened], currency: str, out: Output) -> None:
    """Write what happened, one line each."""
    for event in events:
        said = facts.happened(event, currency)
        details = ", ".join(
            f"{key.replace('_', ' ')} {_shown(value)}"
            for key, value in said.items()
            if key not in _SAID and value not in (None, "", [], False, 0)
        )
        by = "" if event.actor == "system" else f" by {event.actor}"
        out.say(f"  {event.on.isoformat()}  {event.kind}{by}{': ' if details else ''}{details}")


def _answered(one: Reason) -> str:
    """Return an answer in a few words."""
    answer = one.answer
    match answer.get("kind"):
        case "said":
            sent = "" if answer["state"] == "sent" else f" ({_STATES[answer['state']]})"
            by = f"by {answer['channel']}, notice {answer['notice']}"
            return f"said {answer['level']} on {answer['on']} {by}{sent}"
        case "contact":
            return f"say {answer['level']} on {answer['on']}"
        case "wait":
            when = answer.get("next_on")
            return f"wait until {when}" if when else "wait"
        case "close":
            return f"close as {answer.get('state')}"
        case other:
            return str(other or "")


def _shown(value: Any) -> str:  # noqa: ANN401  whatever an event says
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Mapping):
        return " ".join(_shown(part) for part in value.values() if part is not None)
    if isinstance(value, list | tuple):
        return ", ".join(map(_shown, value))
    return str(value)


def reasons(found: Sequence[Reason], currency: str, out: Output) -> None:
    """Write answers of the journal: when, what, by which rule and policy, from what."""
    for one in found:
        out.say(f"{one.at:%Y-%m-%d %H:%M:%S} UTC  {_answered(one)}")
        out.say(f"  {one.why}")
        out.say(f"  rule {one.rule}: {words(one.rule)}")
        for blocker in one.blockers:
            out.say(f"  blocked: {explained(blocker).meaning} ({blocker})")
        read = facts.reason(one, currency)["facts"].items()
        known = [f"{key.replace('_', ' ')} {_shown(v)}" for key, v in read if v not in (None, [])]
        out.say(f"  facts: {', '.join(known)}")
        out.say(f"  policy {one.policy} version {one.version} ({one.hash}), engine {one.engine}")
        out.say()
