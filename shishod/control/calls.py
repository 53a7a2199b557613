"""Blocking calls kept off the event loop: few at once, each with a deadline."""

import asyncio
import contextlib
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from shishod.control.hands import Hands
from shishod.errors import Unreachable

P = ParamSpec("P")
T = TypeVar("T")
PATIENCE_S = 5.0


class Calls:
    """At most `most` calls at once, on daemonic threads; more wait their turn, where there is `busy` to say no longer
    than `patience_s`.

    A call that outlives `limit_s` (a stat on a dead share) is given up by its caller, but keeps its place until it
    returns, so that such calls can never be more than `most`.
    """

    def __init__(self, most: int, limit_s: float, busy: str = "", patience_s: float = PATIENCE_S) -> None:
        self._places = asyncio.Semaphore(most)
        self._limit_s = limit_s
        self._busy = busy
        self._hands = Hands()
        self._patience_s = patience_s if busy else None

    async def run(self, call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """The call's result or its exception. Raises Unreachable when the time is over, or no place becomes free."""
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[T] = loop.create_future()

        def settle(result: T | None, error: BaseException | None) -> None:
            self._places.release()
            if answer.done():
                return
            if error is not None:
                answer.set_exception(error)
            else:
                answer.set_result(result)  # type: ignore[arg-type]

        def work() -> None:
            result: T | None = None
            failure: BaseException | None = None
            try:
                result = call(*args, **kwargs)
            except BaseException as error:  # noqa: BLE001  handed to the caller, who waits for it
                failure = error
            with contextlib.suppress(RuntimeError):  # the loop has closed: nobody waits any more
                loop.call_soon_threadsafe(settle, result, failure)

        try:
            async with asyncio.timeout(self._limit_s):
                await self._take_place()
                self._begin(work)
                return await answer
        except TimeoutError as error:
            raise Unreachable(
                f"no answer within {self._limit_s:g} s: a disk or the database is very slow. Nothing was changed by "
                "waiting; `shishoctl status` says how the roots are",
                retry_after_s=self._limit_s,
            ) from error

    def _begin(self, work: Callable[[], None]) -> None:
        try:
            self._hands.carry(work)
        except RuntimeError as error:
            self._places.release()
            raise Unreachable(
                "the kernel gives no further thread, so nothing was done; `shishoctl doctor` tells of the limits",
                retry_after_s=self._limit_s,
            ) from error

    async def _take_place(self) -> None:
        try:
            async with asyncio.timeout(self._patience_s):
                await self._places.acquire()
        except TimeoutError as error:
            raise Unreachable(self._busy, retry_after_s=60.0) from error
