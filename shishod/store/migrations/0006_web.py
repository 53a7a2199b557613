"""What web catalogues say: for each book and provider, as it was answered, and how often they may be asked."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Empty tables; there is no way down, a backup is."""
    _findings()
    op.create_table(
        "web_answers",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("provider", sa.Text(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("etag", sa.Text()),
        sa.Column("last_modified", sa.Text()),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("size", KEY, nullable=False),
        sa.Column("fetched_at", TIME, nullable=False),
        sa.Column("expires_at", TIME, nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_web_answers"),
    )
    op.create_index("ix_web_answers_expires_at", "web_answers", ["expires_at"])
    op.create_table(
        "web_notes",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_web_notes"),
    )


def _findings() -> None:
    op.create_table(
        "findings",
        sa.Column("book_id", KEY, nullable=False),
        sa.Column("provider", sa.Text(), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("provider_id", sa.Text()),
        sa.Column("provider_kind", sa.Text()),
        sa.Column("score", sa.Float(), nullable=False),
        sa.Column("chosen", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("last_response_hash", sa.Text()),
        sa.Column("fetched_at", TIME, nullable=False),
        sa.Column("checked_at", TIME, nullable=False),
        sa.Column("due_at", TIME),
        sa.Column("cover_url", sa.Text()),
        sa.Column("cover_digest", sa.LargeBinary()),
        sa.Column("cover_form", sa.Text()),
        sa.Column("cover_width", sa.BigInteger()),
        sa.Column("cover_height", sa.BigInteger()),
        sa.Column("cover_fault", sa.Text()),
        sa.Column("cover_at", TIME),
        sa.Column("finding", sa.LargeBinary()),
        sa.Column("candidates", sa.LargeBinary()),
        sa.CheckConstraint("status IN ('matched', 'unmatched', 'not_found', 'refused')", name="ck_findings_status"),
        sa.ForeignKeyConstraint(["book_id"], ["books.id"], name="fk_findings_book_id_books", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("book_id", "provider", name="pk_findings"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_findings_provider_due_at", "findings", ["provider", "due_at"])
    due = sa.text("cover_url IS NOT NULL AND cover_at IS NULL")
    op.create_index("ix_findings_covers_due", "findings", ["book_id"], sqlite_where=due, postgresql_where=due)
