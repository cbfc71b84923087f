"""Who owes: debtors with what is open, and what else becomes of a debt."""

import argparse
from collections.abc import Sequence
from typing import Final

from channels.desk.cli import accounts, facts
from channels.desk.cli.command import DONE, Call, Command, UsageError, booked
from channels.desk.cli.concern import about_creditor, meant, whose
from channels.desk.cli.ordering import give, order, ordered, signed
from channels.desk.cli.policy import named
from channels.desk.cli.tables import Column
from channels.desk.cli.values import day
from channels.desk.ports import Opened
from models.chasing.commands import ChangePolicy, RejectDebit
from models.chasing.events import Death
from models.chasing.policy import Policy
from models.orders import Insolvency
from models.views import Account, Item, Reason

_COLUMNS: Final = (
    Column("debtor", wide=True),
    Column("code"),
    Column("creditor", extra=True),
    Column("standing", extra=True),
    Column("invoices", right=True),
    Column("overdue", right=True),
    Column("open", right=True),
    Column("credits", right=True, extra=True),
    Column("oldest due", extra=True),
)


async def _debtors(call: Call, opened: Opened) -> int:
    creditor = whose(call, call.args.creditor) if call.args.creditor else None
    owner = creditor or next(iter(call.desk.creditors.values()))
    today = opened.books.today(owner, call.desk.clock())
    found = await opened.views.accounts(creditor.key if creditor else "", today)
    if call.out.json:
        for account in found:
            call.out.record(accounts.as_json(account))
        return DONE
    if not found:
        call.out.say("Nobody is known yet; relance import invoices brings debtors in.")
        return DONE
    call.out.table(_COLUMNS, [_row(account) for account in found])
    return DONE


def _row(account: Account) -> list[str]:
    return [
        account.name or account.code,
        account.code or account.debtor,
        account.creditor,
        account.standing,
        f"{account.invoices:,}",
        accounts.sums(account.overdue),
        accounts.sums(account.open),
        accounts.sums(account.credits),
        "-" if account.oldest_due is None else account.oldest_due.isoformat(),
    ]


def _insolvent_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("debtor", metavar="DEBTOR", help="by code or exact name")
    about_creditor(parser)
    when = parser.add_mutually_exclusive_group()
    when.add_argument("--on", type=day, metavar="DAY", help="of the judgment; today without it")
    when.add_argument("--false-match", action="store_true", help="it was somebody else")
    signed(parser, reason=False)


async def _insolvent(call: Call, opened: Opened) -> int:
    call.args.invoices = []
    concern = await meant(call, opened)
    today = opened.books.today(concern.creditor, call.desk.clock())
    judged = None
    if not call.args.false_match:
        judged = call.args.on(today) if call.args.on else today
    if judged is not None and judged > today:
        raise UsageError(f"--on {judged} is not here yet: name the day of the judgment")
    command = Insolvency(judged_on=judged, reason=call.args.reason)
    return await give(call, opened, concern, [command])


def _rejected_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("invoices", nargs="+", metavar="INVOICE", help="numbers of invoices")
    about_creditor(parser)
    signed(parser)


async def _rejected(call: Call, opened: Opened) -> int:
    call.args.debtor = ""
    concern = await meant(call, opened)
    return await give(call, opened, concern, [RejectDebit()])


def _cancel_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--as-what",
        default=Death.CANCELLED.value,
        choices=[death.value for death in Death],
        help="what became of it; cancelled without it",
    )
    signed(parser)


def _policy_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--policy", required=True, metavar="NAME", help="a policy on offer")
    parser.add_argument(
        "--preview", action="store_true", help="only show what would come next, and when"
    )
    signed(parser)


async def _change_policy(call: Call, opened: Opened) -> int:
    concern = await meant(call, opened)
    policy = named(call.desk, call.args.policy)
    if call.args.preview:
        return await _previewed(call, opened, concern.items, policy)
    command = ChangePolicy(policy=policy.name, version=policy.version, hash=policy.hash)
    return await give(call, opened, concern, [command])


async def _previewed(call: Call, opened: Opened, items: Sequence[Item], policy: Policy) -> int:
    """Show what comes next for each invoice, as it is and as it would be."""
    live = [item for item in items if not item.closed]
    now = call.desk.clock()
    before = await opened.asking.answered(live, now)
    after = await opened.asking.answered(live, now, policy)
    rows = []
    for was, then in zip(before, after, strict=True):
        said = [_coming(*one) for one in (was, then)]
        rows.append([was[0].number, was[0].policy, *said])
        if call.out.json:
            line = {"invoice": was[0].number, "policy": policy.name}
            call.out.record({**line, "now": said[0], "then": said[1]})
    if not call.out.json:
        columns = [Column("invoice"), Column("policy"), Column("now"), Column("then", wide=True)]
        call.out.table(columns, rows)
        call.out.say(f"nothing is changed: without --preview they go on under {policy.name}")
    return DONE


def _coming(item: Item, answer: Reason | None) -> str:
    """Return what comes next and when, or what keeps it, in a few words."""
    what = facts.coming(item, answer) or ", ".join(item.blockers) or "a look"
    return what if item.next_on is None else f"{what} on {item.next_on}"


COMMANDS: Final = (
    Command(
        name="debtors",
        group="look",
        summary="list debtors and what each owes",
        run=booked(_debtors),
        arguments=about_creditor,
        examples=(("relance debtors --creditor atelier-nord", "one creditor's"),),
    ),
    Command(
        name="insolvent",
        group="record",
        summary="a debtor is insolvent: nothing more is sent to it",
        run=booked(_insolvent),
        arguments=_insolvent_arguments,
        examples=(
            ("relance insolvent C1001 --on 2026-03-02", "judged on that day"),
            ("relance insolvent C1001 --false-match", "it was somebody else: chasing goes on"),
        ),
    ),
    Command(
        name="rejected",
        group="record",
        summary="the bank gave a direct debit back: its invoice is chased from now on",
        run=booked(_rejected),
        arguments=_rejected_arguments,
        examples=(("relance rejected AN-1001", "money booked for it is taken back as well"),),
    ),
    order(
        "cancel",
        "an invoice is void: refused, rejected, cancelled or replaced",
        group="record",
        run=ordered("dead", lambda args, _: {"reason": args.as_what}),
        arguments=_cancel_arguments,
        examples=(("relance cancel AN-1001 --as-what replaced", "another one took its place"),),
    ),
    order(
        "change-policy",
        "chase under another policy from now on; rehearse it first",
        group="steer",
        run=booked(_change_policy),
        arguments=_policy_arguments,
        examples=(
            (
                "relance change-policy --debtor C1001 --policy key-account --preview",
                "what would come next, and when",
            ),
            ("relance change-policy --debtor C1001 --policy key-account", "a debtor"),
        ),
    ),
)
