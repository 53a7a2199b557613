"""Modes: what of a book is believed anew. A scan looks for changes, a refresh reads files again, and a reset forgets
the operator's own words too."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from shishod.errors import Refused
from shishod.model.library import Root
from shishod.model.metadata import UserWord
from shishod.model.progress import ScanSnapshot
from shishod.model.state import State
from shishod.model.ticket import FolderSubject
from shishod.model.tier import Tier
from shishod.model.words import Scope, WordedBook, Wording
from shishod.operations.explanation import field_value
from shishod.operations.place import found, lies_in, refuse_away, root_list
from shishod.operations.ports import Roots, Scans
from shishod.operations.report import scan_row
from shishod.paths import display, parent

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class ModeWish:
    """What is meant: books by number, files and folders by absolute path, a library, or with `everything` all of it."""

    books: tuple[int, ...] = ()
    paths: tuple[bytes, ...] = ()
    library: str | None = None
    everything: bool = False


class ModeDesk:
    """Shared: by every face. A path costs one stat on its disk; all else asks the catalogue alone.

    Raises Refused for what is not there, or not meant in one of the four ways.
    """

    def __init__(
        self, catalog: Roots, scans: Scans, edit: Callable[[int, Wording], bool], book: Callable[[int], Row]
    ) -> None:
        self._catalog = catalog
        self._scans = scans
        self._edit = edit
        self._book = book

    def refresh(self, wish: ModeWish) -> ScanSnapshot:
        """Have all files that are meant read again, whatever is known of them; what the operator said stays."""
        _check(wish)
        meant: dict[FolderSubject, set[bytes]] = {}
        for subject, path in self._meant(wish):
            meant.setdefault(subject, set()).add(path)
        reread = {subject: frozenset(paths) for subject, paths in meant.items()}
        return self._scans.request(Tier.FULL, tuple(reread), "operator", self._named(wish), reread)

    def reset(self, wish: ModeWish, *, yes: bool) -> Row:
        """Forget all that the operator said of the books that are meant, and refresh them; without `yes` only tell
        what would be forgotten. A book whose disk is away is believed by what was last read of it."""
        _check(wish)
        worded = self._catalog.worded(self._scope(wish))
        told: Row = {"done": yes, "books": [_worded_row(one) for one in worded], "scan": None, "left": ""}
        if not (yes and worded):
            return told
        for one in worded:
            self._edit(one.book_id, Wording(forgotten=frozenset(word.field for word in one.words)))
        try:
            told["scan"] = scan_row(self.refresh(ModeWish(books=tuple(one.book_id for one in worded))))
        except Refused as refusal:
            told["left"] = str(refusal)
        return told

    def _meant(self, wish: ModeWish) -> Iterator[tuple[FolderSubject, bytes]]:
        """Each folder that is walked, with a file in it, or the folder itself for all files in and below it."""
        roots = self._roots(wish.library)
        for path in wish.paths:
            place = found(path, roots)
            yield FolderSubject(place.root.id, place.folder), place.path
        for book_id in wish.books:
            yield from self._files_of(book_id, roots)
        if not (wish.paths or wish.books):
            yield from ((FolderSubject(root.id, b""), b"") for root in roots)

    def _files_of(self, book_id: int, roots: Sequence[Root]) -> Iterator[tuple[FolderSubject, bytes]]:
        by_id = {root.id: root for root in roots}
        files = [one for one in self._catalog.files_of(book_id) if one.state is not State.MISSING]
        if not files:
            title = self._book(book_id)["title"]  # which says it where there is none
            raise Refused(f"every file of book {book_id} ({title}) is missing", hint="shishoctl missing lists them")
        for root_id, folder in {(one.root_id, parent(one.path)) for one in files}:
            refuse_away(by_id[root_id])
            yield from ((FolderSubject(root_id, folder), one.path) for one in files if one.root_id == root_id)

    def _roots(self, library: str | None) -> Sequence[Root]:
        roots = self._catalog.roots()
        wanted = [root for root in roots if library in (None, root.library)]
        if not wanted:
            named = sorted({root.library for root in roots})
            raise Refused(f'there is no library "{library}"', "not-found", f"the libraries are: {', '.join(named)}")
        return wanted

    def _scope(self, wish: ModeWish) -> Scope:
        roots = self._roots(wish.library)
        for book_id in wish.books:
            self._book(book_id)
        places = []
        for path in wish.paths:
            place = lies_in(path, roots)
            if place is None:
                raise Refused(f"{display(path)} lies in no library", hint=root_list(roots))
            places.append((place[0].id, place[1]))
        return Scope(frozenset(wish.books), tuple(places), wish.library)

    def _named(self, wish: ModeWish) -> tuple[str, ...]:
        if wish.paths:
            return tuple(map(display, wish.paths))
        if wish.books:
            return tuple(f"book {book_id}" for book_id in wish.books)
        return tuple(dict.fromkeys(root.library for root in self._roots(wish.library)))


def _check(wish: ModeWish) -> None:
    ways = sum((bool(wish.books), bool(wish.paths), wish.library is not None, wish.everything))
    if ways != 1:
        said = "nothing is named" if not ways else "more than one thing is named"
        raise Refused(said, hint="name books by number, or paths, or a library, or say that all of it is meant")


def _worded_row(one: WordedBook) -> Row:
    return {"id": one.book_id, "title": one.title, "words": [_word_row(word) for word in one.words]}


def _word_row(word: UserWord) -> Row:
    return {"field": word.field, "value": field_value(word.field, word.value), "place": word.place}
