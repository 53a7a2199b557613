"""What the kernel grants of watches and instances, how the roots share it, and what helps where it is too little."""

import errno
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

WATCHES = "fs.inotify.max_user_watches"
INSTANCES = "fs.inotify.max_user_instances"
OF_NAMESPACE = {WATCHES: "user.max_inotify_watches", INSTANCES: "user.max_inotify_instances"}
ENOUGH = {WATCHES: 524_288, INSTANCES: 512}
SYSCTLS = Path("/proc/sys")
UNKNOWN = 8192  # what the kernel grants on its smallest machines; for where /proc/sys does not say


@dataclass(frozen=True, slots=True)
class Limits:
    """How many watches and instances one user may have, each with the sysctl that says so."""

    watches: int
    instances: int
    watches_by: str = WATCHES
    instances_by: str = INSTANCES


def read_limits() -> Limits:
    """What holds now: in a container the namespace's own limit stands beside the machine's, and the lower counts."""
    (watches, watches_by), (instances, instances_by) = _lower(WATCHES), _lower(INSTANCES)
    return Limits(watches, instances, watches_by, instances_by)


def _lower(sysctl: str) -> tuple[int, str]:
    said = [(_said(name), name) for name in (sysctl, OF_NAMESPACE[sysctl])]
    return min(((number, name) for number, name in said if number is not None), default=(UNKNOWN, sysctl))


def _said(sysctl: str) -> int | None:
    try:
        return int((SYSCTLS / sysctl.replace(".", "/")).read_text())
    except (OSError, ValueError):
        return None  # a sandbox that hides it, or a kernel without user namespaces


def remedy(error: OSError, granted: Limits, needed: int = 0) -> str:
    """The command that cures what the kernel said, as far as there is one. `needed` counts all roots' folders."""
    if error.errno == errno.ENOSPC:
        setting = f"{granted.watches_by}={max(ENOUGH[WATCHES], 2 * needed)}"
    elif error.errno == errno.EMFILE:
        setting = f"{granted.instances_by}={max(ENOUGH[INSTANCES], 2 * granted.instances)}"
    else:
        return "make the folder readable for the user that shishod runs as" if error.errno == errno.EACCES else ""
    return f"sysctl -w {setting} and, to keep it, put that line into /etc/sysctl.d/60-shishod.conf"


def divide(total: int, needs: dict[int, int]) -> dict[int, int]:
    """How many watches each root may take: what it needs, or its part of too few."""
    wanted = sum(needs.values())
    if wanted <= total:
        return dict.fromkeys(needs, total)
    return {root_id: max(1, total * need // wanted) for root_id, need in needs.items()}


class Allowance:
    """Shared: by the threads of all roots. The watches that they may take together; the rest is left to others.

    A root takes what is there until its need is told. Then each is capped at its part, and one that holds more finds
    so in `excess`.
    """

    def __init__(self, share: float, read: Callable[[], Limits] = read_limits) -> None:
        self._share = share
        self._read = read
        self._lock = threading.Lock()
        self._taken: dict[int, int] = {}
        self._needs: dict[int, int] = {}
        self._caps: dict[int, int] = {}
        self.limits = read()

    def renew(self) -> bool:
        """Read the kernel's limits again; whether they have changed."""
        now = self._read()
        with self._lock:
            changed, self.limits = now != self.limits, now
            self._caps = divide(self._total, self._needs)
        return changed

    def take(self, root_id: int) -> bool:
        """One watch more, if there is one."""
        with self._lock:
            held = self._taken.get(root_id, 0)
            if sum(self._taken.values()) >= self._total or held >= self._caps.get(root_id, self._total):
                return False
            self._taken[root_id] = held + 1
            return True

    def give_back(self, root_id: int, count: int = 1) -> None:
        with self._lock:
            self._taken[root_id] = max(0, self._taken.get(root_id, 0) - count)

    def need(self, root_id: int, folders: int) -> None:
        """Say how many watches a root would take, 0 once it takes none."""
        with self._lock:
            self._needs[root_id] = folders
            self._caps = divide(self._total, {one: need for one, need in self._needs.items() if need})

    def needed(self) -> int:
        """What all roots together would take."""
        with self._lock:
            return sum(self._needs.values())

    def room(self, root_id: int) -> int:
        """How many watches a root may still take, as far as that is for us to say."""
        with self._lock:
            left = self._total - sum(self._taken.values())
            return max(0, min(left, self._caps.get(root_id, self._total) - self._taken.get(root_id, 0)))

    def excess(self, root_id: int) -> int:
        """How many watches a root holds beyond its part, since another has come that needs some."""
        with self._lock:
            return max(0, self._taken.get(root_id, 0) - self._caps.get(root_id, self._total))

    @property
    def _total(self) -> int:
        return max(1, int(self.limits.watches * self._share))
