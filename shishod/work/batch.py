"""Batcher: what waits is written together."""

import threading
from collections import deque
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

T = TypeVar("T")
R = TypeVar("R")


class _Request(Generic[T, R]):
    """What one caller brought, and what became of it."""

    def __init__(self, things: Sequence[T]) -> None:
        self.things = things
        self.results: Sequence[R] | None = None
        self.error: BaseException | None = None

    def is_done(self) -> bool:
        return self.results is not None or self.error is not None


class Batcher(Generic[T, R]):
    """Shared: by every thread that has something to write.

    There is no thread of its own: a caller who finds fewer than `writers` writing takes what waits, its own and the
    others', and writes it as one batch; so a lone caller never waits, and a crowd shares its commits.
    """

    def __init__(self, write: Callable[[Sequence[T]], Sequence[R]], most: int = 200, writers: int = 1) -> None:
        self._write = write
        self._most = most
        self._writers = writers
        self._changed = threading.Condition(threading.Lock())
        self._waiting: deque[_Request[T, R]] = deque()
        self._writing = 0
        self._batches = 0
        self._things = 0

    def put(self, things: Sequence[T]) -> Sequence[R]:
        """Return when the things are written, one result each in their order.

        Raises what `write` raised for the batch they were in. More than `most` things at once are one batch all the
        same: a caller's things are never torn apart.
        """
        if not things:
            return ()
        request: _Request[T, R] = _Request(things)
        with self._changed:
            self._waiting.append(request)
        while batch := self._next_batch(request):
            self._write_batch(batch)
        if request.error is not None:
            raise request.error
        assert request.results is not None
        return request.results

    def stats(self) -> dict[str, int]:
        """`batches` and `things` written since the start, failed ones included."""
        with self._changed:
            return {"batches": self._batches, "things": self._things}

    def _next_batch(self, request: _Request[T, R]) -> list[_Request[T, R]]:
        """Wait until the request is done (then nothing) or it is this thread's turn to write (then what waits)."""
        with self._changed:
            self._changed.wait_for(lambda: request.is_done() or (self._waiting and self._writing < self._writers))
            if request.is_done():
                return []
            batch = [self._waiting.popleft()]
            count = len(batch[0].things)
            while self._waiting and count + len(self._waiting[0].things) <= self._most:
                batch.append(self._waiting.popleft())
                count += len(batch[-1].things)
            self._writing += 1
            self._batches += 1
            self._things += count
            return batch

    def _write_batch(self, batch: Sequence[_Request[T, R]]) -> None:
        results: Sequence[R] = ()
        error: BaseException | None = None
        things = [thing for request in batch for thing in request.things]
        try:
            results = self._write(things)
        except BaseException as raised:  # noqa: BLE001 - raised again by every caller of this batch, and by no other
            error = raised
        if error is None and len(results) != len(things):
            error = ValueError(f"{len(things)} things were written, but {len(results)} results came back")
        with self._changed:
            at = 0
            for request in batch:
                request.results = None if error else results[at : at + len(request.things)]
                request.error = error
                at += len(request.things)
            self._writing -= 1
            self._changed.notify_all()
