"""The journal's own protocol (systemd's JOURNAL_NATIVE_PROTOCOL): every fact is a field of its own."""

import os
import re
import socket
import struct
from collections.abc import Iterable, Iterator
from typing import TextIO

SOCKET = "/run/systemd/journal/socket"
LONGEST_NAME = 64  # the journal leaves out a field of a longer one
_ODD = re.compile(r"[^A-Z0-9_]")


def hears(stream: TextIO) -> bool:
    """Whether what is written to a stream ends in the journal, as systemd tells by JOURNAL_STREAM."""
    told = os.environ.get("JOURNAL_STREAM", "")
    try:
        end = os.fstat(stream.fileno())
    except (OSError, ValueError):
        return False
    return told == f"{end.st_dev}:{end.st_ino}"


def name_of(fact: str) -> str:
    """The field of a fact: `root` is SHISHOD_ROOT. None can be taken for one of the journal's own."""
    return f"SHISHOD_{_ODD.sub('_', fact.upper())}"[:LONGEST_NAME]


def packed(fields: Iterable[tuple[str, str]]) -> bytes:
    """An entry, in the form that tells the length of each value, so that no value can hold a further field."""
    return b"".join(_packed(fields))


def _packed(fields: Iterable[tuple[str, str]]) -> Iterator[bytes]:
    for name, value in fields:
        encoded = value.encode("utf-8", "backslashreplace")
        yield b"%b\n%b%b\n" % (name.encode("ascii"), struct.pack("<Q", len(encoded)), encoded)


class Journal:
    """Shared: by every thread that logs; an entry is one datagram, which is taken whole or not at all.

    The socket is named anew for each, so that a journal that was started again is found.
    """

    def __init__(self) -> None:
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)

    def write(self, fields: Iterable[tuple[str, str]]) -> bool:
        """False where nobody takes the entry, or it is too large for one datagram."""
        try:
            self._socket.sendto(packed(fields), SOCKET)
        except OSError:
            return False
        return True

    def close(self) -> None:
        self._socket.close()
