"""A library of a hundred thousand books: every tier ends, memory stays flat, and the daemon answers meanwhile."""

import gc
import statistics
import threading
import time
import tracemalloc
from collections.abc import Mapping
from pathlib import Path
from typing import cast

import pytest

from shishod.model.signature import Remembered, count
from shishod.operations.glance import STALE_S
from shishod.store.catalog import SqlCatalog
from shishod.store.engine import connect, database_url
from shishod.store.settings import StoreSettings
from tests.journeys.running import RunningDaemon, a_daemon
from tests.samples import an_epub
from tests.waiting import wait_until

TEN, HALF, HUNDRED = 10_000, 55_000, 100_000
PER_FOLDER = 10
CONFIG = "scan: {settle: 1ms, hash_rate: 0, cover_rate: 0, on_start: 'off'}\nwatch: {enabled: false}\n"
FLAT = 1.2
PATIENT_S = 0.050  # p99 of `status`
AT_ONCE_S = 0.100  # until who asks for a scan has its id
LONE_S = STALE_S + 1  # between two who ask


def shelve(library: Path, first: int, last: int) -> None:
    """Books that differ in one number, ten to a folder, as fast as a disk takes them."""
    plain = an_epub(library.parent / "model.epub", title="Title NNNNNN", authors=["Author NNN"])
    content = plain.read_bytes()
    for number in range(first, last):
        folder = library / f"Shelf {number // 1000}" / f"Row {number // PER_FOLDER}"
        if number % PER_FOLDER == 0:
            folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{number}.epub").write_bytes(content)


def resident_bytes(pid: int) -> int:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmRSS:"))


def known_bytes(state: Path) -> int:
    """What a daemon holds of the folders and files that it knows, made once more here."""
    settings = StoreSettings()
    catalog = SqlCatalog(connect(database_url(settings, state), settings))
    (root,) = catalog.roots()
    gc.collect()
    tracemalloc.start()
    try:
        known = cast("Remembered", catalog.folders(root.id))
        assert sum(count(one.packed) for one in known.values()) == HUNDRED and known.children
        gc.collect()
        return tracemalloc.get_traced_memory()[0]
    finally:
        tracemalloc.stop()


def at_work(pid: int) -> int:
    return len(list(Path(f"/proc/{pid}/task").iterdir()))


def scanned(
    daemon: RunningDaemon, path: str, wanted: Mapping[str, object], pause_s: float = 0.1
) -> tuple[dict[str, object], float, list[float]]:
    """A scan, how long it took, and how long each `status` took meanwhile: by default asked ten times as often as a
    screen draws. Behind a pause of more than STALE_S nobody has asked for what is still told."""
    over, waits = threading.Event(), list[float]()

    def ask() -> None:
        while not over.wait(pause_s):
            began_s = time.monotonic()
            daemon.status()
            waits.append(time.monotonic() - began_s)

    asking = threading.Thread(target=ask)
    asking.start()
    began_s = time.monotonic()
    asked = daemon.client.post(path, wanted)["id"]
    answered_s = time.monotonic() - began_s
    try:
        scan = daemon.ended(asked, deadline_s=3000, turn_s=0.5)
    finally:
        over.set()
        asking.join()
    assert answered_s < AT_ONCE_S, "whoever asks for a scan is not kept"
    return scan, time.monotonic() - began_s, waits


Asked = tuple[str, Mapping[str, object]]
FULL: Asked = ("/v1/scans", {"tier": "full"})
QUICK: Asked = ("/v1/scans", {"tier": "quick"})
REFRESH: Asked = ("/v1/refresh", {"all": True})


def p99(waits: list[float]) -> float:
    return statistics.quantiles(waits, n=100)[98] if len(waits) >= 100 else max(waits, default=0.0)


@pytest.mark.long
@pytest.mark.timeout(7200)
def test_a_hundred_thousand_books_are_scanned_at_every_depth_with_flat_memory(tmp_path: Path) -> None:
    library = tmp_path / "Books"
    library.mkdir()
    shelve(library, 0, TEN)
    with a_daemon(tmp_path / "daemon", library, config=CONFIG) as daemon:
        assert daemon.process is not None
        pid = daemon.process.pid
        wait_until(
            lambda: "shishod_parser_processes 0.0" not in daemon.client.text("/metrics"), 30, "the start is over"
        )
        small, small_s, _ = scanned(daemon, *FULL)
        assert (small["status"], small["books_new"]) == ("completed", TEN)
        before, threads = resident_bytes(pid), at_work(pid)
        shelve(library, TEN, HALF)
        cold, cold_s, waits = scanned(daemon, *FULL)
        shelve(library, HALF, HUNDRED)
        colder, colder_s, lone_waits = scanned(daemon, *FULL, LONE_S)
        cold_s += colder_s
        for scan, books in ((cold, HALF - TEN), (colder, HUNDRED - HALF)):
            assert (scan["status"], scan["books_new"], scan["failed"]) == ("completed", books, 0)
        after = resident_bytes(pid)
        assert at_work(pid) < threads + 5, "no task of its own for any file; one or two may be answering"
        quick, quick_s, quick_waits = scanned(daemon, *QUICK)
        again, quick_again_s, _ = scanned(daemon, *QUICK)
        full, full_s, full_waits = scanned(daemon, *FULL)
        held = resident_bytes(pid)
        refresh, refresh_s, refresh_waits = scanned(daemon, *REFRESH)
        assert (refresh["status"], refresh["succeeded"], refresh["books_new"]) == ("completed", HUNDRED, 0)
        assert [one["unchanged"] for one in (again, full)] == [HUNDRED] * 2
        assert quick["status"] == "completed"

        per_file = known_bytes(daemon.state) / HUNDRED
        print(
            f"\n10,000 books {small_s:.1f} s, 90,000 more {cold_s:.1f} s ({cold_s / small_s:.1f}x);"
            f" quick {quick_s:.1f} s and {quick_again_s:.1f} s, full {full_s:.1f} s,"
            f" refresh {refresh_s:.1f} s"
            f"\nresident {before / 2**20:.0f} MB at 10,000, {after / 2**20:.0f} MB at 100,000,"
            f" {held / 2**20:.0f} MB with the known files ({per_file:.0f} bytes a file)"
            f"\nstatus p99 {p99(waits) * 1000:.1f} ms, median {statistics.median(waits) * 1000:.1f} ms of {len(waits)}"
            " during the first half of the cold scan;"
            f" {p99(quick_waits + full_waits) * 1000:.1f} ms while nothing had changed,"
            f" {p99(refresh_waits) * 1000:.1f} ms while all was read again"
            f"\nof {len(lone_waits)} who asked alone, {LONE_S:.0f} s apart, during the second half: median"
            f" {statistics.median(lone_waits) * 1000:.1f} ms, the slowest {max(lone_waits) * 1000:.1f} ms"
        )
        assert after - per_file * (HUNDRED - TEN) <= before * FLAT
        assert max(p99(waits), p99(refresh_waits)) < PATIENT_S
        assert statistics.median(lone_waits) < PATIENT_S, "they do not wait for the database, though few are counted"
