"""Saving books: every row of a batch in one transaction, a fixed number of statements whatever its size."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, bindparam, case, func, literal_column, or_, select, update

from shishod.clock import CLOCK, Clock
from shishod.errors import BookRejected
from shishod.model.book import FileRole, NameKind
from shishod.model.catalog import NameIds, Saved
from shishod.model.draft import Draft, draft_of
from shishod.model.metadata import Metadata
from shishod.model.moves import Folder
from shishod.model.state import LAID_ASIDE, State
from shishod.model.updates import RelationshipUpdates, SavedBook, mentions_of
from shishod.paths import parent
from shishod.store.absorb import absorb, undisputed
from shishod.store.border import Noun, accepting
from shishod.store.dialect import Insert, Names, among, asked, bound, chunks, filled, together, write_rows
from shishod.store.engine import Database
from shishod.store.findings import learn
from shishod.store.memory import forget_files
from shishod.store.names import Mention, NameBook
from shishod.store.parting import free_keys, rename_aside, unsettle
from shishod.store.relations import forget, narrate, relate, uncover
from shishod.store.relocate import relocate
from shishod.store.rows import BOOK, FILE, FileRows, book_row
from shishod.store.story import told_on
from shishod.store.tables import books as book_table
from shishod.store.tables import folders, media_files
from shishod.store.words import reword, words_of

Updates = Sequence[RelationshipUpdates]
_NOTHING: ColumnElement[str] = literal_column("''")

_column = book_table.c
_ROWS = select(_column.id, _column.root_id, _column.key, _column.revision)
_BY_KEY = and_(among(_column.root_id, "root_ids"), among(_column.key, "keys"))
_MADE = _ROWS.where(_BY_KEY)
_HOLDERS = _ROWS.where(or_(among(_column.id, "ids"), _BY_KEY)).order_by(_column.id).with_for_update()
_OF_THE_READING = ("format", "reader", "duration_ms", "bitrate", "codec", "channels", "sample_rate", "pages", "reading")
_MOST_SETTLED = 100_000  # spellings; about 15 MB
_OF_THE_CONTENT = ("size", "mtime_ns", "ctime_ns")  # while these stay, its hash does
_FILE_KEEPS = ("root_id", "path", "first_scanned_at")
_OF_THE_PLACE = ("library_id", "root_id", "key", "kind", "rule")
_FOLDER = ("root_id", "path", "mtime_ns", "device", "packed", "checked_at")
_AGE = "metadata_updated_at"  # what its files say makes nothing that others say of it younger
_BOOK_KEEPS = ("root_id", "key", "created_at", "revision", _AGE)


class Saving(Noun):
    """The writing half of the catalogue that a scan's results go through."""

    def __init__(self, database: Database, clock: Clock = CLOCK) -> None:
        super().__init__(database, clock)
        self._settled: dict[Mention, int] = {}  # added to after commits only; a dict's own methods are atomic

    def save(self, books: Updates, names: NameIds, now: datetime) -> Saved:
        """All or nothing; raises BookRejected when any row is refused."""
        with self._writing(**_manner(books)) as connection, accepting():
            together(connection)
            settled = self._settled
            names_here = NameBook(_library_of(books), names, settled)
            outcomes = _save(connection, books, names_here, now)
        self._settle(settled, names_here.weighed)
        return Saved(tuple(outcomes), names_here.made)

    def save_each(self, books: Updates, names: NameIds, now: datetime) -> Saved:
        """A savepoint each, so that a refused book takes no neighbour with it; its names are taken back as well."""
        library_id, made, outcomes = _library_of(books), dict(names), list[SavedBook]()
        weighed: dict[Mention, int] = {}
        with self._writing(**_manner(books)) as connection:
            together(connection)
            settled = self._settled
            for book in books:
                names_here = NameBook(library_id, made, settled | weighed)
                try:
                    with accepting(), connection.begin_nested():
                        outcomes += _save(connection, [book], names_here, now)
                except BookRejected as refusal:
                    outcomes.append(SavedBook(None, error=str(refusal)))
                else:
                    made |= names_here.made
                    weighed |= names_here.weighed
        self._settle(settled, weighed)
        return Saved(tuple(outcomes), {key: made[key] for key in made if made[key] != names.get(key)})

    @staticmethod
    def _settle(settled: dict[Mention, int], weighed: Mapping[Mention, int]) -> None:
        if len(settled) > _MOST_SETTLED:
            settled.clear()  # they are weighed once more
        settled.update(weighed)

    def _unsettle(self) -> None:
        """Names were taken away: every one is looked up again before a book counts on it.

        The dict is another one, so that what a book settled before cannot come into it afterwards.
        """
        self._settled = {}


def _manner(books: Updates) -> dict[str, bool]:
    """What the user says no disk can tell us again."""
    of_the_user = any(book.words is not None or any(one.chosen for one in book.found) for book in books)
    return {"of_the_disk": any(book.files for book in books), "durably": of_the_user}


def _library_of(books: Updates) -> int:
    """Names are known by library, so a batch is of one."""
    libraries = {book.library_id for book in books}
    if len(libraries) > 1:
        raise ValueError("the books of one batch belong to one library")
    return libraries.pop() if libraries else 0


def _save(connection: Connection, books: Updates, names: NameBook, now: datetime) -> list[SavedBook]:
    names.learn(connection, (said for book in books for said in mentions_of(book)))
    short = set[int]()
    outcomes = [outcome for wave in _waves(books) for outcome in _save_wave(connection, wave, names, now, short)]
    parted = {one for book in books for one in book.parts_from} - {outcome.book_id for outcome in outcomes}
    doubted = parted | short  # one that is written here is without what parted already
    left = unsettle(connection, doubted) if doubted else {}
    rests = (
        frozenset[Folder]().union(*(left.get(one, ()) for one in (*book.parts_from, *short & {outcome.book_id})))
        for book, outcome in zip(books, outcomes, strict=True)
    )
    return [replace(outcome, rest=rest) if rest else outcome for outcome, rest in zip(outcomes, rests, strict=True)]


def _waves(books: Updates) -> Iterator[list[RelationshipUpdates]]:
    """The books in order, parted where one touches a row that one before it touched: a statement writes a row once."""
    wave: list[RelationshipUpdates] = []
    touched: set[object] = set()
    for book in books:
        rows: set[object] = {(book.root_id, file.seen.path) for file in book.files}
        rows |= {(file.origin.root_id, file.origin.path) for file in book.files if file.origin}
        rows |= {("key", book.root_id, book.key), book.book_id, *book.absorbs}
        rows.discard(None)
        rows.update(book.parts_from)
        if touched & rows:
            yield wave
            wave, touched = [], set()
        wave.append(book)
        touched |= rows
    if wave:
        yield wave


def _save_wave(
    connection: Connection, books: Updates, names: NameBook, now: datetime, short: set[int]
) -> list[SavedBook]:
    """`short` gains the books that say less than they have."""
    free_keys(connection, books)
    books = _without_the_disputed(connection, books)
    homes, overtaken = _homes(connection, books)
    behind = _behind(connection, books, homes, now)
    unwritten = [_unwritten(*one, behind) for one in zip(books, homes, overtaken, strict=True)]
    short |= {home for home, left in zip(homes, unwritten, strict=True) if home in behind and left is None}
    fresh = [(book, home) for book, home, left in zip(books, homes, unwritten, strict=True) if left is None]
    saved = iter(_save_fresh(connection, [book for book, _ in fresh], [home for _, home in fresh], names, now))
    return [next(saved) if left is None else left for left in unwritten]


def _without_the_disputed(connection: Connection, books: Updates) -> Updates:
    """The books as they are told, but absorbing none on which the user contradicts himself since they were."""
    ends = {old: book.book_id or book.absorbs[0] for book in books for old in book.absorbs}
    if not ends:
        return books
    agreeing = undisputed(connection, ends)
    return [replace(book, absorbs=tuple(one for one in book.absorbs if one in agreeing)) for book in books]


def _unwritten(
    book: RelationshipUpdates, home: int | None, overtaken: bool, behind: Collection[int]
) -> SavedBook | None:
    """The outcome of a book that is left as it is; None for one that is to be written."""
    if home in behind and _was_unknown(book, home):
        return SavedBook(None, outdated=True)
    return SavedBook(None if home == book.book_id else home, overtaken=True) if overtaken else None


def _behind(connection: Connection, books: Updates, homes: Sequence[int | None], now: datetime) -> set[int]:
    """The rows of books that were written, since the files of these were told, by somebody who saw more of them, or who
    has read what these count on as it was."""
    told = {
        home: book for book, home in zip(books, homes, strict=True) if home is not None and book.planned_at is not None
    }
    states = {(book.root_id, one.seen.path): one.state for book in told.values() for one in book.files}
    file, found = media_files.c, set[int]()
    for some in chunks(sorted(told)):
        seen_last = select(file.book_id, file.root_id, file.path, file.role, file.state, file.last_scanned_at).where(
            file.book_id.in_(some), file.state != State.MISSING.value, file.duplicate_of.is_(None)
        )
        for home, root_id, path, role, state, scanned_at in connection.execute(seen_last):
            here, planned_at = states.get((root_id, path)), told[home].planned_at
            meanwhile = planned_at is not None and planned_at < scanned_at <= now
            more = here is None and role == FileRole.MEDIA.value and told[home].metadata is not None
            if (more and meanwhile) or (here is State.CHANGED and state == State.INDEXED.value):
                found.add(home)
    return found


def _save_fresh(
    connection: Connection, books: Updates, homes: Sequence[int | None], names: NameBook, now: datetime
) -> list[SavedBook]:
    made = _make_books(connection, [b for b, home in zip(books, homes, strict=True) if home is None], names, now)
    created = {book_id for book_id, revision in made.values() if revision == 1}
    ids = [
        made.get((book.root_id, book.key), (None, 0))[0] if home is None else home
        for book, home in zip(books, homes, strict=True)
    ]
    told = [(i, draft_of(book.metadata)) for i, book in zip(ids, books, strict=True) if i and book.metadata]
    forget(connection, [book_id for book_id, _ in told if book_id not in created])
    uncover(connection, [one for one in told if one[0] not in created])
    absorb(connection, {old: into for into, book in zip(ids, books, strict=True) if into for old in book.absorbs})
    _rewrite_books(connection, [(b, home) for b, home in zip(books, homes, strict=True) if home], names, now)
    _save_files(connection, list(zip(ids, books, strict=True)), names, now)
    reread = {book_id for book_id, book in zip(ids, books, strict=True) if book_id is not None and book.files}
    _lay_aside(connection, reread - created, now)
    reword(connection, {i: book.words for i, book in zip(ids, books, strict=True) if i and book.words is not None}, now)
    relate(connection, told, names, now, reread)
    if found := {i: book.found for i, book in zip(ids, books, strict=True) if i and book.found}:
        learn(connection, found, now)
    return [SavedBook(book_id, created=book_id in created) for book_id in ids]


def _homes(connection: Connection, books: Updates) -> tuple[list[int | None], list[bool]]:
    """Which row each book already has: the one it is said to be, else the one with its natural key; None for a new one.

    A key that another still holds from before is taken from it; one that is absorbed ends with its key. With them,
    whether each was overtaken: its row is not as it was when it was merged.
    """
    holders: dict[tuple[int, bytes], int] = {}
    alive: dict[int, int] = {}
    for some in chunks(books):
        wanted = {
            "ids": filled([book.book_id for book in some if book.book_id is not None]),
            "root_ids": list({book.root_id for book in some}),
            "keys": filled([book.key for book in some]),
        }
        for book_id, root_id, key, revision in asked(connection, _HOLDERS, wanted):
            holders[root_id, key] = book_id
            alive[book_id] = revision
    held = [holders.get((book.root_id, book.key)) for book in books]
    homes = [book.book_id if book.book_id in alive else holder for book, holder in zip(books, held, strict=True)]
    found = [home for book, home in zip(books, homes, strict=True) if home is not None and _was_unknown(book, home)]
    worded = words_of(connection, found) if found else {}  # what the user says of them could not be merged
    overtaken = [
        _is_overtaken(book, alive) or (home in worded and _was_unknown(book, home))
        for book, home in zip(books, homes, strict=True)
    ]
    former = zip(held, homes, books, overtaken, strict=True)
    placed = [
        (other, home, book) for other, home, book, late in former if other is not None and book.files and not late
    ]
    rename_aside(connection, {other: book.key for other, home, book in placed if other not in (home, *book.absorbs)})
    return homes, overtaken


def _was_unknown(book: RelationshipUpdates, home: int | None) -> bool:
    """Whether it was merged as a new book, or as one that has ended, and is this one by its key."""
    return home != book.book_id and book.metadata is not None and home not in book.absorbs


def _is_overtaken(book: RelationshipUpdates, revisions: Mapping[int, int]) -> bool:
    """One that is gone meanwhile is made anew of its files; without any, there is nothing to be made."""
    if book.revision is None or book.book_id is None:
        return False
    return revisions.get(book.book_id, book.revision if book.files else None) != book.revision


def _make_books(
    connection: Connection, books: Updates, names: NameBook, now: datetime
) -> Mapping[tuple[int, bytes], tuple[int, int]]:
    """Insert, or join the row that another writer made meanwhile: (root, key) -> (id, revision)."""
    at = bound(connection, book_table.c.created_at, now)
    rows = [_row_of(book, book.metadata, names, at) for book in books if book.metadata is not None]
    write_rows(connection, book_table, BOOK, rows, _joined)
    made: dict[tuple[int, bytes], tuple[int, int]] = {}
    for some in chunks(rows):
        places = {"root_ids": list({root_id for _, root_id, *_ in some}), "keys": filled([row[2] for row in some])}
        made |= {(root, key): (book_id, revision) for book_id, root, key, revision in asked(connection, _MADE, places)}
    return made


def _joined(statement: Insert, names: Names) -> Insert:
    changed: dict[str, Any] = {name: statement.excluded[name] for name in names if name not in _BOOK_KEEPS}
    changed["revision"] = book_table.c.revision + literal_column("1")
    return statement.on_conflict_do_update(index_elements=["root_id", "key"], set_=changed)


def _rewrite_books(
    connection: Connection, books: Sequence[tuple[RelationshipUpdates, int]], names: NameBook, now: datetime
) -> None:
    """A book whose files were not looked at stays where it is."""
    for keeps in ((), _OF_THE_PLACE):
        rows = [
            {**dict(zip(BOOK, _row_of(book, book.metadata, names, now), strict=True)), "this": book_id}
            for book, book_id in books
            if book.metadata is not None and bool(keeps) != bool(book.files)
        ]
        if rows:
            values: dict[str, Any] = {
                name: bindparam(name) for name in rows[0] if name not in ("this", "created_at", _AGE, *keeps)
            }
            values["revision"] = book_table.c.revision + 1
            rows = [{name: row[name] for name in ("this", *values) if name in row} for row in rows]
            connection.execute(update(book_table).where(book_table.c.id == bindparam("this")).values(values), rows)


def _row_of(book: RelationshipUpdates, told: Metadata | Draft, names: NameBook, now: object) -> tuple[Any, ...]:
    draft = draft_of(told)
    return book_row(book, draft, names.id_of(NameKind.PUBLISHER, draft.publisher) if draft.publisher else None, now)


def _save_files(
    connection: Connection,
    books: Sequence[tuple[int | None, RelationshipUpdates]],
    names: NameBook,
    now: datetime,
) -> None:
    """Write the files by path; what was read of a file before stays where it was not read this time."""
    files = {(book.root_id, file.seen.path): (book_id, file) for book_id, book in books for file in book.files}
    if not files:
        return
    relocate(connection, [book for _, book in books], now)
    rows = FileRows(now, lambda at: bound(connection, media_files.c.next_retry_after, at))
    whole = [rows.row(root_id, book_id, file) for (root_id, _), (book_id, file) in files.items()]
    write_rows(connection, media_files, FILE, whole, _seen_again)
    if sheds := [file_id for _, book in books for file_id in book.sheds]:
        forget_files(connection, sheds)
    open_folders(connection, {(root_id, parent(path)) for root_id, path in files}, now)
    narrate(connection, {place: file for place, (_, file) in files.items() if file.reading is not None}, names)


def _seen_again(statement: Insert, names: Names) -> Insert:
    new, old = statement.excluded, media_files.c
    changed: dict[str, Any] = {name: new[name] for name in names if name not in _FILE_KEEPS}
    changed |= {name: case((new.reading.is_(None), old[name]), else_=new[name]) for name in _OF_THE_READING}
    changed["reader"] = func.coalesce(func.nullif(new.reader, literal_column("''")), old.reader)
    changed["book_id"] = func.coalesce(new.book_id, old.book_id)
    as_it_was = and_(*(new[name] == old[name] for name in _OF_THE_CONTENT))
    changed["content_hash"] = case((as_it_was, old.content_hash), else_=new.content_hash)
    changed["story"] = case((_tells_nothing(new), old.story), else_=told_on(old.story, new.story))
    return statement.on_conflict_do_update(index_elements=["root_id", "path"], set_=changed)


def _tells_nothing(new: Any) -> ColumnElement[bool]:
    """Whether a file stands as it did before somebody took it in hand: nothing became of it that is worth a line."""
    old = media_files.c
    as_before = or_(new.state == old.state, old.state == literal_column("'processing'"))
    as_well = func.coalesce(new.error_reason, _NOTHING) == func.coalesce(old.error_reason, _NOTHING)
    same = and_(new.size == old.size, new.mtime_ns == old.mtime_ns, old.missing_since.is_(None))
    return and_(as_before, as_well, same, or_(new.reading.is_(None), new.parser_version == old.parser_version))


def _lay_aside(connection: Connection, book_ids: Collection[int], now: datetime) -> None:
    """What these books say now, they say without the files that were not written just now: the missing ones, and those
    that somebody gave another book, or was about to, when these were told."""
    file = media_files.c
    aside = update(media_files).values(position=LAID_ASIDE)
    for some in chunks(sorted(book_ids)):
        unsaid = or_(file.state == State.MISSING.value, file.last_scanned_at != now)
        connection.execute(
            aside.where(file.book_id.in_(some), unsaid, file.duplicate_of.is_(None), file.position != LAID_ASIDE)
        )


def open_folders(connection: Connection, places: Collection[tuple[int, bytes]], now: datetime) -> None:
    """A folder is remembered with its first file, so that its loss is noticed even if it is never signed.

    One that is signed is so no more: the signature may know nothing of the file, and whoever looks now does.
    """
    at = bound(connection, folders.c.checked_at, now)
    rows = [(root_id, path, 0, 0, b"", at) for root_id, path in sorted(places)]
    write_rows(connection, folders, _FOLDER, rows, _opened)


def _opened(statement: Insert, _: Names) -> Insert:
    unsigned = {name: statement.excluded[name] for name in ("mtime_ns", "packed")}
    return statement.on_conflict_do_update(index_elements=["root_id", "path"], set_=unsigned)
