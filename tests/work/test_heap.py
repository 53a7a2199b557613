"""What the C library keeps is given back."""

import json
import subprocess
import sys

GROWN = """
import ctypes, json
from shishod.work import heap

def resident():
    with open("/proc/self/statm") as told:
        return int(told.read().split()[1]) * 4096

libc = ctypes.CDLL(None)
libc.malloc.restype, libc.free.argtypes = ctypes.c_void_p, [ctypes.c_void_p]
libc.memset.argtypes = [ctypes.c_void_p, ctypes.c_int, ctypes.c_size_t]
blocks = [libc.malloc(60_000) for _ in range(1_000)]
for block in blocks:
    libc.memset(block, 1, 60_000)
for block in blocks[:-1]:  # the last keeps the heap from shrinking by itself
    libc.free(block)
before = resident()
print(json.dumps([heap.give_back(), (before - resident()) // 2**20]))
"""


def test_what_was_freed_goes_back_to_the_kernel() -> None:
    """In a process of its own: the heap of this one is what the tests before have made of it."""
    gave, megabytes = json.loads(subprocess.check_output([sys.executable, "-c", GROWN]))

    assert gave
    assert megabytes > 40, "of sixty"
