"""P22: what lies beside a book has a fingerprint of its own; a change of it alone is read alone."""

import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.journeys.running import RunningDaemon, a_daemon
from tests.promises.opens import opens_in
from tests.samples import a_cue, a_jpeg, a_metadata_json, a_png, an_epub, an_m4b, an_opf
from tests.waiting import wait_until

QUICK = """\
watch: {settle: 50ms, settle_tracks: 100ms, settle_quiet: 200ms, settle_gone: 2s}
scan: {settle: 50ms, hash_rate: 0, cover_rate: 0}  # both open every file once more, which is not what is told here
"""
DEADLINE_S = 20


@pytest.fixture
def folder(library: Path) -> Path:
    """A book as calibre keeps it."""
    folder = library / "Author" / "Book"
    folder.mkdir(parents=True)
    an_epub(folder / "book.epub", title="Embedded", cover=True)
    an_opf(folder / "metadata.opf", title="Said")
    (folder / "cover.jpg").write_bytes(a_jpeg(60, 90))
    return folder


@pytest.fixture
def daemon(tmp_path: Path, library: Path, folder: Path) -> Iterator[RunningDaemon]:
    """It watches, and has nothing left to do."""
    with a_daemon(tmp_path / "daemon", library, config=QUICK) as running:
        wait_until(running.watching, 10, "the library is watched")
        running.settled()
        yield running


@pytest.fixture
def opened(daemon: RunningDaemon, folder: Path) -> Iterator[Callable[[], set[str]]]:
    with opens_in(folder) as asked:
        yield asked


def the_book(daemon: RunningDaemon) -> dict[str, Any]:
    (book,) = daemon.books()
    return daemon.client.get(f"/v1/books/{book['id']}")  # type: ignore[no-any-return]


def becomes(daemon: RunningDaemon, title: str) -> dict[str, Any]:
    wait_until(lambda: daemon.book_named(title), DEADLINE_S, f"the book is called {title}")
    daemon.settled()
    return the_book(daemon)


def states(book: dict[str, Any]) -> dict[str, str]:
    return {Path(one["path"]).name: one["state"] for one in book["files"]}


def test_an_edited_sidecar_is_read_alone(daemon: RunningDaemon, folder: Path, opened: Callable[[], set[str]]) -> None:
    before = the_book(daemon)
    assert (before["title"], before["sources"]["title"]["source"]) == ("Said", "sidecar")

    an_opf(folder / "metadata.opf", title="Edited")
    after = becomes(daemon, "Edited")

    assert opened() == {"metadata.opf"}
    assert after["id"] == before["id"] and set(states(after).values()) == {"indexed"}


def test_an_exchanged_cover_is_read_alone_whichever_way_it_is_saved(
    daemon: RunningDaemon, folder: Path, opened: Callable[[], set[str]]
) -> None:
    numbers = {one["path"]: one["id"] for one in the_book(daemon)["files"]}

    (folder / ".cover.tmp").write_bytes(a_png(100, 150))
    os.replace(folder / ".cover.tmp", folder / "cover.jpg")
    wait_until(lambda: the_book(daemon)["cover"]["height"] == 150, DEADLINE_S, "the new cover is known")
    daemon.settled()

    book = the_book(daemon)
    assert opened() - {".cover.tmp"} == {"cover.jpg"}
    assert book["cover"]["mime"] == "image/png" and Path(book["cover"]["path"]).name == "cover.jpg"
    assert {one["path"]: one["id"] for one in book["files"]} == numbers, (
        "a save is a change, never a loss and a new file"
    )


def test_a_sidecar_that_comes_later_joins_and_one_that_goes_is_missed(
    daemon: RunningDaemon, folder: Path, opened: Callable[[], set[str]]
) -> None:
    a_metadata_json(folder / "metadata.json", title="Later")
    becomes(daemon, "Later")
    (folder / "metadata.json").unlink()
    (folder / "metadata.opf").unlink()
    book = becomes(daemon, "Embedded")

    assert "book.epub" not in opened(), "merged twice, read never"
    assert states(book) == {
        "book.epub": "indexed",
        "cover.jpg": "indexed",
        "metadata.json": "missing",
        "metadata.opf": "missing",
    }


def test_a_retagged_medium_is_read_alone_and_its_sidecar_still_believed(
    daemon: RunningDaemon, folder: Path, opened: Callable[[], set[str]]
) -> None:
    number = the_book(daemon)["id"]

    with open(folder / "book.epub", "r+b") as medium:  # in place, as taggers write
        medium.write(an_epub(folder.parent / "new", title="Retagged", publisher="House").read_bytes())
        medium.truncate()
    wait_until(lambda: the_book(daemon)["publisher"] == "House", DEADLINE_S, "the new tags are known")
    daemon.settled()

    book = the_book(daemon)
    assert (book["id"], book["title"]) == (number, "Said")
    assert opened() == {"book.epub"}


def test_a_book_that_is_saved_by_deleting_it_first_is_changed_and_never_missed(
    daemon: RunningDaemon, folder: Path
) -> None:
    before = the_book(daemon)
    content = an_epub(folder.parent / "new", title="Saved", publisher="Anew").read_bytes()

    (folder / "book.epub").unlink()
    told, pause = set(), threading.Event()
    for _ in range(10):  # as a program that thinks between the two
        pause.wait(0.1)
        told |= set(states(the_book(daemon)).values())
    (folder / "book.epub").write_bytes(content)
    wait_until(lambda: the_book(daemon)["publisher"] == "Anew", DEADLINE_S, "what was saved is known")

    after = the_book(daemon)
    assert after["id"] == before["id"]
    assert told == set(states(after).values()) == {"indexed"}


def test_a_cue_sheet_beside_a_recording_tells_its_chapters(daemon: RunningDaemon, library: Path) -> None:
    an_m4b(library / "dune.m4b", title="Dune")
    found = wait_until(lambda: daemon.book_named("Dune"), DEADLINE_S, "the recording is catalogued")

    a_cue(library / "dune.cue", {"dune.wav": [("One", "00:00:00"), ("Two", "00:00:10")]})

    chapters = wait_until(
        lambda: daemon.client.get(f"/v1/books/{found['id']}")["chapters"], DEADLINE_S, "the chapters are known"
    )
    assert [one["title"] for one in chapters] == ["One", "Two"]


def test_a_broken_sidecar_is_a_problem_of_its_own(daemon: RunningDaemon, folder: Path) -> None:
    (folder / "metadata.opf").write_text("<package>")

    wait_until(lambda: daemon.book_named("Embedded"), DEADLINE_S, "the book goes by its own title")
    book = the_book(daemon)

    assert book["state"] == "indexed"
    (problem,) = daemon.client.get("/v1/problems")["problems"]
    assert Path(problem["path"]).name == "metadata.opf" and problem["book_id"] == book["id"]


def test_nothing_of_ours_is_written_into_a_library_so_nothing_of_ours_is_noticed(
    daemon: RunningDaemon, folder: Path, library: Path
) -> None:
    def everything() -> dict[str, tuple[int, int]]:
        return {str(one): (one.stat().st_mtime_ns, one.stat().st_ctime_ns) for one in library.rglob("*")}

    before = everything()
    scans = len(daemon.client.get("/v1/scans")["scans"])
    daemon.scan("full")

    assert everything() == before
    daemon.settled()
    assert len(daemon.client.get("/v1/scans")["scans"]) == scans + 1, "the scan that was asked for, and none by itself"


def test_show_tells_the_files_of_a_book_by_what_they_are(daemon: RunningDaemon) -> None:
    shishoctl = "from shishod.ctl.main import main; main()"
    command = [sys.executable, "-c", shishoctl, "--socket", str(daemon.socket), "show"]
    told = subprocess.run([*command, str(the_book(daemon)["id"])], capture_output=True, text=True, check=False)

    lines = [line.split()[0] for line in told.stdout.splitlines() if "/Author/Book/" in line and ": indexed" in line]
    assert lines == ["file", "sidecar", "cover"], told.stdout + told.stderr
    counted = ("files", "beside")
    wait_until(lambda: [daemon.status()["counts"][name] for name in counted] == [1, 2], DEADLINE_S, "media are counted")
