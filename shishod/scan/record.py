"""The Recorder: the one door to the catalogue; one book, all or nothing."""

from collections.abc import Iterable, Sequence
from contextlib import nullcontext
from datetime import datetime
from itertools import groupby

from shishod import log
from shishod.clock import CLOCK, Clock
from shishod.errors import BookRejected
from shishod.metrics import Spread
from shishod.model.book import NameKind
from shishod.model.catalog import Catalog, Saved
from shishod.model.fit import norm
from shishod.model.updates import RelationshipUpdates, SavedBook, mentions_of
from shishod.scan.cache import Held, ScanCache
from shishod.work.batch import Batcher

_log = log.get(__name__)
MOST = 200


class CatalogRecorder:
    """Shared: by every worker that has finished a book.

    What waits is written as one transaction; when the database refuses a row, that batch is written again with a
    savepoint for each book, so that a poisoned one never takes its neighbours along. `cache` None asks the database for
    every name, which is right for a single file.
    """

    def __init__(self, catalog: Catalog, cache: ScanCache | None, clock: Clock = CLOCK) -> None:
        self._catalog = catalog
        self._cache = cache
        self._clock = clock
        self.took = Spread("shishod_db_write_seconds", "outcome")
        self._batcher: Batcher[RelationshipUpdates, SavedBook] = Batcher(self._write, MOST, catalog.writers)

    def record(self, books: Sequence[RelationshipUpdates]) -> Sequence[SavedBook]:
        """Return when the books are committed or refused. Raises Unreachable when the database does not answer."""
        return self._batcher.put(books) if books else ()

    def stats(self) -> dict[str, int]:
        """`batches` that were written, and `things`: the books in them."""
        return self._batcher.stats()

    def _write(self, books: Sequence[RelationshipUpdates]) -> Sequence[SavedBook]:
        outcomes: dict[int, SavedBook] = {}
        numbered = sorted(enumerate(books), key=lambda one: one[1].library_id)
        for library_id, same in groupby(numbered, key=lambda one: one[1].library_id):
            numbers, batch = zip(*same, strict=True)
            outcomes.update(zip(numbers, self._write_library(library_id, batch), strict=True))
        return [outcomes[number] for number in range(len(books))]

    def _write_library(self, library_id: int, books: Sequence[RelationshipUpdates]) -> Sequence[SavedBook]:
        names = names_of(books)
        holding = (
            nullcontext(Held({}, frozenset(names))) if self._cache is None else self._cache.hold(library_id, names)
        )
        with holding as held:
            saved = self._save(books, held)
            held.give(saved.names)
        return saved.books

    def _save(self, books: Sequence[RelationshipUpdates], held: Held) -> Saved:
        now, began_s, outcome = self._clock.now(), self._clock.monotonic_s(), "failed"
        try:
            saved = self._save_together(books, held, now)
            outcome = "written"
            return saved
        finally:
            self.took.observe(outcome, self._clock.monotonic_s() - began_s)

    def _save_together(self, books: Sequence[RelationshipUpdates], held: Held, now: datetime) -> Saved:
        try:
            return self._catalog.save(books, held.known, now)
        except BookRejected as error:
            _log.warning("a batch was refused; its books are written one by one", books=len(books), error=str(error))
            return self._catalog.save_each(books, held.known, now)


def names_of(books: Iterable[RelationshipUpdates]) -> set[tuple[NameKind, str]]:
    """Every name that the books share with others, in normal form."""
    said = {(kind, name) for book in books for kind, name, _ in mentions_of(book)}
    return {(kind, normal) for kind, name in said if (normal := norm(name))}
