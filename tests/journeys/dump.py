"""A catalogue as text that two runs can be compared by: every row by its natural keys, without ids and times."""

import sqlite3
from pathlib import Path
from typing import Any

LEFT_OUT = {"scans", "scan_log", "job_runs", "alembic_version", "sqlite_sequence"}
CHANCE = {  # what honestly differs from run to run
    "id",
    "revision",
    "position_at",
    "story",
    "last_scan_duration_ms",
    "checked_at",
    "created_at",
    "updated_at",
    "metadata_updated_at",
    "first_scanned_at",
    "last_scanned_at",
    "last_seen_at",
    "walked_at",
    "set_at",
    "at",
    "scan_id",
    "content_hash",  # made when there is nothing else to do
    *("taken_at", "digest", "form", "fault", "fault_text", "width", "height"),  # of covers; taken likewise
    "next_retry_after",
}
NATURAL = {
    "libraries": ("name",),
    "roots": ("path",),
    "books": ("root_id", "key"),
    "media_files": ("root_id", "path"),
    "persons": ("library_id", "norm"),
    "series": ("library_id", "norm"),
    "genres": ("library_id", "norm"),
    "tags": ("library_id", "norm"),
    "publishers": ("library_id", "norm"),
}
REFERS = {
    "library_id": "libraries",
    "root_id": "roots",
    "book_id": "books",
    "file_id": "media_files",
    "person_id": "persons",
    "series_id": "series",
    "genre_id": "genres",
    "tag_id": "tags",
    "publisher_id": "publishers",
}


def dump(database: Path) -> list[str]:
    """Every row of every table that says something about books, sorted; equal catalogues give equal lists."""
    connection = sqlite3.connect(f"file:{database}?mode=ro", uri=True)
    connection.row_factory = sqlite3.Row
    try:
        tables = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        rows = {name: [dict(row) for row in connection.execute(f"SELECT * FROM {name}")] for name in tables}
    finally:
        connection.close()
    keys: dict[tuple[str, Any], Any] = {}
    for table, columns in NATURAL.items():
        for row in rows[table]:
            keys[table, row["id"]] = tuple(
                keys[REFERS[name], row[name]] if name in REFERS else row[name] for name in columns
            )
    lines = []
    for table in sorted(set(rows) - LEFT_OUT):
        for row in rows[table]:
            said = {
                name: keys.get((REFERS[name], value), value) if name in REFERS else value
                for name, value in row.items()
                if name not in CHANCE and not (table == "folders" and name == "mtime_ns")
            }
            lines.append(f"{table} {sorted(said.items(), key=lambda one: one[0])!r}")
    return sorted(lines)
