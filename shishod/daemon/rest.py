"""Rest: what was kept for work is given back when there is none left."""

from collections.abc import Callable, Sequence


class Rest:
    """One owner: the supervisor's tick. All is given back at the first look that finds no work after one that did."""

    def __init__(self, busy: Callable[[], bool], give_back: Sequence[Callable[[], object]]) -> None:
        self._busy, self._give_back = busy, tuple(give_back)
        self._worked = False

    def tick(self) -> None:
        """Look whether there is work; what is given back takes some milliseconds."""
        busy = self._busy()
        if self._worked and not busy:
            for call in self._give_back:
                call()
        self._worked = busy
