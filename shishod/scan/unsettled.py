"""Unsettled: the files that walks found still being written, each since when."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from shishod.model.sighting import Sighting
from shishod.paths import parent
from shishod.work.guard import Guarded

MOST = 10_000  # files that are remembered; who copies more at once knows of it
FORGOTTEN = timedelta(minutes=10)  # what no walk has met for so long is no longer there


class Waited(NamedTuple):
    """A file that is waited for, and when it was last found so. `passed_over` is one that a scan had to leave, `empty`
    one that nothing was written to yet."""

    root_id: int
    path: bytes
    since: datetime
    seen_at: datetime
    passed_over: bool
    empty: bool = False


class Unsettled:
    """Shared: by the walkers, which find such files, and the faces, which list them."""

    def __init__(self) -> None:
        self._waited: Guarded[dict[tuple[int, bytes], dict[bytes, Waited]]] = Guarded({})  # by root and folder

    def any(self) -> bool:
        """Whether anything is waited for."""
        with self._waited as waited:
            return bool(waited)

    def note(
        self, root_id: int, folders: Collection[bytes], seen: Sequence[Sighting], now: datetime, *, by_scan: bool
    ) -> datetime:
        """These files of the folders, which were listed completely, still change: since when the first of them does."""
        with self._waited as waited:
            before = {path: one for folder in folders for path, one in waited.pop((root_id, folder), {}).items()}
            if not seen:
                return now
            nothing_in = {one.path for one in seen if not one.size}
            still = [before.get(one.path, Waited(root_id, one.path, now, now, False)) for one in seen]
            for one in still[: max(MOST - sum(map(len, waited.values())), 0)]:
                there = waited.setdefault((root_id, parent(one.path)), {})
                empty = one.path in nothing_in
                there[one.path] = one._replace(seen_at=now, passed_over=one.passed_over or by_scan, empty=empty)
        return min(one.since for one in still)

    def files(self, now: datetime) -> tuple[Waited, ...]:
        """Those that are waited for, the longest first."""
        with self._waited as waited:
            found = [one for there in waited.values() for one in there.values() if now - one.seen_at < FORGOTTEN]
        return tuple(sorted(found, key=lambda one: one.since))
