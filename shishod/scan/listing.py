"""Listing: what a folder holds at this moment and on which filesystem, so that a loss is told from an unmount."""

import os
from typing import NamedTuple

from shishod.scan.mounts import Devices


class Listing(NamedTuple):
    """The regular files and the folders of a folder by name, none when it is gone, None when it does not say.

    Anything else under a name of theirs is not them: a link, a folder in a file's place. What is there and does not say
    what it is, as on a failing disk, may be either, and keeps what was known of it. `device` is the number (as a
    Sighting's) of the filesystem that the folder lies on, or would lie on.
    """

    files: frozenset[bytes] | None
    folders: frozenset[bytes] | None
    device: int

    def holds(self, name: bytes) -> bool:
        return self.files is not None and name in self.files

    def lacks(self, name: bytes, device: int) -> bool:
        """Whether a file is lost that was there under this name on that filesystem.

        What lay on a filesystem that is not mounted here now is not lost, and neither is what is mounted over.
        """
        return self.files is not None and name not in self.files and device == self.device

    def lacks_folder(self, name: bytes, device: int) -> bool:
        """The same of a folder, or of what lay in it on that filesystem."""
        return self.folders is not None and name not in self.folders and device == self.device


UNSAID = Listing(None, None, 0)


def list_names(folder: bytes, root_device: int, *, follow: bool = False) -> Listing:
    """List a folder of a root whose device that is, links as what they lead to where some are followed.

    Runs where it may hang; raises nothing that a disk can cause.
    """
    try:
        files, folders = _sorted(folder, follow=follow)
        return Listing(files, folders, _device(folder, Devices(root_device)))
    except OSError:
        return UNSAID


def _sorted(folder: bytes, *, follow: bool) -> tuple[frozenset[bytes], frozenset[bytes]]:
    files, folders = set[bytes](), set[bytes]()
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                try:
                    is_folder, is_file = entry.is_dir(follow_symlinks=follow), entry.is_file(follow_symlinks=follow)
                except OSError:
                    is_folder = is_file = True  # whichever it was
                folders.update([entry.name] if is_folder else ())
                files.update([entry.name] if is_file else ())
    except (FileNotFoundError, NotADirectoryError):
        return frozenset(), frozenset()
    return frozenset(files), frozenset(folders)


def _device(folder: bytes, devices: Devices) -> int:
    while True:
        try:
            return devices.number(os.stat(folder).st_dev, folder)
        except (FileNotFoundError, NotADirectoryError):
            folder = os.path.dirname(folder)
