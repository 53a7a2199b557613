"""The folders of the libraries: there, mounted, readable, what they were, and told apart."""

import errno
import os
from collections.abc import Iterator
from pathlib import Path

from shishod.ailment import Ailment
from shishod.daemon.doctor.patient import Patient, error, listed, warning, within
from shishod.model.library import Library, RootState, WatchWay
from shishod.mounts import asleep, current_mount, tells_of_changes
from shishod.paths import display, join
from shishod.store.checkup import RootMemory

FSTAB = Path("/etc/fstab")
FOLDERS = 200  # that are tried: a permission that is wrong is mostly wrong for all


def libraries(patient: Patient) -> Iterator[Ailment]:
    """Each root by itself, then those that are one place under two names."""
    if not patient.settings.libraries:
        where = patient.config or "the command line"
        remedy = f"name your folders in {where}, then systemctl restart shishod"
        yield warning(where, "no library is named, so there is nothing to watch", remedy)
    memories = {one.path: one for one in patient.checkup.roots}
    places: dict[bytes, bytes] = {}
    for library in patient.settings.as_libraries():
        for root in library.roots:
            if asleep(root):
                continue  # an automount that nobody needs just now
            trouble = list(_root(patient, root, memories.get(root)))
            yield from trouble
            if not trouble:
                yield from _inside(patient, library, root)
                real = os.path.realpath(root)
                if real in places:
                    twin = display(places[real])
                    yield error(display(root), f"it is the same folder as {twin}", "keep one of them under libraries:")
                places.setdefault(real, root)


def _root(patient: Patient, root: bytes, memory: RootMemory | None) -> Iterator[Ailment]:
    shown = display(root)
    try:
        names = within(lambda: os.listdir(root))
    except FileNotFoundError:
        remedy = "mount what belongs there" if memory and memory.files else f"mkdir -p {shown}"
        remedy = f"mount {point}" if (point := _mount_point(root)) else f"{remedy}, or correct it under libraries:"
        yield error(shown, "it is not there; its books are left as they are", remedy)
    except NotADirectoryError:
        yield error(shown, "it is not a folder", "name the folder that holds it under libraries:")
    except OSError as fault:
        yield error(shown, f"{patient.user} may not read it: {fault.strerror}", _way_in(patient, root, fault))
    else:
        if names is None:
            yield error(shown, "it does not answer: its disk or share hangs", f"umount -l {shown} && mount {shown}")
        else:
            yield from _as_it_was(root, memory, empty=not names)


def _as_it_was(root: bytes, memory: RootMemory | None, *, empty: bool) -> Iterator[Ailment]:
    shown = display(root)
    mount = current_mount(os.path.realpath(root))
    point = _mount_point(root)
    if point and mount and os.fsencode(point) != mount.point and not os.path.ismount(point):
        yield error(shown, f"{point} is not mounted; its books are left as they are", f"mount {point}")
    elif memory and empty and memory.files:
        files = "1 file" if memory.files == 1 else f"{memory.files:,} files"
        reason = f"it is empty, and the catalogue knows {files} of it; all is left as it is"
        yield error(shown, reason, f"mount what belongs there; if it is right, `shishoctl accept {shown}`")
    elif memory and memory.state is RootState.HELD:
        yield warning(shown, memory.reason, "shishoctl held shows what it is")


def _inside(patient: Patient, library: Library, root: bytes) -> Iterator[Ailment]:
    shown = display(root)
    mount = current_mount(os.path.realpath(root))
    if mount and library.ways.watch is WatchWay.EVENTS and not tells_of_changes(mount.fstype):
        reason = f"watch is events, and {mount.fstype} does not tell of changes made elsewhere"
        yield warning(shown, reason, f"set watch: auto, or poll, of the library {library.name}")
    shut = within(lambda: _shut(root)) or []
    if shut:
        reason = f"{patient.user} may not read {len(shut)} of its folders: {listed(shut)}"
        remedy = f"chmod -R o+rX {shown}, then shishoctl scan; or give the group: see drop-in group.conf"
        yield warning(shown, reason, remedy)


def _shut(root: bytes) -> list[str]:
    folders = []
    with os.scandir(root) as entries:
        for _, entry in zip(range(FOLDERS), entries, strict=False):
            if not entry.name.startswith(b".") and entry.is_dir(follow_symlinks=False):
                folders.append(entry.name)
    return [display(name) for name in folders if not _opens(join(root, name))]


def _opens(folder: bytes) -> bool:
    try:
        os.scandir(folder).close()
    except PermissionError:
        return False
    except OSError:
        return True  # gone meanwhile, or a fault that the scan tells with its errno
    return True


def _way_in(patient: Patient, root: bytes, fault: OSError) -> str:
    shown = display(root)
    if fault.errno not in (errno.EACCES, errno.EPERM):
        return f"dmesg | tail; umount -l {shown} && mount {shown}"
    examples = "/usr/share/doc/shishod/examples"
    if root.startswith((b"/home/", b"/root/")):
        return f"setfacl -m u:{patient.user}:rx {shown}, with the drop-in {examples}/home.conf"
    return f"chmod o+rx {shown}, or let the service into its group: {examples}/group.conf"


def _mount_point(root: bytes) -> str:
    """What fstab would mount at the root or above it, "" where it names nothing but the machine's own disk."""
    try:
        lines = FSTAB.read_text(encoding="utf-8", errors="surrogateescape").splitlines()
    except OSError:
        return ""
    fields = [line.split() for line in lines if not line.lstrip().startswith("#")]
    points = [os.fsencode(one[1].replace("\\040", " ")) for one in fields if len(one) > 2 and one[1].startswith("/")]
    above = [point for point in points if point != b"/" and (root + b"/").startswith(point.rstrip(b"/") + b"/")]
    return os.fsdecode(max(above, key=len, default=b""))
