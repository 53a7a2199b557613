"""One file among many changes: what is asked of the disk is asked of its folder, by the command and by the watch."""

import re
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.bench.daemon import family
from tests.bench.starts import SHISHOCTL
from tests.journeys.running import RunningDaemon, a_daemon
from tests.samples import an_epub
from tests.waiting import wait_until

AUTHORS, MANY = 60, 34_000
CALLS = "%file,getdents64"
CONFIG = "scan: {settle: 1ms, hash_rate: 0, cover_rate: 0}\nwatch: {settle: 50ms, check_every: 1h}\n"


def shelve(library: Path, authors: int) -> None:
    """One book in three formats for each author."""
    content = an_epub(library.parent / "model.epub", title="Model").read_bytes()
    for number in range(authors):
        folder = library / f"{number % 100:02}" / f"Author {number:05}"
        folder.mkdir(parents=True)
        (folder / f"Book {number}.epub").write_bytes(content)
        for ending in ("txt", "rtf"):
            (folder / f"Book {number}.{ending}").write_text(f"Book {number}")


@contextmanager
def touched(daemon: RunningDaemon, library: Path, into: Path) -> Iterator[list[str]]:
    """The paths below the library that the daemon and its processes ask the kernel about meanwhile."""
    assert daemon.process is not None
    tracer = shutil.which("strace")
    assert tracer, "strace is needed; CI has it"
    watched = [word for pid in family(daemon.process.pid) for word in ("-p", str(pid))]
    tracing = subprocess.Popen(
        [tracer, "-f", "-y", "-s", "4096", "-o", into, "-e", CALLS, *watched], stderr=subprocess.PIPE
    )
    assert tracing.stderr is not None
    said = tracing.stderr.readline()
    if b"attached" not in said:
        pytest.skip(f"this machine lets nobody trace: {said.decode()}")
    paths: list[str] = []
    try:
        yield paths
    finally:
        tracing.terminate()
        tracing.communicate()
        found = re.findall(rf"{re.escape(str(library))}/([^\"<>]+)", into.read_text(errors="replace"))
        paths += sorted(set(found))


def astray(paths: list[str], folder: str) -> list[str]:
    """Those that are neither in a folder nor on the way to it, nor a file with rules that might lie there."""
    above = {folder.rpartition("/")[0]}
    rules = (".shishoignore", ".ignore", ".nomedia", ".shishod.yaml", ".shishod-root")
    return [
        path
        for path in paths
        if not f"{path}/".startswith(f"{folder}/") and path not in above and not path.endswith(rules)
    ]


@pytest.fixture(scope="module")
def watched_library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[RunningDaemon, Path, Path]]:
    place = tmp_path_factory.mktemp("one")
    library = place / "Books"
    shelve(library, AUTHORS)
    with a_daemon(place / "daemon", library, config=CONFIG) as daemon:
        wait_until(daemon.watching, 30, "every folder is watched")
        daemon.settled()
        daemon.scan("full")
        yield daemon, library, place


def asked_for(daemon: RunningDaemon, path: Path) -> None:
    """`shishoctl scan PATH --wait`."""
    command = [str(SHISHOCTL), "--socket", str(daemon.socket), "scan", str(path), "--wait"]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr


@pytest.mark.parametrize("told", ["by the command", "by the watch"])
def test_a_changed_file_has_its_own_folder_looked_at_and_no_other(
    watched_library: tuple[RunningDaemon, Path, Path], told: str
) -> None:
    daemon, library, place = watched_library
    number = 7 if told == "by the command" else 8
    folder = f"{number:02}/Author {number:05}"
    file, made = library / folder / f"Book {number}.epub", an_epub(place / "new.epub", title=f"Changed {told}")

    with touched(daemon, library, place / f"calls {number}") as paths:
        if told == "by the command":
            made.rename(file)  # is heard, too
            asked_for(daemon, file)
        else:
            file.write_bytes(made.read_bytes())
        wait_until(lambda: daemon.book_named(f"Changed {told}"), 20, "the change is seen")
        daemon.settled()

    assert f"{folder}/{file.name}" in paths
    assert astray(paths, folder) == []


def test_the_trace_would_have_shown_a_scan_of_all(watched_library: tuple[RunningDaemon, Path, Path]) -> None:
    daemon, library, place = watched_library

    with touched(daemon, library, place / "calls") as paths:
        daemon.scan("quick")

    assert astray(paths, "00/Author 00000")


@pytest.mark.long
@pytest.mark.timeout(3600)
def test_one_changed_file_among_a_hundred_thousand_is_found_at_once(tmp_path: Path) -> None:
    """Run with: pytest -m long -s tests/journeys/test_one_change.py."""
    library = tmp_path / "Books"
    shelve(library, MANY)
    with a_daemon(tmp_path / "daemon", library, config=CONFIG) as daemon:
        wait_until(lambda: daemon.status()["counts"].get("books", 0) == MANY, 3000, "all is read", turn_s=2)
        wait_until(daemon.idle, 600, "nothing is left")
        folder = "07/Author 33307"
        file, made = library / folder / "Book 33307.epub", an_epub(tmp_path / "new.epub", title="Changed")
        with touched(daemon, library, tmp_path / "calls") as paths:
            file.write_bytes(made.read_bytes())
            asked_for(daemon, file)
            wait_until(daemon.idle, 60, "nothing is left")
        began_s = time.monotonic()
        asked_for(daemon, file)
        print(f"`shishoctl scan FILE --wait` among {3 * MANY:,} files: {time.monotonic() - began_s:.3f} s")
    assert astray(paths, folder) == []
