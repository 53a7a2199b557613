"""A stand-in for the other end of NOTIFY_SOCKET: a real datagram socket that remembers what it was told."""

import logging
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.waiting import wait_until


class Listener:
    """Reads what is sent, in order, on a thread of its own; each datagram is one message of several lines."""

    def __init__(self, path: Path) -> None:
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(str(path))
        self._messages: list[str] = []
        self._reading = threading.Thread(target=self._read, daemon=True)
        self._reading.start()

    def _read(self) -> None:
        while message := self._socket.recv(4096):
            self._messages.append(message.decode())

    def heard(self, least: int = 0) -> list[str]:
        """Every message so far, once there are as many as are expected."""
        wait_until(lambda: len(self._messages) >= least)
        return list(self._messages)

    def count(self, line: str) -> int:
        """How many messages held this line."""
        return sum(line in message.split("\n") for message in self.heard())

    def last_status(self) -> str:
        """What `systemctl status` would show."""
        said = [line for message in self.heard() for line in message.split("\n") if line.startswith("STATUS=")]
        return said[-1].removeprefix("STATUS=") if said else ""

    def close(self) -> None:
        self._socket.shutdown(socket.SHUT_RDWR)
        self._reading.join(5)
        self._socket.close()


@pytest.fixture
def systemd(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Listener]:
    """A systemd that listens; a Notifier made from now on speaks to it."""
    place = tmp_path / "notify"
    listener = Listener(place)
    monkeypatch.setenv("NOTIFY_SOCKET", str(place))
    monkeypatch.setenv("WATCHDOG_USEC", "9000000")
    yield listener
    listener.close()


@pytest.fixture
def quiet_log() -> Iterator[None]:
    """Give the root logger back as it was."""
    root = logging.getLogger()
    before, level = list(root.handlers), root.level
    yield
    root.handlers[:] = before
    root.setLevel(level)
    logging.captureWarnings(False)
