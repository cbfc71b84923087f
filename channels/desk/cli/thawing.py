"""What a thaw sets going: when the first mail leaves, and how much is pending."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from channels.desk.cli.command import Call
from channels.desk.cli.output import Output
from channels.desk.cli.values import several, shown
from channels.desk.ports import Opened
from models.chasing.answers import Blocker
from models.ledger.creditor import Creditor
from models.views import Item, Reason, Selection


@dataclass(frozen=True, slots=True)
class Outlook:
    """What is ahead for a creditor, as its cases stand.

    Attributes:
        first: when the first mail leaves, in its policy's zone; ``None`` while nothing may.
        debtors: how many wait to be written to, with so many ``invoices``.
        asking: invoices whose next letter waits for a yes, or is a call.
    """

    creditor: Creditor
    first: datetime | None
    debtors: int
    invoices: int
    asking: int


async def outlook(call: Call, opened: Opened, creditor: Creditor) -> Outlook:
    """Return what is ahead now."""
    items = await opened.views.items(Selection(creditor=creditor.key))
    with call.out.waiting("looking at what comes first"):
        answers = await opened.asking.answered(items, call.desk.clock())
    coming = [(item, answer) for item, answer in answers if answer and _comes(item, answer)]
    mails = [item for item, answer in coming if _friendly(call, item, answer)]
    slots = [_there(call, item, item.next_at) for item in mails if item.next_at is not None]
    return Outlook(
        creditor,
        min(slots, default=None),
        len({item.debtor for item in mails}),
        len(mails),
        len(coming) - len(mails),
    )


def _comes(item: Item, answer: Reason) -> bool:
    """Say whether a level is ahead for an item by itself, or once its debtor's turn comes."""
    return answer.answer.get("kind") == "contact" or item.blockers == (Blocker.TURN,)


def _friendly(call: Call, item: Item, answer: Reason) -> bool:
    """Say whether what comes next leaves by itself: no act of law, no call, no yes asked."""
    policy = call.desk.policies.get(item.policy)
    name = answer.answer.get("level")
    if policy is None or answer.answer.get("kind") != "contact" or name not in policy.by_name:
        return True
    level = policy.level(str(name))
    return level.friendly and not level.may_ask


def _there(call: Call, item: Item, at: datetime) -> datetime:
    policy = call.desk.policies.get(item.policy)
    return at if policy is None else at.astimezone(policy.tz)


def as_json(found: Outlook) -> Mapping[str, Any]:
    """Return it as programs read it."""
    return {
        "first_at": None if found.first is None else found.first.isoformat(timespec="seconds"),
        "pending": {"debtors": found.debtors, "invoices": found.invoices},
        "asking": found.asking,
    }


def tell(found: Outlook, out: Output) -> None:
    """Write it for people."""
    if found.first is None:
        out.say("no mail leaves by itself: relance list says what each invoice waits for")
    else:
        owed = f"{several(found.debtors, 'debtor')} with {several(found.invoices, 'invoice')}"
        out.say(
            f"the first mail leaves on {shown(found.first.date())} at {found.first:%H:%M}; "
            f"pending: {owed}"
        )
        most = found.creditor.first_contacts_per_day
        out.say(f"at most {most} debtors a working day at first")
    if found.asking:
        what = several(found.asking, "invoice comes", "invoices come")
        out.say(f"{what} to a letter that needs a yes, or a call")
