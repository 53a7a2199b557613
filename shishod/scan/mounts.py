"""What the mount table and the filesystem together say of a root, and of what is mounted inside it."""

import fcntl
import os
from hashlib import blake2b

from shishod.model.library import RootIdentity
from shishod.mounts import (
    MOUNTINFO,
    NETWORK,
    UNSTABLE_INODES,
    Mount,
    current_mount,
    is_network,
    mount_of,
    read_mounts,
    stable_inodes,
)
from shishod.paths import display, join

__all__ = [
    "MARKER",
    "MOUNTINFO",
    "NETWORK",
    "UNSTABLE_INODES",
    "Devices",
    "Mount",
    "current_mount",
    "identify",
    "is_network",
    "mount_of",
    "read_mounts",
    "stable_inodes",
]

MARKER = b".shishod-root"  # a file of the operator's: whatever disk holds it with the same words is that root
LONGEST_MARKER = 1024
GET_UUID, UUID_BYTES = 0x80111500, 17  # FS_IOC_GETFSUUID and its struct: a length, and room for sixteen bytes


def identify(path: bytes) -> RootIdentity:
    """Ask the filesystem who it is. Raises OSError when the root is not there; may hang on a dead share."""
    real = os.path.realpath(path, strict=True)
    status = os.stat(real)
    fsid = filesystem_id(status.st_dev, real)
    mount = current_mount(real)
    fstype, source = (mount.fstype, mount.source) if mount else ("unknown", "")
    return RootIdentity(status.st_dev, fstype, source, fsid, status.st_ino, read_marker(real))


def read_marker(root: bytes) -> str:
    """What the operator wrote into the root's marker, "" without one. Raises OSError when it cannot be read."""
    try:
        opened = os.open(join(root, MARKER), os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError:
        return ""
    with open(opened, "rb", buffering=0) as marker:
        return display((marker.read(LONGEST_MARKER) or b"").strip())


class Devices:
    """What the files of one root carry for the filesystem they lie on: 0 for the root's own, else a lasting number.

    The kernel's numbers for what is mounted below, or for a subvolume, are new with each boot. Shared: by nobody.
    """

    def __init__(self, root_device: int) -> None:
        self._numbers = {root_device: 0}

    def number(self, device: int, path: bytes) -> int:
        """The number for a file or folder of this `st_dev`; asks the filesystem when it is met for the first time."""
        found = self._numbers.get(device)
        if found is None:
            found = self._numbers[device] = lasting_number(device, path)
        return found


def lasting_number(device: int, path: bytes) -> int:
    """A positive number for the filesystem of a folder that outlives a remount: from its id, else from its source."""
    if fsid := filesystem_id(device, path):
        said = f"fsid {fsid}"
    else:
        mount = current_mount(os.path.realpath(path))
        said = f"{mount.fstype} {mount.source} {display(mount.root)}" if mount else f"device {device}"
    return int.from_bytes(blake2b(said.encode("utf-8", "replace"), digest_size=8).digest()) >> 1 or 1


def filesystem_id(device: int, folder: bytes) -> int:
    """The filesystem's own id of 64 bits, 0 where it has none that lasts; asks the kernel about a folder of it.

    XFS, FAT and others only give their device number (huge_encode_dev in the kernel), which is another after the next
    boot; their UUID is told since Linux 6.9.
    """
    fsid = os.statvfs(folder).f_fsid
    major, minor = os.major(device), os.minor(device)
    if fsid not in (0, (minor & 0xFF) | major << 8 | (minor & ~0xFF) << 12):
        return fsid
    opened = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        length, *uuid = fcntl.ioctl(opened, GET_UUID, bytes(UUID_BYTES))
    except OSError:
        return 0
    finally:
        os.close(opened)
    return int.from_bytes(blake2b(bytes(uuid[:length]), digest_size=8).digest())
