"""P3: an error of the disk itself is no deletion: what cannot be read keeps its rows, is listed, and heals."""

import errno
import shutil
from pathlib import Path

import pytest

from tests.journeys.running import RunningDaemon, a_daemon
from tests.promises.conftest import Disks, becomes, books, config, read_all, recorded, rows
from tests.samples import an_epub
from tests.waiting import wait_until

ERRNOS = (errno.EIO, errno.ESTALE, errno.EUCLEAN)


class Served:
    """A library behind a share, and the faults that it has at the moment."""

    def __init__(self, disks: Disks, *ways: str) -> None:
        self.behind = disks.folder("behind")
        self._faults = self.behind.with_name("faults")
        self.front = disks.share(self.behind, disks.folder("front"), self._faults, *ways)

    def fails(self, *faults: str) -> None:
        self._faults.write_text("".join(f"{one}\n" for one in faults))


@pytest.fixture
def served(disks: Disks) -> Served:
    return Served(disks)


def problems(daemon: RunningDaemon) -> dict[str, str]:
    return {one["path"]: one["text"] for one in daemon.client.get("/v1/problems")["problems"]}


def files(daemon: RunningDaemon, part: str) -> list[str]:
    return [line for line in rows(daemon) if line.startswith("media_files") and part in line]


def kept(daemon: RunningDaemon) -> list[str]:
    """Every row but those of folders, which are compared anew when they can be listed again."""
    return [line for line in rows(daemon) if not line.startswith("folders ")]


@pytest.mark.parametrize("call", ["list", "stat"])
def test_a_folder_that_fails_keeps_its_books_and_the_rest_is_scanned(tmp_path: Path, served: Served, call: str) -> None:
    books(served.behind, 3, "Sound")
    books(served.behind, 3, "Broken")
    path = f"{served.front}/Broken/Title 1"
    with a_daemon(tmp_path / "daemon", config=config(served.front)) as daemon:
        read_all(daemon, 6)
        before = files(daemon, "Broken")
        for turn, number in enumerate(ERRNOS):
            served.fails(f"{call} {number} /Broken/Title 1")
            shutil.rmtree(served.behind / "Sound" / f"Title {turn}")
            an_epub(served.behind / "Sound" / f"New {turn}.epub", title=f"New {turn}")

            scan = daemon.scan("full")

            assert (scan["status"], scan["missing"] + scan["held"]) == ("completed", 1)
            assert files(daemon, "Broken") == before
            told = problems(daemon)
            assert (list(told), f"errno {number}" in told[path]) == ([path], True)
            assert daemon.book_named(f"New {turn}")

            served.fails()
            scan = daemon.scan("full")
            assert (scan["missing"], scan["total"], problems(daemon)) == (0, 0, {})


def test_a_file_that_does_not_say_what_it_is_keeps_its_row_and_spoils_nothing_beside_it(
    tmp_path: Path, served: Served
) -> None:
    for name in ("Broken", "Sound", *(f"Gone {turn}" for turn in range(len(ERRNOS)))):
        an_epub(served.behind / f"{name}.epub", title=name)
    with a_daemon(tmp_path / "daemon", config=config(served.front)) as daemon:
        read_all(daemon, 5)
        before = files(daemon, "Broken")
        for turn, number in enumerate(ERRNOS):
            served.fails(f"stat {number} /Broken.epub")
            (served.behind / f"Gone {turn}.epub").unlink()

            scan = daemon.scan("full")

            assert (scan["status"], scan["missing"], files(daemon, "Broken")) == ("completed", 1, before)
            assert f"errno {number}" in problems(daemon)[f"{served.front}/Broken.epub"]

            served.fails()
            daemon.scan("full")
            assert (files(daemon, "Broken"), problems(daemon)) == (before, {})


@pytest.mark.parametrize("call", ["open", "read"])
def test_a_file_that_cannot_be_read_is_told_with_its_error_and_read_when_it_can_be(
    tmp_path: Path, served: Served, call: str
) -> None:
    an_epub(served.behind / "Sound.epub", title="Sound")
    an_epub(served.behind / "Broken.epub", title="Before")
    with a_daemon(tmp_path / "daemon", config=config(served.front)) as daemon:
        read_all(daemon, 2)
        an_epub(served.behind / "Broken.epub", title="After")
        served.fails(f"{call} {errno.EIO} /Broken.epub")

        assert daemon.scan("full")["missing"] == 0
        told = wait_until(lambda: problems(daemon).get(f"{served.front}/Broken.epub"), 10, "it is listed")
        assert f"errno {errno.EIO}" in told
        assert {book["title"] for book in daemon.books()} == {"Sound", "Before"}  # what was known of it is served on

        served.fails()
        (served.behind / "Broken.epub").touch()  # before the retry is due
        daemon.scan("full")
        wait_until(lambda: daemon.book_named("After") and not problems(daemon), 10, "it is read")


@pytest.mark.parametrize("call", ["list", "stat"])
def test_a_root_that_fails_changes_nothing_and_is_as_it_was_when_it_heals(
    tmp_path: Path, served: Served, call: str
) -> None:
    books(served.behind, 8)
    with a_daemon(tmp_path / "daemon", config=config(served.front)) as daemon:
        read_all(daemon, 8)
        before, written = kept(daemon), recorded(daemon)
        for number in (*ERRNOS, errno.ENOTCONN, errno.EACCES):
            served.fails(f"{call} {number} /")
            for tier in ("quick", "full"):
                daemon.scan(tier)

            assert kept(daemon) == before
            said = [*problems(daemon).values(), daemon.status()["roots"][0]["reason"] or ""]
            assert any(f"errno {number}" in one for one in said), said

            served.fails()
            daemon.scan("full")
            becomes(daemon, "online")
            assert (kept(daemon), recorded(daemon), problems(daemon)) == (before, written, {})
