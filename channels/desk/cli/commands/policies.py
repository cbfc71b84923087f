"""Policies: check a file, show one, list all."""

import argparse
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from channels.desk.cli.command import DONE, FAILED, Call, Command
from channels.desk.cli.policy import described, named
from channels.desk.cli.tables import Column
from channels.desk.cli.values import several
from channels.texts import read_policy
from models.chasing.policy import Policy
from models.errors import PolicyError


def _check_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "files",
        nargs="*",
        type=Path,
        metavar="FILE",
        help="policy files, or folders of them; without any, the policies on offer",
    )


def _check(call: Call) -> int:
    wrong = 0
    if not call.args.files:
        for policy in call.desk.policies.values():
            _report(call, policy, policy.name)
    for path in _unfolded(call.args.files):
        try:
            policy = read_policy(path)
        except PolicyError as error:
            wrong += 1
            call.out.warn(str(error))
            if call.out.json:
                call.out.record({"file": str(path), "right": False, "error": str(error)})
        else:
            _report(call, policy, str(path))
    return FAILED if wrong else DONE


def _unfolded(paths: Iterable[Path]) -> Iterator[Path]:
    for path in paths:
        if not path.is_dir():
            yield path
            continue
        found = sorted(path.glob("*.toml"))
        if not found:
            raise PolicyError(f"{path} holds no .toml file: name a folder of policies, or a file")
        yield from found


def _report(call: Call, policy: Policy, source: str) -> None:
    levels = several(len(policy.levels), "level")
    call.out.say(f"{source}: right: {policy.name}, version {policy.version}, {levels}")
    if call.out.json:
        call.out.record({"file": source, "right": True, **_head(policy)})


def _head(policy: Policy) -> dict[str, object]:
    return {
        "name": policy.name,
        "version": policy.version,
        "hash": policy.hash,
        "zone": policy.zone,
        "calendar": policy.calendar,
        "levels": [level.name for level in policy.levels],
    }


def _show_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("policy", metavar="NAME", help="a policy on offer, or a .toml file")


def _show(call: Call) -> int:
    policy = named(call.desk, call.args.policy)
    if call.out.json:
        call.out.record({**policy.as_text(), "hash": policy.hash})
        return DONE
    described(policy, call.out)
    return DONE


def _list(call: Call) -> int:
    policies = call.desk.policies.values()
    if call.out.json:
        for policy in policies:
            call.out.record(_head(policy))
        return DONE
    columns = [
        Column("policy"),
        Column("version", right=True),
        Column("zone"),
        Column("calendar"),
        Column("levels", wide=True),
    ]
    rows = [
        [
            policy.name,
            str(policy.version),
            policy.zone,
            policy.calendar,
            ", ".join(level.name for level in policy.levels),
        ]
        for policy in policies
    ]
    call.out.table(columns, rows)
    return DONE


COMMANDS: Final = (
    Command(
        name="policies list",
        group="try out",
        summary="list the policies on offer",
        run=_list,
    ),
    Command(
        name="policies show",
        group="try out",
        summary="show a policy, level by level",
        run=_show,
        arguments=_show_arguments,
        examples=(
            ("relance policies show standard-b2b", "the ordinary course, in words"),
            ("relance policies show mine.toml --json", "what a file comes to, for programs"),
        ),
    ),
    Command(
        name="policies check",
        group="try out",
        summary="check policy files: what is wrong, and what is allowed",
        run=_check,
        arguments=_check_arguments,
        examples=(
            ("relance policies check mine.toml", "one file"),
            ("relance policies check policies/", "every .toml file of a folder"),
        ),
    ),
)
