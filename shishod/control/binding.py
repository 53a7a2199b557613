"""The socket file: whose it is, who may use it, and whether another daemon already answers there."""

import contextlib
import errno
import grp
import os
import socket
import stat
from pathlib import Path

from shishod import log
from shishod.errors import SettingsError

BACKLOG = 128
LONGEST = 107  # bytes of a path that the kernel takes for a socket
LISTEN_FD = 3  # where systemd puts the first socket that it hands over

_log = log.get(__name__)


class Bound:
    """A listening socket and the file it stands for; `close` removes the file only while it is still ours."""

    def __init__(self, sock: socket.socket, path: Path | None) -> None:
        self.sock = sock
        self._path = path
        self._inode = _inode(path) if path else None

    def lost(self) -> bool:
        """Whether nobody can reach us any more: the file was removed, or is another."""
        return self._path is not None and self._inode is not None and _inode(self._path) != self._inode

    def close(self) -> None:
        """Stop listening. May be called twice."""
        self.sock.close()
        if self._path and self._inode is not None and _inode(self._path) == self._inode:
            self._path.unlink(missing_ok=True)
        self._inode = None


def bind(path: Path, group: str, mode: int) -> Bound:
    """Listen at `path`, or on the socket that systemd handed over. Raises SettingsError where that cannot be."""
    if handed := _from_systemd():
        return Bound(handed, None)
    if len(os.fsencode(path)) > LONGEST:
        raise SettingsError(f"the socket path {path} is longer than {LONGEST} bytes; choose a shorter one (--socket)")
    sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        gid = _gid(group)
        _make_folder(path.parent, gid)
        _clear(path)
        os.fchmod(sock.fileno(), 0o600)  # the file is born with it: no instant in which strangers may connect
        sock.bind(os.fspath(path))
        _open_to(path, gid, mode)
        sock.listen(BACKLOG)
    except OSError as error:
        sock.close()
        raise SettingsError(f"cannot listen at {path}: {error.strerror}; choose another place with --socket") from error
    except SettingsError:
        sock.close()
        raise
    return Bound(sock, path)


def _from_systemd() -> socket.socket | None:
    if os.environ.get("LISTEN_PID") != str(os.getpid()) or not os.environ.get("LISTEN_FDS", "0").isdecimal():
        return None
    given = int(os.environ.pop("LISTEN_FDS", "0"))
    os.environ.pop("LISTEN_PID", None)
    if given < 1:
        return None
    os.set_inheritable(LISTEN_FD, False)
    return socket.socket(fileno=LISTEN_FD)


def _clear(path: Path) -> None:
    """Remove a socket that nobody answers at; anything else in the way is left alone."""
    try:
        found = path.lstat()
    except FileNotFoundError:
        return
    if not stat.S_ISSOCK(found.st_mode):
        raise SettingsError(f"{path} is in the way and is not a socket; it was left alone. Move it, or use --socket")
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        probe.settimeout(1.0)
        refused = probe.connect_ex(os.fspath(path))
    if refused not in (errno.ECONNREFUSED, errno.ENOENT):
        raise SettingsError(f"another daemon answers at {path}; stop it first, or give this one another --socket")
    path.unlink(missing_ok=True)


def _make_folder(folder: Path, gid: int | None) -> None:
    if folder.is_dir():
        return
    folder.parent.mkdir(parents=True, exist_ok=True)
    folder.mkdir(mode=0o750, exist_ok=True)
    _give(folder, gid)


def _open_to(path: Path, gid: int | None, mode: int) -> None:
    _give(path, gid)
    path.chmod(mode)


def _give(path: Path, gid: int | None) -> None:
    if gid is None:
        return
    try:
        os.chown(path, -1, gid)
    except PermissionError:
        _log.debug("may not give the socket to its group; it keeps ours", path=str(path), gid=gid)


def _gid(group: str) -> int | None:
    with contextlib.suppress(KeyError):
        return grp.getgrnam(group).gr_gid
    return None


def _inode(path: Path) -> tuple[int, int] | None:
    try:
        found = path.lstat()
    except OSError:
        return None
    return found.st_dev, found.st_ino
