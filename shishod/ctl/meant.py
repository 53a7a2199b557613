"""How shishoctl is told which books are meant."""

from collections.abc import Callable
from typing import Any, TypeVar

from shishod.ctl.follow import paths_asked
from shishod.ctl.words import WrongWords, argument, option, path, whole

F = TypeVar("F", bound=Callable[..., Any])


def of_books(command: F) -> F:
    """What the commands on many books have in common: their numbers, or paths, a library, or all."""
    for declare in (
        option("--all", "everything", is_flag=True, help="Every book."),
        option("--library", help="Every book of this library."),
        option("--path", "paths", multiple=True, type=path(), help=PATH),
        argument("books", nargs=-1, metavar="[BOOK]...", type=whole(1)),
    ):
        command = declare(command)
    return command


PATH = "The books of this file or folder; may be said again."


def meant(books: tuple[int, ...], paths: tuple[bytes, ...], library: str | None, *, everything: bool) -> dict[str, Any]:
    """The same as the socket takes it."""
    if sum((bool(books), bool(paths), library is not None, everything)) != 1:
        raise WrongWords("name books by number, or give --path, --library or --all; one of them")
    named: dict[str, Any] = {"books": list(books), "all": everything, **paths_asked(paths)}
    return named | ({"library": library} if library else {})
