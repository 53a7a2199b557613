"""From a book as the scan tells it to rows as the drivers take them; pure functions."""

from datetime import datetime
from typing import Any

from shishod import paths
from shishod.model.draft import FACTS, Draft
from shishod.model.fit import clean, count, prose, signed
from shishod.model.story import line_of
from shishod.model.updates import FileUpdate, RelationshipUpdates

_HEAD, _MIDDLE, _TAIL = FACTS[:4], FACTS[4:-1], FACTS[-1:]  # between them stands what only a catalogue knows
BOOK = (
    *("library_id", "root_id", "key", "kind", "revision", *_HEAD, "publisher_id", *_MIDDLE, "rule"),
    *("created_at", "updated_at", "metadata_updated_at", *_TAIL),
)
FILE = (
    *("root_id", "book_id", "path", "parent_path", "name", "state"),
    *("size", "mtime_ns", "ctime_ns", "inode", "device", "format", "reader", "parser_version", "position"),
    *("duration_ms", "bitrate", "codec", "channels", "sample_rate", "pages"),
    *("error_count", "error_reason", "error_stage", "last_error", "next_retry_after"),
    *("first_scanned_at", "last_scanned_at", "last_scan_duration_ms"),
    *("processing_started_at", "missing_since", "reading", "role", "content_hash", "duplicate_of", "story"),
)


def book_row(book: RelationshipUpdates, draft: Draft, publisher_id: int | None, now: object) -> tuple[Any, ...]:
    """The row of a new book, in the order of BOOK; `now` as the driver takes it."""
    facts = draft.facts
    return (
        *(book.library_id, book.root_id, book.key, book.kind.value, 1, *facts[:4], publisher_id, *facts[4:-1]),
        *(prose(book.rule), now, now, now, facts[-1]),
    )


class FileRows:
    """The rows of media files that are written at one moment, whole and in the order of FILE; what an earlier row keeps
    of its own is the upsert's business. `bound` says a time as the driver takes it."""

    def __init__(self, now: datetime, bound: Any) -> None:
        self._now = now
        self._bound = bound
        self._at = bound(now)
        self._lines: dict[tuple[str, str], str] = {}  # most files of a batch have the same story

    def row(self, root_id: int, book_id: int | None, file: FileUpdate) -> tuple[Any, ...]:
        (path, size, mtime_ns, ctime_ns, inode, device), technical, error = file.seen, file.technical, file.error
        return (
            *(root_id, book_id, path, paths.parent(path), clean(paths.display(paths.base(path))), str(file.state)),
            *(size, mtime_ns, ctime_ns, signed(inode), signed(device)),
            *(file.format, file.reader, file.parser_version, file.position),
            *(count(technical.duration_ms), count(technical.bitrate), clean(technical.codec)),
            *(count(technical.channels), count(technical.sample_rate), count(technical.pages)),
            *((0, None, None, None, None) if error is None else self._failure(file)),
            *(self._at, self._at, count(file.read_ms)),
            *(None, None, file.reading, str(file.role), None, None, self._story(file)),
        )

    def _failure(self, file: FileUpdate) -> tuple[Any, ...]:
        error = file.error
        assert error is not None
        retry_at = None if error.retry_at is None else self._bound(error.retry_at)
        return file.error_count, clean(error.reason), clean(error.stage), clean(error.text), retry_at

    def _story(self, file: FileUpdate) -> str:
        told = str(file.state), file.error.reason if file.error else ""
        if told not in self._lines:
            self._lines[told] = clean(line_of(self._now, file.state, told[1]))
        return self._lines[told]
