"""What scans say while they run."""

import sqlalchemy as sa
from alembic import op

from shishod.store.columns import Key

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Scans of before have said nothing that was kept."""
    op.create_table(
        "scan_log",
        sa.Column("id", Key, nullable=False),
        sa.Column("scan_id", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_scan_log"),
    )
    op.create_index("ix_scan_log_at", "scan_log", ["at"])
    op.create_index("ix_scan_log_scan_id_id", "scan_log", ["scan_id", "id"])
