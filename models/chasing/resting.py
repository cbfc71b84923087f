"""What a case rests on: promises, disputes and holds, until when, and what follows then."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Final

from models.chasing.answers import Contact, Wait
from models.chasing.case import Case, Promise
from models.chasing.dunning import settle
from models.chasing.facts import Facts
from models.chasing.policy import Policy
from models.chasing.promising import broken_on

#: Who answers a dispute whose reason names nobody.
OWNER: Final = "collector"
#: Who accepts one that was raised after a formal notice.
ACCEPTS: Final = "manager"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rest:
    """Something that lets a case rest.

    Attributes:
        kind: promise, dispute, credit-note, or hold: of the case, its debtor or its creditor.
        amount: minor units that rest; 0 for a hold, which is about all of them.
        until: the day promised, the one to answer by, or the one on which a hold has ended.
        owner: who answers a dispute.
        accepted: whether a dispute pauses already; one after a formal notice waits for that.
        broken_on: the day on which a promise counts as broken without the money.
        then: the level that follows a broken promise, on ``then_on``.
    """

    kind: str
    amount: int = 0
    until: date | None = None
    reason: str = ""
    owner: str = ""
    accepted: bool = True
    broken_on: date | None = None
    then: str = ""
    then_on: date | None = None


def rests(case: Case, policy: Policy, facts: Facts, now: datetime) -> tuple[Rest, ...]:
    """Return what a case rests on at an instant, holds first."""
    return (
        *_held(case, policy, facts, now),
        *_promised(case, policy, facts, now),
        *_disputed(case),
        *(
            Rest(kind="credit-note", amount=credit.amount, until=credit.by)
            for credit in case.credits
        ),
    )


def _held(case: Case, policy: Policy, facts: Facts, now: datetime) -> Iterator[Rest]:
    today = policy.day(now)
    for kind, holds in (
        ("hold", case.holds),
        ("debtor-hold", facts.debtor_holds),
        ("creditor-hold", facts.creditor_holds),
    ):
        for hold in holds:
            if hold.holds(today):
                yield Rest(kind=kind, until=hold.until, reason=hold.reason)


def _promised(case: Case, policy: Policy, facts: Facts, now: datetime) -> Iterator[Rest]:
    for promise in case.promises:
        if not promise.pauses or not promise.left:
            continue
        by = _awaited(promise)
        broken = broken_on(policy, by)
        then, then_on = _if_broken(case, policy, facts, max(now, policy.opening(broken)))
        yield Rest(
            kind="promise",
            amount=promise.left,
            until=by,
            broken_on=broken,
            then=then,
            then_on=then_on,
        )


def _awaited(promise: Promise) -> date:
    """Return the first day promised whose part has not come in full."""
    came = promise.received
    for by, amount in promise.parts[:-1]:
        came -= amount
        if came < 0:
            return by
    return promise.parts[-1][0]


def _if_broken(case: Case, policy: Policy, facts: Facts, at: datetime) -> tuple[str, date | None]:
    """Return the level that follows, and its day, if books of that instant show no money."""
    then = settle(case, policy, replace(facts, fresh=True, being_said=False), at)[2]
    if isinstance(then, Contact):
        return then.level, then.on
    if isinstance(then, Wait) and not then.blockers:
        return then.level or "", then.next_on
    return "", None


def _disputed(case: Case) -> Iterator[Rest]:
    for dispute in case.disputes:
        if dispute.state == "closed":
            continue
        accepted = dispute.state == "open"
        yield Rest(
            kind="dispute",
            amount=dispute.amount,
            until=dispute.answer_by,
            reason=dispute.reason,
            owner=(dispute.owner or OWNER) if accepted else ACCEPTS,
            accepted=accepted,
        )
