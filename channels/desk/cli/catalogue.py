"""Which commands there are: whatever the modules under ``commands/`` list."""

from collections.abc import Mapping
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import Final

from channels.desk.cli import commands
from channels.desk.cli.command import Command

#: The headings of the overview, in order.
GROUPS: Final = ("start", "look", "record", "steer", "try out")


@cache
def catalogue() -> Mapping[str, Command]:
    """Return every command by name, by group and then as its module lists it."""
    found: list[Command] = []
    for module in sorted(iter_modules(commands.__path__), key=lambda module: module.name):
        found += import_module(f"{commands.__name__}.{module.name}").COMMANDS
    found.sort(key=lambda command: GROUPS.index(command.group))
    return {command.name: command for command in found}


def families() -> frozenset[str]:
    """Return the first words of commands that have two."""
    return frozenset(name.split()[0] for name in catalogue() if " " in name)
