"""Whether a disk sleeps is told by what the kernel has counted, and asking wakes nothing."""

from pathlib import Path

import pytest

from shishod.work.disks import SPINS_DOWN_S, Disks

USED, MORE = "10 0 80 4 5 0 40 2 0 6 6", "11 0 88 4 5 0 40 2 0 6 6"


class Machine:
    """A sysfs of our own with disks in it, and a clock to wind."""

    def __init__(self, place: Path) -> None:
        self.place = place
        self.now_s = 0.0
        self.disks = Disks(lambda: self.now_s, str(place))

    def a_disk(self, name: str, device: str, *, rotational: bool = True, parts: tuple[str, ...] = ()) -> str:
        folder = self.place / "devices" / name
        (folder / "queue").mkdir(parents=True)
        (folder / "queue" / "rotational").write_text(f"{int(rotational)}\n")
        (folder / "stat").write_text(USED)
        (folder / "dev").write_text(f"{device}\n")
        (folder / "slaves").mkdir()
        for part in parts:
            (folder / "slaves" / part).symlink_to(self.place / "devices" / part)
        self._link(device, folder)
        return str(folder)

    def a_partition(self, disk: str, name: str, device: str) -> None:
        folder = Path(disk) / name
        folder.mkdir()
        (folder / "partition").write_text("1\n")
        (folder / "dev").write_text(f"{device}\n")
        self._link(device, folder)

    def _link(self, device: str, folder: Path) -> None:
        links = self.place / "dev" / "block"
        links.mkdir(parents=True, exist_ok=True)
        (links / device).symlink_to(folder)

    def after(self, seconds: float, disk: str, *, counted: str = USED, ours: bool = False) -> bool:
        """Whether a disk sleeps some time later, when it has counted so much, by our doing or that of others."""
        self.now_s += seconds
        (Path(disk) / "stat").write_text(counted)
        self.disks._below_paths = lambda _: {disk}  # type: ignore[method-assign]
        self.disks.note([b"/"], ours=ours)
        return self.disks.sleeps(disk)


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def test_a_disk_that_nobody_uses_for_long_sleeps_and_one_that_is_used_again_does_not(machine: Machine) -> None:
    disk = machine.a_disk("sda", "8:0")

    assert not machine.after(0, disk)
    assert not machine.after(SPINS_DOWN_S - 1, disk)
    assert machine.after(1, disk)
    assert not machine.after(1, disk, counted=MORE)


def test_what_we_read_ourselves_keeps_no_disk_awake(machine: Machine) -> None:
    disk = machine.a_disk("sda", "8:0")
    machine.after(0, disk)

    assert not machine.after(SPINS_DOWN_S - 1, disk, counted=MORE, ours=True)
    assert machine.after(1, disk, counted=MORE)


def test_a_disk_that_the_kernel_has_suspended_sleeps_at_once(machine: Machine) -> None:
    disk = machine.a_disk("sda", "8:0")
    power = Path(disk) / "device" / "power"
    power.mkdir(parents=True)

    (power / "runtime_status").write_text("suspended\n")
    assert machine.after(0, disk)
    (power / "runtime_status").write_text("active\n")
    assert not machine.after(0, disk)


def test_what_has_no_motor_never_sleeps(machine: Machine) -> None:
    assert not machine.after(1e6, machine.a_disk("nvme0n1", "259:0", rotational=False))


def test_a_partition_lies_on_its_disk_and_a_volume_on_all_of_its_parts(machine: Machine) -> None:
    sda, sdb = machine.a_disk("sda", "8:0"), machine.a_disk("sdb", "8:16")
    machine.a_partition(sda, "sda1", "8:1")
    machine.a_disk("md0", "9:0", parts=("sda", "sdb"))
    machine.a_disk("dm-0", "253:0", parts=("md0",))

    assert machine.disks.below("8:1") == [sda]
    assert machine.disks.below("253:0") == [sda, sdb]


def test_what_is_no_disk_is_awake(machine: Machine) -> None:
    assert machine.disks.below("0:42") == []
    assert Disks(lambda: 0.0, "/nonexistent").asleep(b"/") is False
