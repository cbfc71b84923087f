"""What ``relance`` alone shows: every command in one line, by what people want to do."""

from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as installed
from typing import Final

from channels.desk.cli.catalogue import catalogue

_HEADINGS: Final = {
    "start": "Start",
    "look": "Look",
    "record": "Record what happened",
    "steer": "Steer the chasing",
    "try out": "Try out, nothing is sent",
}


def version() -> str:
    """Return name and version."""
    try:
        return f"relance {installed('relance')}"
    except PackageNotFoundError:
        return "relance (from a checkout)"


def overview(family: str = "") -> str:
    """Return the commands by heading, or only those of a family."""
    known = [
        command for name, command in catalogue().items() if not family or name.split()[0] == family
    ]
    width = max(len(command.name) for command in known)
    lines = [] if family else ["Relance chases what is owed, and stops when it should.", ""]
    for group, heading in _HEADINGS.items():
        listed = [command for command in known if command.group == group]
        if listed:
            lines += [heading]
            lines += [f"  {command.name:<{width}}  {command.summary}" for command in listed]
            lines += [""]
    lines += ["relance COMMAND --help shows what it takes, with examples."]
    return "\n".join(lines)
