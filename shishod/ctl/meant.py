"""How shishoctl is told which books are meant."""

from collections.abc import Callable
from typing import Any, TypeVar

import click

from shishod.ctl.follow import paths_asked

F = TypeVar("F", bound=Callable[..., Any])


def of_books(command: F) -> F:
    """What the commands on many books have in common: their numbers, or paths, a library, or all."""
    for option in (
        click.option("--all", "everything", is_flag=True, help="Every book."),
        click.option("--library", help="Every book of this library."),
        click.option("--path", "paths", multiple=True, type=click.Path(path_type=bytes, readable=False), help=PATH),
        click.argument("books", nargs=-1, metavar="[BOOK]...", type=click.IntRange(min=1)),
    ):
        command = option(command)
    return command


PATH = "The books of this file or folder; may be said again."


def meant(books: tuple[int, ...], paths: tuple[bytes, ...], library: str | None, *, everything: bool) -> dict[str, Any]:
    """The same as the socket takes it."""
    if sum((bool(books), bool(paths), library is not None, everything)) != 1:
        raise click.UsageError("name books by number, or give --path, --library or --all; one of them")
    named: dict[str, Any] = {"books": list(books), "all": everything, **paths_asked(paths)}
    return named | ({"library": library} if library else {})
