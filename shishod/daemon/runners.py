"""Where files are read and covers are taken: the runners, and the ground that they stand on."""

import os
import threading
from collections.abc import Sequence
from importlib import import_module

from shishod import formats
from shishod.daemon.config import Settings
from shishod.model.library import Follow, Root, RootState
from shishod.scan.gallery import Gallery
from shishod.work.runners import Runner
from shishod.work.runners.ground import Ground
from shishod.work.runners.inline import InlineRunner
from shishod.work.runners.processes import ProcessRunner

PRELOAD = (
    "shishod.scan.drafting",
    "shishod.scan.hashing",
    "shishod.scan.taking",
    "shishod.scan.visit",
    "shishod.formats.thumbnails",
    "shishod.model.naming",
    "shishod.model.naming.films",
    *formats.PRELOAD,
)

FIRST = ("shishod.model.naming", "shishod.model.naming.films", "anyio._backends._asyncio")
"""What in the daemon a first book, or the first who follows a scan, would have to wait for."""


def gallery_of(settings: Settings) -> Gallery:
    """Where covers are kept."""
    return Gallery(str(settings.state_path() / "covers"))


def runners(settings: Settings, roots: Sequence[Root]) -> tuple[Runner, Runner, Ground]:
    """Who reads files, who takes covers and writes into the gallery, which nobody else may, and where both may read."""
    ground = _ground(roots)
    if settings.work.runner == "inline":
        inline = InlineRunner(PRELOAD)
        return inline, inline, ground
    gallery = os.fsencode(gallery_of(settings).folder)
    return _processes(settings, ground), _processes(settings, ground, (gallery,)), ground


def make_ready(runner: Runner) -> None:
    """Begin to have a process started, and to load what no start needs; returns at once."""
    for task in (runner.warm, _load_first):
        threading.Thread(target=task, name="run-warm", daemon=True).start()


def _load_first() -> None:
    for name in FIRST:
        import_module(name)


def _ground(roots: Sequence[Root]) -> Ground:
    """What may be read as the daemon starts: every root that was there last. Who follows all links reads anywhere."""
    there = [root.path for root in roots if root.state not in (RootState.OFFLINE, RootState.STALLED)]
    return Ground(there, reads_all=any(root.ways.follow_symlinks is Follow.ALL for root in roots))


def _processes(settings: Settings, ground: Ground, writable: Sequence[bytes] = ()) -> ProcessRunner:
    limits = settings.formats.limits()
    return ProcessRunner(
        settings.work.process_count(),
        most=settings.work.most_processes(),
        nice=settings.work.nice,
        limit_s=limits.file_s,
        memory_bytes=limits.memory_bytes,
        ground=None if settings.work.sandbox == "off" else ground,
        writable=writable,
        preload=PRELOAD,
        idle_s=settings.work.idle_retire,
    )
