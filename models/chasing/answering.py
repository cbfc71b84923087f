"""Courtesies that pay: what answers the debtor, and does not count as a contact."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from types import MappingProxyType
from typing import Final

from models.chasing import events as ev
from models.chasing.blocking import stopped_by_insolvency
from models.chasing.case import Case, Dispute
from models.chasing.drafting import grouped
from models.chasing.facts import Facts
from models.chasing.level import Level, LevelKind
from models.chasing.moment import Draft
from models.chasing.notice import Instalment, Line, NoticeKind, Total
from models.chasing.policy import Policy

_NOTHING: Final[Mapping[str, int]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Heard:
    """A case after an order, with the events the order made."""

    case: Case
    policy: Policy
    facts: Facts
    events: tuple[ev.Event, ...]


def answers(heard: Sequence[Heard], now: datetime) -> list[Draft]:
    """Return what answers an order, over all cases it concerned: one message a kind.

    Promises that pause and disputes that were accepted are confirmed when the policy says
    so; a payment that ends a case in which a reminder went out is thanked for.
    """
    heard = [h for h in heard if not stopped_by_insolvency(h.case, h.facts)]
    promised = [h for h in heard if h.policy.confirm and _promise(h) is not None]
    disputed = [h for h in heard if h.policy.confirm and _dispute(h) is not None]
    thanked = [h for h in heard if h.policy.thank and _thanks(h)]
    drafts = [
        _drafted(kind, group, now)
        for kind, concerned in (
            (NoticeKind.PROMISE_CONFIRMED, promised),
            (NoticeKind.DISPUTE_CONFIRMED, disputed),
            (NoticeKind.THANKS, thanked),
        )
        for group in grouped(concerned)
    ]
    return [draft for draft in drafts if draft is not None]


def statement(heard: Sequence[Heard], credits_: Mapping[str, int], now: datetime) -> list[Draft]:
    """Return what states everything open: none when nothing is, or nobody is reached.

    Args:
        heard: all open cases of the debtor.
        credits_: its unapplied credits, positive minor units by currency; they stand on
            the statement of the items paid to the creditor's own account, else on the first.
        now: when it is planned; it goes at the next opening.
    """
    groups = grouped([h for h in heard if _stated(h)])
    drafts = []
    for place, group in enumerate(groups):
        draft = _drafted(NoticeKind.STATEMENT, group, now)
        if draft is not None:
            drafts.append(draft if place else replace(draft, totals=_totals(draft.lines, credits_)))
    return drafts


def statement_on(policy: Policy, after: date) -> date | None:
    """Return the next day after ``after`` on which the policy states what is open.

    It is the first working day of a month, or of a quarter.
    """
    if policy.statement == "never":
        return None
    months = {1, 4, 7, 10} if policy.statement == "quarterly" else set(range(1, 13))
    month = after.replace(day=1)
    while True:
        day = policy.working_days.first(month)
        if month.month in months and day > after:
            return day
        month = (month + timedelta(days=32)).replace(day=1)


def _stated(heard: Heard) -> bool:
    """Say whether an item is open, ours to speak of, and not stopped."""
    case = heard.case
    ours = not heard.facts.debtor.internal and not case.invoice.serviced_elsewhere
    lives = case.open > 0 and case.dead is None and case.handed_over is None
    return ours and lives and not stopped_by_insolvency(case, heard.facts)


def _promise(heard: Heard) -> ev.Promised | None:
    return next((e for e in heard.events if isinstance(e, ev.Promised) and not e.announced), None)


def _dispute(heard: Heard) -> Dispute | None:
    """Return the dispute that pauses from now on: one raised, or one accepted afterwards."""
    for event in heard.events:
        if isinstance(event, ev.Disputed | ev.DisputeRuled) and event.accepted:
            return next((d for d in heard.case.disputes if d.key == event.dispute), None)
    return None


def _thanks(heard: Heard) -> bool:
    reminded = any(
        heard.policy.level(said.level).kind is not LevelKind.COURTESY
        for said in heard.case.said
        if said.level in heard.policy.by_name
    )
    paid = any(isinstance(event, ev.Paid) for event in heard.events)
    residue = heard.policy.tolerance.get(heard.case.invoice.currency, 0)
    return paid and heard.case.open <= residue and not heard.case.disputed and reminded


def _drafted(kind: NoticeKind, group: Sequence[Heard], now: datetime) -> Draft | None:
    first = group[0]
    ways = (first.facts.way(level) for level in _writing(first.policy))
    way = next((way for way in ways if way is not None), None)
    if way is None:
        return None
    at = first.facts.hours.slot(first.policy.day(now), now)
    lines = tuple(
        _line(kind, heard, at)
        for heard in sorted(group, key=lambda h: (h.case.due, h.case.invoice.number))
    )
    return Draft(
        kind=kind,
        level="",
        policy=first.policy,
        route=way,
        at=at,
        on=first.policy.day(at),
        lines=lines,
        also_open=(),
        totals=_totals(lines),
        payee=first.case.invoice.payee,
        owner=first.case.invoice.owner,
        instalments=_instalments(group) if kind is NoticeKind.PROMISE_CONFIRMED else (),
        why=_WHY[kind],
    )


_WHY = {
    NoticeKind.PROMISE_CONFIRMED: "a promise is confirmed in writing (rule 21)",
    NoticeKind.DISPUTE_CONFIRMED: "a dispute is confirmed in writing (rule 21)",
    NoticeKind.THANKS: "a payment after a reminder is thanked for (rule 21)",
    NoticeKind.STATEMENT: "a statement of everything open (rule 21)",
}


def _writing(policy: Policy) -> list[Level]:
    """Return the levels that write, friendly ones first: answers go to the same people."""
    writing = [level for level in policy.levels if level.channels]
    return sorted(writing, key=lambda level: not level.friendly)


def _line(kind: NoticeKind, heard: Heard, at: datetime) -> Line:
    case = heard.case
    amount = case.open
    if kind is NoticeKind.PROMISE_CONFIRMED:
        promise = _promise(heard)
        amount = next((p.amount for p in case.promises if promise and p.key == promise.promise), 0)
    dispute = _dispute(heard)
    if kind is NoticeKind.DISPUTE_CONFIRMED and dispute is not None:
        amount = dispute.amount
    if kind is NoticeKind.THANKS:
        amount = sum(e.amount for e in heard.events if isinstance(e, ev.Paid))
    return Line(
        number=case.invoice.number,
        currency=case.invoice.currency,
        level="",
        round=0,
        amount=amount,
        open=case.open,
        total=case.amount,
        due=case.due,
        issued=case.invoice.issued,
        days_late=(heard.policy.day(at) - case.due).days,
        cycle=case.cycle,
    )


def _totals(lines: Sequence[Line], credits_: Mapping[str, int] = _NOTHING) -> tuple[Total, ...]:
    sums: dict[str, int] = {}
    for line in lines:
        sums[line.currency] = sums.get(line.currency, 0) + line.amount
    return tuple(
        Total(code, sum_, 0, credits_.get(code, 0), sum_ - credits_.get(code, 0))
        for code, sum_ in sorted(sums.items())
    )


def _instalments(group: Sequence[Heard]) -> tuple[Instalment, ...]:
    sums: dict[tuple[date, str], int] = {}
    for heard in group:
        promise = _promise(heard)
        for known in heard.case.promises:
            if promise is not None and known.key == promise.promise:
                for by, amount in known.parts:
                    key = (by, heard.case.invoice.currency)
                    sums[key] = sums.get(key, 0) + amount
    return tuple(Instalment(by, amount, code) for (by, code), amount in sorted(sums.items()))
