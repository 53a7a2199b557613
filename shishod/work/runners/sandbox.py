"""The sandbox of a worker process: what it may not touch, whatever a file has made of its parser."""

import ctypes
import os
import sys
import threading
from collections.abc import Iterator
from contextlib import suppress
from typing import NamedTuple

from shishod.work.runners import landlock, seccomp
from shishod.work.runners.ground import Place, Sandbox, Standing

PATIENCE_S = 1.0  # for the folders to be opened; one that hangs in the kernel holds up nobody
_SYSTEM = ("/usr", "/lib", "/lib32", "/lib64", "/bin", "/sbin", "/nix/store", "/gnu/store")
_FACTS = ("/etc/ld.so.cache", "/etc/localtime", "/etc/mime.types", "/etc/GNUstep", "/proc/self")
_DEVICES = ("/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom")
_PR_SET_NO_NEW_PRIVS = 38  # linux/prctl.h
_CAPABILITIES_3 = 0x20080522  # linux/capability.h
_KEPT_CAPABILITIES = 1 << 2 | 1 << 3  # to read what root reads (DAC_READ_SEARCH), and to leave access times (FOWNER)


class _Opened(NamedTuple):
    """A folder or file that there is a rule for, open for that and nothing else."""

    path: bytes
    descriptor: int
    rights: int
    place: Place


def enter(sandbox: Sandbox) -> Standing:
    """Give up for this process, and all that it starts, whatever reading files does not need.

    What the kernel does not offer is left out; the answer says what was done.
    """
    sys.dont_write_bytecode = True
    libc = ctypes.CDLL(None)
    libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    _give_up_privileges(libc)
    landlocked = _landlocked(sandbox)
    by = [landlocked.by] if landlocked.by else []
    if seccomp.restrict(writes=bool(sandbox.writable)):
        by.append("seccomp")
    return landlocked._replace(by=", ".join(by))


def _landlocked(sandbox: Sandbox) -> Standing:
    """What Landlock was made to do, and with which folders."""
    abi = landlock.version()
    if not abi:
        return Standing()
    libraries, all_there = _libraries(sandbox.readable)
    kept = [one for folder in sandbox.writable for one in _open(folder, landlock.KEEP)]
    opened = [*_system(), *libraries, *kept]
    reads_all = sandbox.reads_all or not all_there
    try:
        landlock.restrict(abi, [(one.descriptor, one.rights) for one in opened], reads_all=reads_all)
    except OSError:
        return Standing()
    finally:
        for one in opened:
            os.close(one.descriptor)
    reads = None if sandbox.reads_all else {one.path: one.place for one in libraries}
    by = f"landlock {abi}" + " (of writing alone)" * reads_all
    return Standing(by, reads, {one.path: one.place for one in kept}, sandbox.age)


def _system() -> Iterator[_Opened]:
    """What Python, the readers and the programs that they start run on."""
    wanted = dict.fromkeys((*_SYSTEM, *_modules()), landlock.RUN)
    wanted |= dict.fromkeys(_FACTS, landlock.READ) | dict.fromkeys(_DEVICES, landlock.DEVICE)
    for path, rights in wanted.items():
        yield from _open(os.fsencode(path), rights)


def _modules() -> set[str]:
    """Where Python lies, and the folders of what it has loaded: what it loads later lies there too."""
    top = [module for name, module in list(sys.modules.items()) if "." not in name and name != "__main__"]
    files = [file for module in top if isinstance(file := getattr(module, "__file__", None), str)]
    packages = [path for path in sys.path if path.endswith("-packages")]
    return {sys.prefix, sys.base_prefix, *packages, *map(os.path.dirname, files)} - {"", "/"}


def _libraries(folders: tuple[bytes, ...]) -> tuple[list[_Opened], bool]:
    """The folders that are there, and whether each was reached or is gone: a dead share would hold up all others."""
    opened = list[_Opened]()
    through = threading.Event()

    def reach() -> None:
        for folder in folders:
            opened.extend(_open(folder, landlock.READ))
        through.set()

    try:
        threading.Thread(target=reach, name="reach", daemon=True).start()
    except RuntimeError:  # this user has as many threads as it may
        return [], False
    all_there = through.wait(PATIENCE_S)
    return list(opened), all_there


def _open(path: bytes, rights: int) -> Iterator[_Opened]:
    """Without waking an automount; nothing where nothing is there."""
    with suppress(OSError):
        descriptor = os.open(path, os.O_PATH | os.O_CLOEXEC)
        status = os.fstat(descriptor)
        yield _Opened(path, descriptor, rights, (status.st_dev, status.st_ino))


def _give_up_privileges(libc: ctypes.CDLL) -> None:
    """A daemon that is run as root has readers that may read as root does, and no more."""
    header = (ctypes.c_uint32 * 2)(_CAPABILITIES_3, 0)
    held = (ctypes.c_uint32 * 6)()  # effective, permitted, inheritable; low halves, then high ones
    if libc.capget(header, held) == 0:
        left = [one & _KEPT_CAPABILITIES for one in held[:2]]
        libc.capset(header, (ctypes.c_uint32 * 6)(*left, 0, 0, 0, 0))
