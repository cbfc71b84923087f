"""The rules of chasing in a few words each, by the number that answers name."""

from typing import Final

_RULES: Final = {
    "1": "one answer at a time, with its rule and its blockers",
    "2": "a level has its place, counted from the due date or from the level before",
    "3": "no level is skipped, none repeats by itself, and they keep their distance",
    "4": "an invoice that comes in late enters at its age",
    "5": "only what is open, undisputed and unpromised is chased, from a minimum on",
    "6": "a promise pauses until its day, then it is kept or broken",
    "7": "a dispute pauses its amount until it is settled",
    "8": "a hold or a freeze stops chasing until it ends",
    "9": "legal and insurance clocks run on and are paused by nothing",
    "10": "what needs a yes waits for it, and a call for the person who makes it",
    "11": "nobody is written to from stale books",
    "12": "a dead invoice is never chased, nor one that an insolvency stops",
    "13": "fees and interest are announced, claimed or left out by level",
    "14": "some invoices are left out by name: debits, self-billed, internal, served elsewhere",
    "15": "after the last level a person decides",
    "16": "one pace for a debtor, over all its invoices",
    "17": "one notice says everything that is due, from a net sum above zero",
    "18": "a legal notice stands alone",
    "19": "what a debtor's standing means for the rest",
    "20": "each level names its recipients, in order",
    "21": "promises and disputes are confirmed in writing",
    "22": "people speak about debtors, and are answered once",
}


def words(rule: str) -> str:
    """Return what a rule says; nothing for one that a later release names."""
    return _RULES.get(rule, "")
