"""From a book as the scan tells it to rows as the tables want them; pure functions."""

import unicodedata
from collections.abc import Iterator
from datetime import datetime

from shishod import paths
from shishod.model.book import NameKind, normal_name, tidy_name
from shishod.model.metadata import Metadata
from shishod.model.story import line_of
from shishod.model.updates import FileUpdate, RelationshipUpdates
from shishod.store.columns import clean
from shishod.store.dialect import Row

_LONGEST_NAME = 500  # an index page of PostgreSQL holds 2,704 bytes


def fold(text: str) -> str:
    """Text to search in and for: without case and diacritics, inner spaces collapsed."""
    if text.isascii():
        return " ".join(text.lower().split())
    parts = unicodedata.normalize("NFKD", text.casefold())
    return " ".join("".join(c for c in parts if not unicodedata.combining(c)).split())


def shown(name: str) -> str:
    """A name fit to be stored: tidy, whole letters, not longer than an index can hold."""
    return tidy_name(clean(name))[:_LONGEST_NAME].rstrip()


def norm(name: str) -> str:
    """The stored normal form, of a name as `shown` left it; its key in the database and in every cache."""
    return normal_name(shown(name))


def names_of(book: RelationshipUpdates) -> Iterator[tuple[NameKind, str, str]]:
    """Every name that a book mentions, as (kind, name, sort name)."""
    for file in book.files:
        for person in file.narrators:
            yield NameKind.PERSON, person.name, person.sort_name
    metadata = book.metadata
    if metadata is None:
        return
    for person in metadata.contributions:
        yield NameKind.PERSON, person.name, person.sort_name
    for entry in metadata.series:
        yield NameKind.SERIES, entry.name, ""
    for genre in metadata.genres:
        yield NameKind.GENRE, genre, ""
    for tag in metadata.tags:
        yield NameKind.TAG, tag, ""
    if metadata.publisher:
        yield NameKind.PUBLISHER, metadata.publisher, ""


def search_text(metadata: Metadata) -> str:
    """What the words of a search are looked for in."""
    said = [metadata.title, metadata.subtitle or ""]
    said += [person.name for person in metadata.contributions]
    said += [entry.name for entry in metadata.series]
    return "\n".join(dict.fromkeys(folded for text in said if (folded := fold(text))))


def book_row(book: RelationshipUpdates, metadata: Metadata, publisher_id: int | None, now: datetime) -> Row:
    """The book's own row; its id and creation are the saving's to add."""
    return {
        "library_id": book.library_id,
        "root_id": book.root_id,
        "key": book.key,
        "kind": book.kind.value,
        "search_text": search_text(metadata),
        "title": metadata.title,
        "sort_title": metadata.sort_title,
        "subtitle": metadata.subtitle,
        "publisher_id": publisher_id,
        "imprint": metadata.imprint,
        "date": metadata.date,
        "language": metadata.language,
        "duration_ms": metadata.technical.duration_ms,
        "pages": metadata.technical.pages,
        "season": metadata.season,
        "abridged": metadata.abridged,
        "drm": metadata.drm,
        "rule": book.rule,
        "updated_at": now,
        "metadata_updated_at": now,
        "description": metadata.description,
    }


def file_row(root_id: int, book_id: int | None, file: FileUpdate, now: datetime) -> Row:
    """A media file's whole row; what an earlier row keeps of its own is the upsert's business."""
    seen, technical, error = file.seen, file.technical, file.error
    return {
        "root_id": root_id,
        "book_id": book_id,
        "path": seen.path,
        "parent_path": paths.parent(seen.path),
        "name": paths.display(paths.base(seen.path)),
        "role": str(file.role),
        "state": str(file.state),
        "size": seen.size,
        "mtime_ns": seen.mtime_ns,
        "ctime_ns": seen.ctime_ns,
        "inode": seen.inode,
        "device": seen.device,
        "format": file.format,
        "reader": file.reader,
        "parser_version": file.parser_version,
        "position": file.position,
        "duration_ms": technical.duration_ms,
        "bitrate": technical.bitrate,
        "codec": technical.codec,
        "channels": technical.channels,
        "sample_rate": technical.sample_rate,
        "pages": technical.pages,
        "error_count": file.error_count if error else 0,
        "error_reason": error.reason if error else None,
        "error_stage": error.stage if error else None,
        "last_error": error.text if error else None,
        "next_retry_after": error.retry_at if error else None,
        "first_scanned_at": now,
        "last_scanned_at": now,
        "last_scan_duration_ms": file.read_ms,
        "processing_started_at": None,
        "missing_since": None,
        "reading": file.reading,
        "content_hash": None,
        "duplicate_of": None,
        "story": clean(line_of(now, file.state, error.reason if error else "")),
    }
