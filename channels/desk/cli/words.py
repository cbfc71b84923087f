"""Blockers and states in words, with what a person can do about each."""

from typing import Final, NamedTuple

from models.chasing.answers import Blocker


class Explained(NamedTuple):
    """What a blocker means, and what to do about it; ``remedy`` may be to wait."""

    meaning: str
    remedy: str


_BLOCKERS: Final = {
    Blocker.NOT_ISSUED: Explained(
        "the invoice is not issued yet", "nothing: it enters on its issue day"
    ),
    Blocker.FROZEN: Explained(
        "the creditor is frozen", "look at what would be sent, then relance thaw CREDITOR"
    ),
    Blocker.TURN: Explained(
        "after the thaw its debtor's turn has not come yet",
        "nothing: it comes by itself, so many debtors a day",
    ),
    Blocker.HOLD: Explained(
        "the invoice is on hold", "it ends by itself on its day; relance release ends it now"
    ),
    Blocker.DEBTOR_HOLD: Explained(
        "the debtor is on hold",
        "it ends by itself on its day; relance release --debtor ends it now",
    ),
    Blocker.CREDITOR_HOLD: Explained(
        "the creditor is on hold",
        "it ends by itself on its day; relance release --all ends it now",
    ),
    Blocker.PROMISE: Explained(
        "payment is promised", "wait for the money; relance release takes the promise back"
    ),
    Blocker.DISPUTE: Explained("the debtor disputes it", "answer the debtor, then relance settle"),
    Blocker.CREDIT_EXPECTED: Explained(
        "a credit note is expected",
        "issue it; relance credit or the next ledger file brings it in",
    ),
    Blocker.INSOLVENCY: Explained(
        "the debtor is insolvent", "file the claim; nothing more is sent"
    ),
    Blocker.DIRECT_DEBIT: Explained(
        "it is collected by direct debit", "nothing: it is chased once the debit is rejected"
    ),
    Blocker.SELF_BILLED: Explained(
        "the debtor bills itself", "nothing: such invoices are never chased"
    ),
    Blocker.INTERNAL: Explained(
        "the debtor is one of our own companies", "nothing: they are never chased"
    ),
    Blocker.SERVICER: Explained("somebody else chases it", "ask the servicer the ledger names"),
    Blocker.HANDED_OVER: Explained("it was handed over", "ask the partner who has it"),
    Blocker.TOO_OLD: Explained(
        "it was too old when it came in",
        "relance send chases it all the same, relance write-off ends it",
    ),
    Blocker.CALL: Explained(
        "somebody must call", "call, then relance call --outcome says how it went"
    ),
    Blocker.APPROVAL: Explained(
        "a notice waits for a yes", "relance show it, then relance approve or relance reject"
    ),
    Blocker.BEING_SAID: Explained(
        "a notice is on its way", "nothing: its outcome is known shortly"
    ),
    Blocker.UNKNOWN_OUTCOME: Explained(
        "nobody knows whether a notice arrived",
        "find out, then relance rule says whether it did",
    ),
    Blocker.BOOKS_STALE: Explained(
        "the books are not fresh", "import the latest ledger and payments"
    ),
    Blocker.BOOKS_UNREACHABLE: Explained(
        "the database does not answer", "nothing: it is asked again by itself"
    ),
    Blocker.NO_CONTACT: Explained(
        "an address is missing, or did not work",
        "bring the right one in with relance import contacts, or with the ledger",
    ),
    Blocker.NO_CHANNEL: Explained(
        "a channel is missing by which the debtor could be reached",
        "connect it (RELANCE_CHANNELS), or relance skip passes the level over",
    ),
    Blocker.MINIMUM: Explained(
        "the debtor owes too little to be written to", "nothing: it waits until more is overdue"
    ),
    Blocker.NET_CREDIT: Explained(
        "credits cover what is overdue",
        "apply the debtor's credits with relance credit, or refund them",
    ),
    Blocker.EXHAUSTED: Explained(
        "every level has been said",
        "decide: hand over, agree on instalments (relance promise), or relance write-off",
    ),
}

_UNKNOWN: Final = "see the documentation of the release that names it"


def explained(blocker: str) -> Explained:
    """Return a blocker in words; one that a later release names keeps its name."""
    try:
        return _BLOCKERS[Blocker(blocker)]
    except ValueError:
        return Explained(blocker.replace("-", " "), _UNKNOWN)
