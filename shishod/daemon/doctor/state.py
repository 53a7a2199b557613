"""The state folder: whether it is there, ours, writable, and on a disk with room."""

import errno
import os
from collections.abc import Iterator
from pathlib import Path

from shishod.ailment import Ailment
from shishod.daemon.doctor.patient import Patient, error, warning
from shishod.mounts import current_mount, keeps_locks

ENOUGH_BYTES = 64 * 1024 * 1024
FULL_BYTES = 4 * 1024 * 1024  # less than what a scan writes at once
COMFORT = 2  # times the catalogue: its copies need room too
FILES = 1000  # that can still be made


def folder(patient: Patient) -> Iterator[Ailment]:
    """It is there or can be made, can be written to, and keeps locks where SQLite lies in it."""
    place = patient.state
    if not place.exists():
        above = next(one for one in place.parents if one.exists())
        if os.statvfs(above).f_flag & os.ST_RDONLY:
            yield _read_only(place)
        elif not os.access(above, os.W_OK | os.X_OK, effective_ids=True):
            make = f"install -d -o {patient.user} -m 750 {place}"
            yield error(place, f"it is not there, and {patient.user} may not make it in {above}", make)
        return
    if not place.is_dir():
        yield error(place, "it is not a folder", f"mv {place} {place}.aside, or name another with state_dir:")
        return
    mount = current_mount(os.fsencode(os.path.realpath(place)))
    if mount and not keeps_locks(mount.fstype) and not patient.settings.store.url:
        reason = f"it lies on {mount.fstype}, where SQLite's locks cannot be trusted"
        yield error(place, reason, "set state_dir: to a folder on a local disk, or store.url: to a PostgreSQL database")
    yield from _writable(patient, place)


def _writable(patient: Patient, place: Path) -> Iterator[Ailment]:
    probe = place / f".doctor-{os.getpid()}"
    try:
        probe.touch()
    except OSError as fault:
        if fault.errno == errno.EROFS:
            yield _read_only(place)
        elif fault.errno not in (errno.ENOSPC, errno.EDQUOT):  # room() tells those
            owner = f"chown -R {patient.user}: {place}"
            yield error(place, f"{patient.user} may not write there: {fault.strerror}", owner)
        return
    probe.unlink(missing_ok=True)
    strangers = [
        one for one in place.glob("catalogue.sqlite*") if not os.access(one, os.R_OK | os.W_OK, effective_ids=True)
    ]
    for one in strangers:
        yield error(one, f"{patient.user} may not write it", f"chown {patient.user}: {place}/catalogue.sqlite*")


def _read_only(place: Path) -> Ailment:
    return error(place, "the filesystem is mounted read-only", f"mount -o remount,rw {_mount_point(place)}")


def room(patient: Patient) -> Iterator[Ailment]:
    """Bytes and files that are still free where the catalogue grows."""
    place = next((one for one in (patient.state, *patient.state.parents) if one.exists()), None)
    if place is None:
        return
    disk, point = os.statvfs(place), _mount_point(place)
    free = disk.f_bavail * disk.f_frsize
    catalogue = sum(one.stat().st_size for one in place.glob("catalogue.sqlite*"))
    if free < ENOUGH_BYTES:
        full, when = ("full", "") if free < FULL_BYTES else ("nearly full", "soon ")
        reason = f"its disk is {full}: {free // 1024:,} KiB are left; {when}nothing new can be recorded"
        yield error(place, reason, f"make room on {point}: du -xh {point} | sort -h | tail")
    elif free < COMFORT * catalogue:
        reason = f"{free // 2**20:,} MiB are left on its disk, too little for the next copy of the catalogue"
        yield warning(place, reason, f"make room on {point}, or keep fewer copies (store.keep_backups:)")
    if disk.f_files and disk.f_favail < FILES:
        yield error(place, f"its disk has room for {disk.f_favail} files more", f"df -i {point}; remove small files")


def _mount_point(place: Path) -> str:
    mount = current_mount(os.fsencode(os.path.realpath(place)))
    return os.fsdecode(mount.point) if mount else "/"
