"""P25: between scans the daemon opens nothing in a library and sleeps, and a start waits for no library."""

import os
import shutil
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.bench.daemon import family
from tests.journeys.running import RunningDaemon, running
from tests.samples import an_epub
from tests.waiting import wait_until

CONFIG = "scan: {settle: 1ms}\nwork: {idle_retire: 1s}\nschedule: {quick: 'off', full: 'off'}\n"
MOST_PERCENT = 0.1
MANY = 100_000
MINUTES = float(os.environ.get("SHISHOD_IDLE_MINUTES", "10"))


def many_files(library: Path, count: int) -> None:
    """So many small books, ten to a folder."""
    content = an_epub(library / "0.epub").read_bytes()
    (library / "0.epub").unlink()
    for number in range(count):
        folder = library / f"Author {number // 1000}" / f"Shelf {number // 10}"
        if number % 10 == 0:
            folder.mkdir(parents=True)
        (folder / f"Title {number}.epub").write_bytes(content)


@contextmanager
def alone_with(place: Path, library: Path) -> Iterator[RunningDaemon]:
    """A daemon among mounts of its own: those that other tests come and go with are news to it."""
    daemon = RunningDaemon(place, library, config=CONFIG)
    if subprocess.run("unshare -m true", shell=True, check=False, capture_output=True).returncode == 0:
        daemon._command = ["unshare", "-m", "--propagation", "private", *daemon._command]
    with running(daemon):
        yield daemon


def let_pass(seconds: float) -> None:
    """Nothing is waited for: the time itself is what is measured."""
    threading.Event().wait(seconds)


def processor_s(daemon: RunningDaemon) -> float:
    """What the daemon and all its processes have used so far, ended threads included; to the nanosecond."""
    assert daemon.process is not None
    clocks = [(~pid << 3) | 2 for pid in family(daemon.process.pid)]  # CPUCLOCK_SCHED, linux/posix-timers.h
    return sum(time.clock_gettime(clock) for clock in clocks)


def used_percent(daemon: RunningDaemon, seconds: float) -> float:
    """Of one processor, over so many seconds in which nobody asks it anything."""
    before, began_s = processor_s(daemon), time.monotonic()
    let_pass(seconds)
    return 100 * (processor_s(daemon) - before) / (time.monotonic() - began_s)


@contextmanager
def calls_noted(daemon: RunningDaemon, into: Path) -> Iterator[None]:
    """strace writes down every open and every listing of the daemon and its processes."""
    assert daemon.process is not None
    tracer = shutil.which("strace")
    if tracer is None:
        pytest.skip("needs strace; CI has it")
    watched = [word for pid in family(daemon.process.pid) for word in ("-p", str(pid))]
    calls = "open,openat,openat2,getdents64"
    tracing = subprocess.Popen([tracer, "-f", "-y", "-o", into, "-e", calls, *watched], stderr=subprocess.PIPE)
    assert tracing.stderr is not None
    if b"attached" not in (said := tracing.stderr.readline()):
        pytest.skip(f"this machine lets nobody trace: {said.decode()}")
    try:
        yield
    finally:
        tracing.terminate()
        tracing.communicate()


def opened_in(library: Path, noted: Path) -> list[str]:
    return [line for line in noted.read_text(errors="replace").splitlines() if str(library) in line]


def at_rest(daemon: RunningDaemon, books: int) -> None:
    """All is read and hashed, and the processes that did it are gone."""
    assert daemon.process is not None
    wait_until(lambda: daemon.status()["counts"].get("books") == books, 1200, f"{books} books are read")
    wait_until(daemon.idle, 600, "nothing is left")
    daemon.scan("quick", 600)
    wait_until(daemon.quiet, 3000, "every sample is hashed")
    readers = [Path(f"/proc/{pid}/cmdline") for pid in family(daemon.process.pid)]
    wait_until(lambda: sum(one.exists() for one in readers) <= 3, 30, "nobody is left but the daemon and its servers")


def test_between_scans_nothing_is_opened_and_the_processor_sleeps(tmp_path: Path, library: Path) -> None:
    many_files(library, 30)
    with alone_with(tmp_path / "daemon", library) as daemon:
        at_rest(daemon, 30)

        with calls_noted(daemon, tmp_path / "calls"):
            let_pass(6)  # the root is looked at every five, and the catalogue's status told every three
        assert opened_in(library, tmp_path / "calls") == []

        used = []
        while not used or (min(used) >= MOST_PERCENT and len(used) < 6):  # the quietest: others use this machine too
            used.append(used_percent(daemon, 6))
        assert min(used) < MOST_PERCENT, used


def test_the_trace_would_have_shown_a_scan(tmp_path: Path, library: Path) -> None:
    many_files(library, 3)
    with alone_with(tmp_path / "daemon", library) as daemon:
        at_rest(daemon, 3)

        with calls_noted(daemon, tmp_path / "calls"):
            daemon.scan("full")

        assert opened_in(library, tmp_path / "calls")


def a_start_s(daemon: RunningDaemon) -> float:
    """From the command to the first answer of the socket."""
    daemon.stop()
    began_s = time.monotonic()
    daemon.start()
    return time.monotonic() - began_s


@pytest.mark.long
@pytest.mark.timeout(3600)
def test_a_hundred_thousand_files_are_left_alone_and_keep_no_start_waiting(tmp_path: Path, library: Path) -> None:
    """Run with: SHISHOD_IDLE_MINUTES=10 pytest -m long -s tests/promises/test_p25_quiet.py."""
    many_files(library, MANY)
    with alone_with(tmp_path / "daemon", library) as daemon:
        at_rest(daemon, MANY)
        with calls_noted(daemon, tmp_path / "calls"):
            let_pass(MINUTES * 30)
        opened = opened_in(library, tmp_path / "calls")
        used = used_percent(daemon, MINUTES * 30)
        print(f"{MANY:,} files, {MINUTES:g} minutes: {len(opened)} opened, {used:.3f} % of a processor")
        assert opened == []
        assert used < MOST_PERCENT

        many = sorted(a_start_s(daemon) for _ in range(7))
    with alone_with(tmp_path / "other", tmp_path / "none") as other:
        none = sorted(a_start_s(other) for _ in range(7))
    for starts, known in ((none, 0), (many, MANY)):
        print(f"{known:,} files known: the socket answers after {', '.join(f'{one:.2f}' for one in starts)} s")
    assert many[0] < 1
    assert many[3] < 1.5 * none[3]
