"""Abreast: one run in several processes at once, for who has a thread of his own and the whole machine."""

import threading
from collections.abc import Callable, Sequence
from typing import TypeVar

from shishod.work.runners import Failed, Runner, blame

T = TypeVar("T")
R = TypeVar("R")


def abreast(runner: Runner, function: Callable[[T], R], things: Sequence[T], hands: int) -> list[R | Failed]:
    """What `run` answers, not to the end, of as many equal parts of the things as there are hands; in their order.

    A thing that hung keeps only the rest of its own part from being read.
    """
    size = -(-len(things) // max(hands, 1))
    parts = [things[at : at + size] for at in range(0, len(things), size or 1)]
    answers: list[list[R | Failed]] = [[] for _ in parts]

    def carry(number: int) -> None:
        try:
            answers[number] = runner.run(function, parts[number], to_the_end=False)
        except BaseException as error:  # noqa: BLE001 - a thread of ours has nobody else to tell
            answers[number] = [blame(error)] * len(parts[number])

    threads = [
        threading.Thread(target=carry, args=(number,), name=f"run-{number}", daemon=True)
        for number in range(1, len(parts))
    ]
    for thread in threads:
        thread.start()
    if parts:
        carry(0)
    for thread in threads:
        thread.join()
    return [answer for told in answers for answer in told]
