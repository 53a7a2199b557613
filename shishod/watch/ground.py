"""Ground: what a root's path led to when it was last looked at, and whether it still does."""

import os
from dataclasses import dataclass

from shishod.mounts import current_mount, is_network


@dataclass(frozen=True, slots=True)
class Ground:
    """A folder as it was found: links resolved, the mount it lies on, and its device and inode."""

    real: bytes
    device: int
    inode: int
    mount_id: int | None = None
    fstype: str = ""

    @property
    def far(self) -> bool:
        """Whether a look at it goes over a wire."""
        return is_network(self.fstype)

    @property
    def identity(self) -> tuple[int, int]:
        return self.device, self.inode

    def same_mount(self) -> bool:
        """Whether it is still the mount that it was; asks the mount table alone."""
        mount = current_mount(self.real)
        return (mount.id if mount is not None else None) == self.mount_id


def find(path: bytes) -> Ground:
    """Look where a path leads now. Raises OSError when nothing is there; may hang on a dead share."""
    seen = os.stat(path)
    real = os.path.realpath(path)
    mount = current_mount(real)
    mount_id, fstype = (mount.id, mount.fstype) if mount is not None else (None, "")
    return Ground(real, seen.st_dev, seen.st_ino, mount_id, fstype)


def leads_to(path: bytes) -> tuple[int, int] | None:
    """Device and inode of a folder, links followed; None when it cannot be reached."""
    try:
        seen = os.stat(path)
    except OSError:
        return None
    return seen.st_dev, seen.st_ino
