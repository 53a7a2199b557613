"""The heap: what the C library keeps of freed memory for later, kept once, and given back when there is no later."""

import ctypes

_MOST_ARENAS = -8  # malloc.h


def share() -> bool:
    """Have all threads share one heap, before there are any; False where the C library has no other way.

    glibc gives each of a few threads a heap of its own (mallopt(3)), and each keeps what the largest batch needed that
    a thread has ever saved. Ours wait for the interpreter, not for the heap.
    """
    choose = getattr(ctypes.CDLL(None), "mallopt", None)
    return choose is not None and bool(choose(_MOST_ARENAS, 1))


def give_back() -> bool:
    """Let the kernel have what is free, in some milliseconds; whether there was any.

    glibc alone keeps it (malloc_trim(3)): after a large scan tens of megabytes, in one arena a thread.
    """
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    return trim is not None and bool(trim(0))
