"""The shishoctl command: finds the socket, loads the one command that was asked for, and names its outcome."""

import os
import sys
from collections.abc import Sequence

from shishod.control.client import Client
from shishod.ctl.table import (
    BY_KIND,
    COMMANDS,
    FAILED,
    INTERRUPTED,
    PIPE,
    UNREACHABLE,
    UNWRITTEN,
    found,
)
from shishod.ctl.voice import echo, plain, say_no_more
from shishod.ctl.words import NotPlain, WrongWords
from shishod.errors import Refused, Unreachable
from shishod.paths import display, find_socket

COMPLETION = "_SHISHOCTL_COMPLETE"  # where a shell asks what may follow


def run() -> None:
    """The console script. Nothing follows: to take the interpreter apart would be an eighth of its time."""
    code = main()
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (AttributeError, OSError):  # it is closed, or was told of
            continue
    os._exit(code)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return the exit code; every error is a sentence on standard error."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    try:
        outcome = _outcome(sys.argv[1:] if arguments is None else arguments)
        if sys.stdout is not None:
            sys.stdout.flush()
    except Refused as error:
        _complain(str(error), error.hint)
        return BY_KIND.get(error.kind, FAILED)
    except Unreachable as error:
        _complain(str(error))
        return UNREACHABLE
    except BrokenPipeError:
        say_no_more()
        return PIPE
    except OSError as error:  # the client has words of its own for whatever befalls the socket
        say_no_more()
        where = f" to {display(os.fsencode(error.filename))}" if error.filename else ""
        _complain(f"the answer could not be written{where}: {error.strerror}")
        return UNWRITTEN
    except KeyboardInterrupt:
        echo(err=True)
        return INTERRUPTED
    return outcome if isinstance(outcome, int) else 0


def _outcome(said: Sequence[str]) -> object:
    """What a plain command returns; click reads the words that are not plain, and tells of those that are wrong."""
    try:
        socket, name, words = _parted(said)
        command = found(name)
        values = command.plain(words)
        return command.run(Client(find_socket() if socket is None else socket), **values)
    except (NotPlain, WrongWords):
        from shishod.ctl.formal import answer

        return answer(said)


def _parted(said: Sequence[str]) -> tuple[str | None, str, Sequence[str]]:
    """The socket where one is named, the command, and its words."""
    if COMPLETION in os.environ or not all(isinstance(one, str) for one in said):
        raise NotPlain
    socket, rest = (said[1], said[2:]) if len(said) > 1 and said[0] == "--socket" else (None, said)
    if socket == "" or not rest or rest[0] not in COMMANDS:
        raise NotPlain
    return socket, rest[0], rest[1:]


def _complain(text: str, hint: str = "") -> None:
    first, *more = [*text.splitlines(), *hint.splitlines()] or [""]
    echo(f"shishoctl: {plain(first)}", err=True)
    for line in more:
        echo(f"  {plain(line.strip())}", err=True)
