"""Box: a real systemd, booted as a container in about a second, to install the shipped unit in.

The base tree is made once (half a minute) and kept in the cache; each box is an overlay on it, so every one begins
clean. It needs root and the packages systemd-container and mmdebstrap, and works where PID 1 is something else.
"""

import contextlib
import fcntl
import hashlib
import os
import re
import shutil
import signal
import subprocess
import sys
import uuid
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Self

import pydantic

import shishod
from tests.waiting import wait_until

PACKAGES = "systemd,systemd-sysv,dbus,python3,tzdata,procps,bindfs,libarchive13"
UNWANTED = ("apt-daily.timer", "apt-daily-upgrade.timer", "dpkg-db-backup.timer", "console-getty.service")
CALLS = "bpf landlock_create_ruleset landlock_add_rule landlock_restrict_self"  # that nspawn forbids otherwise
CONTROLLERS = ("memory", "pids", "cpu", "cpuacct", "blkio", "devices", "freezer")
CLEAN = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/root", "LANG": "C.UTF-8", "TERM": "dumb"}
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "shishod-box"
SITE_PACKAGES, OURS = "/usr/lib/shishod/site-packages", "/usr/lib/shishod/shishod"
FROM_HERE = {str(Path(pydantic.__file__).parents[1]): SITE_PACKAGES, str(Path(shishod.__file__).parent): OURS}


def missing() -> str:
    """Why no box can be had here, or an empty string."""
    if os.geteuid() != 0:
        return "booting a systemd needs root"
    if lacking := [tool for tool in ("systemd-nspawn", "mmdebstrap", "nsenter") if not shutil.which(tool)]:
        return f"not installed: {', '.join(lacking)} (packages systemd-container, mmdebstrap, util-linux)"
    release = dict(line.split("=", 1) for line in Path("/etc/os-release").read_text().splitlines() if "=" in line)
    if release.get("ID") != "debian":
        return "the box is made from the Debian that it runs on"
    if sys.version_info[:2] != (3, 11) and release.get("VERSION_CODENAME") == "bookworm":
        return "the box brings Python 3.11, and shares this interpreter's packages"
    return ""


def base() -> Path:
    """The tree that every box lies on, made from the archive that this machine itself installs from."""
    CACHE.mkdir(parents=True, exist_ok=True)
    tree = CACHE / f"base-{hashlib.sha256(PACKAGES.encode()).hexdigest()[:8]}"
    with open(CACHE / "lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # test runs side by side share one tree
        if not tree.with_suffix(".ready").exists():
            shutil.rmtree(tree, ignore_errors=True)
            _make(tree)
            tree.with_suffix(".ready").touch()
    return tree


def _make(tree: Path) -> None:
    wanted = ["apt-get", "indextargets", "--format", "$(SITE) $(CODENAME)", "Created-By: Packages"]
    site, suite = subprocess.check_output(wanted, text=True).split("\n", 1)[0].split()
    make = ["mmdebstrap", "--quiet", "--variant=apt", f"--include={PACKAGES}", suite.split("-")[0], str(tree), site]
    subprocess.run(make, check=True, capture_output=True, timeout=600)
    for unit in UNWANTED:
        (tree / "etc/systemd/system" / unit).symlink_to("/dev/null")
    (tree / "etc/machine-id").write_text("")
    (tree / "etc/hosts").write_text("127.0.0.1 localhost\n")
    (tree / "var/log/journal").mkdir(exist_ok=True)


def own_cgroups() -> Iterator[Path]:
    """Where this process stands in each hierarchy that is mounted, of both versions."""
    for line in Path("/proc/self/cgroup").read_text().splitlines():
        _, controllers, path = line.split(":", 2)
        top = Path("/sys/fs/cgroup")
        if controllers:
            top /= controllers.removeprefix("name=")
        elif (top / "unified").is_dir():
            top /= "unified"
        if top.is_dir():
            yield top / path.lstrip("/")


class Box:
    """One booted container; `with Box() as box:` powers it off and leaves nothing behind.

    `shown` is what it sees of this machine, read-only, by the place where it sees it."""

    def __init__(self, shown: Mapping[str, str] = FROM_HERE) -> None:
        self._shown = shown
        self.name = f"shishod-{uuid.uuid4().hex[:8]}"
        self._place = CACHE / self.name
        self.root = self._place / "root"
        self._cgroups = [cgroup / self.name for cgroup in own_cgroups()]
        self._nspawn: subprocess.Popen[bytes] | None = None
        self._leader = 0

    def __enter__(self) -> Self:
        try:
            self._mount()
            self._boot()
        except BaseException:
            self.down()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.down()

    def _mount(self) -> None:
        lower = base()
        for part in ("upper", "work", "root"):
            (self._place / part).mkdir(parents=True)
        layers = f"lowerdir={lower},upperdir={self._place}/upper,workdir={self._place}/work"
        subprocess.run(["mount", "-t", "overlay", self.name, "-o", layers, str(self.root)], check=True)

    def _boot(self) -> None:
        for cgroup in self._cgroups:
            cgroup.mkdir()
            for kind in ("cpuset.cpus", "cpuset.mems"):  # empty in a new group of version 1, where nothing may enter
                if (cgroup / kind).exists() and (cgroup.parent / kind).exists():
                    (cgroup / kind).write_text((cgroup.parent / kind).read_text())
        command = ["systemd-nspawn", "--quiet", f"--directory={self.root}", f"--machine={self.name}", "--boot"]
        command += ["--register=no", "--keep-unit", "--link-journal=no", "--console=read-only", "--private-network"]
        command += ["--capability=all", f"--system-call-filter={CALLS}", "--bind=/dev/fuse"]
        command += [f"--bind-ro={here}:{there}" for here, there in self._shown.items()]
        with open(self._place / "console", "wb") as console:
            self._nspawn = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=console,
                stderr=console,
                start_new_session=True,
                preexec_fn=self._enter_cgroups,  # noqa: PLW1509 - it writes two words and nothing else
            )
        self._leader = wait_until(self._first_process, 20, "the box boots")
        # of version 1 the controllers come read-only; without them MemoryMax= and TasksMax= would mean nothing
        opened = " ".join(f"/sys/fs/cgroup/{name}" for name in CONTROLLERS)
        self.run("sh", "-c", f"for c in {opened}; do [ ! -d $c ] || mount -o remount,bind,rw $c; done")
        self.run("systemctl", "daemon-reexec")
        self.run("systemctl", "is-system-running", "--wait", check=False)

    def _enter_cgroups(self) -> None:
        for cgroup in self._cgroups:
            (cgroup / "cgroup.procs").write_text(str(os.getpid()))

    def _first_process(self) -> int:
        assert self._nspawn is not None
        if self._nspawn.poll() is not None:
            raise AssertionError(f"the box did not boot:\n{(self._place / 'console').read_text(errors='replace')}")
        children = Path(f"/proc/{self._nspawn.pid}/task/{self._nspawn.pid}/children").read_text().split()
        try:
            if not children or not os.readlink(f"/proc/{children[0]}/exe").endswith("/systemd"):
                return 0
        except FileNotFoundError:  # a child that only prepared the way
            return 0
        bus = ["nsenter", "-t", children[0], "-a", "test", "-S", "/run/dbus/system_bus_socket"]
        return 0 if subprocess.run(bus, check=False, capture_output=True).returncode else int(children[0])

    def run(self, *command: str, check: bool = True, timeout_s: float = 60) -> subprocess.CompletedProcess[str]:
        """Run a command inside, in every namespace of its PID 1."""
        inside = ["nsenter", "-t", str(self._leader), "-a", *command]
        done = subprocess.run(inside, text=True, capture_output=True, env=CLEAN, timeout=timeout_s, check=False)
        if check and done.returncode:
            raise AssertionError(f"{command} in the box is {done.returncode}: {done.stdout}{done.stderr}")
        return done

    def systemctl(self, *words: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        return self.run("systemctl", *words, check=check)

    def show(self, unit: str, name: str) -> str:
        """One property of a unit."""
        return self.systemctl("show", unit, f"--property={name}", "--value").stdout.strip()

    def write(self, path: str, text: str, mode: int = 0o644) -> None:
        """Make a file inside, with the folders that it needs."""
        inside = self.root / path.lstrip("/")
        inside.parent.mkdir(parents=True, exist_ok=True)
        inside.write_text(text)
        inside.chmod(mode)

    def exposure(self, unit: str) -> float:
        """How exposed a unit is, 0 to 10, as systemd-analyze reckons it; it is printed too."""
        last = self.run("systemd-analyze", "security", "--no-pager", unit).stdout.strip().splitlines()[-1]
        print(last)
        return float(re.findall(r"level for \S+: ([0-9.]+)", last)[0])

    def journal(self, unit: str) -> str:
        """What a unit has said so far."""
        return self.run("journalctl", "--no-pager", "--output=cat", f"--unit={unit}").stdout

    def down(self) -> None:
        """Power off and take every trace away."""
        if self._nspawn is not None:
            self._nspawn.terminate()  # to systemd-nspawn it means: have the box power off
            try:
                self._nspawn.wait(20)
            except subprocess.TimeoutExpired:
                self._kill_all()
        subprocess.run(["umount", "--lazy", str(self.root)], check=False, capture_output=True)
        for cgroup in self._cgroups:
            for folder in (*sorted(cgroup.rglob("*/"), reverse=True), cgroup):
                with contextlib.suppress(OSError):  # systemd-nspawn took some of them away itself
                    folder.rmdir()
        shutil.rmtree(self._place, ignore_errors=True)

    def _kill_all(self) -> None:
        for processes in {place for cgroup in self._cgroups for place in cgroup.rglob("cgroup.procs")}:
            for process in map(int, processes.read_text().split()):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(process, signal.SIGKILL)
