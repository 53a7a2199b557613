"""Streams that go on while the catalogue hangs: whoever watches sees what was told last, and the end."""

import asyncio
import contextlib
import threading
from pathlib import Path
from typing import Any

from shishod.control.calls import Calls
from shishod.control.client import Client
from shishod.control.house import House
from shishod.control.routes.status import _redraw
from shishod.errors import Unreachable
from shishod.model.progress import ScanSnapshot, ScanStatus
from tests.control.standin import Standin, a_scan, serving


class Hanging(Standin):
    """Its catalogue answers nothing before `answers` is set."""

    def __init__(self) -> None:
        super().__init__()
        self.answers = threading.Event()

    def counts(self) -> dict[str, Any]:
        self.answers.wait(30)
        return super().counts()

    def snapshot(self, scan_id: str) -> ScanSnapshot | None:
        if not self.answers.is_set():
            raise Unreachable("the database is locked")
        return super().snapshot(scan_id)


def test_a_status_that_is_watched_outlives_a_catalogue_that_hangs() -> None:
    daemon = Hanging()

    async def watched() -> list[bytes]:
        here = House(daemon.operations(), short=Calls(most=1, limit_s=0.1))
        async with contextlib.aclosing(_redraw(here)) as stream:
            first = await anext(stream)
            daemon.answers.set()
            return [first, await anext(stream)]

    first, second = asyncio.run(watched())

    assert first.startswith(b": ")
    assert second.startswith(b"event: status\n")


def test_a_scan_that_is_followed_outlives_a_catalogue_that_hangs(tmp_path: Path) -> None:
    daemon = Hanging()
    with serving(daemon, tmp_path / "s"):
        scan = "scan-1"
        daemon.alive = {scan: a_scan()}
        stream = Client(tmp_path / "s").events(f"/v1/scans/{scan}/events")
        next(stream)
        daemon.end(scan, ScanStatus.COMPLETED)
        threading.Timer(0.3, daemon.answers.set).start()
        rest = list(stream)

    assert [name for name, _ in rest] == ["end"]
