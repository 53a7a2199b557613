"""The lines of scans as rows, written many at once."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Index, Integer, Table, Text, delete, func, insert, or_, select

from shishod.model.progress import ScanStatus
from shishod.model.scanlog import LEVELS, LogLine, LogQuery
from shishod.store.border import Noun
from shishod.store.columns import Prose, UtcDateTime
from shishod.store.schema import identity, metadata
from shishod.store.tables import scans

scan_log = Table(
    "scan_log",
    metadata,
    identity(),
    Column("scan_id", Text, nullable=False),
    Column("at", UtcDateTime, nullable=False, index=True),
    Column("level", Integer, nullable=False),  # its place in LEVELS
    Column("text", Prose, nullable=False),
    Column("facts", Prose, nullable=False),  # a JSON object
    Index(None, "scan_id", "id"),
)
_line = scan_log.c
_ENDED = [status.value for status in ScanStatus if status.ended]


class ScanLogs(Noun):
    """What scans said, for as long as their rows are kept and not longer than lines are."""

    def write_log(self, lines: Sequence[LogLine]) -> None:
        """Add lines in one transaction."""
        rows = [
            {
                "scan_id": line.scan_id,
                "at": line.at,
                "level": LEVELS.index(line.level),
                "text": line.text,
                "facts": json.dumps(line.facts, ensure_ascii=False, default=str),
            }
            for line in lines
        ]
        if rows:
            with self._writing(of_the_disk=False, of_roots=False) as connection:
                connection.execute(insert(scan_log), rows)

    def scan_log(self, query: LogQuery) -> tuple[list[dict[str, Any]], int | None]:
        """A page of lines, the oldest first; the case of ASCII letters is no matter to a search."""
        asked = select(scan_log).where(
            _line.scan_id == query.scan_id, _line.id > query.after, _line.level >= LEVELS.index(query.level)
        )
        for word in query.words.lower().split():
            asked = asked.where(
                or_(*(func.lower(said).contains(word, autoescape=True) for said in (_line.text, _line.facts)))
            )
        with self._reading() as connection:
            rows = connection.execute(asked.order_by(_line.id).limit(query.limit + 1)).mappings().all()
        page = [_told(row) for row in rows[: query.limit]]
        return page, page[-1]["id"] if len(rows) > query.limit else None

    def forget_scans(
        self, keep: int, scans_before: datetime | None = None, lines_before: datetime | None = None
    ) -> int:
        """Forget the oldest ended scans beyond so many and those asked for before a moment, with their lines, and all
        lines before another; a scan that is alive is never forgotten. Returns how many scans.
        """
        ended = scans.c.status.in_(_ENDED)
        kept = select(scans.c.id).where(ended).order_by(scans.c.requested_at.desc(), scans.c.id.desc()).limit(keep)
        old = [scans.c.id.not_in(kept)] + ([] if scans_before is None else [scans.c.requested_at < scans_before])
        with self._writing(of_the_disk=False, of_roots=False) as connection:
            forgotten = connection.execute(delete(scans).where(ended, or_(*old))).rowcount
            if lines_before is not None:
                connection.execute(delete(scan_log).where(_line.at < lines_before))
            if forgotten:
                connection.execute(delete(scan_log).where(_line.scan_id.not_in(select(scans.c.id))))
            return forgotten


def _told(row: Any) -> dict[str, Any]:
    facts = json.loads(row["facts"])
    return {
        "id": row["id"],
        "at": row["at"].isoformat(),
        "level": LEVELS[row["level"]],
        "text": row["text"],
        "facts": facts,
    }
