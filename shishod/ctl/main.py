"""The shishoctl command: finds the socket, loads the one command that was asked for, and names its outcome."""

import os
import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

import click

from shishod import __version__
from shishod.control.client import Client
from shishod.ctl.voice import plain
from shishod.errors import Refused, Unreachable
from shishod.paths import display, find_socket

COMMANDS = (
    "status",
    "health",
    "scan",
    "cancel",
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


class OneByOne(click.Group):
    """A group that imports a command when it is asked for."""

    def list_commands(self, _ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, _ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        found: click.Command = import_module(f"shishod.ctl.{cmd_name.replace('-', '_')}").command
        return found

    def invoke(self, ctx: click.Context) -> object:
        try:
            outcome = super().invoke(ctx)
            sys.stdout.flush()
        except BrokenPipeError:
            _write_no_more()
            ctx.exit(PIPE)
        return outcome


@click.group(cls=OneByOne, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.option(
    "--socket",
    type=click.Path(readable=False),
    help="The daemon's socket; found by itself when not given.",
)
@click.version_option(__version__, message="shishoctl %(version)s")
@click.pass_context
def cli(ctx: click.Context, socket: str | None) -> None:
    """Ask the shishod daemon how it is, and tell it what to do.

    Exit codes: 0 done, 1 it failed, 64 usage, 69 no daemon answers, 74 its answer could not be
    written, 75 busy, 77 permission, 78 configuration.
    """
    if socket == "":
        raise click.BadParameter("it is empty; leave it out and the socket is found by itself", param_hint="--socket")
    ctx.obj = Client(find_socket() if socket is None else Path(socket))


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return the exit code; every error is a sentence on standard error."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    try:
        outcome = cli.main(arguments, prog_name="shishoctl", standalone_mode=False)
        if sys.stdout is not None:
            sys.stdout.flush()
    except click.UsageError as error:
        error.show()
        return USAGE
    except Refused as error:
        _complain(str(error), error.hint)
        return BY_KIND.get(error.kind, FAILED)
    except Unreachable as error:
        _complain(str(error))
        return UNREACHABLE
    except OSError as error:  # the client has words of its own for whatever befalls the socket
        _write_no_more()
        where = f" to {display(os.fsencode(error.filename))}" if error.filename else ""
        _complain(f"the answer could not be written{where}: {error.strerror}")
        return UNWRITTEN
    except (click.Abort, KeyboardInterrupt):
        return INTERRUPTED
    return outcome if isinstance(outcome, int) else 0


def _complain(text: str, hint: str = "") -> None:
    first, *more = [*text.splitlines(), *hint.splitlines()] or [""]
    click.echo(f"shishoctl: {plain(first)}", err=True)
    for line in more:
        click.echo(f"  {plain(line.strip())}", err=True)


def _write_no_more() -> None:
    """What is still in the buffer goes nowhere, so that the last flush is silent too."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
