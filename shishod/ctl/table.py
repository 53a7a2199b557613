"""What shishoctl can be asked, in the order of its help, and how it ends."""

from importlib import import_module

from shishod.ctl.words import Command

COMMANDS = (
    "status",
    "health",
    "scan",
    "cancel",
    "log",
    "books",
    "show",
    "explain",
    "set",
    "unset",
    "clear",
    "lock",
    "unlock",
    "review",
    "refresh",
    "reset",
    "enrich",
    "match",
    "providers",
    "freeze",
    "unfreeze",
    "problems",
    "held",
    "accept",
    "missing",
    "purge",
    "mark",
    "pause",
    "resume",
    "set-workers",
    "reload",
    "events",
    "backup",
    "export",
    "doctor",
)

FAILED, USAGE, UNREACHABLE, UNWRITTEN, BUSY, PERMISSION, SETTINGS = 1, 64, 69, 74, 75, 77, 78
INTERRUPTED, PIPE = 130, 141
BY_KIND = {"busy": BUSY, "permission": PERMISSION, "settings": SETTINGS}


def found(name: str) -> Command:
    """The command of this name, which is imported now."""
    command: Command = import_module(f"shishod.ctl.{name.replace('-', '_')}").command
    return command
