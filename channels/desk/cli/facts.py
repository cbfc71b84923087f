"""What people look at, as programs read it: names in JSON, amounts as decimal strings."""

from datetime import datetime
from typing import Any, Final

from channels.desk.cli.words import explained
from models.chasing.resting import Rest
from models.ledger.money import decimal
from models.views import Happened, Item, Reason, Sent, Task, Unallocated

#: Facts that are minor units of the invoice's currency.
_AMOUNTS: Final = frozenset({"amount", "open", "chaseable"})


def item(one: Item) -> dict[str, Any]:
    """Return an invoice."""
    return {
        "creditor": one.creditor,
        "invoice": one.number,
        "debtor": one.code or one.debtor,
        "name": one.name,
        "issued": _iso(one.issued),
        "due": _iso(one.due),
        "extended": _iso(one.extended),
        "amount": decimal(one.amount, one.currency),
        "open": decimal(one.open, one.currency),
        "currency": one.currency,
        "state": one.state,
        "level": one.level,
        "next_on": _iso(one.next_on),
        "blockers": list(one.blockers),
        "policy": one.policy,
        "closed": one.closed,
    }


def following(one: Item, last: Reason | None) -> dict[str, Any]:
    """Return what comes next for an invoice, and what keeps it."""
    return {
        **item(one),
        "what": coming(one, last),
        "next_at": _iso(one.next_at),
        "blockers": [
            {"blocker": blocker, **explained(blocker)._asdict()} for blocker in one.blockers
        ],
        "rests": [rest(resting, one.currency) for resting in one.rests],
        "why": one.why,
        "rule": one.rule,
        "looked_at": _iso(one.looked_at),
        "behind": one.behind,
    }


def rest(one: Rest, currency: str) -> dict[str, Any]:
    """Return what an invoice rests on; what its kind does not know is left out."""
    said = {
        "kind": one.kind,
        "amount": decimal(one.amount, currency) if one.amount else None,
        "until": _iso(one.until),
        "reason": one.reason or None,
        "owner": one.owner or None,
        "accepted": one.accepted if one.kind == "dispute" else None,
        "broken_on": _iso(one.broken_on),
        "then": one.then or None,
        "then_on": _iso(one.then_on),
    }
    return {key: value for key, value in said.items() if value is not None or key == "until"}


def coming(one: Item, last: Reason | None) -> str | None:
    """Return the level that is said next; ``None`` while something keeps it."""
    if last is None or one.closed or one.blockers or one.next_on is None:
        return None
    return last.answer.get("level") or None


def reason(one: Reason, currency: str) -> dict[str, Any]:
    """Return an answer of the journal; amounts in it are of the invoice's currency."""
    return {
        "at": _iso(one.at),
        "notice": one.answer.get("notice"),
        "rule": one.rule,
        "why": one.why,
        "policy": one.policy,
        "version": one.version,
        "hash": one.hash,
        "blockers": list(one.blockers),
        "facts": {key: _plain(key, value, currency) for key, value in one.facts.items()},
        "answer": {key: _plain(key, value, currency) for key, value in one.answer.items()},
        "engine": one.engine,
    }


def happened(one: Happened, currency: str) -> dict[str, Any]:
    """Return an event; amounts in it are of the invoice's currency."""
    return {
        "at": _iso(one.at),
        "on": _iso(one.on),
        "event": one.kind,
        "actor": one.actor,
        **{key: _plain(key, value, currency) for key, value in one.facts.items()},
    }


def sent(one: Sent) -> dict[str, Any]:
    """Return a notice and what became of it."""
    return {
        "notice": one.key,
        "creditor": one.creditor,
        "debtor": one.debtor,
        "name": one.name,
        "kind": one.kind,
        "level": one.level,
        "channel": one.channel,
        "language": one.language,
        "state": one.state,
        "at": _iso(one.at),
        "on": _iso(one.on),
        "sent_at": _iso(one.sent_at),
        "invoices": list(one.numbers),
        "failure": one.failure,
    }


def task(one: Task) -> dict[str, Any]:
    """Return a task."""
    return {
        "task": one.id,
        "creditor": one.creditor,
        "kind": one.kind,
        "invoice": one.number or None,
        "invoices": list(one.numbers),
        "debtor": one.debtor or None,
        "name": one.name,
        "owner": one.owner,
        "due": _iso(one.due),
        "opened_at": _iso(one.opened_at),
        "asked": one.asked,
        **_body(one),
    }


def _body(one: Task) -> dict[str, Any]:
    """Return what a task is about; an amount in it is of the currency it names."""
    currency = str(one.facts.get("currency", ""))
    return {key: _plain(key, value, currency) for key, value in one.facts.items()}


def unallocated(one: Unallocated) -> dict[str, Any]:
    """Return money that pays nothing yet."""
    return {
        "creditor": one.creditor,
        "kind": one.kind,
        "payment": one.key,
        "on": _iso(one.on),
        "amount": decimal(one.amount, one.currency),
        "left": decimal(one.left, one.currency),
        "currency": one.currency,
        "debtor": one.debtor or None,
        "name": one.name,
        "text": one.text,
    }


def _plain(key: str, value: Any, currency: str) -> Any:  # noqa: ANN401  whatever an event says
    if key in _AMOUNTS and isinstance(value, int):
        return decimal(value, currency)
    if isinstance(value, list):
        return [
            {inner: _plain(inner, said, currency) for inner, said in part.items()}
            if isinstance(part, dict)
            else part
            for part in value
        ]
    return value


def _iso(value: Any) -> str | None:  # noqa: ANN401  a day or an instant
    if value is None:
        return None
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    return str(value.isoformat())
