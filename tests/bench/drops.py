"""Drop to visible: a book is copied into a watched library, and asked for until the socket shows it."""

import random
import threading
import time
from pathlib import Path

from shishod.watch.settings import WatchSettings
from tests.journeys.running import RunningDaemon, a_daemon
from tests.samples import an_epub
from tests.waiting import wait_until

FOLDERS = 20
MEDIAN_SLACK_S, SLACK_S = 0.05, 0.15  # beside the time that a file must rest; the second of the slowest in a hundred
SETTLE_S = WatchSettings().settle
ASKED_EVERY_S = 0.002


def drops(place: Path, count: int) -> list[float]:
    """So many single drops on local disk, each seen before the next: seconds from the last byte to the first sight."""
    library = place / "Books"
    folders = [library / f"Author {number}" for number in range(FOLDERS)]
    for folder in folders:
        folder.mkdir(parents=True)
    rng = random.Random(7)
    with a_daemon(place / "daemon", library) as daemon:
        wait_until(lambda: daemon.watching() and daemon.status()["roots"][0]["watch"]["armed"] == FOLDERS + 1, 20)
        daemon.settled()
        return [_drop(daemon, rng.choice(folders), place / "x.epub", f"Drop {number:05}") for number in range(count)]


def _drop(daemon: RunningDaemon, folder: Path, made: Path, title: str) -> float:
    content = an_epub(made, title=title, padding=100_000).read_bytes()
    pause = threading.Event()
    (folder / f"{title}.epub").write_bytes(content)
    dropped_s = time.perf_counter()
    while not daemon.client.get("/v1/books", {"q": title, "limit": 1})["books"]:
        if time.perf_counter() - dropped_s > 30:
            raise AssertionError(f"{title} was not seen within 30 s")
        pause.wait(ASKED_EVERY_S)
    return time.perf_counter() - dropped_s
