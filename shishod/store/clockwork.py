"""What the clock asks of the catalogue: when each of its jobs ran last, and at which hours books came."""

from datetime import datetime

from sqlalchemy import Column, Table, Text, select

from shishod.store.border import Noun
from shishod.store.columns import UtcDateTime
from shishod.store.dialect import insert
from shishod.store.schema import metadata
from shishod.store.tables import books

job_runs = Table(
    "job_runs",
    metadata,
    Column("job", Text, primary_key=True),
    Column("ran_at", UtcDateTime, nullable=False),
    sqlite_with_rowid=False,
)


class Clockwork(Noun):
    """Outlives the daemon, so that what was missed while it was down is made up for."""

    def last_run(self, job: str) -> datetime | None:
        """When a job ran last, None when it never did."""
        with self._reading() as connection:
            return connection.scalar(select(job_runs.c.ran_at).where(job_runs.c.job == job))

    def note_run(self, job: str, now: datetime) -> None:
        """It runs now."""
        with self._writing(of_the_disk=False) as connection:
            statement = insert(connection, job_runs).values(job=job, ran_at=now)
            connection.execute(statement.on_conflict_do_update(index_elements=["job"], set_={"ran_at": now}))

    def arrivals(self, since: datetime) -> list[datetime]:
        """The moments since then at which a book was first recorded, one for each hour."""
        came: dict[datetime, datetime] = {}
        with self._reading() as connection:
            asked = select(books.c.created_at).where(books.c.created_at >= since).distinct()
            for moment in connection.scalars(asked):
                came.setdefault(moment.replace(minute=0, second=0, microsecond=0), moment)
        return sorted(came.values())
