"""P7: a file is parsed when it has been left alone, and the operator can see what is waited for."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.journeys.running import a_daemon
from tests.samples import an_epub
from tests.waiting import wait_until

PATIENT = "scan: {on_start: off, settle: 1s}\nwatch: {enabled: false}\n"


@contextmanager
def written_for_ever(path: Path, content: bytes) -> Iterator[None]:
    """Somebody writes to a file five times a second and has not come to its end."""
    stop = threading.Event()

    def write() -> None:
        at = 0
        with path.open("wb", buffering=0) as out:
            while not stop.wait(0.2):
                out.write(content[at : at + 100])
                at += 100

    writer = threading.Thread(target=write)
    writer.start()
    try:
        yield
    finally:
        stop.set()
        writer.join()


def test_a_growing_file_is_not_read_but_listed_as_waiting_until_it_is_whole(tmp_path: Path, library: Path) -> None:
    content = an_epub(tmp_path / "x.epub", title="Grown", padding=300_000).read_bytes()
    an_epub(library / "Here.epub", title="Here")
    with a_daemon(tmp_path / "daemon", library, config=PATIENT) as daemon:
        with written_for_ever(library / "Growing.epub", content):
            wait_until((library / "Growing.epub").exists, 5, "somebody writes")
            daemon.client.post("/v1/scans", {"tier": "full"})
            wait_until(lambda: daemon.book_named("Here"), 10, "the others are read")
            waiting = wait_until(lambda: daemon.status()["waiting"]["files"], 5, "the growing one is listed")

            assert [one["path"] for one in waiting] == [str(library / "Growing.epub")]
            assert waiting[0]["since"]
            assert daemon.outcomes() == {"read": 1}, "only the other one was touched"

        (library / "Growing.epub").write_bytes(content)
        wait_until(lambda: daemon.book_named("Grown"), 10, "it is read when it is whole, without another scan")
        assert daemon.outcomes() == {"read": 2}
        assert daemon.status()["waiting"] == {"count": 0, "files": []}
        assert "could not be read" not in daemon.log.read_text()
