"""A policy found by what people call it, and put into words."""

from collections.abc import Iterator
from pathlib import Path

from channels.desk.cli.output import Output
from channels.desk.cli.tables import Column
from channels.desk.cli.values import money
from channels.desk.ports import Desk
from channels.texts import read_policy
from models.chasing.level import Above, Level
from models.chasing.policy import Policy
from models.errors import UnknownError


def named(desk: Desk, name: str) -> Policy:
    """Return a policy on offer by name, or the policy of a file by its path.

    Raises:
        UnknownError: neither; lists the policies on offer.
        PolicyError: the file is wrong or cannot be read.
    """
    if name in desk.policies:
        return desk.policies[name]
    path = Path(name)
    if path.suffix == ".toml" or path.is_file():
        return read_policy(path)
    known = ", ".join(desk.policies)
    raise UnknownError(f"no policy is named {name!r}: use {known}, or the path of a .toml file")


def described(policy: Policy, out: Output) -> None:
    """Write what a policy does: its rules in a sentence each, its levels as a table."""
    out.say(f"{policy.name}, version {policy.version} ({policy.hash})")
    for line in _rules(policy):
        out.say(f"  {line}")
    out.say()
    titles = ("level", "kind", "when", "by", "to", "charges", "asks for a yes")
    columns = [Column(title, wide=title in {"by", "to"}) for title in titles]
    out.table(columns, [_row(policy, place) for place in range(len(policy.levels))])


def _rules(policy: Policy) -> Iterator[str]:
    hours = f"{policy.opens:%H:%M} to {policy.closes:%H:%M}, {policy.zone}"
    yield f"writes on working days of {policy.calendar}, {hours}"
    yield (
        f"at most {policy.contacts_per_week} contacts with a debtor a week, "
        f"{policy.contact_gap_days} days apart; levels of an invoice {policy.gap_days} days apart"
    )
    if policy.minimum:
        yield f"from {_amounts(policy.minimum)} overdue"
    if policy.tolerance:
        yield f"a rest within {_amounts(policy.tolerance)} closes"
    yield (
        f"{policy.max_promises} promises a year, up to {policy.max_promise_days} days ahead and "
        f"{policy.grace_days} bank days of grace; when broken: {policy.on_broken_promise}"
    )


def _amounts(amounts: dict[str, int]) -> str:
    return ", ".join(money(minor, currency) for currency, minor in amounts.items())


def _row(policy: Policy, place: int) -> list[str]:
    level = policy.levels[place]
    by = " or ".join(level.channels)
    if level.also:
        by += f", with {' and '.join(level.also)}"
    to = " or ".join(level.to)
    if level.cc:
        to += f", cc {', '.join(level.cc)}"
    return [level.name, level.kind.value, _when(level), by or "-", to, level.charges, _yes(level)]


def _when(level: Level) -> str:
    if level.after_days is None:
        when = f"{level.after_previous_days} days after the one before"
    elif level.after_days < 0:
        when = f"{-level.after_days} days before it is due"
    else:
        when = f"{level.after_days} days late"
    if level.repeat is not None:
        when += f", then every {level.repeat.every_days} days, {level.repeat.times} times"
    return when


def _yes(level: Level) -> str:
    if isinstance(level.approval, Above):
        return f"above {_amounts(level.approval.above)}"
    if level.approval is None:
        return "always" if level.legal else "never"
    return level.approval
