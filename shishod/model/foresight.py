"""Foresight: what a scan would find, as it is told without being done."""

from collections.abc import Iterable
from dataclasses import dataclass, field

SHOWN = 1000  # paths of each kind and root that are kept; their number is always the true one
KINDS = ("new", "changed", "moved", "returned", "missing", "held", "waiting", "unreadable")


@dataclass(slots=True)
class Foresight:
    """Of one folder of a root: for each of KINDS how many files, and their paths relative to the root.

    `absent` is why the root is not believed; nothing would be done then.
    """

    root_id: int
    folder: bytes
    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(KINDS, 0))
    paths: dict[str, list[bytes]] = field(default_factory=lambda: {kind: [] for kind in KINDS})
    unchanged: int = 0
    absent: str = ""

    def add(self, kind: str, paths: Iterable[bytes]) -> None:
        """Count these, and keep as many as are shown."""
        for path in paths:
            self.counts[kind] += 1
            if len(self.paths[kind]) < SHOWN:
                self.paths[kind].append(path)
