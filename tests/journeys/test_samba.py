"""The real drop on a NAS: a desktop writes through Samba, and every file is read once, when it is whole."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.journeys.running import RunningDaemon
from tests.journeys.samba import Share, a_share
from tests.samples import an_epub
from tests.waiting import wait_until


@pytest.fixture
def share(tmp_path: Path, library: Path) -> Iterator[Share]:
    with a_share(tmp_path / "smb", library) as made:
        yield made


def read_once(daemon: RunningDaemon, title: str, reads: int = 1) -> None:
    """The book is there, nothing is left to do, and there were as many readings as files, none of them in vain."""
    wait_until(lambda: daemon.book_named(title), 15, f"{title} is in the catalogue")
    wait_until(lambda: not daemon.status()["scan"]["active"] and not daemon.status()["workers"], 10, "nothing is done")
    daemon.scan("full")
    assert daemon.outcomes() == {"read": reads}
    assert daemon.client.get("/v1/problems")["problems"] == []
    assert "a file could not be read" not in daemon.log.read_text()


def test_a_book_that_is_put_is_read_once(daemon: RunningDaemon, share: Share, tmp_path: Path) -> None:
    source = an_epub(tmp_path / "x.epub", title="Put", padding=200_000)

    share.say(f'put {source} "Put.epub"')

    read_once(daemon, "Put")


def test_a_file_that_is_created_empty_and_then_written_is_read_once(
    daemon: RunningDaemon, share: Share, tmp_path: Path
) -> None:
    """As Explorer and many copying programs do, the next moment or when it comes to this file."""
    (tmp_path / "empty").touch()
    source = {name: an_epub(tmp_path / f"{name}.epub", title=name, padding=200_000) for name in ("Now", "Later")}

    share.say(*(f'put {tmp_path / "empty"} "{name}.epub"' for name in source), f'put {source["Now"]} "Now.epub"')
    wait_until(lambda: daemon.book_named("Now"), 10, "one of them is filled and read")
    threading.Event().wait(1.0)
    share.say(f'put {source["Later"]} "Later.epub"')

    read_once(daemon, "Later", reads=2)


def test_a_client_that_sets_the_times_afterwards_causes_no_second_reading(
    daemon: RunningDaemon, share: Share, tmp_path: Path
) -> None:
    source = an_epub(tmp_path / "x.epub", title="Dated")
    long_ago = "2001:01:01-12:00:00"

    share.say(f'put {source} "Dated.epub"', f'utimes "Dated.epub" -1 -1 {long_ago} -1')

    read_once(daemon, "Dated")


def test_a_book_that_is_put_under_another_name_and_renamed_is_read_once(
    daemon: RunningDaemon, share: Share, tmp_path: Path
) -> None:
    source = an_epub(tmp_path / "x.epub", title="Renamed")

    share.say(
        "mkdir Author", f'put {source} "Author/~copying.tmp"', 'rename "Author/~copying.tmp" "Author/Renamed.epub"'
    )

    read_once(daemon, "Renamed")


def test_a_large_book_that_comes_slowly_is_read_once_and_whole(
    daemon: RunningDaemon, share: Share, tmp_path: Path
) -> None:
    content = an_epub(tmp_path / "x.epub", title="Slow", padding=6_000_000).read_bytes()
    size = len(content) // 4 + 1

    share.put_slowly([content[at : at + size] for at in range(0, len(content), size)], "Slow.epub", pause_s=1.2)

    read_once(daemon, "Slow")
