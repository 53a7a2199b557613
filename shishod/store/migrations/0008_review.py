"""The operator's word on whether a book is told completely."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Nobody has said anything yet."""
    op.add_column("books", sa.Column("reviewed", sa.Boolean()))
