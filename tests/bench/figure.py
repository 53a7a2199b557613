"""Figure: one line of the table, and how its two sides take turns."""

import statistics
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Figure:
    """A value, held to a bound from below or above, with the runs that made it; with no bound there is no verdict."""

    name: str
    value: float
    unit: str
    runs: dict[str, list[float]] = field(default_factory=dict)
    least: float | None = None
    most: float | None = None

    @property
    def bound(self) -> str:
        if self.least is not None:
            return f">= {self.least:g}"
        return "" if self.most is None else f"<= {self.most:g}"

    @property
    def holds(self) -> bool | None:
        return self.holds_for(1.0)

    def holds_for(self, share: float) -> bool | None:
        """Whether at least this share of what is promised is there, as half of it beside other work."""
        if self.least is not None:
            return self.value >= self.least * share
        return None if self.most is None else self.value <= self.most / share


def alternated(rounds: int, **turns: Callable[[], float]) -> dict[str, list[float]]:
    """A B A B ...: whatever else the machine does meets all of them alike."""
    runs: dict[str, list[float]] = {name: [] for name in turns}
    for _ in range(rounds):
        for name, turn in turns.items():
            runs[name].append(turn())
    return runs


def ratio(runs: dict[str, list[float]], over: str, under: str) -> float:
    return statistics.median(runs[over]) / statistics.median(runs[under])


def only(runs: dict[str, list[float]], *names: str) -> dict[str, list[float]]:
    return {name: runs[name] for name in names}
