"""Which videos are one film or one episode; a pure function of their names."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

from shishod.formats.beside import stem
from shishod.model.book import BookKind
from shishod.model.library import LibraryKind
from shishod.model.sighting import Sighting
from shishod.paths import base, display, parent
from shishod.scan import rips

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

    discs: dict[bytes, list[Sighting]] = {}
    named: dict[tuple[bytes, BookKind, str], list[tuple[Sighting, FilmName]]] = {}
    for one in seen:
        folder = parent(one.path)
        home = rips.home_of(one.path)
        if is_extra_folder(display(folder if home is None else home), shelf):
            continue
        if home is not None:
            discs.setdefault(home, []).append(one)
        else:
            name = film_name(display(base(folder)), display(base(stem(one.path))), shelf)
            named.setdefault((folder, name.kind, name.same), []).append((one, name))
    made = [_film(folder, of_one, set(taken)) for (folder, _, _), of_one in named.items()]
    return made + [_of_disc(home, title) for home, some in discs.items() if (title := rips.title_of(some))]


def _of_disc(home: bytes, title: tuple[Sighting, ...]) -> Film:
    return Film(parent(title[0].path) + b"//" + (base(home) or b"disc"), BookKind.MOVIE, rips.RULE, title)


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
