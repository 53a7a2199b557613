"""Covers in a cache of ours: which picture a book shows, why it shows none, and which are still to be taken."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Every cover that is located already is due; there is no way down, a backup is."""
    op.add_column("covers", sa.Column("digest", sa.LargeBinary()))
    op.add_column("covers", sa.Column("form", sa.Text()))
    op.add_column("covers", sa.Column("fault", sa.Text()))
    op.add_column("covers", sa.Column("fault_text", sa.Text()))
    op.add_column("covers", sa.Column("taken_at", TIME))
    due = sa.text("taken_at IS NULL")
    op.create_index("ix_covers_due", "covers", ["book_id"], sqlite_where=due, postgresql_where=due)
