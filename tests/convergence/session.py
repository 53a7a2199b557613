"""Session: a daemon over a stormy disk, and the moments of calm in which the two are compared."""

import json
import os
import signal
import threading
import time
from collections.abc import Callable
from pathlib import Path

from shishod.errors import Refused, ShishodError
from tests.convergence import oracle
from tests.convergence.disk import Disk
from tests.journeys.running import RunningDaemon
from tests.waiting import wait_until

SETTLE_S = 0.2
AGREE_S = 5.0  # what the watch is still busy with when the scan has ended
Step = tuple[str | int, ...]
SOON = {"settle": "50ms", "settle_tracks": "100ms", "settle_quiet": "200ms", "check_every": "300ms"}


class Difference(AssertionError):
    """The catalogue and the disk disagree, and one scan did not mend it."""


def configured(disk: Disk, flavour: int, *, watching: bool) -> str:
    """A configuration as one of a few kinds of operator would write it, but in haste."""
    one, two = (os.fsdecode(root) for root in disk.roots)
    both = {"One": {"paths": [one]}, "Two": {"paths": [two]}} if flavour % 2 else {"Both": {"paths": [one, two]}}
    return json.dumps(
        {
            "libraries": both,
            "schedule": {"quick": "off", "full": "off"},
            "scan": {"settle": f"{SETTLE_S * 1000:.0f}ms", **({"hold_files": 4} if flavour & 4 else {})},
            "watch": {"enabled": watching, **SOON},
            "work": {"runner": "processes" if flavour % 8 == 7 else "inline", "processes": 1},
        }
    )


class Session:
    """One run of a script. Every step is kept, so that what failed can be played again."""

    def __init__(self, place: Path, flavour: int, *, mounts: bool) -> None:
        self.place = place
        self.flavour = flavour
        self.steps: list[Step] = []
        self.checks = 0
        self.disk = Disk(place, mounts=mounts)
        self._words: set[str] = set()
        self._spared: dict[int, set[bytes]] = {}  # what was there when a root was taken away, and not missing
        self._frozen = False
        self.daemon = RunningDaemon(place / "d", config=configured(self.disk, flavour, watching=flavour % 7 != 3))
        try:
            self.disk.begin()
            self.daemon.start()
        except BaseException:
            self.end()  # nothing may stay mounted
            raise

    def end(self) -> None:
        self._thaw()
        self.daemon.end()
        self.disk.end()

    def do(self, step: Step) -> None:
        """One step of the script: a deed of this session's, or of its disk."""
        deed, *numbers = step
        self.steps.append(step)
        mine: Callable[..., None] | None = getattr(self, f"_do_{deed}", None)
        if mine is not None:
            mine(*numbers)
        else:
            self.disk.do(str(deed), *(int(number) for number in numbers))

    @property
    def _up(self) -> bool:
        return self.daemon.process is not None and self.daemon.process.poll() is None

    # What befalls the daemon.

    def _do_kill(self) -> None:
        if self._up:
            self._frozen = False
            self.daemon.kill()

    def _do_stop(self) -> None:
        if self._up:
            self._thaw()
            self.daemon.stop()

    def _do_start(self, ready: int) -> None:
        if not self._up:
            self.daemon.start(ready=ready % 2 == 0)

    def _do_freeze(self) -> None:
        if self._up and self.daemon.process is not None:
            self.daemon.freeze()
            self._frozen = True

    def _do_thaw(self) -> None:
        self._thaw()

    def _do_storm(self, folder: int) -> None:
        """More events than the kernel keeps while the daemon does not read them."""
        self._do_freeze()
        self.disk.do("storm", folder)
        self._thaw()

    def _thaw(self) -> None:
        if self._frozen and self._up and self.daemon.process is not None:
            os.kill(self.daemon.process.pid, signal.SIGCONT)
        self._frozen = False

    def _do_scan(self, tier: int) -> None:
        """Ask for a scan and do not wait for it."""
        self._ask(lambda: self.daemon.client.post("/v1/scans", {"tier": ("quick", "full")[tier % 2]}))

    def _do_cancel(self) -> None:
        for scan in self._ask(lambda: self.daemon.status()["scan"]["active"]) or ():
            self._ask(lambda scan=scan: self.daemon.client.post(f"/v1/scans/{scan['id']}/cancel", {}))

    def _ask(self, question: Callable[[], object]) -> object:
        if not self._up or self._frozen:
            return None
        try:
            return question()
        except ShishodError:  # it has only begun to start, or the scan has ended already
            return None

    def _do_say(self, number: int) -> None:
        """The user's own word for a book, while nobody else writes."""
        word = f"word {len(self.steps)}"
        if not self._up and self.daemon.database.exists() and oracle.say(self.daemon.database, number, word):
            self._words.add(word)

    def _do_pause(self, tenths: int) -> None:
        threading.Event().wait(tenths % 8 / 20)

    def _do_take_away(self, number: int) -> None:
        root = number % 2
        if self.disk.shown(root) and self.daemon.database.exists():
            lost = oracle.missing(self.daemon.database, self.disk.roots[root])
            self._spared[root] = oracle.present(self.disk.home(root)).keys() - lost
        self.disk.do("take_away", number)

    # Calm.

    def _do_check(self, kind: int) -> None:
        """Let all come to rest, scan once, and compare."""
        self.checks += 1
        self._thaw()
        if not self._up:
            self.daemon.start()
        if kind % 4:
            self.disk.do("bring_back", 0)
            self.disk.do("bring_back", 1)
        wait_until(self.daemon._up, 30, "the daemon answers")
        threading.Event().wait(SETTLE_S + 0.05)
        self._scan(("quick", "full")[kind % 2])
        self._agree(self._differences)
        if kind % 3 == 0 and all(self.disk.shown(n) and not oracle.undecided(self.disk.home(n)) for n in (0, 1)):
            fresh = self._fresh()
            self._agree(lambda: self._unlike(fresh))

    def _scan(self, tier: str) -> None:
        self.daemon.scan(tier, 60)
        self._accept()

    def _accept(self) -> None:
        """As the operator who is asked: what is held has really left."""
        for root in self.daemon.status()["roots"]:
            if root["state"] == "held":
                try:
                    scan = self.daemon.client.post(f"/v1/roots/{root['id']}/accept", {})
                except Refused:  # what was gone is back
                    continue
                wait_until(lambda scan=scan: self._ended(scan["id"]), 60, "what was accepted is scanned")

    def _ended(self, scan: str) -> bool:
        return bool(self.daemon.client.get(f"/v1/scans/{scan}")["ended_at"])

    def _agree(self, ask: Callable[[], list[str]]) -> None:
        end_s = time.monotonic() + AGREE_S
        while said := ask():
            self._accept()  # what was noticed after the scan
            if time.monotonic() > end_s:
                raise Difference(self.told(said))
            threading.Event().wait(0.05)

    def _differences(self) -> list[str]:
        states = {os.fsencode(row["path"]): row["state"] for row in self.daemon.status()["roots"]}
        said: list[str] = []
        for number, root in enumerate(self.disk.roots):
            there = oracle.present(self.disk.home(number))
            if self.disk.shown(number):
                unlike = oracle.differences(self.daemon.database, root, there)
                said += [f"{os.path.basename(os.fsdecode(root))}: {one}" for one in unlike]
                said += [f"{os.fsdecode(root)} is {states[root]}"] if states[root] != "online" else []
            else:
                lost = oracle.missing(self.daemon.database, root) & self._spared.get(number, set())
                said += [f"{path!r} is missing, and its root was away" for path in lost & there.keys()]
        lost_words = self._words - oracle.words(self.daemon.database)
        return said + [f"the user's {word!r} is lost" for word in sorted(lost_words)]

    def _fresh(self) -> list[str]:
        """What a daemon that has never seen this disk makes of it."""
        place = self.place / f"f{self.checks}"
        daemon = RunningDaemon(place, config=configured(self.disk, self.flavour & 3, watching=False))
        try:
            daemon.start()
            daemon.scan("full", 60)
            wait_until(lambda: not daemon.status()["queue"]["inspect"] and not daemon.status()["workers"], 30, "read")
            return oracle.facts(daemon.database, place / "facts")
        finally:
            daemon.end()

    def _unlike(self, fresh: list[str]) -> list[str]:
        mine = oracle.facts(self.daemon.database, self.place / "facts")
        return oracle.unlike(set(mine) - set(fresh), set(fresh) - set(mine))

    def told(self, said: list[str]) -> str:
        """The difference, and the script that led to it."""
        script = self.place / "script.json"
        script.write_text(json.dumps({"flavour": self.flavour, "mounts": self.disk.mounts, "steps": self.steps}))
        (self.place / "listing.txt").write_text("\n".join(map(repr, self.disk.paths())))
        lines = "\n  ".join(said[:20])
        return (
            f"{len(said)} differences after {len(self.steps)} steps:\n  {lines}\n"
            f"log: {self.daemon.log}\nplay it again: python -m tests.convergence.replay {script}\n{script.read_text()}"
        )
