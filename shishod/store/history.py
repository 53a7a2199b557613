"""Scans and their problems as rows."""

import json
from collections.abc import Collection, Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any

from sqlalchemy import and_, delete, or_, select, update

from shishod.model.progress import Problem, ScanSnapshot, ScanStatus
from shishod.model.tier import Tier
from shishod.store.border import Noun
from shishod.store.dialect import Insert, chunks, insert, write
from shishod.store.tables import problems as problem_table
from shishod.store.tables import scans as scan_table

_FIELDS = tuple(field.name for field in fields(ScanSnapshot))
_ALIVE = [status.value for status in ScanStatus if not status.ended]


class History(Noun):
    """What scans did, and what they could not do."""

    def write_scan(self, snapshot: ScanSnapshot) -> None:
        """Insert or update one scan by its id."""
        row: dict[str, Any] = {name: getattr(snapshot, name) for name in _FIELDS}
        row |= {"tier": snapshot.tier.value, "status": snapshot.status.value}
        row |= {"scope": json.dumps(snapshot.scope), "cache": json.dumps(snapshot.cache)}
        with self._writing(of_the_disk=False, of_roots=False) as connection:
            write(connection, scan_table, [row], _told_anew)

    def interrupt_scans(self, now: datetime) -> int:
        """Mark scans that a dead daemon left alive as INTERRUPTED; returns how many."""
        change = update(scan_table).where(scan_table.c.status.in_(_ALIVE))
        with self._writing(of_the_disk=False) as connection:
            values = {"status": ScanStatus.INTERRUPTED.value, "ended_at": now, "current": ""}
            return connection.execute(change.values(values)).rowcount

    def scans(self, limit: int = 50, before: str | None = None) -> list[ScanSnapshot]:
        """The newest first; `before` is the id to go on from."""
        column = scan_table.c
        asked = select(*(column[name] for name in _FIELDS)).order_by(column.requested_at.desc(), column.id.desc())
        if before is not None:
            then = select(column.requested_at).where(column.id == before).scalar_subquery()
            asked = asked.where(or_(column.requested_at < then, and_(column.requested_at == then, column.id < before)))
        with self._reading() as connection:
            return [_snapshot(row) for row in connection.execute(asked.limit(limit))]

    def scan(self, scan_id: str) -> ScanSnapshot | None:
        """One scan, or None."""
        column = scan_table.c
        with self._reading() as connection:
            row = connection.execute(select(*(column[name] for name in _FIELDS)).where(column.id == scan_id)).first()
        return None if row is None else _snapshot(row)

    def note_problems(self, problems: Sequence[Problem]) -> None:
        """Remember what a scan could not do; one row a path and stage."""
        rows = {(one.root_id, one.path, one.stage): _problem_row(one) for one in problems}
        if not rows:
            return
        with self._writing(of_the_disk=False) as connection:
            statement = insert(connection, problem_table)
            changed = {name: statement.excluded[name] for name in ("reason", "text", "at", "scan_id")}
            upsert = statement.on_conflict_do_update(index_elements=["root_id", "path", "stage"], set_=changed)
            connection.execute(upsert, list(rows.values()))

    def clear_problems(self, root_id: int, paths: Collection[bytes]) -> None:
        """Forget problems of paths that are well again."""
        column = problem_table.c
        with self._writing(of_the_disk=False) as connection:
            for some in chunks(sorted(paths)):
                connection.execute(delete(problem_table).where(column.root_id == root_id, column.path.in_(some)))


def _told_anew(statement: Insert, names: Collection[str]) -> Insert:
    return statement.on_conflict_do_update(
        index_elements=["id"], set_={name: statement.excluded[name] for name in names}
    )


def _problem_row(problem: Problem) -> dict[str, Any]:
    return {field.name: getattr(problem, field.name) for field in fields(Problem)}


def _snapshot(row: Any) -> ScanSnapshot:
    told = dict(zip(_FIELDS, row, strict=True))
    told |= {"tier": Tier(told["tier"]), "status": ScanStatus(told["status"])}
    told["scope"] = tuple(json.loads(told["scope"]))
    told["cache"] = tuple((name, count) for name, count in json.loads(told["cache"]))
    return ScanSnapshot(**told)
