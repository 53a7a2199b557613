"""scan_once(): one scan of everything by a process of its own, for where no daemon is to run."""

import os
import pwd
from collections.abc import Callable, Sequence
from pathlib import Path

from shishod.clock import CLOCK
from shishod.daemon import assembly
from shishod.daemon.config import Settings
from shishod.daemon.launch import StateClaim, prepare, run_to_end, settle_memory
from shishod.daemon.parts import Part
from shishod.daemon.supervisor import Supervisor
from shishod.daemon.systemd import Notifier
from shishod.errors import SettingsError
from shishod.model.progress import ScanStatus
from shishod.model.ticket import Errand, FolderSubject
from shishod.model.tier import Tier
from shishod.scan.pauses import please

NEEDED = ("alone", "runner", "workers", "walkers", "pauses", "scans", "hooks")
TURN_S = 0.02  # between two looks whether it has ended: what an unchanged library takes is hardly more


class OneScan:
    """Owned by the main thread: a scan from its request until its books are recorded and their covers are stored."""

    def __init__(self, daemon: assembly.Daemon, tier: Tier) -> None:
        self._daemon, self._tier = daemon, tier
        self._id = ""
        self._ended = False
        self.completed = False

    @property
    def parts(self) -> Sequence[Part]:
        """What a scan works with, and the scan."""
        needed = [part for part in self._daemon.parts if part.name in NEEDED]
        return (*needed, Part("scan", self._begin, lambda _: None, lambda: True))

    @property
    def on_tick(self) -> Sequence[Callable[[], object]]:
        return (self._daemon.stall_check, self._daemon.steward.tick, self._look)

    def _begin(self) -> None:
        roots = self._daemon.catalog.roots()
        scope = tuple(dict.fromkeys(root.library for root in roots))
        subjects = [FolderSubject(root.id, b"") for root in roots]
        self._id = self._daemon.scans.request(self._tier, subjects, "operator", scope).id

    def _look(self) -> None:
        """Have all parts stopped once nothing is left to do; what is to be tried again later is for the next scan."""
        scan, queue = self._daemon.scans.snapshot(self._id), self._daemon.queue
        if scan is None or not scan.status.ended:
            return
        if not self._ended:
            self._ended = True
            queue.request(please(Errand.COVER, CLOCK.monotonic_s()))  # those too that an earlier run did not come to
        elif not queue.waiting()[Errand.COVER] and all(one.errand is not Errand.COVER for one in queue.in_hand()):
            self.completed = scan.status is ScanStatus.COMPLETED
            self._daemon.stop.set()


def _confirm_ours(state: Path) -> None:
    """What root makes in the folder of another user, that user's daemon could not write to any more."""
    try:
        owner = state.stat().st_uid
        user = pwd.getpwuid(owner).pw_name
    except (OSError, KeyError):
        return
    if owner and not os.geteuid():
        raise SettingsError(
            f"the state folder {state} belongs to {user}; nothing was done; scan as that user:"
            f" sudo -u {user} shishod scan --once"
        )


def scan_once(settings: Settings, tier: Tier) -> bool:
    """Scan every library and return whether that was completed. Raises Unreachable where a daemon has the catalogue,
    SettingsError where the folder is another user's."""
    prepare(settings)
    _confirm_ours(settings.state_path())
    with StateClaim(settings.state_path()):
        daemon = assembly.build(settings, idle=True)
        settle_memory()
        one = OneScan(daemon, tier)
        run_to_end(daemon, Supervisor(one.parts, daemon.stop, Notifier(), on_tick=one.on_tick, tick_s=TURN_S))
    return one.completed
