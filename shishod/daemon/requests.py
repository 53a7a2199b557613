"""Requests: what the watch, the clock and the mounts ask for; each ends in the queue or with the scans."""

from dataclasses import dataclass

from shishod import log
from shishod.model.catalog import Catalog
from shishod.model.ticket import Errand, FolderSubject, Priority, Ticket
from shishod.model.tier import Look, Tier
from shishod.mounts import asleep
from shishod.paths import join
from shishod.scan.group import anchor
from shishod.scan.lifecycle import Scans, WalkOrder
from shishod.work.queue import TicketQueue

_log = log.get(__name__)


@dataclass(frozen=True, slots=True)
class Requests:
    """None of these does the work: they ask for it and return at once."""

    queue: TicketQueue
    catalog: Catalog
    scans: Scans

    def scan_all(self, tier: Tier, trigger: str) -> None:
        """Every root, as one scan."""
        roots = self.catalog.roots()
        if tier is Tier.QUICK:
            roots = tuple(root for root in roots if not asleep(root.path))  # an automount is woken by full scans alone
        if roots:
            scope = tuple(dict.fromkeys(root.library for root in roots))
            self.scans.request(tier, [FolderSubject(root.id, b"") for root in roots], trigger, scope)

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
        order = WalkOrder(Look.PEEK, tree=True)
        self.queue.request(Ticket(FolderSubject(root_id, b""), Errand.WALK, Priority.MEDIUM, load=order))
