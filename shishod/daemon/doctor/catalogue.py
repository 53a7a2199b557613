"""The catalogue and its copies."""

import os
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from shishod.ailment import Ailment
from shishod.daemon.doctor.patient import Patient, error, warning
from shishod.schedule import OFF

LONGEST_LOG = 512 * 1024 * 1024  # eight times what SQLite is told to cut its log to
COPIES_DUE = timedelta(days=3)
LOCKS = Path("/proc/locks")
WRITER = 120  # the byte of the file -shm that SQLite's one writer locks (UNIX_SHM_BASE, WAL_WRITE_LOCK)


def catalogue(patient: Patient) -> Iterator[Ailment]:
    """It opens, is whole, is of our version, and its log is taken in from time to time."""
    found = patient.checkup
    about = found.path or "store.url"
    if found.fault or found.damage:
        said = found.fault or f"it is damaged: {'; '.join(found.damage)}"
        yield error(
            about,
            said,
            _restore(found.path) if found.path else "pg_isready says whether it runs; else correct store.url:",
        )
    elif found.too_new:
        reason = f"a newer shishod has written it (revision {found.revision}); it is left as it is"
        yield error(about, reason, "install that newer version again, or " + _restore(found.path))
    if found.path and (log := found.path.with_name(found.path.name + "-wal")).exists():
        size = log.stat().st_size
        if size > LONGEST_LOG:
            reason = f"SQLite's log has grown to {size // 2**20:,} MiB: some program has long kept the catalogue open"
            yield warning(
                log, reason, f"fuser -v {found.path}; end what is not shishod, then systemctl restart shishod"
            )


def writer(patient: Patient) -> Iterator[Ailment]:
    """Nobody else is writing into it, as the kernel's table of locks tells: opening its files would free our own."""
    path = patient.checkup.path
    if path is None:
        return
    keepers = {pid for pid, _ in _holders(patient.state / "lock")} | {os.getpid()}
    holders = {pid for pid, byte in _holders(path.with_name(path.name + "-shm")) if byte == WRITER}
    for pid in sorted(holders - keepers):
        reason = f"process {pid}{_name(pid)} is writing into it; until it ends nothing new can be recorded"
        yield warning(path, reason, f"fuser -v {path}; end that program, or let it finish")


def _holders(file: Path) -> set[tuple[int, int]]:
    """Who has locked a file so that nobody else may, with the first byte that is locked (proc(5), /proc/locks)."""
    try:
        told, table = file.stat(), LOCKS.read_text(encoding="ascii")
    except OSError:
        return set()
    place = f"{os.major(told.st_dev):02x}:{os.minor(told.st_dev):02x}:{told.st_ino}"
    held = re.findall(rf"^\d+: \w+ +\w+ +WRITE (\d+) {place} (\d+)", table, re.MULTILINE)
    return {(int(pid), int(byte)) for pid, byte in held}


def _name(pid: int) -> str:
    try:
        return f" ({Path(f'/proc/{pid}/comm').read_text(encoding='utf-8', errors='replace').strip()})"
    except OSError:
        return ""


def _restore(path: Path | None) -> str:
    if path is None:
        return "restore it from a dump"
    newest = max(_copies(path), default=None)
    if newest is None:
        return f"systemctl stop shishod, mv {path} {path}.damaged, systemctl start shishod: the disks are read anew"
    return f"systemctl stop shishod; shishod restore {newest}; systemctl start shishod"


def _copies(path: Path) -> list[Path]:
    return sorted(path.with_name("backups").glob(f"{path.stem}-*.sqlite"))


def copies(patient: Patient) -> Iterator[Ailment]:
    """The nightly copies are made: one is due a few days after the catalogue was."""
    database = patient.state / "catalogue.sqlite"
    if patient.settings.store.url or patient.settings.schedule.backup == OFF or not database.exists():
        return
    newest = max((one.stat().st_mtime for one in _copies(database)), default=_made(database))
    age = timedelta(seconds=patient.now.timestamp() - newest)
    if age > COPIES_DUE:
        reason = f"the catalogue was last copied {age.days} days ago"
        yield warning(database.with_name("backups"), reason, "shishoctl backup; journalctl -u shishod | grep copied")


def _made(database: Path) -> float:
    """When it was made, as its lock was then; the file itself changes all the time."""
    lock = database.with_name("lock")
    return os.stat(lock if lock.exists() else database).st_mtime
