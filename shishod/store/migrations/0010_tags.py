"""The tag under which a web catalogue keeps the work that a book is."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """It is told with the next answer that says something new."""
    op.add_column("findings", sa.Column("etag", sa.Text()))
