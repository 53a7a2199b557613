"""The live picture: what is drawn of a report, and how fast a scan is said to go."""

import io
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from shishod.ctl.picture import Pace, picture
from shishod.ctl.status import lines
from shishod.model.library import RootState
from shishod.model.progress import ScanStatus
from shishod.operations import WorkerRow
from tests.control.standin import NOON, Standin, Watched, a_root, a_scan


def a_look(processed: int, **rest: Any) -> dict[str, Any]:
    return {"id": "a", "processed": processed, "total": 1000, "discovered": True} | rest


def drawn(daemon: Standin, pace: Pace | None = None) -> str:
    report = daemon.operations().status()
    screen = Console(file=io.StringIO(), width=140, force_terminal=False)
    screen.print(picture(report, lines(report), pace or Pace()))
    said = screen.file
    assert isinstance(said, io.StringIO)
    return said.getvalue()


def test_a_first_look_tells_no_pace():
    pace = Pace()
    pace.look(a_look(100), 10.0)

    assert (pace.rate(a_look(100)), pace.left_s(a_look(100))) == (None, None)


def test_a_steady_scan_is_told_with_its_end():
    pace = Pace()
    for second in range(5):
        pace.look(a_look(100 * second), float(second))

    assert pace.rate(a_look(400)) == pytest.approx(100)
    assert pace.left_s(a_look(400)) == pytest.approx(6)


def test_one_slow_moment_does_not_throw_the_end_about():
    pace = Pace()
    for second in range(5):
        pace.look(a_look(100 * second), float(second))
    pace.look(a_look(400), 5.0)

    assert 75 < (pace.rate(a_look(400)) or 0) < 100


def test_a_scan_whose_size_is_not_known_has_no_end():
    pace = Pace()
    pace.look(a_look(0, discovered=False), 0.0)
    pace.look(a_look(100, discovered=False), 1.0)

    assert pace.left_s(a_look(100, discovered=False)) is None


def test_a_picture_has_the_scan_the_workers_the_roots_and_what_was_before(tmp_path: Path):
    daemon = Standin(known=[a_root(tmp_path)], watched=[Watched(1, armed=12, needed=12)])
    scan = a_scan(9, total=1000, processed=400, succeeded=400, discovered=True, current="Le Guin/Tehanu.epub")
    daemon.alive = {scan.id: scan}
    daemon.ended = [a_scan(1, ScanStatus.COMPLETED, started_at=NOON, ended_at=NOON, total=3, processed=3)]
    daemon.workers = [WorkerRow("scan-1", "inspect Le Guin/Tehanu", 0.5)]
    pace = Pace()
    pace.look({"id": scan.id, "processed": 300}, 0.0)
    pace.look({"id": scan.id, "processed": 400}, 1.0)

    said = drawn(daemon, pace)

    assert "400 of 1,000, 100 a second, about 6.0 s left" in said
    assert "Le Guin/Tehanu.epub" in said
    assert "scan-1: inspect Le Guin/Tehanu" in said
    assert "watched (12 folders)" in said
    assert "3 of 3 files" in said


def test_no_name_paints_the_screen(tmp_path: Path):
    daemon = Standin(known=[a_root(b"/srv/[red]\x1b[31m", state=RootState.OFFLINE, reason="[bold]gone")])

    said = drawn(daemon)

    assert "[red]" in said and "[bold]gone" in said, "markup is text"
    assert "\x1b[31m" not in said


def test_of_many_scans_three_are_told_each_with_the_way_to_cancel_it(tmp_path: Path):
    daemon = Standin(known=[a_root(tmp_path)])
    daemon.alive = {scan.id: scan for scan in (a_scan(number) for number in range(5))}

    told = "\n".join(lines(daemon.operations().status()))

    assert [f"(shishoctl cancel {scan})" in told for scan in daemon.alive] == [True] * 3 + [False] * 2
    assert "2 more scans" in told
