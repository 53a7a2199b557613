"""The Debian package, built from this tree and lived with in a real systemd."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.samples import an_epub
from tests.system.box import Box, missing
from tests.system.conftest import ROOT, UNIT
from tests.waiting import wait_until

pytestmark = [pytest.mark.system, pytest.mark.long, pytest.mark.timeout(600)]  # pytest -m long tests/system

CONFIG = "/etc/shishod/config.yaml"
DROP_INS = f"/etc/systemd/system/{UNIT}.d"
EXAMPLES = "/usr/share/doc/shishod/examples"
OURS = "libraries: {Books: {paths: [/srv/books]}}\n"
TOOLS = ("dpkg-buildpackage", "dh", "dh_python3")


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package, built by its one command."""
    if reason := missing():
        pytest.skip(reason)
    if lacking := [tool for tool in TOOLS if not shutil.which(tool)]:
        pytest.skip(f"not installed: {', '.join(lacking)} (packages debhelper, dh-python, dpkg-dev)")
    out = tmp_path_factory.mktemp("built")
    command = [str(ROOT / "packaging" / "build-deb.sh"), str(out)]
    surroundings = os.environ | {"PACKING": "-Zzstd -z1"}
    done = subprocess.run(command, env=surroundings, capture_output=True, text=True, check=False, timeout=390)
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-4000:]
    return next(out.glob("*.deb"))


@pytest.fixture(scope="module")
def newer(package: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package as a later version of it would be, with another configuration in it."""
    work = tmp_path_factory.mktemp("newer")
    tree = work / "tree"
    subprocess.run(["dpkg-deb", "--raw-extract", package, tree], check=True)
    control = tree / "DEBIAN" / "control"
    control.write_text(re.sub(r"(?m)^Version: .*$", "Version: 99.0", control.read_text()))
    config = tree / CONFIG[1:]
    config.write_text(config.read_text() + "# a later word\n")
    made = work / "shishod_99.0.deb"
    subprocess.run(["dpkg-deb", "-Znone", "--root-owner-group", "--build", tree, made], check=True, capture_output=True)
    return made


class Machine:
    """A Debian on which the package is installed, in the words of these tests."""

    def __init__(self, box: Box) -> None:
        self.box = box

    def install(self, package: Path) -> None:
        """What an administrator types, with the answers that an unattended upgrade gives."""
        shutil.copyfile(package, self.box.root / "root" / package.name)
        answers = ["-o", "Dpkg::Options::=--force-confdef", "-o", "Dpkg::Options::=--force-confold"]
        command = [
            "apt-get",
            "-y",
            "--no-install-recommends",
            *answers,
            "--reinstall",
            "install",
            f"/root/{package.name}",
        ]
        self.box.run(*command, timeout_s=120)

    def remove(self, how: str) -> None:
        self.box.run("apt-get", "-y", how, "shishod", timeout_s=60)

    def state(self, of: str = UNIT) -> tuple[str, str]:
        """Whether the unit starts with the machine, and whether it runs."""
        asked = [self.box.systemctl(verb, of, check=False).stdout.strip() for verb in ("is-enabled", "is-active")]
        return asked[0], asked[1]

    def ask(self, *words: str) -> str:
        return self.box.run("shishoctl", *words, check=False).stdout

    def exists(self, *paths: str) -> set[str]:
        return {path for path in paths if os.path.lexists(self.box.root / path.lstrip("/"))}

    def take_up(self, library: str) -> None:
        """Name a library in the configuration, and have it watched."""
        self.box.run("mkdir", "-p", "/srv/books")
        self.box.write(CONFIG, library)
        self.box.systemctl("restart", UNIT)

    def example(self, name: str, **words: str) -> None:
        """Put a drop-in of the package's examples into force, as its first line says."""
        text = (self.box.root / EXAMPLES[1:] / name).read_text()
        for before, after in words.items():
            text = text.replace(before, after)
        self.box.write(f"{DROP_INS}/{name}", text)
        self.box.systemctl("daemon-reload")


@pytest.fixture(scope="module")
def installed(package: Path) -> Iterator[Machine]:
    """One machine for all tests that leave the package alone."""
    with Box(shown={}) as box:
        machine = Machine(box)
        machine.install(package)
        yield machine


@pytest.fixture
def machine(installed: Machine) -> Iterator[Machine]:
    """The package as it is after its installation."""
    yield installed
    box = installed.box
    box.systemctl("stop", UNIT, check=False)
    box.run("rm", "-rf", "/srv/books", "/home/ann", DROP_INS)
    box.run("sh", "-c", "rm -rf /var/lib/shishod/*")
    box.systemctl("daemon-reload")
    box.systemctl("reset-failed", UNIT, check=False)


def test_a_package_lives_from_its_installation_to_its_purge(package: Path, newer: Path) -> None:
    with Box(shown={}) as box:
        machine = Machine(box)
        machine.install(package)
        assert machine.state() == ("enabled", "active")
        assert "All is well: 0 books" in machine.ask("status")
        assert box.run("stat", "-c", "%U %a", "/var/lib/shishod").stdout == "shishod 750\n"
        assert box.run("find", "/usr/lib/shishod", "-name", "*.pyc").stdout, "it starts from compiled files"

        machine.take_up(OURS)
        an_epub(box.root / "srv/books/one.epub", title="The Word for World is Forest")
        wait_until(lambda: "The Word for World" in machine.ask("books"), 40, "the book is in the catalogue")
        upgrade(machine, newer)

        machine.remove("remove")
        left = {CONFIG, "/var/lib/shishod/catalogue.sqlite"}
        assert machine.exists(*left, "/usr/bin/shishod", f"/lib/systemd/system/{UNIT}") == left

        machine.remove("purge")
        assert machine.exists("/etc/shishod", "/var/lib/shishod", "/var/cache/shishod", "/usr/lib/shishod") == set()
        assert machine.exists("/srv/books/one.epub"), "the library is nobody's but its owner's"


def upgrade(machine: Machine, newer: Path) -> None:
    """To a newer version, and once more with the unit switched off: what the administrator said, stays."""
    before = machine.box.show(UNIT, "MainPID")
    machine.install(newer)
    assert machine.state() == ("enabled", "active")
    assert machine.box.show(UNIT, "MainPID") != before, "the new version runs"
    assert (machine.box.root / CONFIG[1:]).read_text() == OURS, "an edited configuration stays"
    assert machine.exists(f"{CONFIG}.dpkg-dist"), "and the new one lies beside it"
    assert "The Word for World" in machine.ask("books")

    machine.box.systemctl("disable", UNIT)
    machine.install(newer)
    assert machine.state()[0] == "disabled"


def test_a_library_of_a_group_is_read_with_its_drop_in_and_told_without_it(machine: Machine) -> None:
    box = machine.box
    box.run("sh", "-c", "groupadd -f media && install -d -g media -m 750 /srv/books")
    an_epub(box.root / "srv/books/one.epub", title="Always Coming Home")
    box.run("sh", "-c", "chgrp media /srv/books/one.epub && chmod 640 /srv/books/one.epub")
    machine.take_up(OURS)
    wait_until(lambda: "ermission denied" in machine.ask("status"), 30, "the reason is told")

    machine.example("group.conf")
    box.systemctl("restart", UNIT)

    wait_until(lambda: "Always Coming Home" in machine.ask("books"), 40, "the book is in the catalogue")


def test_a_library_in_a_home_is_read_with_its_drop_in(machine: Machine) -> None:
    machine.box.run("sh", "-c", "install -d -m 755 /home/ann /home/ann/Books")
    an_epub(machine.box.root / "home/ann/Books/one.epub", title="Orsinian Tales")
    machine.example("home.conf")

    machine.take_up("libraries: {Books: {paths: [/home/ann/Books]}}\n")

    wait_until(lambda: "Orsinian Tales" in machine.ask("books"), 40, "the book is in the catalogue")


def test_a_mount_that_is_required_comes_first_and_is_read_only(machine: Machine) -> None:
    box = machine.box
    box.run("mkdir", "-p", "/mnt/library")
    box.write("/etc/systemd/system/mnt-library.mount", "[Mount]\nWhat=tmpfs\nWhere=/mnt/library\nType=tmpfs\n")
    machine.example("mounts.conf")
    box.systemctl("stop", UNIT)

    box.systemctl("start", UNIT)

    assert box.systemctl("is-active", "mnt-library.mount").stdout.strip() == "active"
    inside = box.run(
        "nsenter", "-t", box.show(UNIT, "MainPID"), "-m", "findmnt", "-no", "OPTIONS", "/mnt/library"
    ).stdout
    assert inside.startswith("ro,"), inside


def test_without_a_network_it_is_tighter_still_and_works(machine: Machine) -> None:
    machine.example("offline.conf")

    machine.take_up(OURS)

    assert "All is well" in machine.ask("status")
    assert machine.box.exposure(UNIT) <= 0.6


def test_a_password_reaches_the_daemon_and_nobody_else(machine: Machine) -> None:
    box = machine.box
    box.write("/etc/shishod/pgpass", "localhost:5432:shishod:shishod:open sesame\n", mode=0o400)
    machine.example("credentials.conf")
    box.systemctl("restart", UNIT)

    place = f"/proc/{box.show(UNIT, 'MainPID')}/environ"
    named = dict(one.split("=", 1) for one in box.run("cat", place).stdout.split("\0") if "=" in one)["PGPASSFILE"]

    read = box.run(
        "nsenter", "-t", box.show(UNIT, "MainPID"), "-m", "setpriv", "--reuid=shishod", "--clear-groups", "cat", named
    )
    assert "open sesame" in read.stdout
    assert box.run("setpriv", "--reuid=nobody", "--clear-groups", "cat", named, check=False).returncode != 0


def test_a_key_that_the_unit_hands_over_is_missed_by_nobody(machine: Machine) -> None:
    box = machine.box
    box.write("/etc/shishod/key", "hush\n", mode=0o400)
    box.write(CONFIG, OURS + "enrich: {providers: [googlebooks], contact: ann@example.org}\n")
    told = box.run("shishod", "doctor", check=False).stdout + box.run("shishod", "check-config").stdout
    assert told.count("googlebooks needs one. Name the file that holds it") == 2

    box.write(f"{DROP_INS}/key.conf", "[Service]\nLoadCredential=googlebooks:/etc/shishod/key\n")
    box.systemctl("daemon-reload")
    box.systemctl("restart", UNIT)

    told = box.run("shishod", "doctor", check=False).stdout + box.run("shishod", "check-config").stdout
    assert "needs one" not in told
    assert "googlebooks: ready" in machine.ask("providers")


def test_what_the_daemon_dies_of_is_mended_by_a_start(machine: Machine) -> None:
    box = machine.box
    machine.take_up(OURS)
    an_epub(box.root / "srv/books/one.epub", title="The Telling")
    wait_until(lambda: "The Telling" in machine.ask("books"), 40)
    box.write(f"{DROP_INS}/small.conf", "[Service]\nMemoryMax=8M\nMemorySwapMax=0\nRestart=no\n")
    box.systemctl("daemon-reload")

    box.systemctl("restart", UNIT, check=False)
    wait_until(lambda: box.show(UNIT, "Result") in ("oom-kill", "signal"), 30, "the memory limit holds")

    box.run("rm", f"{DROP_INS}/small.conf")
    box.systemctl("daemon-reload")
    box.systemctl("start", UNIT)
    assert "The Telling" in machine.ask("books")


def test_the_package_asks_for_the_python_it_was_built_for(package: Path) -> None:
    told = subprocess.check_output(["dpkg-deb", "--field", package, "Depends"], text=True)

    version = subprocess.check_output(["/usr/bin/python3", "-c", "import sys; print(*sys.version_info[:2])"], text=True)
    major, minor = version.split()
    assert f"python3 (<< {major}.{int(minor) + 1})" in told
    assert f"python3 (>= {major}.{minor}~)" in told


def test_the_sandbox_of_the_package_is_the_one_of_the_tree(machine: Machine) -> None:
    assert machine.box.exposure(UNIT) <= 1.1
    assert machine.box.systemctl("cat", UNIT).stdout.endswith((ROOT / "systemd" / UNIT).read_text())
