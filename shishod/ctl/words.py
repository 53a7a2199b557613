"""The words of a command, declared once: read here where they are plain, and by click where they are not.

click takes longer to load than all else that a command does, so it is asked only for what is more than plain: help, the
completion of a shell, the manual pages, and whatever is wrong or only unusual in a command line.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence

TYPE_CHECKING = False  # typing takes as long to load as all of ours
if TYPE_CHECKING:
    from typing import Any, TypeVar

    F = TypeVar("F", bound=Callable[..., Any])


class WrongWords(Exception):
    """The command line cannot be understood; raised before anything was done. `about` names the word at fault."""

    def __init__(self, text: str, about: str = "") -> None:
        super().__init__(text)
        self.about = about


class NotPlain(Exception):
    """Let click see to it."""


class Kind:
    """What a word must be, as click names it."""

    def __init__(self, name: str, *bounds: Any, **rest: Any) -> None:
        self.name, self.bounds, self.rest = name, bounds, rest

    def plain(self, word: str) -> Any:
        """The value of a word that is just right. Raises NotPlain."""
        if self.name == "IntRange" and word.isdecimal() and word.isascii():
            least, most = self.bounds
            if least <= int(word) and (most is None or int(word) <= most):
                return int(word)
        if self.name == "Choice" and word in self.bounds[0]:
            return word
        if self.name == "Path" and self.rest == {"path_type": bytes, "readable": False}:
            return os.fsencode(word)
        raise NotPlain


def whole(least: int, most: int | None = None) -> Kind:
    """A whole number."""
    return Kind("IntRange", least, most)


def one_of(words: Sequence[str]) -> Kind:
    """One of these, letter by letter."""
    return Kind("Choice", list(words))


def path() -> Kind:
    """A path as bytes, be it there or not."""
    return Kind("Path", path_type=bytes, readable=False)


def place(*, folder: bool) -> Kind:
    """Where a folder, or a file, is to be written."""
    return Kind("Path", file_okay=False) if folder else Kind("Path", dir_okay=False)


class Word:
    """One option or argument, which is its sort: click's own words for it."""

    def __init__(self, sort: str, names: tuple[str, ...], rest: dict[str, Any]) -> None:
        self.sort, self.names, self.rest = sort, names, rest

    @property
    def key(self) -> str:
        """The name of the function's parameter."""
        own = [name for name in self.names if not name.startswith("-")]
        return own[0] if own else self.names[0].partition("/")[0].lstrip("-").replace("-", "_")

    @property
    def absent(self) -> Any:
        """Its value where nothing is said."""
        if self.rest.get("multiple") or self.rest.get("nargs") == -1:
            return ()
        return self.rest.get("default", False if self.rest.get("is_flag") else None)

    def spellings(self) -> Iterator[tuple[str, Any]]:
        """Each way to write it, with the value that it has then; None where the next word tells it."""
        for name in self.names:
            if name.startswith("-"):
                yes, _, no = name.partition("/")
                yield yes, True if no or self.rest.get("is_flag") else None
                if no:
                    yield no, False

    def plain(self, word: str) -> Any:
        kind: Kind | None = self.rest.get("type")
        return word if kind is None else kind.plain(word)

    def unsaid(self, value: Any) -> bool:
        """Whether there is nothing in it, as where a variable of the shell is not set: it would mean everything, or the
        folder where one stands. Words that are looked for may be none."""
        if self.absent == "" or (self.sort == "argument" and "type" not in self.rest):
            return False
        return any(one in ("", b"") for one in (value if isinstance(value, tuple) else (value,)))


class Command:
    """A command, the words that it takes, and what it does: a function of the client and of the words' values."""

    def __init__(self, name: str, short_help: str, run: Callable[..., Any]) -> None:
        self.name, self.short_help, self.run = name, short_help, run
        self.words: tuple[Word, ...] = tuple(getattr(run, "words", ()))

    def plain(self, said: Sequence[str]) -> dict[str, Any]:
        """The values of the words that were said. Raises NotPlain where there is more to it than a value each."""
        written = {name: (word, value) for word in self.words for name, value in word.spellings()}
        values = {word.key: word.absent for word in self.words}
        loose: list[str] = []
        rest = iter(said)
        for one in rest:
            if not one.startswith("-"):
                loose.append(one)
                continue
            name, equals, given = one.partition("=")
            word, value = written.get(name, (None, None))
            if word is None or (equals and value is not None):
                raise NotPlain
            if value is None:
                following = given if equals else next(rest, "-")
                if not equals and following.startswith("-"):
                    raise NotPlain
                value = word.plain(following)
            values[word.key] = (*values[word.key], value) if word.rest.get("multiple") else value
        values |= self._arguments(loose)
        if any(word.unsaid(values[word.key]) for word in self.words):
            raise NotPlain
        return values

    def _arguments(self, loose: list[str]) -> dict[str, Any]:
        """One word each, in their order, and all that are left for the one that takes many."""
        values = {}
        for word in [one for one in self.words if one.sort == "argument"]:
            many = word.rest.get("nargs") == -1
            taken, loose = (loose, []) if many else (loose[:1], loose[1:])
            if not taken and word.rest.get("required", not many):
                raise NotPlain
            if many:
                values[word.key] = tuple(word.plain(one) for one in taken)
            elif taken:
                values[word.key] = word.plain(taken[0])
        if loose:
            raise NotPlain
        return values


def called(name: str, *, short_help: str) -> Callable[[Callable[..., Any]], Command]:
    """The function below it is the command; its docstring is the help."""
    return lambda run: Command(name, short_help, run)


def option(*names: str, **rest: Any) -> Callable[[F], F]:
    """As click.option."""
    return _noted(Word("option", names, rest))


def argument(*names: str, **rest: Any) -> Callable[[F], F]:
    """As click.argument."""
    return _noted(Word("argument", names, rest))


def _noted(word: Word) -> Callable[[F], F]:
    def note(run: F) -> F:
        run.words = (word, *getattr(run, "words", ()))  # type: ignore[attr-defined]
        return run

    return note
