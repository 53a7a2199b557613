"""`shishod doctor` and `shishoctl doctor` as an operator runs them, on machines that want something."""

import json
import os
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.journeys.running import RunningDaemon, a_daemon
from tests.samples import an_epub

PROGRAMS = Path(sys.executable).parent
of_root = pytest.mark.skipif(os.geteuid() != 0, reason="mounting needs root; CI runs as root")


@pytest.fixture
def place(tmp_path: Path) -> Path:
    (tmp_path / "books").mkdir()
    an_epub(tmp_path / "books" / "one.epub", title="One")
    configure(tmp_path, "")
    return tmp_path


def configure(place: Path, more: str) -> None:
    """What is always said, and more; the first line is the libraries'."""
    books = f"libraries: {{Books: {{kind: ebooks, paths: [{place}/books]}}}}\n"
    (place / "config.yaml").write_text(f"{books}state_dir: {place}/state\ncontrol: {{socket: {place}/s}}\n{more}")


def ailments(place: Path, before: str = ":", wrapped: str = "sh -c") -> list[dict[str, str]]:
    """What is found once `before` has been done to a machine that nobody else sees."""
    look = shlex.join([str(PROGRAMS / "shishod"), "doctor", "--json", "--config", str(place / "config.yaml")])
    done = subprocess.run([*wrapped.split(), f"{before} && {look}"], capture_output=True, text=True, check=False)
    assert done.stdout, done.stderr
    found: list[dict[str, str]] = json.loads(done.stdout)["ailments"]
    assert done.returncode == bool(found)
    return found


def sole(place: Path, before: str = ":", wrapped: str = "sh -c") -> dict[str, str]:
    found = ailments(place, before, wrapped)
    assert len(found) == 1, found
    return found[0]


MOUNTING = "unshare --mount --propagation private sh -c"
LIMITED = "unshare --user --map-root-user sh -c"


def test_a_healthy_machine_is_told_so(place: Path) -> None:
    command = [PROGRAMS / "shishod", "doctor", "--config", place / "config.yaml"]
    said = subprocess.run(command, capture_output=True, text=True, check=False)

    assert (said.returncode, said.stdout) == (0, "nothing is wrong\n")


@pytest.mark.parametrize(
    ("line", "reason", "remedy"),
    [
        ("log: {levle: debug}", "log.levle: there is no such key", "did you mean level?"),
        ('schedule: {full: "0 99 * * *"}', "schedule.full", "shishod check-config"),
        ("schedule: {timezone: Europe/Berlim}", "schedule.timezone", "shishod check-config"),
        ("log: [", "this is not YAML", "shishod check-config"),
    ],
    ids=["a misspelt setting", "a bad cron", "an unknown time zone", "no YAML"],
)
def test_a_configuration_that_is_refused(place: Path, line: str, reason: str, remedy: str) -> None:
    configure(place, line)

    one = sole(place)

    assert one["check"] == "configuration"
    assert one["about"].startswith(f"{place}/config.yaml:")
    assert reason in one["reason"] and remedy in one["remedy"]


def test_libraries_that_lie_in_each_other(place: Path) -> None:
    (place / "books" / "more").mkdir()
    (place / "config.yaml").write_text(
        f"libraries:\n  A: {{paths: [{place}/books]}}\n  B: {{paths: [{place}/books/more]}}\n"
    )

    one = sole(place)

    assert one["about"] == f"{place}/config.yaml:3"
    assert f"{place}/books/more lies in {place}/books" in one["reason"]


def test_a_configuration_that_is_not_there(place: Path) -> None:
    (place / "config.yaml").unlink()

    assert "cannot be read: No such file" in sole(place)["reason"]


@of_root
def test_a_library_that_fstab_would_mount_and_is_not_mounted(place: Path) -> None:
    (place / "fstab").write_text(f"nas:/export {place}/books nfs defaults 0 0\n")

    one = sole(place, f"mount --bind {place}/fstab /etc/fstab", MOUNTING)

    assert one["reason"] == f"{place}/books is not mounted; its books are left as they are"
    assert one["remedy"] == f"mount {place}/books"


@of_root
def test_a_share_that_is_said_to_tell_of_its_changes(place: Path) -> None:
    books = f"libraries: {{Books: {{kind: ebooks, watch: events, paths: [{place}/books]}}}}\n"
    (place / "config.yaml").write_text(books + f"state_dir: {place}/state\ncontrol: {{socket: {place}/s}}\n")

    one = sole(place, f"bindfs {place}/books {place}/books", MOUNTING)

    assert "fuse does not tell of changes" in one["reason"].replace("fuse.bindfs", "fuse")
    assert "watch: auto, or poll, of the library Books" in one["remedy"]


@of_root
def test_a_state_folder_that_is_read_only(place: Path) -> None:
    (place / "state").mkdir()

    one = sole(place, f"mount -t tmpfs -o ro none {place}/state", MOUNTING)

    assert one["reason"] == "the filesystem is mounted read-only"
    assert one["remedy"] == f"mount -o remount,rw {place}/state"


@of_root
def test_a_state_folder_that_cannot_be_made_on_a_disk_that_is_read_only(place: Path) -> None:
    (place / "disk").mkdir()
    books = f"libraries: {{Books: {{kind: ebooks, paths: [{place}/books]}}}}\n"
    (place / "config.yaml").write_text(books + f"state_dir: {place}/disk/state\ncontrol: {{socket: {place}/s}}\n")

    one = sole(place, f"mount -t tmpfs -o ro none {place}/disk", MOUNTING)

    assert one["reason"] == "the filesystem is mounted read-only"
    assert one["remedy"] == f"mount -o remount,rw {place}/disk"


@of_root
def test_a_catalogue_on_a_network_filesystem(place: Path) -> None:
    (place / "state").mkdir()

    one = sole(place, f"bindfs {place}/state {place}/state", MOUNTING)

    assert "where SQLite's locks cannot be trusted" in one["reason"]
    assert "a folder on a local disk" in one["remedy"] and "PostgreSQL" in one["remedy"]


@of_root
def test_a_full_disk(place: Path) -> None:
    (place / "state").mkdir()

    one = sole(place, f"mount -t tmpfs -o size=1m none {place}/state", MOUNTING)

    assert one["check"] == "disk space"
    assert "its disk is full: 1,024 KiB are left" in one["reason"]
    assert one["remedy"].startswith(f"make room on {place}/state")


@of_root
def test_a_disk_that_is_nearly_full_still_takes_something(place: Path) -> None:
    (place / "state").mkdir()

    one = sole(place, f"mount -t tmpfs -o size=20m none {place}/state", MOUNTING)

    assert "its disk is nearly full: 20,480 KiB are left; soon nothing new can be recorded" in one["reason"]


@of_root
def test_a_disk_with_no_room_for_more_files(place: Path) -> None:
    (place / "state").mkdir()

    one = sole(place, f"mount -t tmpfs -o size=100m,nr_inodes=20 none {place}/state", MOUNTING)

    assert "has room for 19 files more" in one["reason"]
    assert one["remedy"].startswith(f"df -i {place}/state")


def test_fewer_watches_than_folders(place: Path) -> None:
    for number in range(30):
        (place / "books" / str(number)).mkdir()
        an_epub(place / "books" / str(number) / "a.epub", title=str(number))
    with a_daemon(place / "daemon", place / "books") as daemon:
        daemon.settled()
        daemon.stop()
    configure(place, "")
    (place / "config.yaml").write_text(
        (place / "config.yaml").read_text().replace(f"{place}/state", f"{place}/daemon/state")
    )

    one = sole(place, "echo 20 > /proc/sys/user/max_inotify_watches", LIMITED)

    assert "31 folders are to be watched and 16 watches may be taken; the rest is polled" in one["reason"]
    assert "sysctl -w user.max_inotify_watches=62" in one["remedy"] and "/etc/sysctl.d" in one["remedy"]


def test_fewer_inotify_instances_than_roots(place: Path) -> None:
    one = sole(place, "echo 1 > /proc/sys/user/max_inotify_instances", LIMITED)

    assert "1 roots need an inotify instance each, and a user may have 1" in one["reason"]
    assert "sysctl -w user.max_inotify_instances=512" in one["remedy"]


def test_too_few_open_files(place: Path) -> None:
    one = sole(place, "ulimit -n 100")

    assert one["reason"].startswith("100 files may be open at once")
    assert "LimitNOFILE=" in one["remedy"]


def test_another_daemon_at_the_same_socket(place: Path) -> None:
    with a_daemon(place / "daemon", place / "books") as other:
        config = (place / "config.yaml").read_text().replace(f"{place}/s}}", f"{other.socket}}}")
        (place / "config.yaml").write_text(config)

        one = sole(place)

    assert one["reason"] == "another daemon answers there, which keeps its catalogue elsewhere"
    assert one["about"] == str(other.socket)


@pytest.fixture
def daemon(place: Path) -> Iterator[RunningDaemon]:
    with a_daemon(place / "daemon", config=(place / "config.yaml").read_text().split("state_dir")[0]) as running:
        running.settled()
        yield running


def shishoctl(daemon: RunningDaemon, *words: str, path: str = "") -> subprocess.CompletedProcess[str]:
    command = [PROGRAMS / "shishoctl", "--socket", daemon.socket, *words]
    elsewhere = {name: str(daemon.socket.parent) for name in ("XDG_STATE_HOME", "XDG_RUNTIME_DIR")}  # of nobody else
    surroundings = os.environ | elsewhere | ({"PATH": path} if path else {})
    return subprocess.run(command, capture_output=True, text=True, check=False, env=surroundings)


def test_a_daemon_that_is_well_examines_itself(daemon: RunningDaemon) -> None:
    said = shishoctl(daemon, "doctor")

    assert (said.returncode, said.stdout) == (0, "nothing is wrong\n")


def test_a_daemon_tells_what_it_finds_while_it_runs(daemon: RunningDaemon, place: Path) -> None:
    (place / "books").rename(place / "elsewhere")

    said = shishoctl(daemon, "doctor")

    assert said.returncode == 1
    assert said.stdout.splitlines() == [
        f"error    {place}/books: it is not there; its books are left as they are",
        "         > mount what belongs there, or correct it under libraries:",
        "1 error",
    ]


def test_a_daemon_that_is_down_is_examined_without_it(daemon: RunningDaemon) -> None:
    daemon.stop()

    said = shishoctl(daemon, "doctor", "--json")

    assert "`shishod doctor` looks instead" in said.stderr
    assert [one["check"] for one in json.loads(said.stdout)["ailments"]] == ["libraries"], "none is named there"
