"""The heap: what the C library keeps of freed memory for later, given back when there is no later for a while."""

import ctypes


def give_back() -> bool:
    """Let the kernel have what is free, in some milliseconds; whether there was any.

    glibc alone keeps it (malloc_trim(3)): after a large scan tens of megabytes, in one arena a thread.
    """
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    return trim is not None and bool(trim(0))
