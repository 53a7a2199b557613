"""Once: many threads ask for a key, one of them computes it."""

import threading
from collections.abc import Callable, Iterable, Mapping
from typing import Generic, TypeVar

K = TypeVar("K")
V = TypeVar("V")


class Once(Generic[K, V]):
    """Shared: by every thread that asks for a key.

    A computation that fails is its caller's alone: nothing is remembered, and the next who waits computes. Keys are
    taken in sorted order, so that two who want the same ones never wait for each other; for the same reason nobody
    asks for more keys while holding some.
    """

    def __init__(self) -> None:
        self._changed = threading.Condition(threading.Lock())
        self._known: dict[K, V] = {}
        self._held: set[K] = set()

    def get(self, key: K, compute: Callable[[], V]) -> V:
        """The value of a key, computed by this thread unless it is known or another is at it."""
        with self.hold([key]) as held:
            if not held.mine:
                return held.known[key]
            value = compute()
            held.give({key: value})
            return value

    def hold(self, keys: Iterable[K]) -> "Hold[K, V]":
        """For use with `with`: entering waits for keys that others hold, then tells what is known and what is ours."""
        return Hold(self, keys)

    def put(self, values: Mapping[K, V]) -> None:
        """Publish what is true whoever found it; whoever waits for one of the keys goes on with it."""
        with self._changed:
            self._known.update(values)
            self._changed.notify_all()

    def __len__(self) -> int:
        with self._changed:
            return len(self._known)

    def _take(self, keys: Iterable[K]) -> tuple[dict[K, V], tuple[K, ...]]:
        known: dict[K, V] = {}
        mine: list[K] = []
        with self._changed:
            try:
                for key in sorted(set(keys)):  # type: ignore[type-var]
                    while key in self._held and key not in self._known:
                        self._changed.wait()
                    if key in self._known:
                        known[key] = self._known[key]
                    else:
                        self._held.add(key)
                        mine.append(key)
            except BaseException:
                self._release_locked(mine)
                raise
        return known, tuple(mine)

    def _give(self, values: Mapping[K, V], mine: Iterable[K]) -> None:
        with self._changed:
            self._known.update(values)
            self._release_locked(key for key in mine if key in values)

    def _release(self, mine: Iterable[K]) -> None:
        with self._changed:
            self._release_locked(mine)

    def _release_locked(self, mine: Iterable[K]) -> None:
        self._held.difference_update(mine)
        self._changed.notify_all()


class Hold(Generic[K, V]):
    """Some keys as one thread has them: `known` with their values, `mine` to find and give.

    What is not given by the end of the `with` is released unremembered.
    """

    def __init__(self, once: Once[K, V], keys: Iterable[K]) -> None:
        self._once = once
        self._keys = keys
        self.known: dict[K, V] = {}
        self.mine: tuple[K, ...] = ()

    def __enter__(self) -> "Hold[K, V]":
        self.known, self.mine = self._once._take(self._keys)
        return self

    def give(self, values: Mapping[K, V]) -> None:
        """Publish values at once; keys beyond `mine` are welcome, as with `put`."""
        self._once._give(values, self.mine)
        self.mine = tuple(key for key in self.mine if key not in values)

    def __exit__(self, *_: object) -> None:
        self._once._release(self.mine)
        self.mine = ()
