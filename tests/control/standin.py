"""A small daemon in memory for the faces to ask: the ports of Operations, kept in plain lists."""

import contextlib
import os
import threading
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from shishod.control.server import ControlServer
from shishod.control.settings import ControlSettings
from shishod.errors import Refused, Unreachable
from shishod.model.catalog import BookQuery
from shishod.model.covers import CoverState
from shishod.model.library import LibraryKind, Root, RootState
from shishod.model.progress import ScanSnapshot, ScanStatus, WhenBusy
from shishod.model.purge import Purged, PurgeOrder
from shishod.model.review import Review
from shishod.model.scanlog import LEVELS, LogLine, LogQuery
from shishod.model.state import KnownFile
from shishod.model.ticket import FolderSubject
from shishod.model.tier import Tier
from shishod.model.words import Scope, WordedBook, Wording
from shishod.operations import Operations, Probes, WaitingRow, WorkerRow
from shishod.operations.steering import Steering, Unsteered

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


def a_root(path: Path | bytes, number: int = 1, library: str = "books", **rest: Any) -> Root:
    return Root(number, number, library, LibraryKind.MIXED, os.fsencode(path), **rest)


def a_scan(number: int = 1, status: ScanStatus = ScanStatus.RUNNING, **rest: Any) -> ScanSnapshot:
    said = {"tier": Tier.QUICK, "trigger": "operator", "scope": ("books",), "requested_at": NOON} | rest
    return ScanSnapshot(id=f"scan-{number}", status=status, **said)


def a_book(number: int, title: str = "", **rest: Any) -> dict[str, Any]:
    return {
        "id": number,
        "library": "books",
        "kind": "ebook",
        "title": title or f"Book {number}",
        "authors": ["Ursula K. Le Guin"],
        "series": [],
        "state": "indexed",
        "path": f"b{number}.epub",
        "files": 1,
    } | rest


def a_gone_file(number: int, **rest: Any) -> dict[str, Any]:
    return {
        "id": number,
        "book_id": number,
        "title": f"Book {number}",
        "library": "books",
        "path": f"/srv/b{number}.epub",
        "since": NOON,
        "whole_book": True,
        "kept": "",
    } | rest


@dataclass
class Watched:
    root_id: int
    mode: str = "events"
    armed: int = 3
    needed: int | None = 3
    poll_s: float | None = None
    reason: str = ""
    remedy: str = ""
    overflows: int = 0


@dataclass
class Standin:
    """Roots, books, scans and problems that a test sets as it likes; `asked` keeps what scans were asked for."""

    known: list[Root] = field(default_factory=list)
    shelf: list[dict[str, Any]] = field(default_factory=list)
    trouble: list[dict[str, Any]] = field(default_factory=list)
    alive: dict[str, ScanSnapshot] = field(default_factory=dict)
    ended: list[ScanSnapshot] = field(default_factory=list)
    lines: list[LogLine] = field(default_factory=list)
    asked: list[tuple[Tier, tuple[FolderSubject, ...], tuple[str, ...]]] = field(default_factory=list)
    accepted: list[int] = field(default_factory=list)
    gone: list[dict[str, Any]] = field(default_factory=list)
    purged: list[PurgeOrder] = field(default_factory=list)
    edited: list[tuple[int, Wording]] = field(default_factory=list)
    watched: list[Watched] = field(default_factory=list)
    workers: list[WorkerRow] = field(default_factory=list)
    waiting: list[WaitingRow] = field(default_factory=list)
    loops: dict[str, bool] = field(default_factory=lambda: {"watch": True})
    covers: dict[int, CoverState] = field(default_factory=dict)
    pictures: dict[tuple[bytes | None, str], str] = field(default_factory=dict)
    files: dict[int, list[KnownFile]] = field(default_factory=dict)
    spoken: list[WordedBook] = field(default_factory=list)
    reviewed: dict[int, bool | None] = field(default_factory=dict)
    scopes: list[Scope] = field(default_factory=list)
    reread: list[Mapping[FolderSubject, frozenset[bytes]] | None] = field(default_factory=list)
    steering: Steering = field(default_factory=Unsteered)
    database_down: bool = False
    counted: int = 0
    on_books: Callable[[], None] = lambda: None
    copied: Callable[[], Path | None] = lambda: None
    reloaded: Callable[[], dict[str, list[str]]] = lambda: {"applied": ["log level"], "restart_needed": []}

    def roots(self) -> tuple[Root, ...]:
        if self.database_down:
            raise Unreachable("the database is locked")
        return tuple(self.known)

    def accept(self, root_id: int) -> None:
        self.accepted.append(root_id)

    def missing(
        self, limit: int = 100, after: int = 0, library: str | None = None
    ) -> tuple[list[dict[str, Any]], int | None]:
        rows = [row for row in self.gone if row["id"] > after and library in (None, row["library"])]
        return rows[:limit], rows[limit - 1]["id"] if len(rows) > limit else None

    def purge(self, order: PurgeOrder) -> Purged:
        self.purged.append(order)
        return Purged(files=len(self.gone), books=1, names=3, kept_edited=2, kept_away=1)

    def counts(self) -> dict[str, Any]:
        self.counted += 1
        held, by_state = len(self.shelf), {"indexed": len(self.shelf)}
        by_root = {root.id: held for root in self.known}
        return {"books": held, "files": held, "problems": len(self.trouble), "by_state": by_state, "by_root": by_root}

    def books(self, query: BookQuery) -> tuple[list[dict[str, Any]], int | None]:
        self.on_books()
        rows = [
            row
            for row in self.shelf
            if row["id"] > query.after
            and query.words.casefold() in row["title"].casefold()
            and query.library in (None, row["library"])
            and query.kind in (None, row["kind"])
            and query.state in (None, row["state"])
            and query.complete in (None, self.reviews([row["id"]], query.wanted)[row["id"]].complete)
        ]
        page = rows[: query.limit]
        return page, page[-1]["id"] if len(rows) > query.limit else None

    def book(self, book_id: int) -> dict[str, Any] | None:
        return next((row for row in self.shelf if row["id"] == book_id), None)

    def cover_of(self, book_id: int) -> CoverState | None:
        return self.covers.get(book_id)

    def picture(self, state: CoverState, small: bool) -> str | None:
        if small and (state.digest, "small") in self.pictures:
            return self.pictures[state.digest, "small"]
        return self.pictures.get((state.digest, "full"))

    def problems(self, limit: int = 100, after: int = 0) -> tuple[list[dict[str, Any]], int | None]:
        rows = [row for row in self.trouble if row["id"] > after]
        return rows[:limit], rows[limit - 1]["id"] if len(rows) > limit else None

    def write_scan(self, snapshot: ScanSnapshot) -> None:
        self.ended.insert(0, snapshot)

    def interrupt_scans(self, now: datetime) -> int:
        return 0

    def scans(self, limit: int = 50, before: str | None = None) -> list[ScanSnapshot]:
        ids = [scan.id for scan in self.ended]
        if before is not None and before not in ids:
            return []
        return self.ended[ids.index(before) + 1 if before else 0 :][:limit]

    def scan(self, scan_id: str) -> ScanSnapshot | None:
        return next((scan for scan in self.ended if scan.id == scan_id), None)

    def write_log(self, lines: Sequence[LogLine]) -> None:
        self.lines += lines

    def scan_log(self, query: LogQuery) -> tuple[list[dict[str, Any]], int | None]:
        rows = [
            {"id": number, "at": line.at.isoformat(), "level": line.level, "text": line.text, "facts": line.facts}
            for number, line in enumerate(self.lines, 1)
            if line.scan_id == query.scan_id
            and LEVELS.index(line.level) >= LEVELS.index(query.level)
            and number > query.after
            and all(word in line.text for word in query.words.split())
        ]
        return rows[: query.limit], rows[query.limit - 1]["id"] if len(rows) > query.limit else None

    def forget_scans(
        self, keep: int, scans_before: datetime | None = None, lines_before: datetime | None = None
    ) -> int:
        return 0

    def reviews(self, book_ids: Collection[int], wanted: Sequence[str]) -> Mapping[int, Review]:
        rows = {row["id"]: row for row in self.shelf if row["id"] in book_ids}
        return {
            number: Review(tuple(name for name in wanted if not row.get(name)), self.reviewed.get(number))
            for number, row in rows.items()
        }

    def review(self, book_id: int, word: bool | None) -> bool:
        self.reviewed[book_id] = word
        return True

    def files_of(self, book_id: int) -> list[KnownFile]:
        return self.files.get(book_id, [])

    def worded(self, scope: Scope) -> list[WordedBook]:
        self.scopes.append(scope)
        return self.spoken

    def request(
        self,
        tier: Tier,
        subjects: Sequence[FolderSubject],
        trigger: str,
        scope: tuple[str, ...],
        reread: Mapping[FolderSubject, frozenset[bytes]] | None = None,
        *,
        when_busy: WhenBusy = WhenBusy.JOIN,
    ) -> ScanSnapshot:
        if when_busy is WhenBusy.REFUSE and self.alive:
            raise Refused("a scan is going on there", "busy")
        self.asked.append((tier, tuple(subjects), scope))
        self.reread.append(reread)
        scan = a_scan(len(self.asked), ScanStatus.QUEUED, tier=tier, trigger=trigger, scope=scope)
        self.alive[scan.id] = scan
        return scan

    def pace(self, scan_id: str) -> dict[str, Any]:
        return {"phase": "reading", "rate": 12.5, "eta_s": 90.0} if scan_id in self.alive else {}

    def cancel(self, scan_id: str) -> ScanSnapshot:
        if scan_id not in self.alive:
            raise Refused(f'there is no scan "{scan_id}" that runs', "not-found")
        return self.end(scan_id, ScanStatus.CANCELLED)

    def snapshot(self, scan_id: str) -> ScanSnapshot | None:
        return self.alive.get(scan_id) or self.scan(scan_id)

    def active(self) -> tuple[ScanSnapshot, ...]:
        return tuple(self.alive.values())

    def advance(self, scan_id: str, **counts: Any) -> None:
        self.alive[scan_id] = replace(self.alive[scan_id], **counts)

    def end(self, scan_id: str, status: ScanStatus, **rest: Any) -> ScanSnapshot:
        scan = replace(self.alive[scan_id], status=status, **rest)
        self.ended.insert(0, scan)
        del self.alive[scan_id]
        return scan

    def read_again(self) -> dict[str, list[str]]:
        return self.reloaded()

    def edit(self, book_id: int, wording: Wording) -> bool:
        self.edited.append((book_id, wording))
        return self.book(book_id) is not None

    def operations(self) -> Operations:
        probes = Probes(
            watch=lambda: self.watched,
            workers=lambda: self.workers,
            waiting=lambda: self.waiting,
            queue=dict,
            loops=lambda: self.loops,
            cache=dict,
            sandbox=lambda: "landlock 4, seccomp",
            picture=self.picture,
            edit=self.edit,
            copy=self.copied,
            reload=self.read_again,
            steering=self.steering,
        )
        return Operations(catalog=self, history=self, shelf=self, scans=self, probes=probes)


@contextlib.contextmanager
def serving(daemon: Standin, path: Path, settings: ControlSettings | None = None) -> Iterator[ControlServer]:
    server = ControlServer(daemon.operations(), path, settings)
    server.start()
    try:
        yield server
    finally:
        assert server.stop(), "the control thread did not end"


def until(condition: Callable[[], bool], deadline_s: float = 5.0) -> None:
    """Wait for a condition of another thread."""
    waiting = threading.Event()
    for _ in range(int(deadline_s / 0.01)):
        if condition():
            return
        waiting.wait(0.01)
    raise AssertionError(f"not so within {deadline_s:g} s")


__all__ = ["NOON", "RootState", "Standin", "Watched", "a_book", "a_root", "a_scan", "serving", "until"]
