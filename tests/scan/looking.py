"""Walks of real folders, and what the interpreter hears of them."""

import os
import sys
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from shishod.model.library import Ways
from shishod.model.signature import KnownFolder
from shishod.model.tier import Look
from shishod.scan.entries import Oddity
from shishod.scan.walk import Found, Gone, Neighbourhood, Reruled, Trouble, Walk

PLAIN = Ways()
SUFFIXES = frozenset({b".epub", b".mp3", b".fb2.zip"})
LATER_NS = 3_600 * 10**9  # an hour from now, when no time is racy any more
_heard: list[tuple[str, bytes]] = []
_listening = False


def _hear(event: str, arguments: tuple[object, ...]) -> None:
    stands = event == "open" and int(str(arguments[2])) & os.O_PATH  # to look from there, which opens nothing
    if _listening and not stands and event in ("os.scandir", "os.listdir", "open") and isinstance(arguments[0], bytes):
        _heard.append((event, arguments[0]))


sys.addaudithook(_hear)  # the interpreter's own record of what is listed and opened


@contextmanager
def heard() -> Iterator[list[tuple[str, bytes]]]:
    global _listening  # noqa: PLW0603 - an audit hook cannot be taken back
    _heard.clear()
    _listening = True
    try:
        yield _heard
    finally:
        _listening = False


@dataclass
class Looked:
    """What one walk found, and what would be remembered of it."""

    found: list[Found]
    walk: Walk
    known: dict[bytes, KnownFolder]

    @property
    def seen(self) -> list[str]:
        return sorted(os.fsdecode(one.path) for place in self.places for one in place.seen)

    @property
    def places(self) -> list[Neighbourhood]:
        return [one for one in self.found if isinstance(one, Neighbourhood)]

    @property
    def gone(self) -> list[bytes]:
        return [one.folder for one in self.found if isinstance(one, Gone)]

    @property
    def odd(self) -> list[tuple[bytes, str]]:
        return [(one.path, one.stage) for one in self.found if isinstance(one, Oddity)]

    @property
    def reruled(self) -> list[bytes]:
        return [one.folder for one in self.found if isinstance(one, Reruled)]

    @property
    def trouble(self) -> list[bytes]:
        return [one.folder for one in self.found if isinstance(one, Trouble)]


def look(
    root: Path,
    known: Mapping[bytes, KnownFolder] | None = None,
    how: Look = Look.FULL,
    *,
    folder: str | None = None,
    due: frozenset[bytes] = frozenset(),
    after_ns: int = LATER_NS,
    step: Callable[[], bool] = lambda: True,
    ways: Ways = PLAIN,
    doubles: Mapping[bytes, bytes] = {},
    told: Collection[bytes] = (),
) -> Looked:
    known = known or {}
    started_ns = time.time_ns() + after_ns
    walk = Walk(
        *(os.fsencode(root), known, how, SUFFIXES, started_ns, step, root.stat().st_dev, due),
        ways=ways,
        doubles=doubles,
        told=told,
    )
    found = list(walk.tree(b"") if folder is None else walk.folder(folder.encode()))
    signed = [one for place in found if isinstance(place, Neighbourhood) for one in place.folders]
    return Looked(found, walk, {**known, **{one.path: one for one in [*walk.refreshed, *signed]}})


def a_file(root: Path, path: str, content: str = "x") -> Path:
    file = root / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(content)
    return file
