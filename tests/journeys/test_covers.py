"""Covers as somebody who opens his shelf has them: there soon, there after a restart, and new when they are."""

import os
import stat
from io import BytesIO
from pathlib import Path

from PIL import Image

from shishod.errors import Refused
from tests.journeys.running import RunningDaemon, a_daemon
from tests.samples import a_comic, a_jpeg, a_pdf, a_png, an_epub, an_mp3
from tests.waiting import wait_until

QUICK = """\
watch: {settle: 50ms, settle_tracks: 100ms, settle_quiet: 200ms}
scan: {settle: 50ms}
"""


def cover(daemon: RunningDaemon, title: str, size: str = "full") -> bytes | None:
    book = daemon.book_named(title)
    assert book is not None
    try:
        return daemon.client.content(f"/v1/books/{book['id']}/cover?size={size}")[0]
    except Refused:
        return None


def pictures(daemon: RunningDaemon) -> list[Path]:
    return [path for path in (daemon.state / "covers").rglob("*") if path.is_file()]


def test_covers_are_taken_behind_the_scan_kept_over_a_restart_and_replaced(library: Path, tmp_path: Path) -> None:
    large = a_png(500, 750)
    an_epub(library / "Epub.epub", title="Epub", cover=large)
    an_epub(library / "Twin.epub", title="Twin", cover=large)
    an_epub(library / "Blind.epub", title="Blind", cover=b"nothing that could be shown")
    a_comic(library / "Comic.cbz", tags=None)
    a_pdf(library / "Pdf.pdf", title="Pdf")
    (library / "Tape").mkdir()
    an_mp3(library / "Tape" / "01.mp3", album="Tape", cover=True)
    (library / "Tape" / "cover.jpg").write_bytes(a_jpeg())
    daemon = RunningDaemon(tmp_path / "d", library, config=QUICK).start()
    try:
        daemon.settled()
        wait_until(daemon.quiet, 20, "all covers are taken")

        assert cover(daemon, "Epub") == cover(daemon, "Twin") == large
        assert cover(daemon, "Comic") == a_png()
        assert cover(daemon, "Tape") == a_jpeg()
        with Image.open(BytesIO(cover(daemon, "Pdf", "thumb") or b"")) as small:
            assert (small.format, small.height) == ("JPEG", 480)
        blind = daemon.client.get(f"/v1/books/{(daemon.book_named('Blind') or {})['id']}")
        assert blind["cover"]["fault"]
        kept = pictures(daemon)
        assert len([path for path in kept if path.suffix == ".png"]) == 2
        assert {stat.S_IMODE(path.stat().st_mode) & ~0o640 for path in kept} == {0}

        daemon.kill()
        an_epub(library / "Epub.epub", title="Epub", cover=a_png(9, 9))
        before = {path: path.stat().st_mtime_ns for path in kept}
        daemon.start()
        wait_until(lambda: cover(daemon, "Epub") == a_png(9, 9), 20, "the new cover is shown")

        assert cover(daemon, "Twin") == large
        assert {path: path.stat().st_mtime_ns for path in kept} == before, "nothing else is taken again"
    finally:
        daemon.end()


def test_covers_that_were_not_come_to_are_taken_after_a_restart(library: Path, tmp_path: Path) -> None:
    for number in range(3):
        an_epub(library / f"{number}.epub", title=f"Title {number}", cover=True)
    none = QUICK.replace("settle: 50ms}", "settle: 50ms, cover_rate: 0}")
    with a_daemon(tmp_path / "d", library, config=none) as daemon:
        daemon.settled()
        wait_until(lambda: daemon.status()["counts"]["covers_due"] == 3, 20, "three covers are due")
        wait_until(daemon.quiet, 20, "nothing is left to do in the pauses")
        assert not os.path.exists(daemon.state / "covers")

    with a_daemon(tmp_path / "d", library, config=QUICK) as daemon:
        wait_until(lambda: cover(daemon, "Title 2") == a_png(), 20, "the last cover is there")
