"""The legal steps of a file's state as the database holds them: a trigger refuses every other, whoever tries it."""

from sqlalchemy import Connection

from shishod.model.state import LEGAL

STEPS = ", ".join(f"'{before}>{after}'" for before in LEGAL for after in sorted(LEGAL[before]))
REFUSAL = "no file goes from this state to that one"

SQLITE = (
    f"""
CREATE TRIGGER media_files_state BEFORE UPDATE OF state ON media_files
WHEN OLD.state <> NEW.state AND OLD.state || '>' || NEW.state NOT IN ({STEPS})
BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END
""",
)
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


def hold_to_steps(connection: Connection) -> None:
    """Make the trigger, in a database that has its tables; a migration did it for those that are older."""
    for statement in SQLITE if connection.dialect.name == "sqlite" else POSTGRESQL:
        connection.exec_driver_sql(statement)
