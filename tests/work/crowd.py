"""Many threads at once, whose failures are the test's."""

import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager


def together(*acts: Callable[[], object], deadline_s: float = 30.0) -> None:
    """Run the acts in a thread each, begun at the same moment; raises what the first of them raised."""
    raised: list[BaseException] = []
    line = threading.Barrier(len(acts))

    def perform(act: Callable[[], object]) -> None:
        try:
            line.wait(deadline_s)
            act()
        except BaseException as error:
            raised.append(error)

    threads = [threading.Thread(target=perform, args=(act,), daemon=True) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(deadline_s)
    if raised:
        raise raised[0]
    assert not any(thread.is_alive() for thread in threads), "some threads hang"


@contextmanager
def restless() -> Iterator[None]:
    """Switch threads five hundred times as often as usual, so that what can go wrong between two lines does."""
    usual = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    try:
        yield
    finally:
        sys.setswitchinterval(usual)
