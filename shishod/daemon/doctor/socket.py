"""The socket: what lies in its place, and who may use it."""

import grp
import os
import socket as sockets
import stat
from collections.abc import Iterator
from pathlib import Path

from shishod.ailment import Ailment
from shishod.control.binding import LONGEST
from shishod.daemon.doctor.patient import Patient, error, warning


def socket(patient: Patient) -> Iterator[Ailment]:
    """It can be bound, and is nobody else's."""
    place = patient.settings.socket_path()
    if len(os.fsencode(place)) > LONGEST:
        yield error(
            place, f"the path is longer than the {LONGEST} bytes that the kernel takes", "shorten control.socket:"
        )
        return
    above = next(one for one in place.parents if one.exists())
    if not patient.itself and not os.access(above, os.W_OK | os.X_OK, effective_ids=True) and not _of_systemd(place):
        make = f"install -d -o {patient.user} -m 755 {place.parent}, or set control.socket:"
        yield error(place, f"{patient.user} may not make it in {above}", make)
    yield from _in_the_way(place)
    group = patient.settings.control.group
    if _of_systemd(place) and not _known(group):
        yield warning(
            f"group {group}", "there is no such group, so that only root may use the socket", "systemd-sysusers"
        )


def _of_systemd(place: Path) -> bool:
    """Whether its folder is made by the unit (RuntimeDirectory=) as the daemon starts."""
    return place.parent == Path("/run/shishod")


def _in_the_way(place: Path) -> Iterator[Ailment]:
    try:
        found = place.lstat()
    except OSError:
        return
    if not stat.S_ISSOCK(found.st_mode):
        yield error(place, "it is in the way and is not a socket", f"mv {place} {place}.aside")
        return
    with sockets.socket(sockets.AF_UNIX, sockets.SOCK_STREAM) as probe:
        probe.settimeout(2.0)
        try:
            probe.connect(os.fspath(place))
        except ConnectionRefusedError:
            yield warning(
                place, "a daemon that died has left it; nobody answers", "systemctl start shishod, or rm " + str(place)
            )
        except PermissionError:
            yield warning(place, "you may not use it", "usermod -aG shishod $USER, and log in again")
        except OSError:
            return  # `daemon` tells of one that hangs


def _known(group: str) -> bool:
    try:
        grp.getgrnam(group)
    except KeyError:
        return False
    return True
