"""The spine: every table of the first catalogue.

Written out and left alone, so that a catalogue of any age comes up the same way.
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make all tables; there is no way down, a backup is."""
    _libraries()
    _names()
    _books()
    _files()
    _narrators()
    _relations()
    _contents()
    _scans()


def _libraries() -> None:
    """Where books lie, and what was seen there."""
    op.create_table(
        "libraries",
        sa.Column("id", KEY, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_libraries"),
        sa.CheckConstraint(
            "kind IN ('mixed', 'ebooks', 'audiobooks', 'comics', 'movies', 'shows', 'music')",
            name="ck_libraries_kind",
        ),
        sa.UniqueConstraint("name", name="uq_libraries_name"),
    )
    op.create_table(
        "roots",
        sa.Column("id", KEY, nullable=False),
        sa.Column("library_id", KEY, nullable=False),
        sa.Column("path", sa.LargeBinary(), nullable=False),
        sa.Column("display", sa.Text(), nullable=False),
        sa.Column("enrolled", sa.Boolean(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("device", sa.BigInteger()),
        sa.Column("fstype", sa.Text()),
        sa.Column("source", sa.Text()),
        sa.Column("fsid", sa.BigInteger()),
        sa.Column("inode", sa.BigInteger()),
        sa.Column("held_count", sa.Integer(), nullable=False),
        sa.Column("held_at", TIME),
        sa.Column("accepted", sa.Boolean(), nullable=False),
        sa.Column("last_seen_at", TIME),
        sa.Column("created_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_roots"),
        sa.CheckConstraint("state IN ('online', 'offline', 'stalled', 'held')", name="ck_roots_state"),
        sa.ForeignKeyConstraint(
            ["library_id"], ["libraries.id"], name="fk_roots_library_id_libraries", ondelete="CASCADE"
        ),
        sa.UniqueConstraint("library_id", "path", name="uq_roots_library_id_path"),
    )
    op.create_table(
        "folders",
        sa.Column("root_id", KEY, nullable=False),
        sa.Column("path", sa.LargeBinary(), nullable=False),
        sa.Column("mtime_ns", KEY, nullable=False),
        sa.Column("device", KEY, nullable=False),
        sa.Column("packed", sa.LargeBinary(), nullable=False),
        sa.Column("checked_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("root_id", "path", name="pk_folders"),
        sa.ForeignKeyConstraint(["root_id"], ["roots.id"], name="fk_folders_root_id_roots", ondelete="CASCADE"),
        sqlite_with_rowid=False,
    )


def _names() -> None:
    """What books share."""
    op.create_table(
        "persons",
        sa.Column("id", KEY, nullable=False),
        sa.Column("library_id", KEY, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("norm", sa.Text(), nullable=False),
        sa.Column("spelling", sa.LargeBinary(), nullable=False),
        sa.Column("sort_name", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_persons"),
        sa.ForeignKeyConstraint(
            ["library_id"], ["libraries.id"], name="fk_persons_library_id_libraries", ondelete="CASCADE"
        ),
        sa.UniqueConstraint("library_id", "norm", name="uq_persons_library_id_norm"),
    )
    for table in ("series", "genres", "tags", "publishers"):
        op.create_table(
            table,
            sa.Column("id", KEY, nullable=False),
            sa.Column("library_id", KEY, nullable=False),
            sa.Column("name", sa.Text(), nullable=False),
            sa.Column("norm", sa.Text(), nullable=False),
            sa.Column("spelling", sa.LargeBinary(), nullable=False),
            sa.PrimaryKeyConstraint("id", name=f"pk_{table}"),
            sa.ForeignKeyConstraint(
                ["library_id"], ["libraries.id"], name=f"fk_{table}_library_id_libraries", ondelete="CASCADE"
            ),
            sa.UniqueConstraint("library_id", "norm", name=f"uq_{table}_library_id_norm"),
        )
    op.create_table(
        "name_aliases",
        sa.Column("library_id", KEY, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("norm", sa.Text(), nullable=False),
        sa.Column("name_id", KEY, nullable=False),
        sa.PrimaryKeyConstraint("library_id", "kind", "norm", name="pk_name_aliases"),
        sa.CheckConstraint("kind IN ('person', 'series', 'genre', 'tag', 'publisher')", name="ck_name_aliases_kind"),
        sa.ForeignKeyConstraint(
            ["library_id"], ["libraries.id"], name="fk_name_aliases_library_id_libraries", ondelete="CASCADE"
        ),
        sqlite_with_rowid=False,
    )


def _books() -> None:
    """The books themselves."""
    op.create_table(
        "books",
        sa.Column("id", KEY, nullable=False),
        sa.Column("library_id", KEY, nullable=False),
        sa.Column("root_id", KEY, nullable=False),
        sa.Column("key", sa.LargeBinary(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("search_text", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("sort_title", sa.Text(), nullable=False),
        sa.Column("subtitle", sa.Text()),
        sa.Column("publisher_id", KEY),
        sa.Column("imprint", sa.Text()),
        sa.Column("date", sa.Text()),
        sa.Column("language", sa.Text()),
        sa.Column("duration_ms", sa.BigInteger()),
        sa.Column("pages", sa.BigInteger()),
        sa.Column("season", sa.BigInteger()),
        sa.Column("abridged", sa.Boolean()),
        sa.Column("drm", sa.Text()),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("frozen", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("provider", sa.Text()),
        sa.Column("provider_id", sa.Text()),
        sa.Column("provider_kind", sa.Text()),
        sa.Column("etag", sa.Text()),
        sa.Column("last_response_hash", sa.Text()),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("updated_at", TIME, nullable=False),
        sa.Column("metadata_updated_at", TIME),
        sa.Column("description", sa.Text()),
        sa.PrimaryKeyConstraint("id", name="pk_books"),
        sa.CheckConstraint(
            "kind IN ('ebook', 'audiobook', 'comic', 'movie', 'episode', 'album')",
            name="ck_books_kind",
        ),
        sa.ForeignKeyConstraint(
            ["library_id"], ["libraries.id"], name="fk_books_library_id_libraries", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["publisher_id"], ["publishers.id"], name="fk_books_publisher_id_publishers"),
        sa.ForeignKeyConstraint(["root_id"], ["roots.id"], name="fk_books_root_id_roots", ondelete="CASCADE"),
        sa.UniqueConstraint("root_id", "key", name="uq_books_root_id_key"),
    )
    op.create_index("ix_books_library_id", "books", ["library_id"])
    op.create_index("ix_books_metadata_updated_at", "books", ["metadata_updated_at"])
    op.create_index("ix_books_provider_provider_id", "books", ["provider", "provider_id"])
    op.create_index("ix_books_publisher_id", "books", ["publisher_id"])


def _files() -> None:
    """Their files."""
    op.create_table(
        "media_files",
        sa.Column("id", KEY, nullable=False),
        sa.Column("root_id", KEY, nullable=False),
        sa.Column("book_id", KEY),
        sa.Column("path", sa.LargeBinary(), nullable=False),
        sa.Column("parent_path", sa.LargeBinary(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("size", KEY, nullable=False),
        sa.Column("mtime_ns", KEY, nullable=False),
        sa.Column("ctime_ns", KEY, nullable=False),
        sa.Column("inode", sa.BigInteger(), nullable=False),
        sa.Column("device", sa.BigInteger(), nullable=False),
        sa.Column("format", sa.Text(), nullable=False),
        sa.Column("reader", sa.Text(), nullable=False),
        sa.Column("parser_version", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("duration_ms", sa.BigInteger()),
        sa.Column("bitrate", sa.BigInteger()),
        sa.Column("codec", sa.Text(), nullable=False),
        sa.Column("channels", sa.BigInteger()),
        sa.Column("sample_rate", sa.BigInteger()),
        sa.Column("pages", sa.BigInteger()),
        sa.Column("error_count", sa.Integer(), nullable=False),
        sa.Column("error_reason", sa.Text()),
        sa.Column("error_stage", sa.Text()),
        sa.Column("last_error", sa.Text()),
        sa.Column("next_retry_after", TIME),
        sa.Column("first_scanned_at", TIME, nullable=False),
        sa.Column("last_scanned_at", TIME, nullable=False),
        sa.Column("last_scan_duration_ms", sa.BigInteger()),
        sa.Column("processing_started_at", TIME),
        sa.Column("missing_since", TIME),
        sa.Column("reading", sa.LargeBinary()),
        sa.PrimaryKeyConstraint("id", name="pk_media_files"),
        sa.CheckConstraint(
            "state IN ('new', 'processing', 'indexed', 'stale', 'changed', 'missing', 'error')",
            name="ck_media_files_state",
        ),
        sa.ForeignKeyConstraint(["book_id"], ["books.id"], name="fk_media_files_book_id_books", ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["root_id"], ["roots.id"], name="fk_media_files_root_id_roots", ondelete="CASCADE"),
        sa.UniqueConstraint("root_id", "path", name="uq_media_files_root_id_path"),
    )
    op.create_index("ix_media_files_book_id", "media_files", ["book_id"])
    op.create_index("ix_media_files_mtime_ns", "media_files", ["mtime_ns"])
    op.create_index("ix_media_files_root_id_parent_path", "media_files", ["root_id", "parent_path"])
    op.create_index("ix_media_files_root_id_state", "media_files", ["root_id", "state"])


def _narrators() -> None:
    """Who reads each file."""
    op.create_table(
        "file_narrators",
        sa.Column("file_id", KEY, nullable=False),
        sa.Column("person_id", KEY, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("file_id", "person_id", name="pk_file_narrators"),
        sa.ForeignKeyConstraint(
            ["file_id"], ["media_files.id"], name="fk_file_narrators_file_id_media_files", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name="fk_file_narrators_person_id_persons"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_file_narrators_person_id", "file_narrators", ["person_id"])


def _relations() -> None:
    """Who and what a book is connected with."""
    op.create_table(
        "contributions",
        sa.Column("book_id", KEY, nullable=False),
        sa.Column("person_id", KEY, nullable=False),
        sa.Column("role", sa.Text(), nullable=False, server_default=""),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("book_id", "person_id", "role", name="pk_contributions"),
        sa.ForeignKeyConstraint(["book_id"], ["books.id"], name="fk_contributions_book_id_books", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name="fk_contributions_person_id_persons"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_contributions_person_id", "contributions", ["person_id"])
    op.create_table(
        "book_series",
        sa.Column("book_id", KEY, nullable=False),
        sa.Column("series_id", KEY, nullable=False),
        sa.Column("number", sa.Text()),
        sa.Column("number_from", sa.Float()),
        sa.Column("number_to", sa.Float()),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("book_id", "series_id", name="pk_book_series"),
        sa.ForeignKeyConstraint(["book_id"], ["books.id"], name="fk_book_series_book_id_books", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["series_id"], ["series.id"], name="fk_book_series_series_id_series"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_book_series_series_id", "book_series", ["series_id"])
    for one, many in (("genre", "genres"), ("tag", "tags")):
        table = f"book_{many}"
        op.create_table(
            table,
            sa.Column("book_id", KEY, nullable=False),
            sa.Column(f"{one}_id", KEY, nullable=False),
            sa.Column("position", sa.Integer(), nullable=False),
            sa.PrimaryKeyConstraint("book_id", f"{one}_id", name=f"pk_{table}"),
            sa.ForeignKeyConstraint(["book_id"], ["books.id"], name=f"fk_{table}_book_id_books", ondelete="CASCADE"),
            sa.ForeignKeyConstraint([f"{one}_id"], [f"{many}.id"], name=f"fk_{table}_{one}_id_{many}"),
            sqlite_with_rowid=False,
        )
        op.create_index(f"ix_{table}_{one}_id", table, [f"{one}_id"])
    op.create_table(
        "identifiers",
        sa.Column("book_id", KEY, nullable=False),
        sa.Column("scheme", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("book_id", "scheme", "value", name="pk_identifiers"),
        sa.ForeignKeyConstraint(["book_id"], ["books.id"], name="fk_identifiers_book_id_books", ondelete="CASCADE"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_identifiers_scheme_value", "identifiers", ["scheme", "value"])


def _contents() -> None:
    """What is inside a book, and who said so."""
    op.create_table(
        "chapters",
        sa.Column("book_id", KEY, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("start_ms", sa.BigInteger()),
        sa.Column("end_ms", sa.BigInteger()),
        sa.Column("href", sa.Text()),
        sa.PrimaryKeyConstraint("book_id", "position", name="pk_chapters"),
        sa.ForeignKeyConstraint(["book_id"], ["books.id"], name="fk_chapters_book_id_books", ondelete="CASCADE"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "covers",
        sa.Column("book_id", KEY, nullable=False),
        sa.Column("path", sa.LargeBinary(), nullable=False),
        sa.Column("member", sa.Text(), nullable=False),
        sa.Column("mime", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger()),
        sa.PrimaryKeyConstraint("book_id", name="pk_covers"),
        sa.ForeignKeyConstraint(["book_id"], ["books.id"], name="fk_covers_book_id_books", ondelete="CASCADE"),
    )
    op.create_table(
        "field_sources",
        sa.Column("book_id", KEY, nullable=False),
        sa.Column("field", sa.Text(), nullable=False),
        sa.Column("source", sa.Integer(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("word", sa.Text()),
        sa.Column("set_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("book_id", "field", name="pk_field_sources"),
        sa.CheckConstraint("(word IS NOT NULL) = (source = 0)", name="ck_field_sources_word"),
        sa.ForeignKeyConstraint(["book_id"], ["books.id"], name="fk_field_sources_book_id_books", ondelete="CASCADE"),
        sqlite_with_rowid=False,
    )


def _scans() -> None:
    """What was done, and what could not be."""
    op.create_table(
        "scans",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("tier", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("trigger", sa.Text(), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("requested_at", TIME, nullable=False),
        sa.Column("started_at", TIME),
        sa.Column("ended_at", TIME),
        sa.Column("discovered", sa.Boolean(), nullable=False),
        sa.Column("total", KEY, nullable=False),
        sa.Column("processed", KEY, nullable=False),
        sa.Column("succeeded", KEY, nullable=False),
        sa.Column("failed", KEY, nullable=False),
        sa.Column("skipped", KEY, nullable=False),
        sa.Column("unchanged", KEY, nullable=False),
        sa.Column("missing", KEY, nullable=False),
        sa.Column("returned", KEY, nullable=False),
        sa.Column("held", KEY, nullable=False),
        sa.Column("books_new", KEY, nullable=False),
        sa.Column("books_changed", KEY, nullable=False),
        sa.Column("folders", KEY, nullable=False),
        sa.Column("bytes_read", KEY, nullable=False),
        sa.Column("problems", KEY, nullable=False),
        sa.Column("current", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("cache", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_scans"),
        sa.CheckConstraint(
            "status IN ('queued', 'running', 'completed', 'cancelled', 'failed', 'interrupted')",
            name="ck_scans_status",
        ),
    )
    op.create_index("ix_scans_requested_at", "scans", ["requested_at"])
    op.create_table(
        "problems",
        sa.Column("id", KEY, nullable=False),
        sa.Column("root_id", KEY, nullable=False),
        sa.Column("path", sa.LargeBinary(), nullable=False),
        sa.Column("stage", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("scan_id", sa.Text()),
        sa.PrimaryKeyConstraint("id", name="pk_problems"),
        sa.ForeignKeyConstraint(["root_id"], ["roots.id"], name="fk_problems_root_id_roots", ondelete="CASCADE"),
        sa.UniqueConstraint("root_id", "path", "stage", name="uq_problems_root_id_path_stage"),
    )
