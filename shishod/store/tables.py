"""Every table of the catalogue, each constraint with a name that both databases and the migrations agree on."""

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
    false,
    text,
)

from shishod.model.book import BookKind, FileRole, NameKind
from shishod.model.library import LibraryKind, RootState
from shishod.model.progress import ScanStatus
from shishod.model.state import State
from shishod.store import webtables  # noqa: F401 - its tables are of the same schema
from shishod.store.columns import Bytes, Count, Key, Prose, Unsigned, UtcDateTime
from shishod.store.schema import identity, index_where, metadata, one_of, owned_by

libraries = Table(
    "libraries",
    metadata,
    identity(),
    Column("name", Prose, nullable=False, unique=True),
    Column("kind", Text, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    one_of("kind", LibraryKind),
)

roots = Table(
    "roots",
    metadata,
    identity(),
    owned_by("libraries"),
    Column("path", Bytes, nullable=False),
    Column("display", Prose, nullable=False),
    Column("enrolled", Boolean, nullable=False),  # named by the settings of this run
    Column("position", Integer, nullable=False),
    Column("state", Text, nullable=False),
    Column("reason", Prose, nullable=False),
    Column("device", Unsigned),
    Column("fstype", Prose),
    Column("source", Prose),
    Column("fsid", Unsigned),
    Column("inode", Unsigned),
    Column("held_count", Integer, nullable=False),
    Column("held_at", UtcDateTime),
    Column("accepted", Boolean, nullable=False),
    Column("last_seen_at", UtcDateTime),
    Column("created_at", UtcDateTime, nullable=False),
    Column("marker", Prose),
    Column("held_paths", Bytes),  # examples, with a NUL between them
    Column("held_digest", Bytes),
    Column("held_equal", Integer),
    Column("held_counted_at", UtcDateTime),
    Column("eyes", Bytes),  # by which rules it was last looked over as a whole
    Column("walked_at", UtcDateTime),  # looked over as a whole since it was last away; null while that is not so
    UniqueConstraint("library_id", "path"),
    one_of("state", RootState),
)

folders = Table(
    "folders",
    metadata,
    owned_by("roots", primary_key=True),
    Column("path", Bytes, primary_key=True),
    Column("mtime_ns", Key, nullable=False),
    Column("device", Key, nullable=False),  # no type that converts: a scan reads every row of this table
    Column("packed", Bytes, nullable=False),
    Column("checked_at", UtcDateTime, nullable=False),
    sqlite_with_rowid=False,
)


def _names(table: str, *more: Column[str]) -> Table:
    """A table of names that the books of a library share, unique in their normal form."""
    return Table(
        table,
        metadata,
        identity(),
        owned_by("libraries"),
        Column("name", Prose, nullable=False),
        Column("norm", Prose, nullable=False),
        Column("spelling", Bytes, nullable=False),  # decides between two spellings: the smaller is shown
        *more,
        UniqueConstraint("library_id", "norm"),
    )


persons = _names("persons", Column("sort_name", Prose, nullable=False))
series = _names("series")
genres = _names("genres")
tags = _names("tags")
publishers = _names("publishers")

NAMES: dict[NameKind, Table] = {
    NameKind.PERSON: persons,
    NameKind.SERIES: series,
    NameKind.GENRE: genres,
    NameKind.TAG: tags,
    NameKind.PUBLISHER: publishers,
}

name_aliases = Table(
    "name_aliases",
    metadata,
    owned_by("libraries", primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("norm", Prose, primary_key=True),
    Column("name_id", Key, nullable=False),
    one_of("kind", NameKind),
    sqlite_with_rowid=False,
)

books = Table(
    "books",
    metadata,
    identity(),
    owned_by("libraries", index=True),
    owned_by("roots"),
    Column("key", Bytes, nullable=False),
    Column("kind", Text, nullable=False),
    Column("revision", Integer, nullable=False),  # how often it was written; 1 tells a book just made
    Column("search_text", Prose, nullable=False),
    Column("title", Prose, nullable=False),
    Column("sort_title", Prose, nullable=False),
    Column("subtitle", Prose),
    Column("publisher_id", Key, ForeignKey("publishers.id"), index=True),
    Column("imprint", Prose),
    Column("date", Prose),
    Column("language", Prose),
    Column("duration_ms", Count),
    Column("pages", Count),
    Column("season", Count),
    Column("abridged", Boolean),
    Column("drm", Prose),
    Column("rule", Prose, nullable=False),
    Column("frozen", Boolean, nullable=False, server_default=false()),
    Column("provider", Prose),
    Column("provider_id", Prose),
    Column("provider_kind", Prose),
    Column("etag", Prose),
    Column("last_response_hash", Text),
    Column("created_at", UtcDateTime, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
    Column("metadata_updated_at", UtcDateTime, index=True),
    Column("description", Prose),  # last: the longest, and no list reads it
    Column("reviewed", Boolean),  # the user\'s word on whether it is told completely
    UniqueConstraint("root_id", "key"),
    one_of("kind", BookKind),
    Index(None, "provider", "provider_id"),
)

HASHED = text("content_hash IS NOT NULL")
DUPLICATE = text("duplicate_of IS NOT NULL")
DUE = text("taken_at IS NULL")
UNFINISHED = text("state IN ('error', 'processing')")  # the few that may be due for another try
BESIDE = text("role <> 'media'")  # the few that lie beside; an index of them lets the many be counted without a look

media_files = Table(
    "media_files",
    metadata,
    identity(),
    owned_by("roots"),
    Column("book_id", Key, ForeignKey("books.id", ondelete="SET NULL"), index=True),
    Column("path", Bytes, nullable=False),
    Column("parent_path", Bytes, nullable=False),
    Column("name", Prose, nullable=False),
    Column("state", Text, nullable=False),
    Column("size", Key, nullable=False),
    Column("mtime_ns", Key, nullable=False, index=True),
    Column("ctime_ns", Key, nullable=False),
    Column("inode", Unsigned, nullable=False),
    Column("device", Unsigned, nullable=False),
    Column("format", Text, nullable=False),
    Column("reader", Text, nullable=False),
    Column("parser_version", Integer, nullable=False),
    Column("position", Integer, nullable=False),
    Column("duration_ms", Count),
    Column("bitrate", Count),
    Column("codec", Prose, nullable=False),
    Column("channels", Count),
    Column("sample_rate", Count),
    Column("pages", Count),
    Column("error_count", Integer, nullable=False),
    Column("error_reason", Prose),
    Column("error_stage", Prose),
    Column("last_error", Prose),
    Column("next_retry_after", UtcDateTime),
    Column("first_scanned_at", UtcDateTime, nullable=False),
    Column("last_scanned_at", UtcDateTime, nullable=False),
    Column("last_scan_duration_ms", Count),
    Column("processing_started_at", UtcDateTime),
    Column("missing_since", UtcDateTime),
    Column("reading", Bytes),  # the longest, and judging a file does not read it
    Column("role", Text, nullable=False, server_default=FileRole.MEDIA.value),
    Column("content_hash", Bytes),  # of a sample, its rule in the first byte; gone when the file changes
    Column("duplicate_of", Key),  # the file whose content this is another path to
    Column("story", Text),  # what became of it, cut to so much that no file costs more
    UniqueConstraint("root_id", "path"),
    Index(None, "inode"),
    index_where(HASHED, "ix_media_files_hashed", "size", "content_hash"),
    index_where(DUPLICATE, "ix_media_files_duplicates", "duplicate_of"),
    Index(None, "root_id", "parent_path"),
    Index(None, "root_id", "state"),
    index_where(UNFINISHED, "ix_media_files_unfinished", "root_id"),
    index_where(BESIDE, "ix_media_files_beside", "root_id", "state"),
    one_of("state", State),
)

contributions = Table(
    "contributions",
    metadata,
    owned_by("books", primary_key=True),
    Column("person_id", Key, ForeignKey("persons.id"), primary_key=True, index=True),
    Column("role", Prose, primary_key=True, server_default=""),
    Column("position", Integer, nullable=False),
    sqlite_with_rowid=False,
)

file_narrators = Table(
    "file_narrators",
    metadata,
    owned_by("media_files", primary_key=True),
    Column("person_id", Key, ForeignKey("persons.id"), primary_key=True, index=True),
    Column("position", Integer, nullable=False),
    sqlite_with_rowid=False,
)

book_series = Table(
    "book_series",
    metadata,
    owned_by("books", primary_key=True),
    Column("series_id", Key, ForeignKey("series.id"), primary_key=True, index=True),
    Column("number", Prose),
    Column("number_from", Float),
    Column("number_to", Float),
    Column("position", Integer, nullable=False),
    sqlite_with_rowid=False,
)

book_genres = Table(
    "book_genres",
    metadata,
    owned_by("books", primary_key=True),
    Column("genre_id", Key, ForeignKey("genres.id"), primary_key=True, index=True),
    Column("position", Integer, nullable=False),
    sqlite_with_rowid=False,
)

book_tags = Table(
    "book_tags",
    metadata,
    owned_by("books", primary_key=True),
    Column("tag_id", Key, ForeignKey("tags.id"), primary_key=True, index=True),
    Column("position", Integer, nullable=False),
    sqlite_with_rowid=False,
)

identifiers = Table(
    "identifiers",
    metadata,
    owned_by("books", primary_key=True),
    Column("scheme", Prose, primary_key=True),
    Column("value", Prose, primary_key=True),
    Column("position", Integer, nullable=False),
    Index(None, "scheme", "value"),
    sqlite_with_rowid=False,
)

chapters = Table(
    "chapters",
    metadata,
    owned_by("books", primary_key=True),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("title", Prose, nullable=False),
    Column("start_ms", Count),
    Column("end_ms", Count),
    Column("href", Prose),
    sqlite_with_rowid=False,
)

covers = Table(
    "covers",
    metadata,
    owned_by("books", primary_key=True),
    Column("path", Bytes, nullable=False),
    Column("member", Prose, nullable=False),
    Column("mime", Prose, nullable=False),
    Column("size", Count),
    Column("width", Count),  # pixels
    Column("height", Count),
    Column("digest", Bytes),  # of the picture in the cache that is shown
    Column("form", Text),  # of that picture: "jpeg", "png"
    Column("fault", Text),  # why there is none to show, until the file changes
    Column("fault_text", Prose),
    Column("taken_at", UtcDateTime),  # null while it is to be taken, or taken once more
    index_where(DUE, "ix_covers_due", "book_id"),
)

field_sources = Table(
    "field_sources",
    metadata,
    owned_by("books", primary_key=True),
    Column("field", Text, primary_key=True),
    Column("source", Integer, nullable=False),
    Column("place", Prose, nullable=False),
    Column("word", Text),  # JSON, and only for what the user said; "null" is a field that was cleared
    Column("set_at", UtcDateTime, nullable=False),
    CheckConstraint("(word IS NOT NULL) = (source = 0)", name="word"),
    sqlite_with_rowid=False,
)

scans = Table(
    "scans",
    metadata,
    Column("id", Text, primary_key=True),
    Column("tier", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("trigger", Text, nullable=False),
    Column("scope", Text, nullable=False),  # JSON list
    Column("requested_at", UtcDateTime, nullable=False, index=True),
    Column("started_at", UtcDateTime),
    Column("ended_at", UtcDateTime),
    Column("discovered", Boolean, nullable=False),
    *(
        Column(name, Key, nullable=False)
        for name in (
            *("total", "processed", "succeeded", "failed", "skipped", "unchanged", "missing", "returned", "held"),
            *("books_new", "books_changed", "folders", "bytes_read", "problems"),
        )
    ),
    Column("current", Prose, nullable=False),
    Column("reason", Prose, nullable=False),
    Column("cache", Text, nullable=False),  # JSON list of pairs
    Column("moved", Key, nullable=False, server_default="0"),
    one_of("status", ScanStatus),
)

problems = Table(
    "problems",
    metadata,
    identity(),
    owned_by("roots"),
    Column("path", Bytes, nullable=False),
    Column("stage", Text, nullable=False),
    Column("reason", Prose, nullable=False),
    Column("text", Prose, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("scan_id", Text),
    UniqueConstraint("root_id", "path", "stage"),
)

SCHEMA = metadata  # whole once this module is imported
