"""What happens is told as it happens, to whoever listens at the socket."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from shishod.control.shapes import Status
from tests.journeys.running import RunningDaemon
from tests.samples import an_epub
from tests.waiting import wait_until

SHISHOCTL = Path(sys.executable).parent / "shishoctl"


def kept(daemon: RunningDaemon, *words: str) -> list[dict[str, Any]]:
    command = [SHISHOCTL, "--socket", daemon.socket, "events", "--json", *words]
    said = subprocess.run(command, capture_output=True, text=True, check=True)
    return [json.loads(line) for line in said.stdout.splitlines()]


def test_scans_books_and_roots_are_told_in_their_order(daemon: RunningDaemon, library: Path) -> None:
    an_epub(library / "one.epub", title="One")
    scan = daemon.scan()

    told = kept(daemon)

    assert [event["number"] for event in told] == list(range(1, len(told) + 1))
    new = next(event for event in told if event["kind"] == "book-new")
    assert (new["library"], new["path"]) == ("Books", str(library / "one.epub"))
    (ended,) = kept(daemon, "--kind", "scan-ended", "--after", str(told[-2]["number"] - 1))[-1:]
    assert (ended["scan"], ended["status"]) == (scan["id"], "completed")


def test_a_root_that_goes_and_comes_back_is_told(daemon: RunningDaemon, library: Path) -> None:
    an_epub(library / "one.epub", title="One")
    daemon.scan()
    library.rename(library.with_name("away"))
    daemon.scan()
    library.with_name("away").rename(library)
    daemon.scan()

    assert [event["state"] for event in kept(daemon, "--kind", "root-state")] == ["offline", "online"]


def test_a_follower_hears_what_happens_from_now_on(daemon: RunningDaemon, library: Path, tmp_path: Path) -> None:
    an_epub(library / "before.epub", title="Before")
    daemon.scan()
    newest = str(kept(daemon)[-1]["number"])
    heard = tmp_path / "heard"
    with heard.open("w") as file:
        command = [SHISHOCTL, "--socket", daemon.socket, "events", "--follow", "--json", "--after", newest]
        following = subprocess.Popen([*command, "--kind", "book-new"], stdout=file)
    try:
        an_epub(library / "after.epub", title="After")
        wait_until(heard.read_text, 60, "the follower hears")
    finally:
        following.terminate()
        following.wait(10)

    assert [Path(json.loads(line)["path"]).name for line in heard.read_text().splitlines()] == ["after.epub"]


def test_the_status_of_a_daemon_has_the_shape_that_is_written_down(daemon: RunningDaemon, library: Path) -> None:
    an_epub(library / "one.epub", title="One")
    daemon.scan()

    report = Status.model_validate(daemon.status())

    assert (report.ok, report.severity) == (True, "ok")
    assert report.roots[0].files == 1
