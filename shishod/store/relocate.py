"""Relocating: the rows of files that moved follow them, before anything else is written of their books."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import Connection, bindparam, exists, update

from shishod import paths
from shishod.model.story import line_of
from shishod.model.updates import RelationshipUpdates
from shishod.store.dialect import Row
from shishod.store.story import told_on
from shishod.store.tables import media_files

_file, _other = media_files.c, media_files.alias("other")
_TAKEN = exists().where(_other.c.root_id == bindparam("to_root"), _other.c.path == bindparam("to_path"))
_WHERE_IT_WAS = (
    _file.id == bindparam("this"),
    _file.root_id == bindparam("from_root"),
    _file.path == bindparam("from_path"),
)
_OF_THE_SIGHTING = ("size", "mtime_ns", "ctime_ns", "inode", "device")
_MOVE = (
    update(media_files)
    .where(*_WHERE_IT_WAS, ~_TAKEN)
    .values(
        root_id=bindparam("to_root"),
        path=bindparam("to_path"),
        parent_path=bindparam("to_folder"),
        name=bindparam("to_name"),
        story=told_on(_file.story, bindparam("line")),
    )
)
_MOVE_WITH_ITS_HASH = _MOVE.values(**{name: bindparam(f"to_{name}") for name in _OF_THE_SIGHTING})


def relocate(connection: Connection, books: Sequence[RelationshipUpdates], now: datetime) -> None:
    """Move rows that are still where they were; another that moved there first, or stays there, keeps its own.

    A hash holds while the times stand that it was made of: those of a file of the same content are those of its new
    place, before the file itself is written.
    """
    for move, same in ((_MOVE_WITH_ITS_HASH, True), (_MOVE, False)):
        if rows := list(_rows(books, now, same=same)):
            connection.execute(move, rows)


def _rows(books: Iterable[RelationshipUpdates], now: datetime, *, same: bool) -> Iterable[Row]:
    for book in books:
        for file in book.files:
            if file.origin is None or file.origin.same != same:
                continue
            path = file.seen.path
            yield {
                "this": file.origin.file_id,
                "line": line_of(now, file.state, f"moved from {paths.display(file.origin.path)}"),
                "from_root": file.origin.root_id,
                "from_path": file.origin.path,
                "to_root": book.root_id,
                "to_path": path,
                "to_folder": paths.parent(path),
                "to_name": paths.display(paths.base(path)),
                **({f"to_{name}": getattr(file.seen, name) for name in _OF_THE_SIGHTING} if same else {}),
            }
