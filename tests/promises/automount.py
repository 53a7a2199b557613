"""A tiny automounter (autofs(5), direct, protocol 5) as a process: it mounts a tmpfs, lets it expire, and counts who
would have woken it.

Spoken to by lines: `expire` unmounts what it mounted, `report` tells how often the kernel asked for it since.
"""

import ctypes
import fcntl
import json
import os
import struct
import sys
from contextlib import suppress

LIBC = ctypes.CDLL(None, use_errno=True)
IOC_PROTOVER, IOC_FAIL, IOC_CATATONIC = 0x80049363, 0x9361, 0x9362
PACKET = 304  # struct autofs_v5_packet on 64 bits


def mount(kind: bytes, point: bytes, options: bytes) -> None:
    if LIBC.mount(b"shishod-test", point, kind, 0, options):
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


def asked(pipe: int, point: int) -> int:
    """How many requests wait in the pipe; each is answered with a failure so that nobody hangs."""
    count = 0
    with suppress(BlockingIOError):
        while packet := os.read(pipe, PACKET):
            count += 1
            (token,) = struct.unpack_from("I", packet, 8)
            with suppress(OSError):
                fcntl.ioctl(point, IOC_FAIL, token)
    return count


def main(point: bytes) -> None:
    reads, writes = os.pipe2(os.O_NONBLOCK)
    options = b"fd=%d,pgrp=%d,minproto=5,maxproto=5,direct" % (writes, os.getpgrp())
    try:
        mount(b"autofs", point, options)
    except OSError as error:
        print(error.strerror, flush=True)
        return
    inside = os.open(point, os.O_RDONLY | os.O_DIRECTORY)
    mount(b"tmpfs", point, b"size=16m")
    print("mounted", flush=True)
    for line in sys.stdin:
        if line.strip() == "expire":
            asked(reads, inside)
            LIBC.umount2(point, 0)
            print("expired", flush=True)
        elif line.strip() == "report":
            print(json.dumps({"woken": asked(reads, inside)}), flush=True)
    LIBC.umount2(point, 2)
    fcntl.ioctl(inside, IOC_CATATONIC, 0)
    os.close(inside)
    LIBC.umount2(point, 2)


if __name__ == "__main__":
    main(os.fsencode(sys.argv[1]))
