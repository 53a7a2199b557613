"""What became of each file, for those who ask why it stands as it does."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """A file's story begins with its next change."""
    op.add_column("media_files", sa.Column("story", sa.Text()))
