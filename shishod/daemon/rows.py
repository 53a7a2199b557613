"""Rows: what the parts of a running daemon tell of themselves, put together for `status` and the metrics."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from shishod.clock import CLOCK
from shishod.metrics import Sample, Spread
from shishod.model.ticket import BookSubject, Errand, FolderSubject
from shishod.operations import WaitingRow, WorkerRow
from shishod.paths import display
from shishod.scan.unsettled import Unsettled
from shishod.watch.watcher import Watcher
from shishod.work.pool import Hand, WorkerPool


def worker_rows(*pools: WorkerPool) -> Sequence[WorkerRow]:
    """What each thread has in hand, and for how long."""
    now_s = CLOCK.monotonic_s()
    hands = [hand for pool in pools for hand in pool.hands()]
    return [WorkerRow(hand.worker, _doing(hand), now_s - hand.since_s) for hand in hands if hand.tickets]


def waiting_rows(watcher: Watcher, unsettled: Unsettled, waiting_after_s: float) -> Sequence[WaitingRow]:
    """Files that have changed for long, as the watch and the walks know them, the longest first."""
    now, now_s = CLOCK.now(), CLOCK.monotonic_s()
    long_ago = now - timedelta(seconds=waiting_after_s)
    since: dict[tuple[int, bytes], datetime] = {}
    for root_id, growing in watcher.waiting():
        since[root_id, growing.path] = now - timedelta(seconds=now_s - growing.since_s)
    passed_over, empty = set(), set()
    for one in unsettled.files(now):
        place = one.root_id, one.path
        since[place] = min(one.since, since.get(place, now))
        if one.passed_over:
            passed_over.add(place)
        if one.empty:
            empty.add(place)
    rows = [WaitingRow(*at, when, at in empty) for at, when in since.items() if when <= long_ago or at in passed_over]
    return sorted(rows, key=lambda row: row.since)


def counters(run: Mapping[str, int], written: Mapping[str, int], outcomes: Mapping[str, int]) -> Sequence[Sample]:
    """What the runner, the recorder and the intake have counted since the start."""
    lost = sum(run.get(reason, 0) for reason in ("timeout", "crash", "memory"))
    return [
        Sample("shishod_parser_processes", run.get("processes", 0)),
        Sample("shishod_parser_restarts_total", lost),
        Sample("shishod_db_batches_total", written["batches"]),
        Sample("shishod_db_books_total", written["things"]),
        *(Sample("shishod_scan_files_total", n, {"outcome": what}) for what, n in outcomes.items()),
    ]


def spreads(*kept: Spread) -> list[Sample]:
    """How long things took since the start."""
    return [sample for spread in kept for sample in spread.samples()]


def _doing(hand: Hand) -> str:
    ticket = hand.tickets[0]
    subject = ticket.subject
    if isinstance(subject, Errand):
        return str(subject)
    if not isinstance(subject, FolderSubject | BookSubject):
        return f"{ticket.errand} {subject}"
    about = display(subject.path if isinstance(subject, FolderSubject) else b"")
    if isinstance(subject, BookSubject):
        about = display(subject.key)
    more = f" and {len(hand.tickets) - 1} more" if len(hand.tickets) > 1 else ""
    return f"{ticket.errand} {about or 'the root'}{more}"
