"""The shipped unit, installed in a real systemd, with a small library to watch."""

import textwrap
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.system.box import OURS, SITE_PACKAGES, Box, missing

UNIT = "shishod.service"
ROOT = Path(__file__).parents[2]

# What a package would install, and two ways to freeze the daemon from outside that it does not have itself.
LAUNCHER = f"""\
#!/usr/bin/python3 -I
import asyncio, gc, signal, sys, threading
sys.path[:0] = [{SITE_PACKAGES!r}, {str(Path(OURS).parent)!r}]
def wait_for_ever(*_):
    threading.Event().wait()
def freeze_event_loops(*_):
    for one in gc.get_objects():
        if isinstance(one, asyncio.AbstractEventLoop) and one.is_running():
            one.call_soon_threadsafe(wait_for_ever)
signal.signal(signal.SIGUSR1, freeze_event_loops)
signal.signal(signal.SIGUSR2, wait_for_ever)
from shishod.{{package}}.main import main
sys.exit(main())
"""


class Service:
    """The unit in its box, in the words of these tests."""

    def __init__(self, box: Box) -> None:
        self.box = box

    def configure(self, text: str) -> None:
        self.box.write("/etc/shishod/config.yaml", textwrap.dedent(text))

    def drop_in(self, text: str) -> None:
        """What `systemctl edit` would write; gone with the next test."""
        self.box.write(f"/etc/systemd/system/{UNIT}.d/test.conf", text)
        self.box.systemctl("daemon-reload")

    def show(self, name: str) -> str:
        return self.box.show(UNIT, name)

    def ask(self, *words: str, check: bool = True) -> str:
        """What shishoctl prints."""
        return self.box.run("shishoctl", *words, check=check).stdout

    def answers(self) -> bool:
        return self.box.run("shishoctl", "status", check=False).returncode == 0

    def signal(self, name: str) -> None:
        """To the daemon itself, not to its reading processes."""
        self.box.systemctl("kill", "--kill-who=main", f"--signal={name}", UNIT)


@pytest.fixture(scope="session")
def box() -> Iterator[Box]:
    if reason := missing():
        pytest.skip(reason)
    with Box() as box:
        for command, package in (("shishod", "daemon"), ("shishoctl", "ctl")):
            box.write(f"/usr/bin/{command}", LAUNCHER.format(package=package), 0o755)
        box.write(f"/usr/lib/systemd/system/{UNIT}", (ROOT / "systemd" / UNIT).read_text())
        box.write("/usr/lib/sysusers.d/shishod.conf", (ROOT / "systemd" / "shishod.sysusers").read_text())
        box.run("systemd-sysusers")
        box.systemctl("daemon-reload")
        yield box


@pytest.fixture
def service(box: Box) -> Iterator[Service]:
    """The unit, stopped and new, watching an empty /srv/books."""
    box.run("mkdir", "-p", "/srv/books")
    service = Service(box)
    service.configure("libraries: {Books: {paths: [/srv/books]}}\n")
    yield service
    box.systemctl("kill", "--signal=SIGKILL", UNIT, check=False)
    box.systemctl("stop", UNIT, check=False)
    box.systemctl("reset-failed", UNIT, check=False)
    box.run("rm", "-rf", "/srv/books", "/var/lib/shishod", f"/etc/systemd/system/{UNIT}.d")
    box.systemctl("daemon-reload")
