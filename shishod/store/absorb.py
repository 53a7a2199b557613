"""Absorbing: what becomes of a book whose files are another book's now."""

from collections.abc import Mapping

from sqlalchemy import Connection, bindparam, delete, literal, select, update

from shishod.model.metadata import Source, UserWord
from shishod.model.words import agreed
from shishod.store.dialect import chunks, insert
from shishod.store.findings import hand_over
from shishod.store.tables import books, field_sources, media_files
from shishod.store.words import words_of


def absorb(connection: Connection, into: Mapping[int, int]) -> frozenset[int]:
    """End the books in favour of those that absorb them: remembered files follow, and the user's words where the
    absorbing book has none of its own, and what web catalogues say of it. Returns the books that took anything
    over, and are to be told with it."""
    ends = {old: new for old, new in into.items() if old != new}
    if not ends:
        return frozenset()
    told = [new for old, new in ends.items() if _hand_over_words(connection, old, new)]
    told += [new for old, new in ends.items() if hand_over(connection, old, new)]
    files = update(media_files).where(media_files.c.book_id == bindparam("old")).values(book_id=bindparam("new"))
    connection.execute(files, [{"old": old, "new": new} for old, new in ends.items()])
    former = books.alias("former")
    word = select(former.c.reviewed).where(former.c.id == bindparam("old")).scalar_subquery()
    stands = update(books).where(books.c.id == bindparam("new"), books.c.reviewed.is_(None)).values(reviewed=word)
    connection.execute(stands, [{"old": old, "new": new} for old, new in ends.items()])
    connection.execute(delete(books).where(books.c.id.in_(list(ends))))
    grown = update(books).where(books.c.id.in_(told))
    connection.execute(grown.values(revision=books.c.revision + 1))  # what was merged of it before is overtaken
    return frozenset(told)


def undisputed(connection: Connection, ends: Mapping[int, int]) -> dict[int, int]:
    """Those of the books to be absorbed of which the user says nothing that contradicts what he says of the others that
    become one book with them."""
    words: dict[int, tuple[UserWord, ...]] = {}
    for some in chunks(sorted({*ends, *ends.values()})):
        words |= words_of(connection, some)
    if len(words) < 2:
        return dict(ends)
    absorbed: dict[int, list[int]] = {}
    for old, new in ends.items():
        absorbed.setdefault(new, [new]).append(old)
    stay = {one for some in absorbed.values() for one in agreed((one, words.get(one, ())) for one in some)}
    return {old: new for old, new in ends.items() if old in stay}


def _hand_over_words(connection: Connection, old: int, new: int) -> int:
    """How many words it was."""
    column = field_sources.c
    names = ("book_id", "field", "source", "place", "word", "set_at")
    words = select(literal(new), column.field, column.source, column.place, column.word, column.set_at).where(
        column.book_id == old, column.source == int(Source.USER)
    )
    statement = insert(connection, field_sources).from_select(names, words)
    written = connection.execute(
        statement.on_conflict_do_update(
            index_elements=["book_id", "field"],
            set_={name: statement.excluded[name] for name in names[2:]},
            where=column.source != int(Source.USER),
        )
    )
    return written.rowcount
