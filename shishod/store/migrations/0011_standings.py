"""How many books stand how with each web catalogue is counted in an index, which finds those that stand so, too."""

from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """It is told with each status."""
    op.create_index(op.f("ix_findings_status_provider"), "findings", ["status", "provider"])
