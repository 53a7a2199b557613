"""A file's state takes legal steps only, and what is to be tried again has an index of its own."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

STEPS = (
    "'new>changed', 'new>error', 'new>indexed', 'new>missing', 'new>processing',"
    " 'processing>changed', 'processing>error', 'processing>indexed', 'processing>missing',"
    " 'indexed>changed', 'indexed>error', 'indexed>missing', 'indexed>processing', 'indexed>stale',"
    " 'stale>changed', 'stale>error', 'stale>indexed', 'stale>missing', 'stale>processing',"
    " 'changed>error', 'changed>indexed', 'changed>missing', 'changed>processing',"
    " 'missing>changed', 'missing>error', 'missing>indexed', 'missing>processing',"
    " 'error>changed', 'error>indexed', 'error>missing', 'error>processing'"
)
REFUSAL = "no file goes from this state to that one"
SQLITE = f"""
CREATE TRIGGER media_files_state BEFORE UPDATE OF state ON media_files
WHEN OLD.state <> NEW.state AND OLD.state || '>' || NEW.state NOT IN ({STEPS})
BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END
"""
POSTGRESQL = (
    f"""
CREATE FUNCTION media_files_state() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state || '>' || NEW.state NOT IN ({STEPS}) THEN
        RAISE EXCEPTION '{REFUSAL}' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$
""",
    """
CREATE TRIGGER media_files_state BEFORE UPDATE OF state ON media_files
FOR EACH ROW WHEN (OLD.state IS DISTINCT FROM NEW.state) EXECUTE FUNCTION media_files_state()
""",
)


def upgrade() -> None:
    """What is in the tables stays as it is; there is no way down, a backup is."""
    few = sa.text("state IN ('error', 'processing')")
    op.create_index("ix_media_files_unfinished", "media_files", ["root_id"], sqlite_where=few, postgresql_where=few)
    for statement in (SQLITE,) if op.get_bind().dialect.name == "sqlite" else POSTGRESQL:
        op.get_bind().exec_driver_sql(statement)
