"""How these tests say what is in a ledger, what happens, and what should be told."""

from datetime import date

from models.chasing.policy import Policy, parsed
from models.chasing.portfolio import Portfolio, gathered
from models.chasing.rehearsal import CHANNELS, Rehearsal, rehearse
from models.chasing.script import parsed as said
from models.ledger.entries import ItemRow

#: Two reminders by e-mail, three and fifteen days after the due date.
PLAIN = """
name = "plain"
zone = "Europe/Paris"
calendar = "FR"
[[levels]]
name = "first"
kind = "reminder"
after_days = 3
channels = ["email", "letter"]
[[levels]]
name = "second"
kind = "reminder"
after_days = 15
channels = ["email"]
"""
#: A Monday.
SINCE = date(2031, 3, 3)


def plain(keys: str = "") -> Policy:
    """Return the plain policy with some keys more."""
    return parsed(keys + PLAIN, "plain")


def row(number: str = "F-1", **facts) -> ItemRow:
    """Return an open item of 100 euros, due on the Monday, unless said otherwise."""
    known = {
        "line": 2,
        "due": SINCE,
        "amount": 10000,
        "currency": "EUR",
        "debtor": "ALBA",
        "email": "accounts@alba.example",
        "country": "FR",
    }
    known.update(facts)
    return ItemRow(number=number, **{"open": known["amount"], **known})


def portfolio(*rows, policy: Policy | None = None, contacts=()) -> Portfolio:
    """Return rows as accounts, all under one policy."""
    chosen = policy or plain()
    return gathered(rows, lambda _: chosen, SINCE, contacts)


def told(found: Portfolio, *events, until: date = date(2031, 3, 31), channels=CHANNELS):
    """Return the rehearsal of a portfolio with a story given as JSON objects."""
    story = [said(line, event) for line, event in enumerate(events, 1)]
    return rehearse(found, story, SINCE, until, channels)


def lines(rehearsal: Rehearsal) -> list[str]:
    """Return who hears what, when and about which invoices, one line each."""
    return [
        f"{entry.on:%m-%d} {entry.debtor} {entry.channel} {entry.level} {'+'.join(entry.invoices)}"
        for entry in rehearsal.timeline
    ]


def stands(rehearsal: Rehearsal) -> dict[str, tuple[str, int, tuple[str, ...]]]:
    """Return state, open amount and blockers of each invoice."""
    return {s.number: (s.state, s.open, s.blockers) for s in rehearsal.standings}
