"""How many books stand how with each web catalogue is counted in an index."""

from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """It is told with each status."""
    op.create_index(op.f("ix_findings_provider_status"), "findings", ["provider", "status"])
