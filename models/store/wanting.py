"""The tasks that an answer asks for, and those that it makes needless."""

from collections.abc import Collection, Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import Any, Final

from sqlalchemy import bindparam, select
from sqlalchemy.ext.asyncio import AsyncConnection

from models.chasing import events as ev
from models.chasing.answers import Blocker, Close, Contact, State, Wait
from models.chasing.blocking import MANAGER_AFTER
from models.chasing.case import Case
from models.chasing.consenting import UNANSWERED
from models.chasing.exhausting import asked_on
from models.chasing.level import LevelKind
from models.chasing.policy import Policy
from models.chasing.silencing import told_on
from models.store.describing import View
from models.store.tables.records import task_invoices, tasks
from models.store.tasks import Want, open_task, release

#: Blockers that a person must lift, with the role that owns the task.
_OWNED: Final = {
    Blocker.NO_CONTACT: ("missing-contact", "collector"),
    Blocker.NO_CHANNEL: ("missing-channel", "manager"),
    Blocker.TOO_OLD: ("too-old", "manager"),
    Blocker.EXHAUSTED: ("exhausted", "manager"),
    Blocker.CALL: ("call", "collector"),
    Blocker.APPROVAL: ("approval", "approver"),
    Blocker.UNKNOWN_OUTCOME: ("unknown-outcome", "manager"),
    Blocker.CREDIT_EXPECTED: ("credit-note", "owner"),
}
#: Kinds of task that looks open and close; others end by what they are about.
_KINDS: Final = frozenset(
    {kind for kind, _ in _OWNED.values()}
    | {"dispute", "dispute-to-accept", "warning", "presentation", "write-off", "call-lapsed"}
    | {"net-credit"}
)
#: Kinds of task that a person ends, unless nothing is left to be done about.
_END_WITH_CASE: Final = frozenset({"hand-over"})
#: Of a notice on this channel, somebody must say when it was first presented.
_PRESENTED_BY: Final = "registered-letter"
_OF_CASE: Final = (
    select(tasks.c.id, tasks.c.kind, tasks.c.key)
    .join_from(tasks, task_invoices, task_invoices.c.task_id == tasks.c.id)
    .where(
        task_invoices.c.invoice_id == bindparam("row_id"),
        # A person's word holds until it is no longer asked for.
        (tasks.c.closed_at.is_(None)) | (tasks.c.closed_by != ""),
    )
)


async def wanted(connection: AsyncConnection, view: View, blockers: Collection[str] = ()) -> None:
    """Open the tasks that a look's answer asks for; close those that it no longer needs.

    Args:
        connection: in the look's transaction.
        view: what was seen and answered.
        blockers: what keeps the case, also where composing found it.
    """
    filed, at = view.filed, view.now
    wants = [*_wants(view), *_silenced(view, blockers)]
    if not wants and filed.state == State.OPEN and not _may_linger(view):
        return
    keys, over = {want.key for want in wants}, isinstance(view.answer, Close)
    for row in (await connection.execute(_OF_CASE, {"row_id": filed.id})).all():
        ends = row.kind in _KINDS or (row.kind in _END_WITH_CASE and over)
        if ends and row.key not in keys:
            await release(connection, row.id, filed.id, at)
    for want in wants:
        await open_task(connection, want, [filed], at)


def _may_linger(view: View) -> bool:
    """Say whether an open case may still have a task that nothing asks for any more."""
    case = view.case
    return bool(
        case.disputes
        or case.cycle > 1
        or any(said.deadline is not None for said in case.said)
        or any(level.warn_days or level.kind is LevelKind.CALL for level in view.policy.levels)
    )


def _wants(view: View) -> list[Want]:
    case, answer = view.case, view.answer
    today, place = view.policy.day(view.now), _place(case)
    if isinstance(answer, Close):
        if not answer.residue:
            return []
        body = {"amount": answer.residue, "currency": case.invoice.currency, "why": answer.why}
        return [Want("write-off", f"write-off/{place}", "manager", today, body, moves=False)]
    wants = [*_disputes(view, place, today), *_told(view, place, today)]
    if isinstance(answer, Wait):
        wants += [_lifting(view, answer, one, today) for one in answer.blockers if one in _OWNED]
    return wants


def _silenced(view: View, blockers: Collection[str]) -> Iterator[Want]:
    """Yield the task to place a credit that has silenced its debtor for too long."""
    if Blocker.NET_CREDIT not in blockers:
        return
    on = told_on(view.case, view.policy, view.facts.debtor)
    if on is None or on > view.policy.day(view.now):
        return
    invoice = view.case.invoice
    why = f"credits have kept the debtor from being written to since before {on}: apply or refund"
    key = f"net-credit/{invoice.creditor}/{invoice.debtor}/{invoice.currency}"
    body = {"why": why, "currency": invoice.currency}
    yield Want("net-credit", key, "collector", on, body, moves=False)


def _place(case: Case) -> str:
    return f"{case.invoice.creditor}/{case.invoice.number}/{case.cycle}"


def _lifting(view: View, answer: Wait, blocker: Blocker, today: date) -> Want:
    """Return the task to lift a blocker, with the day and owner of what is behind it."""
    case, days = view.case, view.policy.working_days
    kind, owner = _OWNED[blocker]
    body: dict[str, Any] = {"why": answer.why, "level": answer.level}
    want = Want(kind, f"{kind}/{_place(case)}/{answer.level or ''}", owner, today, body)
    if blocker is Blocker.APPROVAL and case.asked is not None:
        deputy, manager = (days.after(case.asked.on, count) for count in UNANSWERED)
        late = "manager" if today >= manager else "deputy" if today >= deputy else owner
        return replace(want, key=_notice(case, case.asked), owner=late, due=case.asked.on)
    if blocker is Blocker.CREDIT_EXPECTED:
        by = [credit.by for credit in case.credits if credit.by is not None]
        return replace(want, due=min(by, default=today), moves=bool(by))
    if blocker is Blocker.CALL and case.call is not None:
        return replace(want, due=case.call.lapses_on)
    if blocker is Blocker.EXHAUSTED:
        return _decision(want, view, today)
    return replace(want, moves=False)


def _notice(case: Case, asked: ev.ApprovalAsked) -> str:
    """Return the key of the one task for a yes to a notice, whichever of its lines asks."""
    return f"approval/{case.invoice.creditor}/{case.invoice.debtor}/{asked.digest}"


def _decision(want: Want, view: View, today: date) -> Want:
    """Return the task to decide about an exhausted case: asked again every month."""
    case = view.case
    late = (today - case.due).days
    why = f"{view.answer.why}; {late} days overdue, limitation date not known yet"
    body = {**want.body, "why": why, "days_overdue": late, "limitation_date": None}
    return replace(want, due=asked_on(case, today), body=body)


def _disputes(view: View, place: str, today: date) -> Iterator[Want]:
    """Yield the answers that are owed: by the owner, then by his manager."""
    case = view.case
    for dispute in case.disputes:
        if dispute.state == "to-accept":
            body = {"why": "a dispute after a formal notice pauses once a person accepts it"}
            key = f"dispute-to-accept/{place}/{dispute.key}"
            yield Want("dispute-to-accept", key, "manager", today, body, moves=False)
        elif dispute.state == "open":
            by = dispute.answer_by or today
            late = today > view.policy.working_days.after(by, MANAGER_AFTER)
            owner = "manager" if late else dispute.owner or "collector"
            body = {"why": f"it is disputed ({dispute.reason}): an answer is owed by {by}"}
            yield Want("dispute", f"dispute/{place}/{dispute.key}", owner, by, body)


def _told(view: View, place: str, today: date) -> Iterator[Want]:
    """Yield what the house is told before it happens, or after it did or did not."""
    case, answer = view.case, view.answer
    if isinstance(answer, Contact):
        level = view.policy.level(answer.level)
        if level.warn_days and answer.on <= today + timedelta(days=level.warn_days):
            owner = level.copy_to[0] if level.copy_to else "collector"
            body = {"why": f"{level.name} leaves on {answer.on}", "level": level.name}
            key = f"warning/{place}/{level.name}/{answer.round}"
            yield Want("warning", key, owner, answer.on, body)
    if case.lapsed is not None:
        name, on = case.lapsed.level, case.lapsed.on
        why = f"{name} was not made: nobody was reached by {on}, and the next level follows"
        body = {"why": why, "level": name}
        yield Want("call-lapsed", f"call-lapsed/{place}/{name}/{on}", "manager", on, body)
    last = case.said[-1] if case.said else None
    if last is not None and last.channel == _PRESENTED_BY and last.level not in case.presented:
        yield presentation(view.policy, case, last)


def presentation(policy: Policy, case: Case, said: ev.Said) -> Want:
    """Return the task to confirm when a registered formal notice was first presented."""
    days = policy.level(said.level).presented_after_days if said.level in policy.by_name else 0
    due = said.on + timedelta(days=days)
    why = f"when was {said.level} first presented? Without word it counts as of {due}"
    body = {"why": why, "level": said.level}
    key = f"presentation/{_place(case)}/{said.level}"
    return Want("presentation", key, "collector", due, body)
