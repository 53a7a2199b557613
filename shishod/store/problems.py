"""What is wrong, in one list: files in ERROR, and what a scan could not list, stat or save."""

from typing import Any

from sqlalchemy import Connection, exists, func, select

from shishod import paths
from shishod.model.state import State
from shishod.store.border import Noun
from shishod.store.search import named_files
from shishod.store.tables import media_files, roots
from shishod.store.tables import problems as problem_table

_FAILED = named_files(State.ERROR)
_UNDONE = (  # what the file itself tells is told once
    roots.c.enrolled,
    ~exists().where(
        media_files.c.root_id == problem_table.c.root_id,
        media_files.c.path == problem_table.c.path,
        media_files.c.state == State.ERROR.value,
    ),
)


def count_problems(connection: Connection) -> int:
    """How many rows all pages of `problems` have together."""
    failed = select(func.count()).select_from(media_files)
    undone = select(func.count()).select_from(problem_table.join(roots, roots.c.id == problem_table.c.root_id))
    return sum(connection.scalar(asked) or 0 for asked in (failed.where(_FAILED), undone.where(*_UNDONE)))


class ProblemReads(Noun):
    """Each with its reason, and when it is tried again."""

    def problems(self, limit: int = 100, after: int = 0) -> tuple[list[dict[str, Any]], int | None]:
        """A page of them, and the id to go on after: even ids are files, odd ones are problems of scans."""
        file, problem = media_files.c, problem_table.c
        failed = (
            select(media_files, roots.c.path.label("root"))
            .join(roots, roots.c.id == file.root_id)
            .where(_FAILED, file.id * 2 > after)
            .order_by(file.id)
            .limit(limit + 1)
        )
        undone = (
            select(problem_table, roots.c.path.label("root"))
            .join(roots, roots.c.id == problem.root_id)
            .where(*_UNDONE, problem.id * 2 + 1 > after)
            .order_by(problem.id)
            .limit(limit + 1)
        )
        with self._reading() as connection:
            found = [_of_file(row) for row in connection.execute(failed).mappings()]
            found += [_of_scan(row) for row in connection.execute(undone).mappings()]
        found.sort(key=lambda row: row["id"])
        page = found[:limit]
        return page, page[-1]["id"] if len(found) > limit and page else None


def _of_file(row: Any) -> dict[str, Any]:
    retry = row["next_retry_after"]
    return {
        "id": row["id"] * 2,
        "root_id": row["root_id"],
        "book_id": row["book_id"],
        **paths.json_path(paths.join(row["root"], row["path"])),
        "stage": row["error_stage"],
        "reason": row["error_reason"],
        "text": row["last_error"],
        "count": row["error_count"],
        "at": row["last_scanned_at"].isoformat(),
        "retry_at": retry.isoformat() if retry else None,
        "scan_id": None,
    }


def _of_scan(row: Any) -> dict[str, Any]:
    return {
        "id": row["id"] * 2 + 1,
        "root_id": row["root_id"],
        "book_id": None,
        **paths.json_path(paths.join(row["root"], row["path"])),
        "stage": row["stage"],
        "reason": row["reason"],
        "text": row["text"],
        "count": 1,
        "at": row["at"].isoformat(),
        "retry_at": None,
        "scan_id": row["scan_id"],
    }
