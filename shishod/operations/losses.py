"""What a face may ask of losses: which are held, what is missing and until when, and to forget it now."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import durationpy

from shishod.clock import Clock
from shishod.model.library import Hold, Root
from shishod.model.purge import Purged, PurgeOrder
from shishod.operations.place import refuse_unknown
from shishod.operations.ports import Roots
from shishod.paths import display, join, json_path

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class LossRules:
    """How long what is gone is remembered, and which scans release a hold."""

    missing_grace_s: float = 30 * 86400.0
    hold_scans: int = 2
    hold_apart_s: float = 86400.0


class LossDesk:
    """Shared: by every face. Short calls that ask the catalogue alone."""

    def __init__(self, catalog: Roots, book: Callable[[int], Row], rules: LossRules, clock: Clock) -> None:
        self._catalog = catalog
        self._book = book
        self._rules = rules
        self._clock = clock

    def held(self) -> list[Row]:
        """The roots whose loss is held, each with what releases it."""
        return [self._held_row(root, root.held) for root in self._catalog.roots() if root.held is not None]

    def missing(self, limit: int = 100, after: int = 0, library: str | None = None) -> tuple[list[Row], int | None]:
        """A page of missing files, with when each is purged, and the id to go on after."""
        refuse_unknown(library, self._catalog.roots())
        rows, rest = self._catalog.missing(limit, after, library)
        return [self._missing_row(row) for row in rows], rest

    def purge(
        self,
        *,
        library: str | None = None,
        book_id: int | None = None,
        older_s: float | None = None,
        with_edits: bool = False,
        rehearsal: bool = False,
    ) -> Purged:
        """Forget what is missing now, or only what has been for so long. Raises Refused for an unknown library or
        book."""
        refuse_unknown(library, self._catalog.roots())
        if book_id is not None:
            self._book(book_id)
        before = self._clock.now() - timedelta(seconds=older_s or 0)
        return self._catalog.purge(PurgeOrder(before, library, book_id, with_edits, rehearsal))

    def _held_row(self, root: Root, held: Hold) -> Row:
        return {
            "id": root.id,
            "library": root.library,
            **json_path(root.path),
            "state": str(root.state),
            "files": held.count,
            "since": held.since.isoformat(),
            "examples": [json_path(join(root.path, path)) for path in held.examples],
            "equal_scans": held.equal,
            "accepted": root.accepted,
            "releases": self._releases(root, held),
        }

    def _releases(self, root: Root, held: Hold) -> list[str]:
        ways = ["the files come back", f"shishoctl accept {display(root.path)}"]
        if left := max(0, self._rules.hold_scans - held.equal):
            apart = timedelta(seconds=self._rules.hold_apart_s)
            after = "" if held.counted_at is None else f", the next after {_minute(held.counted_at + apart)}"
            scans = f"{left} more whole scan{'s' * (left != 1)} that find the same"
            ways.append(f"{scans}, each {durationpy.to_str(apart)} after the last{after}")
        return ways

    def _missing_row(self, row: Row) -> Row:
        since: datetime = row["since"]
        due = since + timedelta(seconds=self._rules.missing_grace_s)
        purge_at = None if row["kept"] else due.isoformat()
        return row | {"since": since.isoformat(), "purge_at": purge_at}


def _minute(moment: datetime) -> str:
    return f"{moment.astimezone():%Y-%m-%d %H:%M}"
