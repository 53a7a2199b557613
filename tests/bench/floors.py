"""What nothing can undercut: the same readers over the same files, with nothing stored; and each format by itself."""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import mutagen
from ebooklib import epub

from shishod import formats
from shishod.daemon.runners import PRELOAD
from shishod.formats.limits import Limits
from shishod.model.metadata import Reading
from shishod.model.sighting import Sighting
from shishod.scan.inspection import Assignment, Outcome, inspect
from shishod.work.runners import Failed
from shishod.work.runners.abreast import abreast
from shishod.work.runners.processes import ProcessRunner
from shishod.work.settings import WorkSettings
from tests.bench.library import Shelf

Parse = Callable[[str], object]
CALLS = 200  # of each side of a format in one round


@contextmanager
def a_pool() -> Iterator[tuple[ProcessRunner, int]]:
    """The daemon's own processes with its own preparation, warm, and how many they are."""
    limits, work = Limits(), WorkSettings()
    hands = work.process_count()
    runner = ProcessRunner(
        hands, nice=work.nice, limit_s=limits.file_s, memory_bytes=limits.memory_bytes, preload=PRELOAD
    )
    try:
        runner.warm()
        yield runner, hands
    finally:
        runner.close()


def parse_floor(shelf: Shelf) -> float:
    """Seconds to read every file of a library that the daemon would read, in its pool, and to throw it away."""
    assignments = [Assignment(os.fsencode(shelf.root), seen) for seen in _files(shelf.root)]
    with a_pool() as (runner, hands):
        started_s = time.perf_counter()
        shares = abreast(partial(runner.run, partial(inspect, limits=Limits())), assignments, hands)
        elapsed_s = time.perf_counter() - started_s
    failed = [one for share in shares for one in share if isinstance(one, Failed) or one.outcome is not Outcome.READ]
    if failed:
        raise AssertionError(f"{len(failed)} files could not be read, the first: {failed[0]}")
    return elapsed_s


def _files(root: str) -> Iterator[Sighting]:
    for folder, _, names in os.walk(os.fsencode(root)):
        for name in sorted(names):
            path = os.path.join(folder, name)
            now = os.stat(path)
            within = os.path.relpath(path, os.fsencode(root))
            yield Sighting(within, now.st_size, now.st_mtime_ns, now.st_ctime_ns, now.st_ino, now.st_dev)


def of_each_format() -> Iterator[tuple[str, Parse, Parse]]:
    """For each format of a library: its ending, our reader in this process, and the stock parser of the same file."""
    for ending, stock in ((".epub", epub.read_epub), (".mp3", mutagen.File), (".m4b", mutagen.File)):
        yield ending, _read, stock


def some_files(shelf: Shelf, ending: str) -> list[str]:
    return [str(path) for path in sorted(Path(shelf.root).rglob(f"*{ending}"))[:CALLS]]


def microseconds(parse: Parse, paths: list[str]) -> float:
    """Processor time for each file, which other programs on the machine disturb less than the clock on the wall."""
    began_s = time.process_time()
    for path in paths:
        parse(path)
    return (time.process_time() - began_s) / len(paths) * 1e6


def _read(path: str) -> Reading:
    return formats.read(os.fsencode(path))
