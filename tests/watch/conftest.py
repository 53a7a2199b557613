import os
import subprocess
import threading
import time

import pytest

from shishod import mounts
from shishod.clock import CLOCK
from shishod.model.library import LibraryKind, Root
from shishod.watch.pace import LastLook
from shishod.watch.root import Asks
from shishod.watch.settings import WatchSettings
from shishod.watch.standing import Mode
from shishod.watch.watcher import Watcher

DEADLINE_S = 10.0
SUFFIXES = frozenset({b".epub", b".mp3"})
QUICK = WatchSettings(
    settle="100ms", settle_tracks="200ms", settle_quiet="400ms", settle_gone="500ms", max_wait="2s",
    check_every="100ms", poll_interval="1s",
)  # fmt: skip


class Asked:
    """Whom a watcher asks: keeps every walk and rescan, and lets a test wait for what it expects."""

    def __init__(self):
        self.walks = []
        self.rescans = []
        self.polls = []
        self.expected = []  # how many walks had been asked for when one was told to be near
        self.took_s = 0.0  # how long every poll is said to take
        self.news = threading.Condition()

    def walk(self, root_id, folder, names):
        with self.news:
            self.walks.append((root_id, folder, names))
            self.news.notify_all()

    def rescan(self, root_id, why):
        with self.news:
            self.rescans.append((root_id, why))
            self.news.notify_all()

    def poll(self, root_id):
        with self.news:
            self.polls.append((root_id, time.monotonic()))
            self.news.notify_all()

    def expect(self):
        with self.news:
            self.expected.append(len(self.walks))

    def looked(self, root_id):
        """Every poll ends at once."""
        asked = [at_s for root, at_s in self.polls if root == root_id]
        return LastLook(asked[-1], self.took_s) if asked else None

    def asks(self, walk=None):
        return Asks(walk or self.walk, self.rescan, self.poll, self.looked, self.expect)

    def wait(self, condition, deadline_s=DEADLINE_S):
        with self.news:
            assert self.news.wait_for(condition, deadline_s), (self.walks[-20:], self.rescans)

    def never(self, condition, for_s):
        with self.news:
            assert not self.news.wait_for(condition, for_s), (self.walks[-20:], self.rescans)

    def vouched(self, root_id=1):
        """Every path that was vouched for."""
        return {os.path.join(folder, name) for root, folder, names in self.walks if root == root_id for name in names}

    def walked(self, root_id=1):
        return {folder for root, folder, _ in self.walks if root == root_id}

    def wait_rescan(self, why, root_id=1, count=1):
        self.wait(lambda: self.rescans.count((root_id, why)) >= count)


def a_root(path, number=1, **changes):
    return Root(number, 1, "Books", LibraryKind.MIXED, os.fsencode(path), **changes)


@pytest.fixture
def asked():
    return Asked()


@pytest.fixture
def mount_as(tmp_path, monkeypatch):
    """Writes a mount table in which a folder lies on a filesystem of another kind."""

    def mount(fstype, folder):
        table = tmp_path / "mountinfo"
        table.write_text(f"1 0 8:1 / / rw - ext4 /dev/sda1 rw\n2 1 0:40 / {folder} rw - {fstype} nas:/books rw\n")
        monkeypatch.setattr(mounts, "MOUNTINFO", str(table))

    return mount


@pytest.fixture
def mounted():
    """Mounts what it is told to, and unmounts it after the test."""
    points = []

    def mount(*words):
        subprocess.run(["mount", *map(os.fspath, words)], check=True)
        points.append(words[-1])

    yield mount
    for point in reversed(points):
        subprocess.run(["umount", "-l", os.fspath(point)], check=False)


@pytest.fixture
def watching(asked):
    """Makes watchers that are armed, and stops them after the test."""
    made = []

    def watch(*paths, roots=None, settings=QUICK, armed=True, clock=CLOCK, walk=None, **more):
        roots = roots or [a_root(path, number) for number, path in enumerate(paths, 1)]
        watcher = Watcher(roots, settings, asked.asks(walk), suffixes=SUFFIXES, clock=clock, **more)
        watcher.start()
        made.append(watcher)
        if armed:
            for root in roots:
                asked.wait_rescan("armed", root.id)
            assert all(status.mode is Mode.EVENTS for status in watcher.status())
        return watcher

    yield watch
    for watcher in made:
        watcher.stop()
