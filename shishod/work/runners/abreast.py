"""Abreast: one piece of work in several parts at once, for who has a thread of his own and the whole machine."""

import threading
from collections.abc import Callable, Sequence
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")


def abreast(carry: Callable[[Sequence[T]], R], things: Sequence[T], parts: int) -> list[R]:
    """What `carry` returns of as many equal parts of the things, each in a thread of its own; in their order.

    It ends when all have ended; what the first of them raised is raised then. An executor's threads would keep the
    interpreter from ending while one hangs in a dead disk.
    """
    size = -(-len(things) // max(parts, 1))
    shares = [things[at : at + size] for at in range(0, len(things), size or 1)]
    returned: dict[int, R] = {}
    raised: dict[int, BaseException] = {}

    def do(number: int) -> None:
        try:
            returned[number] = carry(shares[number])
        except BaseException as error:  # noqa: BLE001 - raised again where somebody waits for it
            raised[number] = error

    threads = [
        threading.Thread(target=do, args=(number,), name=f"part-{number}", daemon=True)
        for number in range(1, len(shares))
    ]
    for thread in threads:
        thread.start()
    if shares:
        do(0)
    for thread in threads:
        thread.join()
    if raised:
        raise raised[min(raised)]
    return [returned[number] for number in range(len(shares))]
