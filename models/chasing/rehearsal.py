"""What would be said: the pure core over a ledger, a policy and a story, on a virtual clock.

It assumes fresh books, thawed creditors, connected channels and no jitter. Each debtor is
played on its own; the lines are put in time order at the end.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, Final

from models.chasing.answers import Blocker, Contact, State, Wait
from models.chasing.happening import Sim
from models.chasing.playing import Player
from models.chasing.portfolio import Account, Item, Portfolio
from models.chasing.story import StoryEvent
from models.chasing.timeline import Entry, ordered
from models.errors import RefusedError
from models.ledger.money import decimal

#: Channels that a rehearsal takes as connected.
CHANNELS: Final = frozenset({"email", "sms", "letter", "registered-letter"})
#: What is said of a debtor holds for every creditor that knows it.
_EVERYWHERE: Final = frozenset({"hold", "release", "insolvency", "books"})


@dataclass(frozen=True, slots=True)
class Standing:
    """How an invoice stands at the end of a rehearsal."""

    creditor: str
    number: str
    state: str
    open: int
    currency: str
    level: str | None
    next_on: date | None
    blockers: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        """Return the line as programs read it."""
        return {
            "invoice": self.number,
            "state": self.state,
            "open": decimal(self.open, self.currency),
            "currency": self.currency,
            "level": self.level,
            "next_on": None if self.next_on is None else self.next_on.isoformat(),
            "blockers": list(self.blockers),
        }


@dataclass(slots=True)
class Rehearsal:
    """What a rehearsal found.

    Attributes:
        refused: story lines that the rules refused, as sentences.
    """

    timeline: list[Entry] = field(default_factory=list)
    standings: list[Standing] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)


def rehearse(
    portfolio: Portfolio,
    story: Sequence[StoryEvent],
    since: date,
    until: date,
    channels: frozenset[str] = CHANNELS,
) -> Rehearsal:
    """Play a ledger from ``since`` through ``until``, both inclusive."""
    result = Rehearsal()
    told = _told(portfolio, story, result)
    for key, account in portfolio.accounts.items():
        player = Player(account, channels, portfolio.addresses)
        player.play(told.get(key, []), since, until)
        result.timeline.extend(player.timeline)
        result.refused.extend(one for one in player.refused if one not in result.refused)
        result.standings.extend(
            _standing(account, item, player.sims.get(number), until)
            for number, item in account.items.items()
        )
    result.timeline = ordered(result.timeline)
    result.standings.sort(key=lambda standing: (standing.creditor, standing.number))
    return result


def _told(
    portfolio: Portfolio, story: Iterable[StoryEvent], result: Rehearsal
) -> Mapping[tuple[str, str], list[StoryEvent]]:
    """Return each debtor's part of a story; a creditor's hold is everybody's."""
    told: dict[tuple[str, str], list[StoryEvent]] = {}
    for event in story:
        try:
            parts = _named(portfolio, event) if event.invoices else _concerned(portfolio, event)
        except RefusedError as refused:
            result.refused.append(f"line {event.line}: {refused}")
            continue
        for account, part in parts:
            told.setdefault((account.creditor, account.code), []).append(part)
    return told


def _named(portfolio: Portfolio, event: StoryEvent) -> list[tuple[Account, StoryEvent]]:
    """Return whose the named invoices are, each debtor with its own."""
    numbers: dict[tuple[str, str], list[str]] = {}
    for number in dict.fromkeys(event.invoices):
        found = portfolio.find(event.creditor, number)
        if not found:
            message = f"invoice {number} is not in the ledger"
            raise RefusedError(message)
        account = _only(found, f"invoice {number}")
        numbers.setdefault((account.creditor, account.code), []).append(number)
    if event.event == "insolvency":
        debtors = [portfolio.accounts[key] for key in numbers]
        whole = [replace(event, invoices=(), debtor=account.code) for account in debtors]
        return [part for one in whole for part in _concerned(portfolio, one)]
    if event.amount and len(numbers) > 1:
        message = "an amount is one debtor's: name the invoices of each on a line of its own"
        raise RefusedError(message)
    return [
        (portfolio.accounts[key], replace(event, invoices=tuple(theirs)))
        for key, theirs in numbers.items()
    ]


def _concerned(portfolio: Portfolio, event: StoryEvent) -> list[tuple[Account, StoryEvent]]:
    accounts = [a for a in portfolio.accounts.values() if event.creditor in {"", a.creditor}]
    if event.debtor:
        accounts = [a for a in accounts if event.debtor in {a.code, a.debtor.name}]
        if accounts and event.event not in _EVERYWHERE:
            accounts = [_only(accounts, f"debtor {event.debtor}")]
    elif not event.creditor and event.event != "books":
        accounts = []
    if event.debtor and event.event == "insolvency":
        ids = {account.debtor.legal_id for account in accounts} - {""}
        known = {id(account) for account in accounts}
        accounts += [
            a
            for a in portfolio.accounts.values()
            if a.debtor.legal_id in ids and id(a) not in known
        ]
    if not accounts:
        given = event.debtor or event.creditor
        message = f"nobody in the ledger is called {given!r}"
        if not given:
            message = f"{event.event} needs an invoice or a debtor"
        raise RefusedError(message)
    return [(account, event) for account in accounts]


def _only(found: Sequence[Account], what: str) -> Account:
    """Return the one account that is meant; several creditors may know a number or a code."""
    if len(found) > 1:
        names = " and ".join(sorted(account.creditor for account in found))
        message = f"{what} is known to {names}: name the creditor"
        raise RefusedError(message)
    return found[0]


def _standing(account: Account, item: Item, sim: Sim | None, until: date) -> Standing:
    answer = None if sim is None else sim.answer
    blockers: tuple[str, ...] = ()
    next_on: date | None = None
    match answer:
        case None:
            blockers, next_on = (Blocker.NOT_ISSUED.value,), item.enters
        case Contact():
            next_on = answer.on
        case Wait():
            blockers = tuple(blocker.value for blocker in answer.blockers)
            # What only a person lifts comes on no day that is known.
            past = answer.next_on is not None and answer.next_on <= until
            next_on = None if past else answer.next_on
        case _:
            pass
    return Standing(
        account.creditor,
        item.invoice.number,
        State.WAITING.value if answer is None else answer.state.value,
        item.row.open if sim is None else sim.case.open,
        item.invoice.currency,
        None if sim is None else sim.case.level,
        next_on,
        blockers,
    )
