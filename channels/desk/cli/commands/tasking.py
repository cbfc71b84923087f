"""What waits for a person, and what a person has done."""

import argparse
from typing import Any, Final

from channels.desk.cli import facts, noticing
from channels.desk.cli.command import DONE, Call, Command, booked
from channels.desk.cli.ordering import actor
from channels.desk.cli.selecting import selection, selects
from channels.desk.cli.tables import columns
from channels.desk.cli.values import shown, whole
from channels.desk.ports import Opened
from models.views import Task


async def _tasks(call: Call, opened: Opened) -> int:
    tasks = await opened.views.tasks(selection(call))
    if call.out.json:
        for task in tasks:
            may = {"may": _may(call, task)}
            call.out.record({**facts.task(task), **may, **await _asked_for(call, opened, task)})
        return DONE
    if not tasks:
        call.out.say("Nothing waits for a person.")
        return DONE
    rows = [
        [
            str(task.id),
            shown(task.due),
            task.kind,
            ", ".join(task.numbers) or "-",
            task.name or task.debtor or "-",
            _whose(call, task),
            _why(task),
        ]
        for task in tasks
    ]
    titles = ("task>", "due", "what", "invoice~", "debtor~", "whose?", "why~?")
    call.out.table(columns(*titles), rows)
    call.out.say()
    call.out.say("relance done TASK closes one that no other command answers")
    return DONE


def _may(call: Call, task: Task) -> list[str]:
    """Return who holds the role that a task belongs to, as commands name them."""
    creditor = call.desk.creditors.get(task.creditor)
    return [] if creditor is None else [one.name for one in creditor.people_in(task.owner)]


def _whose(call: Call, task: Task) -> str:
    names = ", ".join(_may(call, task))
    return f"{task.owner} ({names})" if names else task.owner or "-"


def _why(task: Task) -> str:
    why = str(task.facts.get("why", ""))
    return f"{why} (asked {task.asked} times)" if task.asked > 1 else why


async def _asked_for(call: Call, opened: Opened, task: Task) -> dict[str, Any]:
    """Return the notice that an approval is asked for, as it would leave now."""
    if task.kind != "approval" or not task.number:
        return {}
    notice = await opened.asking.notice(task.creditor, task.number, call.desk.clock())
    if notice is None:
        return {"notice": None}
    return {"notice": noticing.as_json(notice, noticing.written(opened, notice))}


def _done_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("task", type=whole, metavar="TASK", help="its number in relance tasks")
    parser.add_argument("--outcome", default="", metavar="TEXT", help="what came of it")
    parser.add_argument(
        "--as", dest="actor", metavar="NAME", help="who says so; else RELANCE_ACTOR, else you"
    )


async def _done(call: Call, opened: Opened) -> int:
    args = call.args
    closed = await opened.tasks.done(args.task, args.outcome, actor(args), call.desk.clock())
    if call.out.json:
        call.out.record({"task": args.task, "done": True, "repeated": not closed})
    elif closed:
        call.out.say(f"task {args.task} is done")
    else:
        call.out.say(f"task {args.task} was closed before: nothing has changed")
    return DONE


COMMANDS: Final = (
    Command(
        name="tasks",
        group="look",
        summary="list what waits for a person",
        run=booked(_tasks),
        arguments=selects,
        examples=(("relance tasks --creditor atelier-nord", "one creditor's"),),
    ),
    Command(
        name="done",
        group="record",
        summary="close a task, by its number in relance tasks",
        run=booked(_done),
        arguments=_done_arguments,
        examples=(("relance done 12 --outcome 'given to the agency'", "it is theirs now"),),
    ),
)
