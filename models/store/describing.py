"""What a look came to, in the words of the workflow, of its page in the UI, of the journal."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from zlib import crc32

from models.chasing import events as ev
from models.chasing.answers import Blocker, Contact, Following, State, Wait
from models.chasing.case import Case
from models.chasing.dunning import settle
from models.chasing.facts import Facts
from models.chasing.folding import after
from models.chasing.level import LevelKind
from models.chasing.policy import Policy
from models.chasing.silencing import told_on
from models.ledger.money import Money
from models.store.reading import Filed
from models.wire import Looked

#: How long before a slot a case looks and registers it, before jitter.
LEAD: Final = timedelta(hours=2)


@dataclass(frozen=True, slots=True)
class View:
    """A case at a look: after what there was to record, with the answer."""

    filed: Filed
    case: Case
    policy: Policy
    facts: Facts
    answer: Following
    now: datetime

    @property
    def lead(self) -> timedelta:
        """Return how long before its slots this case looks: always the same for a case."""
        share = 0.5 + crc32(self.case.invoice.number.encode()) % 1000 / 2000
        return self.policy.scaled(LEAD * share)


def as_if_said(view: View, answer: Contact, late: timedelta = timedelta(0)) -> Looked:
    """Return the look after the slot, as if the level is said there.

    Whatever goes otherwise tells the case, so a level costs it one wake-up. A slot that is
    ``late`` already is given as long again: cases that ask time and again for what an
    engine with too much to do has not done yet would keep it from doing it.
    """
    level = view.policy.level(answer.level)
    if level.kind is LevelKind.CALL:
        lapses = view.policy.working_days.after(answer.on, level.lapse_days)
        happened: ev.Event = ev.CallAsked(
            on=answer.on, level=level.name, round=answer.round, lapses_on=lapses
        )
    elif level.kind is LevelKind.HAND_OVER:
        happened = ev.HandedOver(on=answer.on, level=level.name)
    else:
        deadline = None
        if level.deadline_days:
            deadline = answer.on + timedelta(days=level.deadline_days)
        happened = ev.Said(on=answer.on, level=level.name, round=answer.round, deadline=deadline)
    case, _, then = settle(after(view.case, happened), view.policy, view.facts, answer.at)
    soon, wakes = answer.at + max(view.lead, late), list[datetime | None]()
    if isinstance(then, Contact):
        # Never at once: a level that is late must be given the time to go out.
        wakes = [max(then.at - view.lead, soon)]
    if isinstance(then, Wait):
        # What it then waits for is somebody's task, and where it stands: seen the same day.
        wakes = [then.until, soon if then.blockers else None]
    looked = described(view, until=min(filter(None, wakes), default=None))
    return looked.model_copy(
        update={"level": case.level or level.name, "waits_for": f"{level.name} on {answer.on}"}
    )


def put_off(view: View, at: datetime | None, blocker: str) -> Looked:
    """Return the look of a case whose slot composing has put off; composing tells it.

    A credit that silences its debtor is looked at again once that is somebody's task.
    """
    until = None
    if blocker == Blocker.NET_CREDIT:
        on = told_on(view.case, view.policy, view.facts.debtor)
        if on is not None and on > view.policy.day(view.now):
            until = view.policy.opening(on)
    looked = described(view, until=until)
    if blocker == "pace":
        return looked.model_copy(update={"next_at": at, "blockers": ()})
    kept = {"next_at": at, "blockers": (blocker,), "state": State.WAITING.value}
    return looked.model_copy(update=kept)


def described(view: View, *, until: datetime | None = None, closed: bool = False) -> Looked:
    """Return what a look came to, as the workflow and its page in the UI need it."""
    case, answer = view.case, view.answer
    next_at: datetime | None = None
    blockers: Sequence[str] = ()
    waits_for = ""
    if isinstance(answer, Contact):
        next_at = answer.at
        waits_for = f"{answer.level} on {answer.on}"
    elif isinstance(answer, Wait):
        next_at = until
        if answer.next_on is not None:
            next_at = view.policy.opening(answer.next_on)
        blockers = [blocker.value for blocker in answer.blockers]
        waits_for = answer.why
    return Looked(
        closed=closed,
        until=until,
        waits_for=waits_for[:180],
        state=answer.state.value,
        level=case.level or "",
        debtor=case.invoice.debtor,
        due=case.due,
        next_at=next_at,
        blockers=tuple(blockers),
        card=_card(view, blockers),
    )


def _card(view: View, blockers: Sequence[str]) -> str:
    """Return the case as a card of Markdown, for the Temporal UI; no personal data."""
    case, answer = view.case, view.answer
    currency = case.invoice.currency
    lines = [
        f"**{Money(case.open, currency)} open** of {Money(case.amount, currency)}, due {case.due}",
        f"- policy: {case.policy} version {case.policy_version} ({case.policy_hash})",
        f"- level: {case.level or 'none yet'}",
    ]
    if isinstance(answer, Contact):
        lines.append(f"- next: {answer.level} on {answer.on}")
    if isinstance(answer, Wait) and answer.next_on is not None:
        lines.append(f"- next: {answer.level or 'a look'} on {answer.next_on}")
    if blockers:
        lines.append(f"- blocked by: {', '.join(blockers)}")
    lines.append(f"- why: {answer.why} (rule {answer.rule})")
    return "\n".join(lines)


def journalled(policy: Policy, answer: Following) -> dict[str, Any]:
    """Return the columns of the journal that say what was answered and under which policy."""
    blockers = answer.blockers if isinstance(answer, Wait) else ()
    return {
        "policy": policy.name,
        "version": policy.version,
        "hash": policy.hash,
        "rule": answer.rule,
        "why": answer.why,
        "blockers": ",".join(blockers),
        "answer": json.dumps(_plain(answer)),
    }


def _plain(answer: Following) -> dict[str, Any]:
    said: dict[str, Any] = {"kind": answer.kind, "state": answer.state.value}
    if isinstance(answer, Contact):
        said |= {
            "level": answer.level,
            "round": answer.round,
            "at": answer.at.isoformat(),
            "on": answer.on.isoformat(),
            "amount": answer.amount,
        }
    if isinstance(answer, Wait):
        said |= {
            "level": answer.level,
            "until": None if answer.until is None else answer.until.isoformat(),
            "next_on": None if answer.next_on is None else answer.next_on.isoformat(),
        }
    return said


def told(facts: Facts, case: Case) -> str:
    """Return the facts of a look as JSON, for the journal; without personal data."""
    return json.dumps(stated(facts, case))


def stated(facts: Facts, case: Case) -> dict[str, Any]:
    """Return the facts of a look in plain values, without personal data."""
    holds = [*facts.debtor_holds, *facts.creditor_holds, *case.holds]
    return {
        "open": case.open,
        "chaseable": case.chaseable,
        "events": case.count,
        "fresh": facts.fresh,
        "standing": facts.standing.value,
        "insolvent_on": None if facts.insolvent_on is None else facts.insolvent_on.isoformat(),
        "frozen": facts.frozen,
        "thaws_on": None if facts.thaws_on is None else facts.thaws_on.isoformat(),
        "holds": sorted({"for ever" if h.until is None else h.until.isoformat() for h in holds}),
        "being_said": facts.being_said,
        "unknown": facts.unknown,
        "servicer": case.invoice.servicer or "us",
        "channels": sorted(facts.channels),
    }
