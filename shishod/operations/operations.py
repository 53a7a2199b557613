"""Operations: everything that a face may ask of a running daemon."""

import os
from collections.abc import Callable, Mapping, Sequence

from shishod import __version__
from shishod.clock import CLOCK, Clock
from shishod.errors import Refused, Unreachable
from shishod.metrics import of_this_process, render
from shishod.model.catalog import BookQuery, ScanHistory, Shelf
from shishod.model.foresight import KINDS
from shishod.model.library import OVERRULABLE, Root, RootState
from shishod.model.progress import ScanSnapshot, WhenBusy
from shishod.model.ticket import FolderSubject
from shishod.model.tier import Tier
from shishod.operations.copies import CopyDesk
from shishod.operations.covers import CoverDesk
from shishod.operations.enrichment import WebDesk
from shishod.operations.events import EventDesk
from shishod.operations.explain import ExplainDesk
from shishod.operations.glance import Glance, Glances
from shishod.operations.logs import LogDesk
from shishod.operations.losses import LossDesk, LossRules
from shishod.operations.modes import ModeDesk
from shishod.operations.place import refuse_unknown, root_list, subject
from shishod.operations.ports import Probes, Roots, Scans
from shishod.operations.report import (
    Row,
    foresight_row,
    gauges,
    problem_count,
    root_row,
    scan_row,
    verdict,
    waiting_rows,
    watch_row,
)
from shishod.operations.review import ReviewDesk
from shishod.operations.settings import ReviewSettings
from shishod.operations.severity import severity
from shishod.operations.words import WordDesk
from shishod.paths import display


class Operations:
    """Shared: by every face. Each method is one short call; none waits for a library, save `start_scan` of a path.

    Raises Refused for what cannot be granted as it was asked, Unreachable when the catalogue does not answer.
    """

    def __init__(
        self,
        *,
        catalog: Roots,
        history: ScanHistory,
        shelf: Shelf,
        scans: Scans,
        probes: Probes | None = None,
        rules: LossRules | None = None,
        review: ReviewSettings | None = None,
        clock: Clock = CLOCK,
    ) -> None:
        self._catalog = catalog
        self._history = history
        self._shelf = shelf
        self._scans = scans
        self._probes = probes or Probes()
        self.losses = LossDesk(catalog, self.book, rules or LossRules(), clock)
        self.covers = CoverDesk(shelf, self._probes)
        self.events = EventDesk(self._probes.bulletin)
        self.web = WebDesk(self._probes.web, self.book, self._probes.freeze)
        self.reviews = ReviewDesk(shelf, (review or ReviewSettings()).complete, self.book)
        self.copies = CopyDesk(self._probes.copy, self._probes.pack, shelf, self.reviews.told, catalog.roots)
        self.words = WordDesk(self._probes.edit, self.book)
        self.modes = ModeDesk(catalog, scans, self._probes.edit, self.book)
        self.logs = LogDesk(history, self.scan, self._probes.said)
        self.paths = ExplainDesk(catalog.roots, self._probes)
        self.steering = self._probes.steering
        self._clock = clock
        self._started_at = clock.now()
        self._started_s = clock.monotonic_s()
        self._glances = Glances(catalog, history, shelf, scans, self._probes.arrears, clock)

    def tick(self) -> None:
        """Have a status at hand while a scan is alive; to be called every few seconds, and returns at once."""
        self._glances.tick()

    def health(self) -> Row:
        """Whether every loop of the daemon turns; asks nothing of the database.

        A watch that is degraded is told and is no illness: what it does not hear is polled.
        """
        loops = dict(self._probes.loops())
        rows = self._probes.watch()
        watch = [{"root": row.root_id, **watch_row(row)} for row in rows]
        degraded = [f"{row.reason}; {row.remedy}" if row.reason else row.remedy for row in rows if row.remedy]
        return {
            "ok": all(loops.values()),
            "version": __version__,
            "loops": loops,
            "watch": watch,
            "degraded": degraded,
        }

    def status(self) -> Row:
        """All that one screen should say, with `ok` and one `sentence` that answers "is it fine?"."""
        active = self._scans.active()
        try:
            seen, trouble = self._glances.take(hurried=bool(active)), ""
        except Unreachable as error:
            seen, trouble = self._glances.last(), str(error)
        return self._status(active, seen, trouble or seen.behind)

    def status_at_hand(self) -> Row | None:
        """The same while a scan is alive and the catalogue was asked lately, else None: it waits for no disk."""
        active = self._scans.active()
        seen = self._glances.at_hand() if active else None
        return None if seen is None else self._status(active, seen, seen.behind)

    def _status(self, active: Sequence[ScanSnapshot], seen: Glance, trouble: str) -> Row:
        covered, watched = self._probes.covered(), {row.root_id: row for row in self._probes.watch()}
        report: Row = {
            "version": __version__,
            "pid": os.getpid(),
            "started_at": self._started_at.isoformat(),
            "uptime_s": round(self._clock.monotonic_s() - self._started_s, 1),
            "loops": dict(self._probes.loops()),
            "scan": {"active": [self.scan_row(scan) for scan in active]},
            "queue": {str(errand): waiting for errand, waiting in self._probes.queue().items()},
            "later": {str(errand): waiting for errand, waiting in self._probes.later().items()},
            "workers": [
                {"worker": row.worker, "doing": row.what, "since_s": round(row.since_s, 1)}
                for row in self._probes.workers()
            ],
            "next_runs": {name: due.isoformat() for name, due in self._probes.schedule().items()},
            "moved_runs": dict(self._probes.moved()),
            "cache": dict(self._probes.cache()),
            "web": self.web.states(),
            "covers": {"drained_at": covered.isoformat() if covered else None},
            "sandbox": self._probes.sandbox(),
            "load": self.steering.report(),
            "catalogue": {"ok": not trouble, "reason": trouble},
            "roots": [root_row(root, watched.get(root.id), seen.files.get(root.id, 0)) for root in seen.roots],
            "waiting": waiting_rows(self._probes.waiting(), seen.roots),
            "last_scans": [scan_row(scan) for scan in seen.ended],
            "counts": {name: count for name, count in seen.counts.items() if name != "by_root"},
            "problems": problem_count(seen.counts),
        }
        report["ok"], report["sentence"] = verdict(report)
        report["severity"] = severity(report)
        return report

    def scan_row(self, scan: ScanSnapshot) -> Row:
        """A scan as JSON, and how it goes on while it is alive."""
        return scan_row(scan) | self._scans.pace(scan.id)

    def start_scan(
        self, paths: Sequence[bytes], library: str | None, tier: Tier, when_busy: WhenBusy = WhenBusy.JOIN
    ) -> ScanSnapshot:
        """Ask for a scan of these absolute paths, else of a library, else of everything.

        A path costs one stat on its disk, which is not asked of a root that is known to be absent or stalled.
        """
        roots, subjects = self._wanted(paths, library)
        if paths:
            scope = tuple(display(path) for path in paths)
        else:
            scope = tuple(dict.fromkeys(root.library for root in roots))
        return self._scans.request(tier, subjects, "operator", scope, when_busy=when_busy)

    def check_scope(self, paths: Sequence[bytes], library: str | None) -> None:
        """Raise Refused for paths or a library that could not be scanned."""
        self._wanted(paths, library)

    def rehearse(
        self, paths: Sequence[bytes], library: str | None, tier: Tier, wanted: Callable[[], bool] = lambda: True
    ) -> Row:
        """What such a scan would find, folder by folder, and nothing done. Takes as long as the walk of the disks.

        `wanted` ends it early by returning False.
        """
        roots, subjects = self._wanted(paths, library)
        known = {root.id: root for root in roots}
        found = [(known[one.root_id], one.path) for one in sorted(subjects)]
        rows = [foresight_row(root, self._probes.rehearse(root, path, tier, wanted)) for root, path in found]
        totals = {kind: sum(row[kind]["count"] for row in rows) for kind in KINDS}
        return {
            "tier": str(tier),
            "totals": totals | {"unchanged": sum(row["unchanged"] for row in rows)},
            "roots": rows,
        }

    def _wanted(self, paths: Sequence[bytes], library: str | None) -> tuple[Sequence[Root], Sequence[FolderSubject]]:
        """The roots that are meant, and the folders of them. Raises Refused for what is not there."""
        roots = self._catalog.roots()
        if library is not None:
            roots = tuple(root for root in roots if root.library == library)
            if not roots:
                named = sorted({root.library for root in self._catalog.roots()})
                raise Refused(f'there is no library "{library}"', "not-found", f"the libraries are: {', '.join(named)}")
        if not roots:
            raise Refused("no library is configured, so there is nothing to scan", hint="add one under `libraries:`")
        if paths:
            return roots, tuple(dict.fromkeys(subject(path, roots) for path in paths))
        return roots, tuple(FolderSubject(root.id, b"") for root in roots)

    def scans(self, limit: int = 50, before: str | None = None) -> list[ScanSnapshot]:
        """The newest first, those alive as they stand now."""
        alive = {scan.id: scan for scan in self._scans.active()}
        told = []
        for written in self._history.scans(limit, before):
            live = alive.pop(written.id, written)
            told.append(written if written.status.ended else live)
        return told if before else [*reversed(alive.values()), *told][:limit]

    def scan(self, scan_id: str) -> ScanSnapshot:
        """One scan as it stands, or as it ended."""
        scan = self._scans.snapshot(scan_id)
        if scan is None:
            raise Refused(f'there is no scan "{scan_id}"', "not-found", "`shishoctl status` lists the latest scans")
        return scan

    def scan_at_hand(self, scan_id: str) -> ScanSnapshot | None:
        """One that is alive, as it stands; None for another. Asks nothing of the database."""
        return next((scan for scan in self._scans.active() if scan.id == scan_id), None)

    def cancel(self, scan_id: str) -> ScanSnapshot:
        """Stop a scan after the file in hand; what it has written stays."""
        return self._scans.cancel(scan_id)

    def books(self, query: BookQuery) -> tuple[list[Row], int | None]:
        """A page of books, and the id to go on after. Raises Refused for a library that is not known and has none."""
        rows, after = self._shelf.books(self.reviews.asked(query))
        if not rows:
            refuse_unknown(query.library, self._catalog.roots())
        return (rows if query.complete is None else self.reviews.told(rows)), after

    def book(self, book_id: int) -> Row:
        """One book with all that is known of it."""
        book = self._shelf.book(book_id)
        if book is None:
            raise Refused(f"there is no book {book_id}", "not-found", "`shishoctl books` lists them with their numbers")
        return self.reviews.told([book])[0]

    def problems(self, limit: int = 100, after: int = 0) -> tuple[list[Row], int | None]:
        """What could not be read, each with its reason."""
        return self._shelf.problems(limit, after)

    def accept(self, root: int | bytes) -> ScanSnapshot:
        """Believe that what vanished from a held root is really gone, or that another disk in its place is the new one.

        It is scanned in full, so that this is noted.
        """
        roots = self._catalog.roots()
        held = next((one for one in roots if root in (one.id, one.path)), None)
        if held is None:
            raise Refused("there is no such root", "not-found", root_list(roots))
        replaced = held.state is RootState.OFFLINE and held.reason.startswith(OVERRULABLE)
        if held.state is not RootState.HELD and not replaced:
            raise Refused(f"{display(held.path)} is {held.state}, not held: there is nothing to accept")
        self._catalog.accept(held.id)
        return self._scans.request(Tier.FULL, (FolderSubject(held.id, b""),), "operator", (display(held.path),))

    def doctor(self) -> list[Row]:
        """What is wrong with this machine and this configuration, each with its remedy; looks at every root."""
        return [ailment._asdict() for ailment in self._probes.doctor()]

    def reload(self) -> Mapping[str, Sequence[str]]:
        """Read the configuration again: what was applied, and what needs a restart. Raises SettingsError."""
        return self._probes.reload()

    def metrics(self) -> bytes:
        """The same facts as `status` in Prometheus' words, with the counters that the rooms keep."""
        return render([*gauges(self.status()), *self._probes.counters()]) + of_this_process()
