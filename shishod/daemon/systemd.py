"""Notifier: what a service says to systemd, and what systemd asks of it."""

import os
import time
from collections.abc import Mapping

import sdnotify

from shishod import log

PATIENCE_S = 2.0  # the kernel holds ten messages that nobody has read; an eleventh would wait for ever


class Notifier:
    """Silent where systemd does not listen, so that nobody need ask whether it does.

    NOTIFY_SOCKET leaves the environment here: no process that we start may speak for us.
    """

    def __init__(self) -> None:
        self.watchdog_s = _watchdog_s(os.environ)
        self._systemd = sdnotify.SystemdNotifier() if os.environ.get("NOTIFY_SOCKET") else None
        if self._systemd is not None and self._systemd.socket is not None:
            self._systemd.socket.settimeout(PATIENCE_S)
        for name in ("NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"):
            os.environ.pop(name, None)

    def ready(self, status: str = "") -> None:
        """Start-up, or a reload, is over."""
        self._say("READY=1", *_status(status))

    def status(self, text: str) -> None:
        """One line for `systemctl status`."""
        self._say(*_status(text))

    def reloading(self) -> None:
        """A reload begins; `ready` ends it, however it went."""
        self._say("RELOADING=1", f"MONOTONIC_USEC={time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000}")

    def stopping(self, status: str = "") -> None:
        """The drain begins."""
        self._say("STOPPING=1", *_status(status))

    def watchdog(self) -> None:
        """Every loop that must turn was seen to turn."""
        self._say("WATCHDOG=1")

    def extend_timeout(self, seconds: float) -> None:
        """Ask for so much more time for the start or the stop that is going on."""
        self._say(f"EXTEND_TIMEOUT_USEC={int(seconds * 1e6)}")

    def _say(self, *lines: str) -> None:
        if self._systemd is not None and lines:
            # sdnotify encodes Latin-1: given the bytes of UTF-8 as Latin-1 text, it sends UTF-8
            self._systemd.notify("\n".join(lines).encode("utf-8", "replace").decode("latin-1"))


def _status(text: str) -> tuple[str, ...]:
    return (f"STATUS={log.printable(text)}",) if text else ()


def _watchdog_s(environ: Mapping[str, str]) -> float | None:
    """How often systemd wants to hear from us; None when it does not watch, or watches another process."""
    limit = environ.get("WATCHDOG_USEC", "")
    if not limit.isdecimal() or environ.get("WATCHDOG_PID") not in (None, str(os.getpid())):
        return None
    return int(limit) / 1e6
