"""P4: too few watches are no silence: the busiest folders keep them, the rest is polled, and it is said and healed.

`pytest -m long tests/promises/test_p04_watch_limit.py` adds that none at all is no silence either.
"""

from pathlib import Path

import pytest

from shishod.ctl.status import lines
from tests.promises.watching import a_limited_daemon, added, age, impatient, log_lines, watch, watched_as
from tests.samples import an_epub

FOLDERS = 40
GRANTED = 25
TAKEN = 20  # of which watch.share leaves a fifth to others


def shelves(library: Path) -> list[Path]:
    """Forty folders of one book, each last changed a day after the one before."""
    folders = [library / f"Author {number:02}" for number in range(FOLDERS)]
    for number, folder in enumerate(folders):
        folder.mkdir()
        an_epub(folder / "Old.epub", title=f"Old {number}")
        age(folder, 1_000_000_000 + number * 86_400)
    return folders


def test_what_cannot_be_watched_is_polled_and_said_with_its_remedy_and_healed_without_a_restart(
    tmp_path: Path, library: Path
) -> None:
    folders = shelves(library)
    with a_limited_daemon(tmp_path / "daemon", impatient(library), GRANTED) as daemon:
        told = watched_as(daemon, "degraded")
        daemon.settled()

        assert (told["armed"], told["needed"], told["poll_s"]) == (TAKEN, FOLDERS + 1, 1.0)
        assert told["remedy"].startswith("sysctl -w user.max_inotify_watches=")
        said = "\n".join(lines(daemon.status()))
        assert f"watch degraded (armed {TAKEN} of {FOLDERS + 1}, rest polled every 1 s)" in said
        health = daemon.client.get("/v1/health")
        assert health["ok"]
        assert health["watch"][0]["mode"] == "degraded"
        (line,) = log_lines(daemon, "the rest is polled")
        assert "sysctl -w user.max_inotify_watches=" in line

        added(daemon, folders[-1], "In a busy folder")
        added(daemon, folders[0], "In a quiet folder")

        daemon.grant(1000)
        told = watched_as(daemon, "events")
        assert (told["armed"], told["needed"], told["poll_s"], told["remedy"]) == (FOLDERS + 1, FOLDERS + 1, None, "")
        added(daemon, folders[1], "After the limit rose")
        assert len(log_lines(daemon, "the rest is polled")) == 1


@pytest.mark.long
def test_where_the_kernel_grants_no_watch_at_all_everything_is_polled(tmp_path: Path, library: Path) -> None:
    folders = shelves(library)
    with a_limited_daemon(tmp_path / "daemon", impatient(library), 0) as daemon:
        watched_as(daemon, "degraded")
        daemon.settled()
        assert watch(daemon)["armed"] == 0

        added(daemon, folders[3], "Found by polling")

        daemon.grant(1000)
        watched_as(daemon, "events")
