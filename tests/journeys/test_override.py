"""The operator's word in a folder of a real, watched library: heard at once, and taken back at once."""

from pathlib import Path

from tests.journeys.running import a_daemon
from tests.samples import an_epub, an_m4b, an_override
from tests.waiting import wait_until

WATCHED = "scan: {on_start: quick, settle: 1ms}\nwatch: {settle: 100ms, settle_quiet: 100ms, settle_gone: 100ms}\n"


def test_books_are_gathered_and_parted_as_the_folder_says_while_it_is_watched(tmp_path: Path, library: Path) -> None:
    (library / "Emma" / "Extras").mkdir(parents=True)
    an_m4b(library / "Emma" / "emma.m4b", title="Emma")
    an_epub(library / "Emma" / "Extras" / "letters.epub", title="Letters")
    with a_daemon(tmp_path / "daemon", library, config=WATCHED) as daemon:
        daemon.settled()
        wait_until(daemon.watching, 10, "the library is watched")
        assert len(daemon.books()) == 2

        word = an_override(library / "Emma" / ".shishod.yaml", "book: one\ntitle: Emma and all\n")
        wait_until(lambda: [book["title"] for book in daemon.books()] == ["Emma and all"], 20, "they are one book")
        assert daemon.books()[0]["files"] == 2

        word.unlink()
        wait_until(lambda: {book["title"] for book in daemon.books()} == {"Emma", "Letters"}, 20, "they are two again")
