"""What the scan remembers of the disk: folders as they were when finished, files as they were when last seen."""

import json
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from operator import itemgetter
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    Text,
    and_,
    bindparam,
    case,
    delete,
    false,
    func,
    literal,
    null,
    or_,
    select,
    text,
    true,
    tuple_,
    update,
)

from shishod.clock import CLOCK, Clock
from shishod.model.book import FileRole, NameKind
from shishod.model.catalog import BookMemory
from shishod.model.signature import KnownFolder, Remembered
from shishod.model.state import LAID_ASIDE, LEASE, LEGAL, READ, KnownFile, State
from shishod.model.story import line_of
from shishod.store.border import Noun
from shishod.store.columns import UtcDateTime
from shishod.store.dialect import Insert, Names, among, asked, chunks, filled, if_missing, insert, write
from shishod.store.engine import Database
from shishod.store.findings import findings_of
from shishod.store.story import told_on
from shishod.store.tables import NAMES, UNFINISHED, books, media_files, name_aliases
from shishod.store.tables import folders as folder_table
from shishod.store.tables import problems as problem_table
from shishod.store.webtables import web_notes
from shishod.store.words import words_of

READERS = "readers"  # the note that holds the versions which were asked for last

KNOWN = [
    media_files.c[name]
    for name in (
        *("id", "book_id", "path", "size", "mtime_ns", "ctime_ns", "inode", "device"),
        *("state", "reader", "parser_version", "error_count", "next_retry_after", "position", "root_id"),
        "duplicate_of",
    )
]
_FILES_IN = select(*KNOWN).where(media_files.c.root_id == bindparam("root"), among(media_files.c.parent_path))
_REMEMBERED = select(media_files.c.path).where(media_files.c.root_id == bindparam("root"), among(media_files.c.path))
READ_STATES = [state.value for state in READ]
_STATE = 8  # its place in KNOWN
_FOLDERS_KEPT = 400_000  # of a root, from one scan to the next: 120 MB, as it takes a second to read so many again
_STATES = {state.value: state for state in State}
_DUE_TEXT = f"""
SELECT parent_path FROM media_files {{few}} WHERE root_id = :root AND {UNFINISHED}
    AND (state = 'error' AND next_retry_after <= :now
        OR state = 'processing' AND (processing_started_at <= :lapsed OR processing_started_at > :now))
UNION SELECT parent_path FROM media_files {{some}} WHERE root_id = :root AND state = 'changed'
UNION SELECT path FROM problems WHERE root_id = :root AND stage = 'list'
"""  # noqa: S608 - words of our own, no value
_MOMENTS = [bindparam("now", type_=UtcDateTime), bindparam("lapsed", type_=UtcDateTime)]
_INDICES = {"few": "INDEXED BY ix_media_files_unfinished", "some": "INDEXED BY ix_media_files_root_id_state"}
_DUE = text(_DUE_TEXT.format(few="", some="")).bindparams(*_MOMENTS)
_DUE_BY_INDEX = text(_DUE_TEXT.format(**_INDICES)).bindparams(*_MOMENTS)
"""SQLite counts that nearly all files have one state, and would then rather look at every one of them."""
_THERE = (
    select(media_files.c.id)
    .where(media_files.c.root_id == folder_table.c.root_id, media_files.c.parent_path == folder_table.c.path)
    .where(media_files.c.state != State.MISSING.value)
    .exists()
)
_ENDLESS = datetime(9999, 1, 1, tzinfo=UTC)
_as_folder: Callable[[Any], KnownFolder] = partial(tuple.__new__, KnownFolder)  # as _make does, without a Python call


def below(path: ColumnElement[bytes], folder: bytes) -> ColumnElement[bool]:
    """Whether a path lies in a folder at any depth; a range of bytes, so that no name can be a pattern."""
    if not folder:
        return true()
    return and_(path > folder + b"/", path < folder + b"0")  # "0" is the byte after "/"


def _within(path: ColumnElement[bytes]) -> ColumnElement[bool]:
    """Whether a path is the folder that `_bounds` tells, or lies in it at any depth.

    It is one range, as an index is searched for; what sorts between a folder and what lies in it, as "a b" does between
    "a" and "a/", is then left out.
    """
    at: ColumnElement[bytes] = bindparam("at")
    return and_(path >= at, path < bindparam("last"), or_(path == at, path > bindparam("first")))


def _bounds(root_id: int, folder: bytes) -> dict[str, object]:
    """For a folder of a root that is not the root itself."""
    assert folder
    return {"root": root_id, "at": folder, "first": folder + b"/", "last": folder + b"0"}


_FOLDERS = select(folder_table.c.path, folder_table.c.mtime_ns, folder_table.c.device, folder_table.c.packed).where(
    folder_table.c.root_id == bindparam("root")
)
_FOLDERS_WITHIN = _FOLDERS.where(_within(folder_table.c.path))
_GONE = (
    delete(folder_table).where(folder_table.c.root_id == bindparam("root"), _within(folder_table.c.path), ~_THERE),
    delete(problem_table).where(problem_table.c.root_id == bindparam("root"), _within(problem_table.c.path)),
)


class Memory(Noun):
    """What judging and merging ask for, and what a finished folder leaves behind."""

    def __init__(self, database: Database, clock: Clock = CLOCK) -> None:
        super().__init__(database, clock)
        self._kept: dict[int, tuple[int, Mapping[bytes, KnownFolder]]] = {}  # by root, with the epoch it was read in

    def folders(self, root_id: int, *under: bytes) -> Mapping[bytes, KnownFolder]:
        """Every remembered folder at or below any of `under`, or of the whole root where none is named, by path; one
        that was never signed has no time and no files.

        Those of a whole root are kept until anything is written of the disk: most scans find that nothing has changed.
        Only where the catalogue is ours alone, and for as many as a household has.
        """
        if under and all(under):
            return self._folders(_FOLDERS_WITHIN, [_bounds(root_id, one) for one in under])
        epoch = self._epoch
        kept_at, kept = self._kept.get(root_id, (-1, {}))
        if kept_at == epoch:
            return kept
        self._kept.pop(root_id, None)  # before so many are read once more
        del kept
        found = self._folders(_FOLDERS, [{"root": root_id}])
        if self._database.path is not None:
            self._kept[root_id] = (epoch, found) if len(found) <= _FOLDERS_KEPT else (-1, {})
        return found

    def _folders(self, statement: Select[Any], each: Iterable[Mapping[str, object]]) -> Mapping[bytes, KnownFolder]:
        rows: list[Any] = []
        with self._reading() as connection:
            for said in each:  # as the driver gives them: there may be a million
                rows += asked(connection, statement, said)
        return Remembered(zip(map(itemgetter(0), rows), map(_as_folder, rows), strict=True))

    def files_in(self, root_id: int, folders: Collection[bytes]) -> list[KnownFile]:
        """The remembered files that lie directly in one of the folders, in path order."""
        found: list[KnownFile] = []
        with self._reading() as connection:
            for some in chunks(sorted(folders)):
                found += map(as_known, connection.execute(_FILES_IN, {"root": root_id, "some": filled(some)}))
        return sorted(found, key=lambda known: known.path)

    def remembered(self, root_id: int, paths: Collection[bytes]) -> frozenset[bytes]:
        """Those of these files that are remembered, whatever became of them."""
        found: set[bytes] = set()
        with self._reading() as connection:
            for some in chunks(sorted(paths)):
                found |= {*connection.scalars(_REMEMBERED, {"root": root_id, "some": filled(some)})}
        return frozenset(found)

    def files_below(self, root_id: int, folder: bytes) -> list[KnownFile]:
        """The remembered files at any depth below a folder, in path order."""
        column = media_files.c
        asked = select(*KNOWN).where(column.root_id == root_id, below(column.path, folder)).order_by(column.path)
        with self._reading() as connection:
            return [as_known(row) for row in connection.execute(asked)]

    def sample_files(self, root_id: int, limit: int) -> list[KnownFile]:
        """Some files of a root that are not MISSING, spread over it by their ids; the same while nothing changes."""
        column = media_files.c
        present = select(column.id).where(column.root_id == root_id, column.state != State.MISSING.value)
        with self._reading() as connection:
            ids = list(connection.scalars(present.order_by(column.id)))
            chosen = ids[:: max(1, -(-len(ids) // limit))]
            rows = connection.execute(select(*KNOWN).where(column.id.in_(chosen)).order_by(column.id))
            return [as_known(row) for row in rows]

    def count_present(self, root_id: int) -> int:
        """How many files of a root are not MISSING."""
        column = media_files.c
        asked = select(func.count()).where(column.root_id == root_id, column.state != State.MISSING.value)
        with self._reading() as connection:
            return connection.scalar(asked) or 0

    def folders_due(self, root_id: int, now: datetime) -> frozenset[bytes]:
        """Folders of a file that waits to be read, whose retry is due or whose claim is nobody's, and those that could
        not be listed last."""
        if not self._asked_once(("due", root_id), lambda: self._due(root_id, _ENDLESS, _ENDLESS)):
            return frozenset()  # whatever the time is
        return self._due(root_id, now, now - LEASE)

    def _due(self, root_id: int, now: datetime, lapsed: datetime) -> frozenset[bytes]:
        asked = _DUE if self._database.path is None else _DUE_BY_INDEX
        with self._reading() as connection:
            return frozenset(connection.scalars(asked, {"root": root_id, "now": now, "lapsed": lapsed}))

    def memories(self, book_ids: Collection[int]) -> dict[int, BookMemory]:
        """What is held of these books; an id that is gone is left out."""
        found: dict[int, BookMemory] = {}
        with self._reading() as connection:
            for some in chunks(list(book_ids)):
                asked = select(books.c.id, books.c.key, books.c.revision, books.c.provider).where(books.c.id.in_(some))
                keys = connection.execute(asked).all()
                readings: dict[int, dict[int, bytes]] = {book_id: {} for book_id, *_ in keys}
                file = media_files.c
                held = select(file.book_id, file.id, file.reading).where(
                    file.book_id.in_(some), file.reading.is_not(None)
                )
                for book_id, file_id, reading in connection.execute(held):
                    readings[book_id][file_id] = reading
                words = words_of(connection, some)
                said = findings_of(connection, [book_id for book_id, _, _, provider in keys if provider])
                found |= {
                    one: BookMemory(one, key, readings[one], words.get(one, ()), revision, said.get(one, ()))
                    for one, key, revision, _ in keys
                }
        return found

    def readings(self, file_ids: Collection[int]) -> dict[int, bytes]:
        """What was read of these files, packed, whatever book they are of; what was never read is left out."""
        found: dict[int, bytes] = {}
        file = media_files.c
        with self._reading() as connection:
            for some in chunks(sorted(file_ids)):
                asked = select(file.id, file.reading).where(file.id.in_(some), file.reading.is_not(None))
                found |= {one.id: one.reading for one in connection.execute(asked)}
        return found

    def names(self, library_id: int, kind: NameKind) -> dict[str, int]:
        """Every name of a kind in a library, normal form to id, aliases included: one query."""
        name, alias = NAMES[kind].c, name_aliases.c
        asked = select(name.norm, name.id).where(name.library_id == library_id)
        aliases = select(alias.norm, alias.name_id).where(alias.library_id == library_id, alias.kind == kind.value)
        with self._reading() as connection:
            return {row[0]: row[1] for row in connection.execute(asked.union_all(aliases))}

    def mark(self, file_ids: Collection[int], state: State, now: datetime) -> int:
        """Set a state on files as they are judged; returns how many rows changed."""
        with self._writing() as connection:
            return _marked(connection, file_ids, state, now)

    def lose(self, root_id: int, files: Mapping[int, bytes], reopen: Collection[bytes], now: datetime) -> int:
        """Set MISSING on files that are still where they are said to be, and take the signature of folders back."""
        column = folder_table.c
        unsigned = update(folder_table).values(mtime_ns=0, packed=b"")
        with self._writing() as connection:
            for some in chunks(sorted(reopen)):
                connection.execute(unsigned.where(column.root_id == root_id, column.path.in_(some)))
            count = 0
            for lost in chunks(sorted(files.items())):
                paths = [path for _, path in lost]
                here = (media_files.c.root_id == root_id, media_files.c.path.in_(paths))
                count += _marked(connection, [file_id for file_id, _ in lost], State.MISSING, now, *here)
            return count

    def reopen_outdated(self, versions: Mapping[str, int]) -> int:
        """Take back the signature of folders that hold a file which an older version of its reader has judged.

        Nothing is looked through where the same versions were asked for last: no file can have become older since.
        """
        file, folder, asked = media_files.c, folder_table.c, json.dumps(versions, sort_keys=True)
        with self._reading() as connection:
            if connection.scalar(select(web_notes.c.text).where(web_notes.c.name == READERS)) == asked:
                return 0
        with self._writing() as connection:
            judged = connection.execute(select(file.reader, file.parser_version).distinct()).all()
            older = [
                and_(file.reader == name, file.parser_version == version)
                for name, version in judged
                if name in versions and version < versions[name]
            ]
            held = select(file.root_id, file.parent_path).where(file.state != State.MISSING.value, or_(false(), *older))
            unsigned = update(folder_table).where(tuple_(folder.root_id, folder.path).in_(held), folder.packed != b"")
            reopened = connection.execute(unsigned.values(mtime_ns=0, packed=b"")).rowcount if older else 0
            noted = insert(connection, web_notes).values(name=READERS, text=asked)
            connection.execute(noted.on_conflict_do_update(index_elements=["name"], set_={"text": asked}))
        return reopened

    def grounds(self, book_ids: Collection[int]) -> Mapping[int, tuple[bytes, str]]:
        """The key and the rule that each of these books was last written with."""
        found: dict[int, tuple[bytes, str]] = {}
        column = books.c
        with self._reading() as connection:
            for some in chunks(sorted(book_ids)):
                rows = connection.execute(select(column.id, column.key, column.rule).where(column.id.in_(some)))
                found |= {book_id: (key, rule) for book_id, key, rule in rows}
        return found

    def bereaved(self, book_ids: Collection[int]) -> frozenset[int]:
        """Those of the books that count on a file which is MISSING."""
        column = media_files.c
        found: set[int] = set()
        with self._reading() as connection:
            for some in chunks(sorted(book_ids)):
                asked = select(column.book_id).where(
                    column.book_id.in_(some), column.state == State.MISSING.value, column.position > LAID_ASIDE
                )
                found.update(connection.scalars(asked.distinct()))
        return frozenset(found)

    def forget_files(self, file_ids: Collection[int]) -> None:
        """Forget files that lie beside media; a medium among them stays."""
        with self._writing() as connection:
            forget_files(connection, file_ids)

    def sign(self, root_id: int, folders: Sequence[KnownFolder], gone: Collection[bytes] = ()) -> None:
        """Remember folders as finished, or at least as there; forget all, problems too, of those that are gone, but not
        one of which a file was recorded meanwhile: by its folder its loss is noticed."""
        now = self._clock.now()
        rows = [
            {
                "root_id": root_id,
                "path": folder.path,
                "mtime_ns": folder.mtime_ns,
                "device": folder.device,
                "packed": folder.packed,
                "checked_at": now,
            }
            for folder in folders
        ]
        left = [_bounds(root_id, path) for path in sorted(gone)]
        with self._writing() as connection:
            for statement in _GONE if left else ():
                connection.execute(statement, left)
            write(connection, folder_table, [row for row in rows if not row["packed"]], if_missing)
            write(connection, folder_table, [row for row in rows if row["packed"]], _replaced)


def forget_files(connection: Connection, file_ids: Collection[int]) -> None:
    """Take away the rows of files that lie beside media."""
    column = media_files.c
    for some in chunks(sorted(file_ids)):
        connection.execute(delete(media_files).where(column.id.in_(some), column.role != FileRole.MEDIA.value))


def _marked(
    connection: Connection, file_ids: Collection[int], state: State, now: datetime, *only: ColumnElement[bool]
) -> int:
    """A file that goes missing leaves its failures behind: if it comes back never read, it is read anew."""
    column = media_files.c
    legal = [before.value for before, after in LEGAL.items() if state in after]
    story = told_on(column.story, literal(line_of(now, state), Text()))
    change = update(media_files).values(state=state.value, missing_since=null(), story=story)
    change = change.values(last_scanned_at=now, processing_started_at=null())
    if state is State.MISSING:
        version = case((column.state == State.ERROR.value, 0), else_=column.parser_version)
        change = change.values(missing_since=now, parser_version=version, error_count=0, next_retry_after=null())
        change = change.values(error_reason=null(), error_stage=null(), last_error=null())
    changed = 0
    for some in chunks(sorted(file_ids)):
        changed += connection.execute(change.where(column.id.in_(some), column.state.in_(legal), *only)).rowcount
    return changed


def _replaced(statement: Insert, names: Names) -> Insert:
    changed = {name: statement.excluded[name] for name in names if name not in ("root_id", "path")}
    return statement.on_conflict_do_update(index_elements=["root_id", "path"], set_=changed)


def as_known(row: Any) -> KnownFile:
    values = list(row)
    values[_STATE] = _STATES[values[_STATE]]
    return KnownFile(*values)
