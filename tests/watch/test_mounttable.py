"""The mount table's own news, from a real mount where one may be made."""

import os
import subprocess
import threading
from pathlib import Path

import pytest

from shishod.errors import Unreachable
from shishod.mounts import read_mounts
from shishod.watch.mounttable import MountTable
from tests.waiting import wait_until

mounting = pytest.mark.skipif(os.geteuid() != 0, reason="mounting needs root; CI runs as root")


@pytest.fixture
def points(tmp_path: Path):
    """Told tables as the mount points in them, from a running MountTable."""
    told: list[set[bytes]] = []
    table = MountTable(lambda text: told.append({mount.point for mount in read_mounts(text)}))
    table.start()
    wait_until(lambda: told, 5, "the first table is told")
    yield told
    assert table.stop()


@mounting
def test_a_mount_and_an_unmount_are_told_within_a_second(points: list[set[bytes]], tmp_path: Path) -> None:
    point = os.fsencode(tmp_path)

    subprocess.run(["mount", "-t", "tmpfs", "none", tmp_path], check=True)
    try:
        wait_until(lambda: point in points[-1], 1, "the mount is told")
    finally:
        subprocess.run(["umount", tmp_path], check=True)

    wait_until(lambda: point not in points[-1], 1, "the unmount is told")


def test_what_could_not_be_told_is_told_again() -> None:
    told = threading.Event()
    failures = [Unreachable("the catalogue does not answer")]

    def tell(_table: bytes) -> None:
        if failures:
            raise failures.pop()
        told.set()

    table = MountTable(tell)
    table.start()
    assert told.wait(5)
    assert table.stop()


def test_it_can_be_stopped_twice_and_started_again() -> None:
    told: list[bytes] = []
    table = MountTable(told.append)
    assert table.stop()
    table.start()
    assert table.stop()
    assert table.stop()
    assert not table.alive()

    before = len(told)  # one, and more when somebody else mounts meanwhile
    table.start()
    wait_until(lambda: len(told) > before, 5, "it tells the table as it is at each start")
    assert table.stop()
