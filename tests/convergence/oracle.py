"""What the catalogue must say, by the disk's own word: nothing here is the product's but the tables that it reads."""

import ast
import os
import sqlite3
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from tests.convergence.materials import Sample, by_content
from tests.journeys.dump import dump

BOOKS = (b".epub", b".m4a", b".m4b", b".mp3")
NEVER = (b"@eadir",)
UNFINISHED = (b".part", b".tmp", b"~")


class Present(NamedTuple):
    """A book file that is there: its size and time, and what it says unless it was damaged."""

    size: int
    mtime_ns: int
    sample: Sample | None


def _passed_over(name: bytes) -> bool:
    return name.startswith(b".") or name.lower() in NEVER or name.lower().endswith(UNFINISHED)


def present(home: bytes) -> dict[bytes, Present]:
    """Every regular file below a root that is a book's, by its path within the root."""
    found = {}
    for folder, folders, files in os.walk(home):
        folders[:] = [name for name in folders if not _passed_over(name)]
        for name in files:
            path = folder + b"/" + name
            if os.path.islink(path) or _passed_over(name) or not name.lower().endswith(BOOKS):
                continue
            seen = os.lstat(path)
            with open(path, "rb") as file:
                sample = by_content().get(file.read())
            found[path[len(home) + 1 :]] = Present(seen.st_size, seen.st_mtime_ns, sample)
    return found


def undecided(home: bytes) -> bool:
    """Whether the past decides what is right: which name of a file speaks for it, and what an empty one was."""
    seen = [os.lstat(home + b"/" + path) for path in present(home)]
    return any(one.st_nlink > 1 or not one.st_size for one in seen)


def _rows(database: Path, question: str, *values: Any) -> list[sqlite3.Row]:
    connection = sqlite3.connect(f"file:{database}?mode=ro", uri=True, timeout=30)
    connection.row_factory = sqlite3.Row
    try:
        return connection.execute(question, values).fetchall()
    finally:
        connection.close()


def missing(database: Path, root: bytes) -> set[bytes]:
    """The paths of a root that the catalogue calls MISSING."""
    asked = "SELECT f.path FROM media_files f JOIN roots r ON r.id = f.root_id WHERE r.path = ? AND f.state = 'missing'"
    return {row["path"] for row in _rows(database, asked, root)}


def differences(database: Path, root: bytes, there: Mapping[bytes, Present]) -> list[str]:
    """Everything that the catalogue says of a root and the disk does not, or the other way round."""
    asked = """SELECT f.*, b.title, (SELECT group_concat(p.name, '|') FROM contributions c JOIN persons p
        ON p.id = c.person_id WHERE c.book_id = b.id AND c.role = 'aut') AS authors
        FROM media_files f JOIN roots r ON r.id = f.root_id LEFT JOIN books b ON b.id = f.book_id
        WHERE r.path = ? AND f.role = 'media'"""
    rows = {row["path"]: row for row in _rows(database, asked, root)}
    said = [f"{path!r} is there and unknown" for path in there.keys() - rows.keys() if there[path].size]
    for path, row in rows.items():
        seen = there.get(path)
        if seen is None:
            if row["state"] != "missing":
                said.append(f"{path!r} is {row['state']} and not there")
            continue
        if not seen.size:
            continue  # emptied, and perhaps soon filled: what it was is kept for a while
        if row["state"] not in ("indexed", "error"):
            said.append(f"{path!r} is there and {row['state']}")
        elif (row["size"], row["mtime_ns"]) != seen[:2]:
            said.append(f"{path!r} was read as {row['size'], row['mtime_ns']} and is {seen[:2]}")
        elif seen.sample is not None and row["state"] != "indexed":
            said.append(f"{path!r} is whole and {row['state']}: {row['last_error']}")
        if row["book_id"] is None and row["state"] != "error":
            said.append(f"{path!r} is of no book")
    return sorted(said or _wrong_words(rows.values(), there))


def _wrong_words(rows: Any, there: Mapping[bytes, Present]) -> Iterator[str]:
    """Books that do not say what was built into one of their files."""
    books: dict[int, list[sqlite3.Row]] = {}
    for row in rows:
        if row["path"] in there:
            books.setdefault(row["book_id"], []).append(row)
    for files in books.values():
        says = [there[row["path"]].sample for row in files]
        if any(one is None for one in says):
            continue
        titles, authors = {one.title for one in says if one}, {one.author for one in says if one}
        title, named = files[0]["title"], set((files[0]["authors"] or "").split("|"))
        if title not in titles:
            yield f"the book of {files[0]['path']!r} is called {title!r} and not one of {titles}"
        if not named <= authors or not named:
            yield f"the book of {files[0]['path']!r} is by {named} and not by {authors}"


def facts(database: Path, scratch: Path) -> list[str]:
    """The whole catalogue by its natural keys, without what is no longer there and without the user's own words."""
    scratch.unlink(missing_ok=True)
    live, copy = sqlite3.connect(f"file:{database}?mode=ro", uri=True, timeout=30), sqlite3.connect(scratch)
    try:
        live.backup(copy)
        copy.execute("PRAGMA foreign_keys = ON")
        for statement in _FORGETTING:
            copy.execute(statement)
        copy.commit()
    finally:
        live.close()
        copy.close()
    return [line for line in dump(scratch) if not line.startswith(("name_aliases ", "roots "))]


_NAMES = ("root_id", "library_id", "book_id", "file_id", "person_id", "path", "key", "norm", "role", "field", "stage")


def unlike(mine: Collection[str], fresh: Collection[str]) -> list[str]:
    """What two catalogues say differently, row by row: only in one of them, or which columns."""
    one, other = _named(mine), _named(fresh)
    said = [f"only the catalogue has {name}" for name in one.keys() - other.keys()]
    said += [f"only a fresh scan has {name}" for name in other.keys() - one.keys()]
    for name in one.keys() & other.keys():
        columns = {column: (one[name][column], other[name][column]) for column in one[name]}
        said.append(f"{name}: { ({column: pair for column, pair in columns.items() if pair[0] != pair[1]}) }")
    return sorted(said)


def _named(lines: Collection[str]) -> dict[str, dict[str, Any]]:
    rows = {}
    for line in lines:
        table, _, said = line.partition(" ")
        row = dict(ast.literal_eval(said))
        names = {column: row[column] for column in _NAMES if column in row}
        rows[f"{table} {names if len(names) > 1 else row}"] = row
    return rows


_FORGETTING = (
    "DELETE FROM media_files WHERE state = 'missing'",
    "UPDATE media_files SET error_count = 0, content_hash = NULL",  # which is made in quiet moments
    """UPDATE media_files SET position = 0, reading = NULL, reader = '', parser_version = 0, format = '', codec = '',
        duration_ms = NULL, bitrate = NULL, channels = NULL, sample_rate = NULL, book_id = NULL
        WHERE state = 'error'""",
    "DELETE FROM file_narrators WHERE file_id IN (SELECT id FROM media_files WHERE state = 'error')",
    "DELETE FROM books WHERE id NOT IN (SELECT book_id FROM media_files WHERE book_id IS NOT NULL)",
    "UPDATE books SET rule = '', key = (SELECT min(path) FROM media_files WHERE book_id = books.id)",
    "UPDATE books SET description = NULL WHERE id IN (SELECT book_id FROM field_sources WHERE source = 0)",
    "DELETE FROM field_sources WHERE source = 0",
    """DELETE FROM persons WHERE id NOT IN
        (SELECT person_id FROM contributions UNION SELECT person_id FROM file_narrators)""",
    "DELETE FROM series WHERE id NOT IN (SELECT series_id FROM book_series)",
    "DELETE FROM genres WHERE id NOT IN (SELECT genre_id FROM book_genres)",
    "DELETE FROM tags WHERE id NOT IN (SELECT tag_id FROM book_tags)",
    "DELETE FROM publishers WHERE id NOT IN (SELECT publisher_id FROM books WHERE publisher_id IS NOT NULL)",
)


def say(database: Path, number: int, word: str) -> bool:
    """Give a book that is there the user's word for its description, as an edit does; False when there is no book."""
    connection = sqlite3.connect(database, timeout=30)
    try:
        asked = "SELECT DISTINCT book_id FROM media_files WHERE state = 'indexed' ORDER BY book_id"
        books = [row[0] for row in connection.execute(asked)]
        if not books:
            return False
        book = books[number % len(books)]
        if connection.execute("SELECT 1 FROM field_sources WHERE book_id = ? AND source = 0", (book,)).fetchone():
            return False
        connection.execute("UPDATE books SET description = ? WHERE id = ?", (word, book))
        connection.execute(
            "INSERT OR REPLACE INTO field_sources (book_id, field, source, place, word, set_at) "
            "VALUES (?, 'description', 0, '', ?, '2026-01-01 00:00:00')",
            (book, f'"{word}"'),
        )
        connection.commit()
        return True
    finally:
        connection.close()


def words(database: Path) -> set[str]:
    """The user's words that the catalogue holds and shows."""
    asked = """SELECT b.description FROM books b JOIN field_sources s ON s.book_id = b.id
        WHERE s.source = 0 AND s.field = 'description' AND s.word = '"' || b.description || '"'"""
    return {row["description"] for row in _rows(database, asked)}
