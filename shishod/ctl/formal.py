"""The same commands as click knows them: for help, completion and the manual pages, and to tell what is wrong."""

import sys
from collections.abc import Callable, Mapping, Sequence
from functools import reduce
from typing import Any

import click

from shishod import __version__
from shishod.control.client import Client
from shishod.ctl.table import COMMANDS, PIPE, USAGE, found
from shishod.ctl.voice import say_no_more
from shishod.ctl.words import Command, Kind, Word, WrongWords
from shishod.paths import find_socket


class OneByOne(click.Group):
    """A group that imports a command when it is asked for."""

    def list_commands(self, _ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, _ctx: click.Context, cmd_name: str) -> click.Command | None:
        return as_click(found(cmd_name)) if cmd_name in COMMANDS else None

    def invoke(self, ctx: click.Context) -> object:
        try:
            outcome = super().invoke(ctx)
            sys.stdout.flush()
        except BrokenPipeError:
            say_no_more()
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
    ctx.obj = Client(find_socket() if socket is None else socket)


def answer(arguments: Sequence[str] | None) -> object:
    """Do what a command line says; what is wrong with it is told, with the code for that."""
    try:
        return cli.main(arguments, prog_name="shishoctl", standalone_mode=False)
    except click.UsageError as error:
        error.show()
        return USAGE
    except click.Abort as abort:
        raise KeyboardInterrupt from abort


def as_click(command: Command) -> click.Command:
    """The command with its words as they were declared."""

    def run(client: Client, /, **values: Any) -> Any:
        try:
            _all_said(command, values)
            return command.run(client, **values)
        except WrongWords as wrong:
            if wrong.about:
                raise click.BadParameter(str(wrong), param_hint=wrong.about) from wrong
            raise click.UsageError(str(wrong)) from wrong

    run.__doc__ = command.run.__doc__
    declared: Callable[..., Any] = reduce(_with, reversed(command.words), click.pass_obj(run))
    return click.command(command.name, short_help=command.short_help)(declared)


def _all_said(command: Command, values: Mapping[str, Any]) -> None:
    """Raises WrongWords for the first that is empty and may not be."""
    for word in command.words:
        if word.unsaid(values[word.key]):
            metavar = word.rest.get("metavar") if word.sort == "argument" else None
            raise WrongWords("it is empty", about=metavar or word.names[0])


def _with(run: Callable[..., Any], word: Word) -> Callable[..., Any]:
    kind: Kind | None = word.rest.get("type")
    rest = word.rest if kind is None else word.rest | {"type": getattr(click, kind.name)(*kind.bounds, **kind.rest)}
    declare = click.option if word.sort == "option" else click.argument
    declared: Callable[..., Any] = declare(*word.names, **rest)(run)
    return declared
