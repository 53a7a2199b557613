"""What may not begin by itself: in quiet hours anything quick, and what would wake a disk that sleeps."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from shishod.clock import Clock, utc_now
from shishod.daemon.restraint import LOOK_EVERY_S, Restraint
from shishod.model.library import LibraryKind, Root
from shishod.schedule import ScheduleSettings
from shishod.work.disks import SPINS_DOWN_S, Disks

ROOT = Root(1, 1, "Books", LibraryKind.MIXED, b"/")
HOUR_S = 3600.0


class House:
    """A clock to wind, one disk that counts as the test says, and when its root was looked at."""

    def __init__(self, place: Path, **settings: object) -> None:
        self.now_s, self.looked_s = 0.0, 0.0
        self.quiet: datetime | None = None
        self.busy = False
        self.disk = place
        (place / "queue").mkdir()
        (place / "queue" / "rotational").write_text("1")
        self.disks = Disks(lambda: self.now_s)
        self.disks._below_paths = lambda _: {str(place)}  # type: ignore[method-assign]
        self.restraint = Restraint(
            ScheduleSettings(**settings),  # type: ignore[arg-type]
            lambda: (ROOT,),
            quiet=lambda: self.quiet,
            busy=lambda: self.busy,
            looked_s=lambda _: self.looked_s,
            clock=Clock(utc_now, lambda: self.now_s),
            disks=self.disks,
        )
        self.used("1")

    def used(self, counted: str) -> None:
        (self.disk / "stat").write_text(counted)
        self.now_s += LOOK_EVERY_S
        self.restraint.tick()

    def after(self, seconds: float) -> bool:
        self.now_s += seconds
        return self.restraint.holds_back(ROOT)


def test_other_settings_count_at_once(tmp_path: Path) -> None:
    house = House(tmp_path, spare_disks=True)
    assert house.after(SPINS_DOWN_S + 1)

    house.restraint.reconfigure(ScheduleSettings(spare_disks=False))
    assert not house.after(0)


def test_in_quiet_hours_nothing_begins(tmp_path: Path) -> None:
    house = House(tmp_path)
    assert not house.after(0)

    house.quiet = datetime.now(UTC)
    assert house.after(0)


@pytest.fixture
def sparing(tmp_path: Path) -> House:
    return House(tmp_path, spare_disks=True, spare_at_most="6h")


def test_a_disk_that_sleeps_is_left_alone_until_others_use_it(sparing: House) -> None:
    assert not sparing.after(0)
    assert sparing.after(SPINS_DOWN_S)

    sparing.used("2")
    assert not sparing.after(0)


def test_what_we_read_ourselves_does_not_count(sparing: House) -> None:
    sparing.after(SPINS_DOWN_S)
    sparing.busy = True
    sparing.used("2")

    assert sparing.after(0)


def test_a_disk_is_left_alone_for_so_long_at_most(sparing: House) -> None:
    assert sparing.after(6 * HOUR_S - LOOK_EVERY_S - 1)
    assert not sparing.after(1)

    sparing.looked_s = sparing.now_s
    assert sparing.after(1)


def test_where_no_disk_is_to_be_spared_none_is_looked_at(tmp_path: Path) -> None:
    house = House(tmp_path)

    assert house.disks._used == {}
    assert not house.after(100 * HOUR_S)
