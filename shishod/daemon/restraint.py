"""Restraint: when nothing may begin to look at a disk by itself, and which disks are let sleep."""

from collections.abc import Callable, Sequence
from datetime import datetime

from shishod.clock import CLOCK, Clock
from shishod.model.library import Root
from shishod.schedule import ScheduleSettings
from shishod.work.disks import Disks
from shishod.work.guard import Guarded

LOOK_EVERY_S = 30.0


class Restraint:
    """Shared: by the clock and the watch, which ask before they begin. What the operator wants is never held back."""

    def __init__(
        self,
        settings: ScheduleSettings,
        roots: Callable[[], Sequence[Root]],
        *,
        quiet: Callable[[], datetime | None],
        busy: Callable[[], bool],
        looked_s: Callable[[int], float | None],
        clock: Clock = CLOCK,
        disks: Disks | None = None,
    ) -> None:
        self._settings = settings
        self._roots = roots
        self._quiet = quiet
        self._busy = busy
        self._looked_s = looked_s
        self._now_s = clock.monotonic_s
        self._disks: Guarded[Disks] = Guarded(disks or Disks(clock.monotonic_s))
        self._noted_s = float("-inf")

    def reconfigure(self, settings: ScheduleSettings) -> None:
        """Apply other settings while running."""
        self._settings = settings

    def tick(self) -> None:
        """See which disks are used by others; to be called every few seconds, and free where no disk is spared."""
        now_s = self._now_s()
        if self._settings.spare_disks and now_s - self._noted_s >= LOOK_EVERY_S:
            self._noted_s = now_s
            paths, ours = [root.path for root in self._roots()], self._busy()
            with self._disks as disks:
                disks.note(paths, ours=ours)

    def holds_back(self, root: Root) -> bool:
        """Whether a quick look at a root is to wait: it is quiet, or its disk sleeps and was looked at not long ago."""
        if self._quiet() is not None:
            return True
        if not self._settings.spare_disks:
            return False
        looked_s = self._looked_s(root.id)
        if looked_s is None or self._now_s() - looked_s >= self._settings.spare_at_most:
            return False
        with self._disks as disks:
            return disks.asleep(root.path)
