"""Parting: what becomes of a book that goes on without files that are another's now."""

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import Connection, select, tuple_, update

from shishod.model.moves import Folder
from shishod.model.state import State
from shishod.model.updates import RelationshipUpdates
from shishod.store.dialect import chunks
from shishod.store.tables import books, folders, media_files


def free_keys(connection: Connection, parts: Sequence[RelationshipUpdates]) -> None:
    """Take a key from the book that only used to have these files; its own comes with its own next writing."""
    column = books.c
    for part in parts:
        if part.parts_from:
            held = (column.root_id == part.root_id) & (column.key == part.key) & column.id.in_(part.parts_from)
            _set_aside(connection, dict.fromkeys(connection.scalars(select(column.id).where(held)), part.key))


def rename_aside(connection: Connection, holders: Mapping[int, bytes]) -> None:
    """Take these keys from the books that hold them: each is named and merged anew where its files are met again."""
    if holders:
        _set_aside(connection, holders)
        unsettle(connection, holders.keys())


def _set_aside(connection: Connection, holders: Mapping[int, bytes]) -> None:
    for holder, key in holders.items():
        free = key + b"\0%d" % holder  # no path is like it
        connection.execute(update(books).where(books.c.id == holder).values(key=free))


def unsettle(connection: Connection, book_ids: Collection[int]) -> Mapping[int, frozenset[Folder]]:
    """These books say more than they have: no rule made them as they are, and where they lie is compared anew.

    Returns the folders of each. As no rule is empty, whoever plans the book next has it merged, whatever happens until
    then.
    """
    found: dict[int, set[Folder]] = {}
    file = media_files.c
    for some in chunks(sorted(book_ids)):
        connection.execute(update(books).where(books.c.id.in_(some)).values(rule=""))
        asked = select(file.book_id, file.root_id, file.parent_path).where(
            file.book_id.in_(some), file.state != State.MISSING.value
        )
        for book_id, root_id, path in connection.execute(asked.distinct()):
            found.setdefault(book_id, set()).add((root_id, path))
    reopen(connection, {place for places in found.values() for place in places})
    return {book_id: frozenset(places) for book_id, places in found.items()}


def reopen(connection: Connection, places: Collection[Folder]) -> None:
    """Take back the signature of folders of whatever root."""
    unsigned = update(folders).values(mtime_ns=0, packed=b"")
    for some in chunks(sorted(places)):
        connection.execute(unsigned.where(tuple_(folders.c.root_id, folders.c.path).in_(some)))
