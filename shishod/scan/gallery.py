"""Gallery: the cache of covers below the state folder, each picture once, under the digest of its bytes."""

import os
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from shishod.model.covers import SMALL, file_name

KEPT_S = 3600.0  # a picture that no book shows: it may be on its way into the catalogue
_MODE, _FOLDER_MODE = 0o640, 0o750
_NAME = re.compile(r"([0-9a-f]{40})\.(?:thumb\.)?[a-z]+")


class Swept(NamedTuple):
    """What a sweep found: how many files it removed, and the pictures that books show and that are not there."""

    removed: int
    lost: frozenset[bytes]


class Gallery(NamedTuple):
    """Plain, so that it travels into a parse process: several may put the same picture in at once."""

    folder: str

    def make(self) -> None:
        """Make the folder where it is not there: who takes covers may write into it, and nowhere beside it."""
        os.makedirs(self.folder, _FOLDER_MODE, exist_ok=True)

    def path(self, digest: bytes, ending: str) -> str:
        return os.path.join(self.folder, file_name(digest, ending))

    def holds(self, digest: bytes, ending: str) -> bool:
        """Whether a file is there and has anything in it: a power cut may leave one that has not."""
        try:
            return os.stat(self.path(digest, ending)).st_size > 0
        except (FileNotFoundError, NotADirectoryError):
            return False

    def renew(self, digest: bytes, form: str) -> bool:
        """Whether a picture is there; it counts as new from now on, and its small form with it."""
        if not self.holds(digest, form):
            return False
        for ending in (form, SMALL):
            with suppress(FileNotFoundError):
                os.utime(self.path(digest, ending))
        return True

    def put(self, digest: bytes, ending: str, content: bytes) -> None:
        """Write a file beside its place, then rename it. Raises OSError where the disk takes nothing."""
        path = self.path(digest, ending)
        for _ in range(2):  # a sweep may remove a folder while it is empty
            with suppress(FileNotFoundError):
                self._write(path, content)
                return
            folder = os.path.dirname(path)
            for made in (self.folder, os.path.dirname(folder), folder):
                with suppress(FileExistsError):
                    os.mkdir(made, _FOLDER_MODE)
        self._write(path, content)

    def remove(self, digest: bytes, ending: str) -> None:
        with suppress(FileNotFoundError):
            os.unlink(self.path(digest, ending))

    @staticmethod
    def _write(path: str, content: bytes) -> None:
        partial = f"{path}.{os.getpid()}.partial"
        try:
            descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, _MODE)
            try:
                left = memoryview(content)
                while left:
                    left = left[os.write(descriptor, left) :]
            finally:
                os.close(descriptor)
            os.replace(partial, path)
        except OSError:
            Path(partial).unlink(missing_ok=True)
            raise

    def sweep(self, shown: Mapping[bytes, str], now_s: float) -> Swept:
        """Remove what no book shows and what was left half written; `now_s` is of the clock that files have."""
        removed, found = 0, set[bytes]()
        for entry in _files(self.folder):
            name, status = _NAME.fullmatch(entry.name), entry.stat()
            digest = bytes.fromhex(name[1]) if name else b""
            ending = entry.name.partition(".")[2]
            placed = name is not None and entry.path == self.path(digest, ending)
            if placed and digest in shown and status.st_size and ending in (shown[digest], SMALL):
                found |= {digest} if entry.name.endswith(f".{shown[digest]}") else set()
            elif status.st_mtime < now_s - KEPT_S or not status.st_size:
                os.unlink(entry.path)
                removed += 1
        return Swept(removed, frozenset(shown.keys() - found))


def digest_of(content: bytes) -> bytes:
    """What a picture is known by: 20 bytes of its SHA-256, for which processors have instructions."""
    return sha256(content).digest()[:20]


def _files(folder: str) -> Iterator[os.DirEntry[str]]:
    """Every file below a folder; empty folders are removed on the way."""
    if not os.path.isdir(folder):
        return
    with os.scandir(folder) as entries:
        listed = list(entries)
    for entry in listed:
        if entry.is_dir(follow_symlinks=False):
            yield from _files(entry.path)
            if not any(os.scandir(entry.path)):
                os.rmdir(entry.path)
        else:
            yield entry
