"""Guarded: a lock around one object, for rooms that may not make locks of their own."""

import threading
from typing import Generic, TypeVar

T = TypeVar("T")


class Guarded(Generic[T]):
    """Shared: by all who reach the object, each through `with guarded as value:`.

    The lock is not reentrant, and no call that waits belongs inside it.
    """

    def __init__(self, value: T) -> None:
        self._value = value
        self._lock = threading.Lock()

    def __enter__(self) -> T:
        self._lock.acquire()
        return self._value

    def __exit__(self, *_: object) -> None:
        self._lock.release()
