"""The truth of the disk: what is needed to follow files that move, roots that leave, and losses that are believed."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Bring a catalogue of the spine up; there is no way down, a backup is."""
    _files_beside()
    _files_that_move()
    _roots_that_leave()


def _roots_that_leave() -> None:
    """What a root is known by, what is held of it, and when it was last looked over as a whole."""
    op.add_column("roots", sa.Column("marker", sa.Text()))
    op.add_column("roots", sa.Column("held_paths", sa.LargeBinary()))
    op.add_column("roots", sa.Column("held_digest", sa.LargeBinary()))
    op.add_column("roots", sa.Column("held_equal", sa.Integer()))
    op.add_column("roots", sa.Column("held_counted_at", TIME))
    op.add_column("roots", sa.Column("eyes", sa.LargeBinary()))
    op.add_column("roots", sa.Column("walked_at", TIME))


def _files_beside() -> None:
    """What a file is to its book, and how large a cover is that lies beside one."""
    op.add_column("media_files", sa.Column("role", sa.Text(), nullable=False, server_default="media"))
    beside = sa.text("role <> 'media'")
    names = ["root_id", "state"]
    op.create_index("ix_media_files_beside", "media_files", names, sqlite_where=beside, postgresql_where=beside)
    op.add_column("covers", sa.Column("width", sa.BigInteger()))
    op.add_column("covers", sa.Column("height", sa.BigInteger()))
    op.execute("UPDATE folders SET mtime_ns = 0")  # listed once more, for nobody looked for what lies beside


def _files_that_move() -> None:
    """What a file is found again by under another name, and which files are one content."""
    op.add_column("media_files", sa.Column("content_hash", sa.LargeBinary()))
    op.add_column("media_files", sa.Column("duplicate_of", KEY))
    op.add_column("scans", sa.Column("moved", KEY, nullable=False, server_default="0"))
    op.create_index("ix_media_files_inode", "media_files", ["inode"])
    hashed, duplicate = sa.text("content_hash IS NOT NULL"), sa.text("duplicate_of IS NOT NULL")
    names = ["size", "content_hash"]
    op.create_index("ix_media_files_hashed", "media_files", names, sqlite_where=hashed, postgresql_where=hashed)
    names = ["duplicate_of"]
    op.create_index(
        "ix_media_files_duplicates", "media_files", names, sqlite_where=duplicate, postgresql_where=duplicate
    )
