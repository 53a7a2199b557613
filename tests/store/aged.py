"""A catalogue as every revision of it could have been left: rows for each table, by the names of their columns.

A column or a table that a revision does not have yet is left out of it. What is added by a migration is added below, so
that the rows of every revision are the rows that its program would have written.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from shishod.model.metadata import Reading, dump_reading
from shishod.model.signature import pack

Rows = Sequence[dict[str, Any]]
THEN = datetime(2026, 1, 2, 3, 4, 5)
_LIBRARY = {"library_id": 1}
_BOOK = {"library_id": 1, "root_id": 1, "revision": 3, "rule": "one file", "created_at": THEN, "updated_at": THEN}
_FILE = {
    "root_id": 1, "parent_path": b"Ann", "mtime_ns": 1_700_000_000_000_000_001, "ctime_ns": 1_700_000_000_000_000_002,
    "device": 7, "format": "epub", "reader": "epub", "parser_version": 1, "position": 0, "codec": "", "error_count": 0,
    "first_scanned_at": THEN, "last_scanned_at": THEN,
}  # fmt: skip
_COUNTS = ("total", "processed", "succeeded", "failed", "skipped", "unchanged", "missing", "returned", "held")
_MORE = ("books_new", "books_changed", "folders", "bytes_read", "problems")


def _name(number: int, name: str, **rest: Any) -> dict[str, Any]:
    return {"id": number, **_LIBRARY, "name": name, "norm": name.casefold(), "spelling": name.encode(), **rest}


ROWS: dict[str, Rows] = {
    "libraries": [{"id": 1, "name": "Books", "kind": "mixed", "created_at": THEN}],
    "roots": [
        {"id": 1, **_LIBRARY, "path": b"/srv/books", "display": "/srv/books", "enrolled": True, "position": 0,
         "state": "online", "reason": "", "device": 7, "fstype": "ext4", "source": "/dev/sda1", "inode": 2,
         "held_count": 0, "accepted": False, "last_seen_at": THEN, "created_at": THEN, "marker": "m1"},
        {"id": 2, **_LIBRARY, "path": b"/srv/caf\xe9", "display": "/srv/caf\\xe9", "enrolled": True, "position": 1,
         "state": "held", "reason": "900 files vanished", "held_count": 900, "held_at": THEN, "accepted": False,
         "created_at": THEN, "held_equal": 1},
    ],
    "folders": [{"root_id": 1, "path": b"Ann", "mtime_ns": 5, "device": 7, "packed": pack([]), "checked_at": THEN}],
    "persons": [_name(1, "Ann Author", sort_name="Author, Ann"), _name(2, "Ned Quill", sort_name="")],
    "series": [_name(1, "Salt Roads")],
    "genres": [_name(1, "Fantasy")],
    "tags": [_name(1, "salt")],
    "publishers": [_name(1, "Ace")],
    "name_aliases": [{**_LIBRARY, "kind": "person", "norm": "a. author", "name_id": 1}],
    "books": [
        {"id": 1, **_BOOK, "key": b"Ann/salt.epub", "kind": "ebook", "search_text": "the salt road ann author",
         "title": "Mine", "sort_title": "Mine", "publisher_id": 1, "date": "2011", "language": "en", "frozen": False,
         "description": "Of salt.", "reviewed": True},
        {"id": 2, **_BOOK, "key": b"Ann/gone.epub", "kind": "ebook", "search_text": "gone", "title": "Gone",
         "sort_title": "Gone", "frozen": True},
    ],
    "media_files": [
        {"id": 1, **_FILE, "book_id": 1, "path": b"Ann/salt.epub", "name": "salt.epub", "state": "indexed", "size": 10,
         "inode": 11, "reading": dump_reading(Reading(title="The Salt Road")), "content_hash": b"h" * 16},
        {"id": 2, **_FILE, "book_id": 2, "path": b"Ann/gone.epub", "name": "gone.epub", "state": "missing", "size": 20,
         "inode": 12, "missing_since": THEN, "story": "gone"},
        {"id": 3, **_FILE, "path": b"Ann/caf\xe9.epub", "name": "caf\\xe9.epub", "state": "error", "size": 30,
         "inode": 13, "error_count": 2, "error_reason": "truncated", "error_stage": "read", "last_error": "it ends"},
    ],
    "file_narrators": [{"file_id": 1, "person_id": 2, "position": 0}],
    "contributions": [{"book_id": 1, "person_id": 1, "role": "aut", "position": 0}],
    "book_series": [{"book_id": 1, "series_id": 1, "number": "2", "number_from": 2.0, "number_to": 2.0, "position": 0}],
    "book_genres": [{"book_id": 1, "genre_id": 1, "position": 0}],
    "book_tags": [{"book_id": 1, "tag_id": 1, "position": 0}],
    "identifiers": [{"book_id": 1, "scheme": "isbn", "value": "9780441478125", "position": 0}],
    "chapters": [{"book_id": 1, "position": 0, "title": "One", "start_ms": 0, "end_ms": 9}],
    "covers": [{"book_id": 1, "path": b"Ann/salt.epub", "member": "cover.jpg", "mime": "image/jpeg", "size": 4}],
    "field_sources": [
        {"book_id": 1, "field": "title", "source": 0, "place": "", "word": '"Mine"', "set_at": THEN},
        {"book_id": 1, "field": "date", "source": 3, "place": "dc:date", "set_at": THEN},
    ],
    "scans": [
        {"id": "s1", "tier": "full", "status": "completed", "trigger": "start", "scope": '["Books"]',
         "discovered": True, "requested_at": THEN, "started_at": THEN, "ended_at": THEN, "current": "", "reason": "",
         "cache": "{}",
         **dict.fromkeys((*_COUNTS, *_MORE), 3)},
    ],
    "problems": [
        {"id": 1, "root_id": 1, "path": b"Shut", "stage": "list", "reason": "denied", "text": "it is shut", "at": THEN}
    ],
    "findings": [
        {"book_id": 1, "provider": "openlibrary", "rank": 0, "status": "not_found", "score": 0.0, "chosen": False,
         "question": "q", "reason": "nothing is found", "fetched_at": THEN, "checked_at": THEN}
    ],
    "web_answers": [
        {"key": "k", "provider": "openlibrary", "status": 404, "digest": "d", "size": 0, "fetched_at": THEN,
         "expires_at": THEN, "body": b""}
    ],
    "web_notes": [{"name": "openlibrary", "text": "{}"}],
    "job_runs": [{"job": "full", "ran_at": THEN}],
    "scan_log": [{"id": 1, "scan_id": "s1", "at": THEN, "level": 1, "text": "scan started", "facts": "{}"}],
}  # fmt: skip
