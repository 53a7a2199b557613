"""Requests: what the watch, the clock and the mounts ask for; each ends in the queue or with the scans."""

import os
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from shishod import log
from shishod.clock import CLOCK
from shishod.daemon.restraint import Restraint
from shishod.daemon.upkeep import Upkeep
from shishod.errors import Refused
from shishod.model.ageing import Refreshes
from shishod.model.catalog import Catalog
from shishod.model.library import Root
from shishod.model.ticket import Errand, FolderSubject, Priority, Ticket
from shishod.model.tier import Look, Tier
from shishod.mounts import asleep
from shishod.operations.place import subject
from shishod.paths import join
from shishod.scan.group import anchor
from shishod.scan.lifecycle import Scans, WalkOrder
from shishod.scan.refresh import Asker, Nobody, Refresher
from shishod.scan.settings import ScanSettings
from shishod.schedule import DAYS, TRIGGER, Asks, LastRuns, PlanSettings
from shishod.work.queue import TicketQueue

_log = log.get(__name__)


@dataclass(frozen=True, slots=True)
class Requests:
    """None of these does the work: they ask for it and return at once."""

    queue: TicketQueue
    catalog: Catalog
    scans: Scans
    restraint: Restraint
    left_out: Callable[[], Collection[str]] = frozenset  # libraries that have plans of their own

    def scan_all(self, tier: Tier, trigger: str) -> None:
        """Every root, as one scan."""
        roots = self.catalog.roots()
        if trigger != "start":
            roots = tuple(root for root in roots if root.library not in self.left_out())
        self._scan(tier, trigger, roots)

    def scan_planned(self, plan: PlanSettings) -> None:
        """The part of the libraries that a plan is about. One that is not there, as a path may be, is told and left."""
        roots, tier = self.catalog.roots(), Tier(plan.tier)
        if plan.path is None:
            self._scan(tier, TRIGGER, [root for root in roots if plan.library in (None, root.library)])
            return
        try:
            meant = subject(os.fsencode(plan.path), roots)
        except Refused as error:
            _log.warning("a planned scan was left out", path=plan.path, reason=str(error))
            return
        if self._may_begin(tier, TRIGGER, next(root for root in roots if root.id == meant.root_id)):
            self.scans.request(tier, [meant], TRIGGER, (plan.path,))

    def _scan(self, tier: Tier, trigger: str, roots: Sequence[Root]) -> None:
        roots = [root for root in roots if self._may_begin(tier, trigger, root)]
        if roots:
            scope = tuple(dict.fromkeys(root.library for root in roots))
            self.scans.request(tier, [FolderSubject(root.id, b"") for root in roots], trigger, scope)

    def _may_begin(self, tier: Tier, trigger: str, root: Root) -> bool:
        """A quick scan by the clock wakes no automount and no disk, and waits for the end of the quiet hours."""
        if tier is not Tier.QUICK:
            return True
        return not asleep(root.path) and (trigger == "start" or not self.restraint.holds_back(root))

    def purge(self) -> None:
        """What has been missing for long enough is to be forgotten."""
        self.queue.request(Ticket(Errand.RECONCILE, Errand.RECONCILE, Priority.LOW))

    def walk_folder(self, root_id: int, folder: bytes, names: frozenset[bytes]) -> None:
        """A settled change, from the watch."""
        order = WalkOrder(vouched=frozenset(join(folder, name) for name in names))
        subject = FolderSubject(root_id, anchor(folder))
        self.queue.request(Ticket(subject, Errand.WALK, Priority.HIGH, load=order))

    def walk_root(self, root_id: int, reason: str) -> None:
        """The watch missed something, or has only begun."""
        _log.debug("a root is looked over", root_id=root_id, reason=reason)
        order = WalkOrder(Look.QUICK, tree=True)
        self.queue.request(Ticket(FolderSubject(root_id, b""), Errand.WALK, Priority.MEDIUM, load=order))

    def poll_root(self, root_id: int) -> None:
        """The kernel does not tell of this root, or not of all of it."""
        root = next((one for one in self.catalog.roots() if one.id == root_id), None)
        if root is not None and self.restraint.holds_back(root):
            return
        order = WalkOrder(Look.PEEK, tree=True)
        self.queue.request(Ticket(FolderSubject(root_id, b""), Errand.WALK, Priority.MEDIUM, load=order))


def refresher(settings: ScanSettings, catalog: Refreshes, queue: TicketQueue, asker: Asker | None) -> Refresher:
    """Whoever has the web asked again. As long as there is nobody to ask, it finds nothing."""
    ages = settings.ages()
    return Refresher(catalog, queue, asker or Nobody(), ages, batch=settings.refresh_batch, gap_s=settings.refresh_gap)


class Remembers(LastRuns, Protocol):
    """The part of the catalogue that the clock needs."""

    def arrivals(self, since: datetime) -> list[datetime]: ...


def clock_asks(requests: Requests, refreshes: Refresher, upkeep: Upkeep, catalog: Remembers) -> Asks:
    """Whom each job of the clock asks."""
    return Asks(
        scan=requests.scan_all,
        plan=requests.scan_planned,
        refresh=refreshes.request,
        purge=requests.purge,
        backup=upkeep.request,
        arrivals=lambda: catalog.arrivals(CLOCK.now() - timedelta(days=DAYS)),
        runs=catalog,
    )
