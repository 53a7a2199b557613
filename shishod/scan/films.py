"""Which videos are one film or one episode; a pure function of their names."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

from shishod.formats.beside import stem
from shishod.model.book import BookKind
from shishod.model.library import LibraryKind
from shishod.model.sighting import Sighting
from shishod.paths import base, display, parent

if TYPE_CHECKING:
    from shishod.model.naming.films import FilmName

_ALONE = "a file of its own is a book"
_PARTS = "videos of one name are the parts of one film"
_VERSIONS = "videos of one title in one folder are versions of one {kind}"


class Film(NamedTuple):
    """The files of one film or episode, and why they are; `key` as a Group's."""

    key: bytes
    kind: BookKind
    rule: str
    files: tuple[Sighting, ...]


def films(seen: Iterable[Sighting], shelf: LibraryKind, taken: Iterable[bytes]) -> list[Film]:
    """Gather videos, given in order; what lies in a folder of extras is none.

    Where a stem is `taken` by a book of another kind, the ending tells the film from it.
    """
    from shishod.model.naming.films import (  # its patterns are compiled for the first book, not for a start
        film_name,
        is_extra_folder,
    )

    named: dict[tuple[bytes, BookKind, str], list[tuple[Sighting, FilmName]]] = {}
    for one in seen:
        folder = parent(one.path)
        if not is_extra_folder(display(folder), shelf):
            name = film_name(display(base(folder)), display(base(stem(one.path))), shelf)
            named.setdefault((folder, name.kind, name.same), []).append((one, name))
    return [_film(folder, of_one, set(taken)) for (folder, _, _), of_one in named.items()]


def _film(folder: bytes, of_one: "list[tuple[Sighting, FilmName]]", taken: set[bytes]) -> Film:
    files = tuple(one for one, _ in of_one)
    first, name = of_one[0]
    if len(files) == 1:
        alone = stem(first.path)
        return Film(first.path if alone in taken else alone, name.kind, _ALONE, files)
    parts = {name.part for _, name in of_one}
    rule = _PARTS if len(parts) > 1 else _VERSIONS.format(kind="film" if name.kind is BookKind.MOVIE else "episode")
    shown = " ".join(min(name.shown for _, name in of_one).replace("/", " ").split())
    return Film(folder + b"//" + shown.encode("utf-8", "surrogateescape"), name.kind, rule, files)
