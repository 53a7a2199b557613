"""A walk that hangs in its root: who waits is told, and no folder is lost when it answers or is mounted anew."""

import threading
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from shishod.model.state import KnownFile
from shishod.scan import sweeper
from shishod.scan.mounts import Mount, current_mount
from shishod.scan.stall import StallCheck
from shishod.work.pool import WorkerPool
from tests.samples import an_epub
from tests.scan.house import House
from tests.scan.test_together import drop
from tests.waiting import wait_until

FOLDERS = [f"Author {number}/Book" for number in range(3)]


@contextmanager
def hanging(house: House, monkeypatch: pytest.MonkeyPatch, ask: Callable[[], object]) -> Iterator[threading.Event]:
    """What is asked for hangs at the second of FOLDERS, and was given up; it goes on when the event is set."""
    files_in, at, answers = house.catalog.files_in, threading.Event(), threading.Event()

    def hang(root_id: int, folders: Collection[bytes]) -> list[KnownFile]:
        if not at.is_set() and FOLDERS[1].encode() in folders:
            at.set()
            assert answers.wait(30)
        return files_in(root_id, folders)

    monkeypatch.setattr(house.catalog, "files_in", hang)
    with house.staffed() as walkers:
        ask()
        assert at.wait(10)
        give_up(house, walkers)
        try:
            yield answers
        finally:
            answers.set()


def give_up(house: House, walkers: WorkerPool) -> None:
    """As the supervisor does where nothing has moved for long."""
    StallCheck(house.sweeper, walkers, 0, house.clock)()
    assert house.sweeper.stalled()


def hint_all(house: House, name: str = "book.epub") -> None:
    for folder in FOLDERS:
        house.hint(folder, name)


def mounted_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    """From now on the root lies on another mount, on which nobody hangs."""

    def another(path: bytes) -> Mount | None:
        mount = current_mount(path)
        return mount and replace(mount, id=mount.id + 1_000_000)

    monkeypatch.setattr(sweeper, "current_mount", another)


def test_all_folders_that_were_walked_together_are_found_once_the_root_answers(
    house: House, library: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.scan()
    drop(library, 3)
    with hanging(house, monkeypatch, lambda: hint_all(house)) as answers:
        asked = house.request()
        wait_until(lambda: not house.scans.active(), 10, "a scan of a stalled root is told so")
        ended = house.scans.snapshot(asked.id)
        assert ended is not None
        assert "stalled" in ended.reason

        answers.set()
        wait_until(lambda: house.titles() == FOLDERS, 10, "all are found")


def test_a_scan_that_hung_keeps_none_from_scanning_the_root_once_it_is_mounted_anew(
    house: House, library: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    drop(library, 3)
    with hanging(house, monkeypatch, house.request):
        mounted_anew(monkeypatch)
        house.request()
        wait_until(lambda: not house.scans.active(), 10, "the next scan ends")
        assert house.titles() == FOLDERS


def test_folders_that_hung_together_are_walked_once_their_root_is_mounted_anew(
    house: House, library: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.scan()
    drop(library, 3)
    with hanging(house, monkeypatch, lambda: hint_all(house)):
        mounted_anew(monkeypatch)
        for folder in FOLDERS:
            an_epub(library / folder / "more.epub", title=f"More of {folder}")
        hint_all(house, "more.epub")
        wait_until(lambda: len(house.titles()) == 6, 10, "all are found")
