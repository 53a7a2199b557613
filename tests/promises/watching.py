"""What the tests of the watch share: a daemon with kernel limits of its own, and how its first root is watched."""

import contextlib
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.journeys.running import RunningDaemon, running
from tests.samples import an_epub
from tests.waiting import wait_until

LIMIT = "/proc/sys/user/max_inotify_watches"
IMPATIENT = """\
scan:
  settle: 1ms
  settle_network: 1ms
watch:
  settle: 50ms
  settle_quiet: 100ms
  settle_gone: 200ms
  check_every: 200ms
  poll_interval: 1s
schedule:
  quick: off
  full: off
libraries:
  Books:
    paths: [{root}]
"""


def impatient(root: Path, more: str = "") -> str:
    """A configuration in which nothing but the watch finds a change, and that soon."""
    return IMPATIENT.format(root=root) + more


class LimitedDaemon(RunningDaemon):
    """A daemon in a user namespace of its own, where the kernel grants so many watches and no more."""

    def __init__(self, place: Path, config: str, watches: int) -> None:
        super().__init__(place, config=config)
        limited = f'echo {watches} > {LIMIT} && exec "$0" "$@"'
        self._command = ["unshare", "-Ur", "sh", "-c", limited, *self._command]

    def grant(self, watches: int) -> None:
        """Raise or lower the limit, as an operator's sysctl does."""
        assert self.process is not None
        command = ["nsenter", "-U", "--preserve-credentials", "-t", str(self.process.pid)]
        subprocess.run([*command, "sh", "-c", f"echo {watches} > {LIMIT}"], check=True)


@contextlib.contextmanager
def a_limited_daemon(place: Path, config: str, watches: int) -> Iterator[LimitedDaemon]:
    tried = subprocess.run(["unshare", "-Ur", "test", "-w", LIMIT], check=False, capture_output=True, text=True)
    if tried.returncode:
        pytest.skip(f"this machine has no user namespaces to lower a limit in: {tried.stderr.strip()}")
    daemon = LimitedDaemon(place, config, watches)
    with running(daemon):
        yield daemon


def watch(daemon: RunningDaemon) -> dict[str, Any]:
    """How the first root is watched."""
    return dict(daemon.status()["roots"][0]["watch"])


def watched_as(daemon: RunningDaemon, mode: str, deadline_s: float = 15) -> dict[str, Any]:
    """Wait until the first root is watched so."""
    return wait_until(
        lambda: (now := watch(daemon))["mode"] == mode and now, deadline_s, f"the root is watched as {mode}"
    )


def added(daemon: RunningDaemon, folder: Path, title: str, deadline_s: float = 10) -> None:
    """A book that comes and is found; `folder` is where a hand puts it, which need not be in the root."""
    an_epub(folder / f"{title}.epub", title=title)
    wait_until(lambda: daemon.book_named(title), deadline_s, f"{title} is found")


def missing(daemon: RunningDaemon) -> int:
    return int(daemon.status()["counts"]["by_state"]["missing"])


def log_lines(daemon: RunningDaemon, word: str) -> list[str]:
    return [line for line in daemon.log.read_text(errors="replace").splitlines() if word in line]


def age(folder: Path, when_s: int) -> None:
    """Let a folder look as if it had last changed then."""
    os.utime(folder, (when_s, when_s))
