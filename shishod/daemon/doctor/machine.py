"""What the kernel and the service's unit grant."""

import resource
from collections.abc import Iterator
from pathlib import Path

from shishod.ailment import Ailment
from shishod.daemon.doctor.patient import Patient, error, warning
from shishod.model.library import WatchWay
from shishod.watch.limits import INSTANCES, WATCHES, read_limits

OPEN_FILES = 512  # the socket's connections, the database's, a pipe for each reading process
MEMORY = 256 * 1024 * 1024
ROOM = 2  # times the folders of today
KEEP = "and, to keep it, put that line into /etc/sysctl.d/60-shishod.conf"


def watching(patient: Patient) -> Iterator[Ailment]:
    """There are watches for every folder that is known, and an inotify instance for every root."""
    watched = [one for one in patient.settings.as_libraries() if one.ways.watch in (WatchWay.AUTO, WatchWay.EVENTS)]
    if not patient.settings.watch.enabled or not watched:
        return
    granted = read_limits()
    roots = {root for library in watched for root in library.roots}
    folders = sum(memory.folders for memory in patient.checkup.roots if memory.path in roots)
    ours = int(granted.watches * patient.settings.watch.share)
    if folders > ours:
        reason = f"{folders:,} folders are to be watched and {ours:,} watches may be taken; the rest is polled"
        yield warning(WATCHES, reason, f"sysctl -w {granted.watches_by}={ROOM * folders} {KEEP}")
    if len(roots) >= granted.instances:
        reason = f"{len(roots)} roots need an inotify instance each, and a user may have {granted.instances}"
        yield warning(INSTANCES, reason, f"sysctl -w {granted.instances_by}={max(512, ROOM * len(roots))} {KEEP}")


def limits(patient: Patient) -> Iterator[Ailment]:
    """Open files and memory, as they are where this is asked: in the daemon, by its unit."""
    files = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    if files != resource.RLIM_INFINITY and files < OPEN_FILES:
        reason = f"{files} files may be open at once; {OPEN_FILES} is the least to go on"
        yield error("open files", reason, "LimitNOFILE=8192 by `systemctl edit shishod`; in a shell `ulimit -n 8192`")
    memory = _memory()
    if patient.itself and memory is not None and memory < MEMORY:
        reason = f"the service may use {memory // 2**20} MiB, and is killed beyond that"
        yield warning("memory", reason, "MemoryMax=1G by `systemctl edit shishod`, or fewer work.processes:")


def _memory() -> int | None:
    """What the control group of this process may use, as version 2 tells it."""
    try:
        place = Path("/proc/self/cgroup").read_text(encoding="ascii").rpartition("::")[2].strip()
        said = (Path("/sys/fs/cgroup") / place.lstrip("/") / "memory.max").read_text(encoding="ascii").strip()
    except OSError:
        return None
    return int(said) if said.isdecimal() else None
