"""Builders: only what matters to a test is said, the rest is a book like any other."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from shishod.model.book import BookKind, Contribution
from shishod.model.library import Library, Root
from shishod.model.metadata import Metadata, Reading, dump_reading
from shishod.model.sighting import Sighting
from shishod.model.state import State
from shishod.model.updates import FileError, FileUpdate, RelationshipUpdates
from shishod.store.catalog import SqlCatalog

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)


def a_root(catalogue: SqlCatalog, path: bytes = b"/srv/books", library: str = "Books") -> Root:
    """A root that is enrolled beside those that are already."""
    held = {(root.library, root.path) for root in catalogue.roots()} | {(library, path)}
    names = sorted({name for name, _ in held})
    wanted = [Library(name, tuple(sorted(place for owner, place in held if owner == name))) for name in names]
    return next(root for root in catalogue.enrol(wanted, NOW) if (root.library, root.path) == (library, path))


def a_sighting(path: bytes, **change: Any) -> Sighting:
    return Sighting(path, 1000, 1_700_000_000_000_000_001, 1_700_000_000_000_000_002, 42, 0)._replace(**change)


def a_file(path: bytes, **change: Any) -> FileUpdate:
    """A file that was read well."""
    reading = dump_reading(Reading(title="As the file says"))
    file = FileUpdate(a_sighting(path), State.INDEXED, "epub", "epub", 1, reading)
    return replace(file, **change)


def a_failure(path: bytes, **change: Any) -> FileUpdate:
    """A file that could not be read."""
    error = FileError("truncated", "the file ends before its index", "read", LATER)
    return replace(FileUpdate(a_sighting(path), State.ERROR, reader="epub", error=error, error_count=1), **change)


def a_book(root: Root, path: bytes = b"Author/Title.epub", **change: Any) -> RelationshipUpdates:
    """One book of one file, keyed by the file's path."""
    book = RelationshipUpdates(
        library_id=root.library_id,
        root_id=root.id,
        key=path,
        kind=BookKind.EBOOK,
        metadata=some_metadata(),
        files=(a_file(path),),
        rule="one file",
    )
    return replace(book, **change)


def some_metadata(title: str = "Title", *authors: str, **more: Any) -> Metadata:
    people = tuple(Contribution(name) for name in authors or ("Ann Author",))
    return Metadata(**{"title": title, "sort_title": title, "contributions": people, **more})


def save(catalogue: SqlCatalog, *books: RelationshipUpdates, now: datetime = NOW) -> list[int]:
    """Save without a cache; the ids in the order given."""
    return [saved.book_id or 0 for saved in catalogue.save(books, {}, now).books]


def shown(catalogue: SqlCatalog, book_id: int) -> dict[str, Any]:
    book = catalogue.book(book_id)
    assert book is not None
    return book
