"""Calls: few at once, each with a deadline, and none lost."""

import asyncio
import threading

import pytest

from shishod.control.calls import Calls
from shishod.errors import Unreachable


def test_a_call_gives_its_result_or_its_own_error():
    calls = Calls(most=1, limit_s=5)

    async def both() -> int:
        with pytest.raises(ZeroDivisionError):
            await calls.run(lambda: 1 // 0)
        return await calls.run(pow, 2, 10)

    assert asyncio.run(both()) == 1024


def test_no_more_than_so_many_run_at_once():
    lock, running, most = threading.Lock(), 0, 0
    both = threading.Barrier(3, timeout=5)

    def call() -> None:
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        both.wait()
        with lock:
            running -= 1

    async def many() -> None:
        calls = Calls(most=3, limit_s=10)
        await asyncio.gather(*(calls.run(call) for _ in range(12)))

    asyncio.run(many())

    assert most == 3


def test_a_call_that_hangs_is_given_up_but_keeps_its_place():
    release = threading.Event()

    async def three() -> str:
        calls = Calls(most=1, limit_s=0.2)
        with pytest.raises(Unreachable, match=r"within 0\.2 s"):
            await calls.run(release.wait, 30)
        with pytest.raises(Unreachable):  # the only place is taken by the one that hangs
            await calls.run(str)
        release.set()
        for _ in range(50):
            try:
                return await calls.run(str, "again")
            except Unreachable:
                continue
        return "never"

    assert asyncio.run(three()) == "again"


def test_a_call_that_outlives_the_loop_harms_nobody():
    release, ended = threading.Event(), threading.Event()

    def call() -> None:
        release.wait(30)
        ended.set()

    async def leave() -> None:
        with pytest.raises(Unreachable):
            await Calls(most=1, limit_s=0.05).run(call)

    asyncio.run(leave())
    release.set()

    assert ended.wait(5)


def test_a_call_for_which_there_is_no_thread_is_told_and_takes_no_place():
    calls = Calls(most=1, limit_s=5)

    async def both() -> str:
        before = threading.stack_size(2**46)  # more than an address space has: the kernel refuses such a thread
        try:
            with pytest.raises(Unreachable, match="no further thread"):
                await calls.run(str)
        finally:
            threading.stack_size(before)
        return await calls.run(str, "again")

    assert asyncio.run(both()) == "again"


def test_where_all_places_are_taken_whoever_comes_is_told_so_soon():
    release = threading.Event()

    async def several() -> bool:
        calls = Calls(most=1, limit_s=30, busy="one is asked already", patience_s=0.05)
        first = asyncio.ensure_future(calls.run(release.wait, 30))
        await asyncio.sleep(0)
        for _ in range(3):
            with pytest.raises(Unreachable, match="one is asked already"):
                await calls.run(str)
        release.set()
        return await first

    assert asyncio.run(several())
