"""H16, P25: what is passed over, by name, by the operator's lines and by files in the library, in a real daemon."""

import sqlite3
from pathlib import Path

import pytest

from tests.journeys.running import RunningDaemon, a_daemon
from tests.samples import an_epub
from tests.waiting import wait_until

CONFIG = """\
libraries:
  Books:
    paths: [{library}]
    ignore: ["Samples/", "*draft*"]
    min_size: 200B
scan: {{settle: 1ms}}
watch: {{settle: 10ms, settle_quiet: 50ms, settle_gone: 200ms}}
"""
JUNK = [
    *(".hidden.epub", "._AppleDouble.epub", "~$Office.epub", "Half.epub.part", "Half.epub.crdownload", "Half.epub.!qB"),
    *("@eaDir/x.epub", "#recycle/x.epub", "@Recycle/x.epub", ".Trash-1000/files/x.epub", "lost+found/x.epub"),
    *("$RECYCLE.BIN/x.epub", "#snapshot/x.epub", ".stversions/x.epub", "System Volume Information/x.epub"),
]


def a_book(library: Path, *paths: str) -> None:
    for path in paths:
        (library / path).parent.mkdir(parents=True, exist_ok=True)
        an_epub(library / path, title=path)


def there(daemon: RunningDaemon, library: Path) -> set[str]:
    """The paths that the catalogue believes to be there."""
    connection = sqlite3.connect(f"file:{daemon.database}?mode=ro", uri=True)
    try:
        rows = connection.execute("SELECT path FROM media_files WHERE state = 'indexed'").fetchall()
    finally:
        connection.close()
    return {path.decode() for (path,) in rows}


@pytest.fixture
def shelf(library: Path) -> Path:
    a_book(library, "Book.epub", "Author/Book.epub", "Author/Samples/x.epub", "Author/My Draft draft.epub", *JUNK)
    (library / "crumb.epub").write_bytes(b"x" * 199)
    return library


def test_junk_and_what_the_operator_names_never_come_in(tmp_path: Path, shelf: Path) -> None:
    with a_daemon(tmp_path / "daemon", config=CONFIG.format(library=shelf)) as daemon:
        daemon.settled()
        assert there(daemon, shelf) == {"Book.epub", "Author/Book.epub"}

        wait_until(daemon.watching, 10, "the library is watched")
        a_book(shelf, "Author/Samples/y.epub", "@eaDir/y.epub", "Author/Seen.epub")
        wait_until(lambda: "Author/Seen.epub" in there(daemon, shelf), 10, "what counts is seen")
        assert there(daemon, shelf) == {"Book.epub", "Author/Book.epub", "Author/Seen.epub"}
        assert daemon.client.get("/v1/problems")["problems"] == []


@pytest.mark.parametrize(
    ("rules", "said", "tier"),
    [
        (".shishoignore", "Author/\n", "quick"),
        ("Author/.nomedia", "", "full"),
        ("Author/.ignore", "Book*\n", "quick"),
    ],
)
def test_a_word_in_the_library_is_obeyed_and_taken_back_without_a_book_being_read(
    tmp_path: Path, shelf: Path, rules: str, said: str, tier: str
) -> None:
    with a_daemon(tmp_path / "daemon", config=CONFIG.format(library=shelf)) as daemon:
        daemon.settled()
        ids = {book["title"]: book["id"] for book in daemon.books()}

        (shelf / rules).write_text(said)
        daemon.scan(tier)
        assert there(daemon, shelf) == {"Book.epub"}
        wait_until(lambda: daemon.status()["counts"]["by_state"]["missing"] == 1, 10, "one book is missing")

        (shelf / rules).unlink()
        ended = daemon.scan(tier)
        wait_until(lambda: there(daemon, shelf) == {"Book.epub", "Author/Book.epub"}, 10, "the book is back")
        assert ended["total"] == 0
        assert {book["title"]: book["id"] for book in daemon.books()} == ids
