"""Where a SQLite catalogue may lie, and the lock that keeps it to one daemon."""

import fcntl
import os
from pathlib import Path

from shishod.errors import SettingsError
from shishod.mounts import current_mount, keeps_locks


def refuse_network(folder: Path) -> None:
    """Raise SettingsError where SQLite's locks and shared memory cannot be trusted."""
    mount = current_mount(os.fsencode(os.path.realpath(folder)))
    if mount is not None and not keeps_locks(mount.fstype):
        raise SettingsError(
            f"the catalogue cannot be kept in {folder}: it lies on a {mount.fstype} filesystem, where SQLite's locks"
            " cannot be trusted. Nothing was changed. Set state_dir to a folder on a local disk, or store.url to a"
            " PostgreSQL database"
        )


class PlaceLock:
    """Held while a daemon owns a SQLite file; the kernel lets go of it when the process ends, however it ends."""

    def __init__(self, database: Path) -> None:
        self._path = database.with_name(database.name + ".lock")
        try:
            self._file = _locked(self._path)
        except BlockingIOError as error:
            owner = self._path.read_text("ascii", "replace").strip()
            raise SettingsError(
                f"another shishod (process {owner or 'unknown'}) keeps its catalogue in {database}. Nothing was"
                " changed. Stop that one first, or give this one its own --state-dir"
            ) from error

    def renew(self) -> None:
        """Take it once more where its file was removed. Raises OSError where another daemon was first."""
        if self._path.exists() and os.path.samestat(os.fstat(self._file), os.stat(self._path)):
            return
        renewed = _locked(self._path)
        self.release()
        self._file = renewed

    def release(self) -> None:
        """Let go; a second call does nothing."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1


def _locked(path: Path) -> int:
    """The descriptor of a file that is locked and says by whom. Raises OSError where another has it."""
    file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(file)
        raise
    os.ftruncate(file, 0)
    os.pwrite(file, str(os.getpid()).encode("ascii"), 0)
    return file
