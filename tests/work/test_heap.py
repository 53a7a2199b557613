"""What the C library keeps is kept once, and given back."""

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


SHARED = """
import ctypes, sys, threading
from shishod.work import heap

libc = ctypes.CDLL(None)
libc.fopen.restype = ctypes.c_void_p
libc.malloc_info.argtypes = [ctypes.c_int, ctypes.c_void_p]
libc.fclose.argtypes = [ctypes.c_void_p]
if sys.argv[1] == "shared":
    assert heap.share()
together = threading.Barrier(4)

def use():
    together.wait()
    for _ in range(1_000):
        libc.malloc(2_000)
    together.wait()

threads = [threading.Thread(target=use) for _ in range(4)]
for one in threads:
    one.start()
for one in threads:
    one.join()
file = libc.fopen(b"/dev/stdout", b"w")
libc.malloc_info(0, file)
libc.fclose(file)
"""


def heaps(how: str) -> int:
    return subprocess.check_output([sys.executable, "-c", SHARED, how]).count(b"<heap nr=")


def test_all_threads_share_one_heap() -> None:
    assert heaps("shared") == 1
    assert heaps("each its own") > 1
