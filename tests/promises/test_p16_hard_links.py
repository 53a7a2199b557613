"""P16: a file with several names is one book, told with all of them, and lives as long as its last name."""

import os
from pathlib import Path

from tests.journeys.running import a_daemon
from tests.promises.conftest import config
from tests.promises.test_p13_moves import reads
from tests.samples import an_epub
from tests.waiting import wait_until


def test_a_hard_link_is_shown_as_a_duplicate_and_takes_the_place_of_the_first(tmp_path: Path) -> None:
    roots = [tmp_path / "seeds", tmp_path / "shelf"]
    for root in roots:
        root.mkdir()
    an_epub(roots[0] / "Told.epub", title="Told")
    os.link(roots[0] / "Told.epub", roots[1] / "Nice name.epub")
    with a_daemon(tmp_path / "daemon", config=config(*roots)) as daemon:
        daemon.settled()
        (book,) = wait_until(lambda: len(daemon.books()) == 1 and daemon.idle() and daemon.books(), 10, "one book")
        files = daemon.client.get(f"/v1/books/{book['id']}")["files"]
        assert sorted(file["duplicate_of"] is None for file in files) == [False, True]
        assert reads(daemon) == 1
        wait_until(daemon.quiet, 20, "both are hashed")
        first = next(file for file in files if file["duplicate_of"] is None)

        Path(first["path"]).unlink()
        wait_until(lambda: len(daemon.books()) == 1 and daemon.books()[0]["path"] != first["path"], 10, "it follows")
        daemon.settled()

        assert [one["id"] for one in daemon.books()] == [book["id"]]
        states = {file["state"] for file in daemon.client.get(f"/v1/books/{book['id']}")["files"]}
        assert (states, reads(daemon)) == ({"indexed", "missing"}, 1)
