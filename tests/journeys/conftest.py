"""A daemon that watches one folder."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.journeys.running import RunningDaemon, a_daemon
from tests.waiting import wait_until


@pytest.fixture
def daemon(tmp_path: Path, library: Path) -> Iterator[RunningDaemon]:
    """Answers, watches, and has nothing left to do."""
    with a_daemon(tmp_path / "daemon", library) as running:
        wait_until(running.watching, 10, "the library is watched")
        running.settled()
        yield running
