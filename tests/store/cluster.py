"""A real PostgreSQL for the tests: one cluster a session on a Unix socket of its own, one schema a test."""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import pytest

_NUMBERS = count(1)
_EMPTY = """
DO $$ DECLARE named name; BEGIN
    SET LOCAL session_replication_role = replica;  -- nothing is asked of the rows that hang together
    FOR named IN SELECT tablename FROM pg_tables WHERE schemaname = current_schema() AND tablename <> 'alembic_version'
    LOOP EXECUTE format('DELETE FROM %I', named); END LOOP;
    PERFORM setval(format('%I.%I', schemaname, sequencename)::regclass, start_value, false)
        FROM pg_sequences WHERE schemaname = current_schema() AND last_value IS NOT NULL;
END $$
"""


class Cluster:
    """A running server that may be asked for empty schemas, which cost a thousandth of a database."""

    def __init__(self, folder: Path, user: str) -> None:
        self.folder = folder
        self.user = user
        self._shared = ""

    def new_database(self) -> str:
        """The URL of a place that nobody has used."""
        import psycopg

        name = f"shishod_{next(_NUMBERS)}"
        place = f"host={self.folder} user={self.user} dbname=postgres"
        with psycopg.connect(place, autocommit=True) as connection:
            connection.execute(f"CREATE SCHEMA {name}")  # type: ignore[arg-type]
        return f"postgresql://{self.user}@/postgres?host={self.folder}&options=-csearch_path%3D{name}"

    def emptied_database(self) -> str:
        """The URL of a place that tests use one after the other: the tables stay, no row does, and ids begin anew."""
        import psycopg

        if not self._shared:
            self._shared = self.new_database()
        with psycopg.connect(self._shared, autocommit=True) as connection:
            connection.execute(_EMPTY)
        return self._shared


def _programs() -> Path | None:
    on_path = shutil.which("initdb")
    found = [Path(on_path)] if on_path else sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    return found[-1].parent if found else None


def _run(user: str, *command: str | Path) -> None:
    """Run as a user that PostgreSQL accepts: it refuses root."""
    switch = ["setpriv", "--reuid", user, "--regid", user, "--init-groups"] if os.geteuid() == 0 else []
    subprocess.run([*switch, *command], check=True, stdout=subprocess.DEVNULL, cwd="/")


@contextmanager
def running_cluster() -> Iterator[Cluster]:
    """Start a server and take it away again; without PostgreSQL, CI fails and a contributor's machine skips."""
    programs = _programs()
    if programs is None:
        message = "PostgreSQL is not installed: apt-get install postgresql"
        if os.environ.get("CI") == "true":
            pytest.fail(message)
        pytest.skip(message)
    user = "postgres" if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name
    folder = Path(tempfile.mkdtemp(prefix="shishod-pg-"))
    if os.geteuid() == 0:
        shutil.chown(folder, user, user)
    try:
        server, asked = folder / "cluster", f"-k {folder} -c listen_addresses='' -c fsync=off"
        initdb = [programs / "initdb", "-D", server, "-U", user, "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"]
        _run(user, *initdb)
        control = [programs / "pg_ctl", "-D", server, "-w"]
        _run(user, *control, "-l", folder / "log", "-o", asked, "start")
        try:
            yield Cluster(folder, user)
        finally:
            _run(user, *control, "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
