"""The tables of enrichment: what web catalogues answered, what was made of it for each book, and notes on limits."""

from sqlalchemy import Boolean, Column, Float, Index, Integer, Table, Text, false, text

from shishod.model.finding import Standing
from shishod.store.columns import Bytes, Count, Key, Prose, UtcDateTime
from shishod.store.schema import index_where, metadata, one_of, owned_by

COVER_DUE = text("cover_url IS NOT NULL AND cover_at IS NULL")

findings = Table(
    "findings",
    metadata,
    owned_by("books", primary_key=True),
    Column("provider", Text, primary_key=True),
    Column("rank", Integer, nullable=False),  # the lower is believed first
    Column("status", Text, nullable=False),
    Column("provider_id", Prose),
    Column("provider_kind", Prose),
    Column("score", Float, nullable=False),
    Column("chosen", Boolean, nullable=False, server_default=false()),  # by the operator, for ever
    Column("question", Text, nullable=False),  # a digest of what was known of the book when it was asked for
    Column("reason", Prose, nullable=False),
    Column("last_response_hash", Text),
    Column("fetched_at", UtcDateTime, nullable=False),
    Column("checked_at", UtcDateTime, nullable=False),
    Column("due_at", UtcDateTime),
    Column("cover_url", Prose),
    Column("cover_digest", Bytes),
    Column("cover_form", Text),
    Column("cover_width", Count),  # pixels
    Column("cover_height", Count),
    Column("cover_fault", Prose),
    Column("cover_at", UtcDateTime),  # null while it is to be fetched
    Column("finding", Bytes),  # a packed Reading
    Column("candidates", Bytes),
    Column("etag", Prose),  # of the answer that told the work
    Index(None, "provider", "due_at"),
    Index(None, "status", "provider"),  # by which they are counted, and the few of one are found
    index_where(COVER_DUE, "ix_findings_covers_due", "book_id"),
    one_of("status", Standing),
    sqlite_with_rowid=False,
)

web_answers = Table(
    "web_answers",
    metadata,
    Column("key", Text, primary_key=True),
    Column("provider", Text, nullable=False),
    Column("status", Integer, nullable=False),
    Column("etag", Prose),
    Column("last_modified", Prose),
    Column("digest", Text, nullable=False),
    Column("size", Key, nullable=False),  # bytes of the packed body
    Column("fetched_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False, index=True),
    Column("body", Bytes, nullable=False),
)

web_notes = Table(
    "web_notes",
    metadata,
    Column("name", Text, primary_key=True),
    Column("text", Text, nullable=False),
)
