"""What is drawn on the terminal while a scan goes on."""

import io
from dataclasses import replace
from datetime import UTC, datetime

from rich.console import Console

from shishod.daemon.display import Display
from shishod.model.progress import ScanSnapshot, ScanStatus
from shishod.model.tier import Tier

SCAN = ScanSnapshot("1", Tier.FULL, ScanStatus.RUNNING, "start", ("Books",), datetime(2026, 1, 1, tzinfo=UTC))


def drawn(*scans: ScanSnapshot | None) -> str:
    """All that a wide terminal is sent while these are the states, one after the other."""
    out = io.StringIO()
    now: list[ScanSnapshot | None] = [None]
    display = Display(
        lambda: [one for one in now if one], Console(file=out, force_terminal=True, width=120, legacy_windows=False)
    )
    with display:
        for now[0] in scans:
            display.refresh()
    return out.getvalue()


def test_nothing_is_drawn_while_nothing_is_scanned() -> None:
    assert drawn(None, None) == ""


def test_a_scan_is_drawn_with_its_tier_and_how_far_it_is() -> None:
    said = drawn(replace(SCAN, discovered=True, total=40, processed=10, current="Ursula/The Dispossessed.epub"))

    assert "full scan" in said
    assert "10/40" in said
    assert "The Dispossessed.epub" in said


def test_how_much_there_is_stays_open_until_it_is_known() -> None:
    assert "10/?" in drawn(replace(SCAN, total=40, processed=10))


def test_a_name_cannot_give_the_terminal_orders() -> None:
    assert "[red]" in drawn(replace(SCAN, current="[red]x[/]"))


def test_the_terminal_is_given_back_when_the_scan_is_over() -> None:
    said = drawn(SCAN, None)

    assert said.endswith("\x1b[?25h\x1b[2K") or "\x1b[?25h" in said.rpartition("full scan")[2]
