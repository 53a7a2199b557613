"""What a file that turns up is compared with: remembered files by inode and by content, many at a time."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Connection,
    Select,
    bindparam,
    func,
    not_,
    or_,
    select,
    update,
)

from shishod import paths
from shishod.model.book import FileRole
from shishod.model.library import RootIdentity, RootState
from shishod.model.moves import Folder, Hashed
from shishod.model.sighting import Sighting
from shishod.model.state import KnownFile, State
from shishod.model.story import line_of
from shishod.store.absorb import absorb, undisputed
from shishod.store.border import Noun
from shishod.store.dialect import Insert, Names, Row, among, chunks, filled, write
from shishod.store.memory import KNOWN, READ_STATES, as_known
from shishod.store.parting import reopen, unsettle
from shishod.store.saving import open_folders
from shishod.store.tables import books, media_files, problems, roots
from shishod.store.tables import folders as folder_table

MOST_ALIKE = 50  # files of one content that are compared with a new one; it matters which only when all are gone

_file = media_files.c
_BY_INODE, _BY_ID = (select(*KNOWN).where(among(column)).order_by(_file.id) for column in (_file.inode, _file.id))
_HASHED_SIZES = select(_file.size).where(among(_file.size), _file.content_hash.is_not(None)).distinct()
_LINK_KEEPS = ("root_id", "path", "first_scanned_at", "story")


class Moves(Noun):
    """What a scan asks of files that moved, and of those that are one content under several names."""

    def inherit(self, root_id: int, identity: RootIdentity) -> int:
        """Rows go from a former root to its successor; the former row is forgotten."""
        root = roots.c
        with self._writing() as connection:
            if connection.scalar(select(_file.id).where(_file.root_id == root_id).limit(1)) is not None:
                return 0
            library = select(root.library_id).where(root.id == root_id).scalar_subquery()
            asked = select(roots).where(root.library_id == library, not_(root.enrolled), root.fstype.is_not(None))
            for row in connection.execute(asked.order_by(root.id.desc())).mappings():
                before = RootIdentity(row["device"], row["fstype"], row["source"], row["fsid"] or 0, row["inode"] or 0)
                if before.same_filesystem(identity) and before.inode == identity.inode:
                    return _hand_over(connection, row["id"], root_id)
        return 0

    def by_inode(self, inodes: Collection[int]) -> list[KnownFile]:
        """The remembered files of any root that have one of these inodes, in the order of their ids."""
        return self._known(_BY_INODE, sorted(inodes))

    def files(self, file_ids: Collection[int]) -> list[KnownFile]:
        """These files, as far as they are remembered."""
        return self._known(_BY_ID, sorted(file_ids))

    def _known(self, asked: Select[Any], wanted: Sequence[int]) -> list[KnownFile]:
        found: list[KnownFile] = []
        with self._reading() as connection:
            for some in chunks(wanted):
                found += map(as_known, connection.execute(asked, {"some": filled(some)}))
        return found

    def hashed_sizes(self, sizes: Collection[int]) -> frozenset[int]:
        """Those of the sizes that some file has whose hash is known; read from the index alone."""
        found: set[int] = set()
        with self._reading() as connection:
            for some in chunks(sorted(sizes)):
                found.update(connection.scalars(_HASHED_SIZES, {"some": filled(some)}))
        return frozenset(found)

    def by_hash(self, sizes: Mapping[bytes, int]) -> dict[bytes, list[KnownFile]]:
        """The remembered files of one of these hashes and its size, the missing first."""
        found: dict[bytes, list[KnownFile]] = {}
        missing_first = (_file.state != State.MISSING.value, _file.id)
        with self._reading() as connection:
            for some in chunks(sorted(sizes)):
                asked = select(*KNOWN, _file.content_hash).where(
                    _file.size.in_({sizes[one] for one in some}),  # the index of hashes begins with it
                    _file.content_hash.in_(some),
                    _file.content_hash.is_not(None),
                )
                for row in connection.execute(asked.order_by(*missing_first).limit(len(some) * MOST_ALIKE)):
                    found.setdefault(row[-1], []).append(as_known(row[:-1]))
        return found

    def hashes(self, file_ids: Collection[int]) -> Mapping[int, bytes]:
        """The hashes of those of the files whose hash is known."""
        found: dict[int, bytes] = {}
        with self._reading() as connection:
            for some in chunks(sorted(file_ids)):
                asked = select(_file.id, _file.content_hash).where(_file.id.in_(some), _file.content_hash.is_not(None))
                found |= dict(map(tuple, connection.execute(asked)))
        return found

    def shares(self, book_ids: Collection[int]) -> Mapping[int, Mapping[Folder, int]]:
        """How many media of each book are not MISSING, by folder; duplicates do not count."""
        found: dict[int, dict[Folder, int]] = {}
        medium = (_file.role == FileRole.MEDIA.value, _file.state != State.MISSING.value, _file.duplicate_of.is_(None))
        place = (_file.book_id, _file.root_id, _file.parent_path)
        with self._reading() as connection:
            for some in chunks(sorted(book_ids)):
                asked = select(*place, func.count()).where(_file.book_id.in_(some), *medium).group_by(*place)
                for book_id, root_id, folder, count in connection.execute(asked):
                    found.setdefault(book_id, {})[root_id, folder] = count
        return found

    def link(self, root_id: int, duplicates: Sequence[tuple[Sighting, int]], now: datetime) -> None:
        """A duplicate's row says what its original's does, so that it can take its place."""
        ids = {original for _, original in duplicates}
        with self._writing() as connection:
            known: dict[int, Row] = {}
            for some in chunks(sorted(ids)):
                found = connection.execute(select(media_files).where(_file.id.in_(some))).mappings()
                known |= {row["id"]: dict(row) for row in found}
            duplicates = [one for one in duplicates if one[1] in known and not _itself(root_id, one[0], known[one[1]])]
            rows = [_as_link(root_id, seen, known[id], now) for seen, id in duplicates]
            former = _books_at(connection, root_id, [seen.path for seen, _ in duplicates])
            write(connection, media_files, rows, _linked)
            now_of = {seen.path: known[id]["book_id"] for seen, id in duplicates}
            ends = _without_files(connection, {former[path]: now_of[path] for path in now_of if path in former})
            if told := absorb(connection, undisputed(connection, ends)):
                unsettle(connection, told)
            open_folders(connection, {(root_id, paths.parent(seen.path)) for seen, _ in duplicates}, now)

    def duplicates_of(self, file_ids: Collection[int]) -> frozenset[Folder]:
        """The folders that hold a duplicate of one of these files."""
        found: set[Folder] = set()
        with self._reading() as connection:
            for some in chunks(sorted(file_ids)):
                asked = select(_file.root_id, _file.parent_path).where(_file.duplicate_of.in_(some))
                found.update((root_id, path) for root_id, path in connection.execute(asked.distinct()))
        return frozenset(found)

    def reopen(self, folders: Collection[Folder]) -> None:
        """Take back the signature of folders of whatever root."""
        with self._writing() as connection:
            reopen(connection, folders)

    def unhashed(self, rule: int, after: int, limit: int) -> list[KnownFile]:
        """Files of the roots that can be believed whose hash by this rule is not known, in the order of their ids."""
        begins, ends = bytes([rule]), bytes([rule + 1])
        other = or_(_file.content_hash.is_(None), _file.content_hash < begins, _file.content_hash >= ends)
        asked = (
            select(*KNOWN)
            .join(roots, roots.c.id == _file.root_id)
            .where(_file.id > after, other, _file.state.in_(READ_STATES), _file.role == FileRole.MEDIA.value)
            .where(roots.c.enrolled, roots.c.state.in_([RootState.ONLINE.value, RootState.HELD.value]))
            .order_by(_file.id)
            .limit(limit)
        )
        with self._reading() as connection:
            return list(map(as_known, connection.execute(asked)))

    def write_hashes(self, hashes: Sequence[Hashed]) -> int:
        """Store hashes of files that are still as they were when they were read."""
        same = [_file[name] == bindparam(f"was_{name}") for name in ("id", "size", "mtime_ns", "ctime_ns")]
        change = update(media_files).where(*same).values(content_hash=bindparam("hash"))
        names = ("was_id", "was_size", "was_mtime_ns", "was_ctime_ns", "hash")
        rows = [dict(zip(names, one, strict=True)) for one in hashes]
        with self._writing(of_the_disk=False) as connection:
            return connection.execute(change, rows).rowcount if rows else 0


def _hand_over(connection: Connection, former: int, root_id: int) -> int:
    moved = 0
    for table in (folder_table, problems, books, media_files):
        moved = connection.execute(update(table).where(table.c.root_id == former).values(root_id=root_id)).rowcount
    connection.execute(roots.delete().where(roots.c.id == former))
    return moved


def _itself(root_id: int, seen: Sighting, original: Row) -> bool:
    """Whether what is to be linked has become the original meanwhile."""
    return bool((original["root_id"], original["path"]) == (root_id, seen.path))


def _as_link(root_id: int, seen: Sighting, original: Row, now: datetime) -> Row:
    """Its size and times are those at which the original was read: what it says is of that moment.

    Who has the original in hand, or will take it, has not this one, and would never lay it down.
    """
    state = State(original["state"])
    if state in (State.PROCESSING, State.CHANGED):
        state = State.CHANGED if original["reading"] is None else State.INDEXED
    return {name: value for name, value in original.items() if name != "id"} | {
        "root_id": root_id,
        "path": seen.path,
        "parent_path": paths.parent(seen.path),
        "name": paths.display(paths.base(seen.path)),
        "inode": seen.inode,
        "device": seen.device,
        "duplicate_of": original["id"],
        "state": state.value,
        "processing_started_at": None,
        "story": line_of(now, state, "another path to a file that is known"),
        "first_scanned_at": now,
        "last_scanned_at": now,
    }


def _books_at(connection: Connection, root_id: int, names: Sequence[bytes]) -> dict[bytes, int]:
    """Whose the files are that are remembered under these names."""
    found: dict[bytes, int] = {}
    for some in chunks(sorted(names)):
        asked = select(_file.path, _file.book_id).where(_file.root_id == root_id, _file.path.in_(some))
        found |= dict(map(tuple, connection.execute(asked.where(_file.book_id.is_not(None)))))
    return found


def _without_files(connection: Connection, former: Mapping[int, int | None]) -> dict[int, int]:
    """Those of the books, each with another, that have no medium of their own any more, not even a missing one."""
    left: set[int] = set()
    for some in chunks(sorted(former)):
        media = (_file.role == FileRole.MEDIA.value, _file.duplicate_of.is_(None))
        left.update(connection.scalars(select(_file.book_id).where(_file.book_id.in_(some), *media).distinct()))
    return {old: new for old, new in former.items() if new is not None and old not in left}


def _linked(statement: Insert, names: Names) -> Insert:
    changed = {name: statement.excluded[name] for name in names if name not in _LINK_KEEPS}
    return statement.on_conflict_do_update(index_elements=["root_id", "path"], set_=changed)
