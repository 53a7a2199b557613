"""The mount table, and what a kind of filesystem can be trusted with: one table for all who ask."""

import os
from dataclasses import dataclass
from functools import lru_cache

NETWORK = frozenset(
    {
        *("nfs", "nfs4", "cifs", "smb3", "smbfs", "ncpfs", "afs", "ceph", "glusterfs", "lustre", "9p", "virtiofs"),
        *("fuse.sshfs", "fuse.rclone", "fuse.glusterfs", "fuse.ceph", "fuse.ceph-fuse", "fuse.s3fs"),
    }
)
LOCAL_FUSE = frozenset(  # whose files come and go through the mount alone, unless somebody goes behind its back
    {
        *("fuse.mergerfs", "fuse.mhddfs", "fuse.unionfs", "fuse.unionfs-fuse", "fuse.shfs"),
        *("fuse.encfs", "fuse.gocryptfs", "fuse.cryfs", "fuse.securefs", "fuse.dislocker"),
        *("fuse.ntfs", "fuse.ntfs-3g", "fuse.exfat", "fuse.exfat-fuse", "fuse.zfs", "fuse.apfs"),
    }
)
UNSTABLE_INODES = frozenset({"cifs", "smb3", "smbfs", "9p", "vfat", "msdos", "exfat", "fuseblk"})
MOUNTINFO = "/proc/self/mountinfo"
MOST_LINKS = 40  # as many as the kernel follows


AUTOMOUNT = "autofs"


@dataclass(frozen=True, slots=True)
class Mount:
    """One line of the mount table: where, of what kind, from what; `id` is new with each mount.

    `root` is the folder of the filesystem that is seen at `point`, `device` its "major:minor", `parent` the mount that
    `point` lies on.
    """

    id: int
    point: bytes
    fstype: str
    source: str
    parent: int = 0
    root: bytes = b"/"
    device: str = ""

    def same_place(self, other: "Mount | None") -> bool:
        """Whether two mounts show the same folder of the same filesystem, whenever they were made."""
        if other is None or (self.fstype, self.source, self.root) != (other.fstype, other.source, other.root):
            return False
        return self.device == other.device or self.fstype in NETWORK  # a share gets a new number with each mount


@lru_cache(maxsize=2)  # asked before each batch, and changed when somebody mounts something
def read_mounts(table: bytes) -> tuple[Mount, ...]:
    """Parse /proc/self/mountinfo (proc(5)); later lines cover earlier ones."""
    mounts = []
    for line in table.splitlines():
        left, _, right = line.partition(b" - ")
        fields, tail = left.split(b" "), right.split(b" ")
        if len(fields) < 5 or len(tail) < 2:
            continue
        kind, source = os.fsdecode(tail[0]), os.fsdecode(_unescaped(tail[1]))
        number, parent = int(fields[0]), int(fields[1])
        device, root, point = os.fsdecode(fields[2]), _unescaped(fields[3]), _unescaped(fields[4])
        mounts.append(Mount(number, point, kind, source, parent, root, device))
    return tuple(mounts)


def _unescaped(field: bytes) -> bytes:
    for code, plain in ((b"\\040", b" "), (b"\\011", b"\t"), (b"\\012", b"\n"), (b"\\134", b"\\")):
        field = field.replace(code, plain)
    return field


def mount_of(path: bytes, mounts: tuple[Mount, ...]) -> Mount | None:
    """The mount that a real path lies on, found as the kernel finds it: from the root down, mount by mount.

    The nearest mount point above the path is not enough: a mount over one of its folders hides what is mounted below.
    """
    known = {mount.id for mount in mounts}
    here: Mount | None = None
    while True:
        below = [
            mount
            for mount in mounts
            if _above(mount.point, path)
            and (mount.parent == here.id and mount is not here if here else mount.parent not in known - {mount.id})
        ]
        if not below:
            return here
        here = min(reversed(below), key=lambda mount: len(mount.point))  # of equals the last


def _above(point: bytes, path: bytes) -> bool:
    point = point.rstrip(b"/")
    return not point or path == point or path.startswith(point + b"/")


def location(path: bytes, mounts: tuple[Mount, ...]) -> tuple[str, bytes] | None:
    """Which folder of which filesystem a real path is: the same for all bind mounts of it."""
    mount = mount_of(path, mounts)
    if mount is None:
        return None
    below = path[len(mount.point.rstrip(b"/")) :].strip(b"/")
    return mount.device, b"/".join([mount.root.rstrip(b"/"), below]).rstrip(b"/") or b"/"


def quiet_real(path: bytes, mounts: tuple[Mount, ...]) -> bytes:
    """A path with its symbolic links resolved, as far as that asks no share: one that is dead must hold up nobody."""
    done, rest, links = b"", path.split(b"/"), 0
    while rest:
        name = rest.pop(0)
        if name in (b"", b".", b".."):
            done = done.rpartition(b"/")[0] if name == b".." else done
            continue
        here = done + b"/" + name
        mount = mount_of(here, mounts)
        if mount is not None and (is_network(mount.fstype) or mount.fstype == AUTOMOUNT):
            return b"/".join([here, *rest])
        try:
            target = os.readlink(here)
        except OSError:
            done = here  # no link, or not there
            continue
        links += 1
        if links > MOST_LINKS:
            return path
        done, rest = b"" if target.startswith(b"/") else done, [*target.split(b"/"), *rest]
    return done or b"/"


def current_mount(path: bytes) -> Mount | None:
    """The mount that a real path lies on now; touches nothing but /proc."""
    with open(MOUNTINFO, "rb") as table:
        return mount_of(path, read_mounts(table.read()))


def asleep(path: bytes) -> bool:
    """Whether a path lies on an automount that has expired: not unmounted, but woken by whoever looks into it.

    An automounter unmounts what nobody uses. That says nothing about the files, and we are not to undo it.
    """
    with open(MOUNTINFO, "rb") as table:
        mounts = read_mounts(table.read())
    mount = mount_of(quiet_real(path, mounts), mounts)
    return mount is not None and mount.fstype == AUTOMOUNT


def is_network(fstype: str) -> bool:
    """Whether inodes and times may come over a wire: such files settle longer and their inodes decide nothing."""
    return fstype in NETWORK or _is_fuse(fstype)


def tells_of_changes(fstype: str) -> bool:
    """Whether inotify hears of every change: not of those made on a share's other side, or behind an unknown FUSE.

    An overlay hears all that is done through it; to change its layers behind it is undefined (kernel, overlayfs.rst).
    """
    return fstype not in NETWORK and (not _is_fuse(fstype) or fstype in LOCAL_FUSE)


def keeps_locks(fstype: str) -> bool:
    """Whether SQLite may trust its locks and shared memory."""
    return fstype not in NETWORK and not fstype.startswith("fuse")


def stable_inodes(fstype: str) -> bool:
    """Whether a file keeps its inode number from mount to mount."""
    return fstype not in UNSTABLE_INODES and not _is_fuse(fstype)


def _is_fuse(fstype: str) -> bool:
    return fstype == "fuse" or fstype.startswith("fuse.")  # the part after the dot is left out by some
