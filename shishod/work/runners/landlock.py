"""Landlock: the kernel is told what this process and its children may still open (landlock(7), linux/landlock.h)."""

import ctypes
import errno
import os
import stat
import struct
from collections.abc import Iterable

_CREATE, _ADD, _RESTRICT = 444, 445, 446  # the same number on every architecture
_VERSION = 1  # LANDLOCK_CREATE_RULESET_VERSION
_BENEATH = 1  # LANDLOCK_RULE_PATH_BENEATH
EXECUTE, WRITE_FILE, READ_FILE, READ_DIR = 1 << 0, 1 << 1, 1 << 2, 1 << 3
REMOVE_DIR, REMOVE_FILE, MAKE_DIR, MAKE_REG, REFER, TRUNCATE = 1 << 4, 1 << 5, 1 << 7, 1 << 8, 1 << 13, 1 << 14
_IOCTL_DEV = 1 << 15
_OF_FILES = EXECUTE | WRITE_FILE | READ_FILE | TRUNCATE | _IOCTL_DEV  # what a rule for a single file may say

READ = READ_FILE | READ_DIR
RUN = READ | EXECUTE
DEVICE = READ_FILE | WRITE_FILE | TRUNCATE | _IOCTL_DEV
KEEP = READ | WRITE_FILE | TRUNCATE | REMOVE_DIR | REMOVE_FILE | MAKE_DIR | MAKE_REG | REFER

_BITS = {1: 13, 2: 14, 3: 15, 5: 16}  # version of the interface -> how many rights to files it knows
_TCP = 3  # to bind and to connect; from version 4
_SCOPES = 3  # abstract sockets of others, and signals to them; from version 6

_libc = ctypes.CDLL(None, use_errno=True)


def version() -> int:
    """The kernel's version of the interface, 0 where it has none or was started without it."""
    return max(0, int(_libc.syscall(_CREATE, None, ctypes.c_size_t(0), _VERSION)))


def files_known(abi: int) -> int:
    """Every right to files that a version of the interface knows; one that it does not know cannot be taken away."""
    return (1 << max(bits for since, bits in _BITS.items() if since <= abi)) - 1


def restrict(abi: int, rules: Iterable[tuple[int, int]], *, reads_all: bool = False) -> None:
    """Take every right from this thread and its children but those of the rules: (open folder or file, rights).

    With `reads_all` it may read and run whatever is there. Irrevocable. Raises OSError where the kernel refuses.
    """
    handled = files_known(abi) & ~(RUN if reads_all else 0)
    # An older kernel reads the part that it knows, and refuses a longer one with anything in it.
    attributes = struct.pack("QQQ", handled, _TCP if abi >= 4 else 0, _SCOPES if abi >= 6 else 0)
    ruleset = _call(_CREATE, attributes, ctypes.c_size_t(len(attributes)), 0)
    try:
        for opened, rights in rules:
            allowed = handled & rights & (-1 if stat.S_ISDIR(os.fstat(opened).st_mode) else _OF_FILES)
            if allowed:
                _call(_ADD, ruleset, _BENEATH, struct.pack("=Qi", allowed, opened), 0)
        _call(_RESTRICT, ruleset, 0)
    finally:
        os.close(ruleset)


def _call(*words: object) -> int:
    done = int(_libc.syscall(*words))
    if done < 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code) if code != errno.E2BIG else "this Landlock is older than it says")
    return done
