"""Pressure: how hard the machine is used, and how many may work at it; pure functions of samples."""

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import NamedTuple


class Level(StrEnum):
    """From all is free to nothing is to be added."""

    NORMAL = "normal"
    ELEVATED = "elevated"
    HEAVY = "heavy"
    CRITICAL = "critical"


LEVELS = tuple(Level)
BUSY_AT_ONCE = 2  # books, while the machine is busy


class Sample(NamedTuple):
    """The machine at one moment of monotonic time; shares are percent.

    `others` is the processor time that neither we nor what stands back as we do has used since the sample before.
    `io_stall` and `memory_stall` are the kernel's pressure of the last 10 s: the share of time in which all that would
    run waits for a disk, or something for memory. `done` are files read since the start, `waiting` books to be read.
    """

    at_s: float
    others: float = 0.0
    io_stall: float = 0.0
    memory_stall: float = 0.0
    memory_free: float = 100.0
    done: int = 0
    waiting: int = 0


class Limits(NamedTuple):
    """From where each level begins: elevated, heavy, critical; percent. `memory_free` counts downwards."""

    others: tuple[float, float, float] = (90, 101, 101)  # whoever stands back is in nobody's way
    io_stall: tuple[float, float, float] = (80, 95, 101)
    memory_stall: tuple[float, float, float] = (5, 15, 40)
    memory_free: tuple[float, float, float] = (10, 6, 3)


_WORDS = {
    "others": "other programs use {:.0f} % of the processors",
    "io_stall": "for {:.0f} % of the time everything waits for a disk",
    "memory_stall": "for {:.0f} % of the time something waits for memory",
    "memory_free": "only {:.0f} % of the memory is free",
}


def level_of(sample: Sample, limits: Limits) -> tuple[Level, str]:
    """The worst level that any reading reaches, and that reading in words; "" for NORMAL."""
    worst, reason = 0, ""
    for name, words in _WORDS.items():
        value, steps = getattr(sample, name), getattr(limits, name)
        reached = sum(value <= step if name == "memory_free" else value >= step for step in steps)
        if reached > worst:
            worst, reason = reached, words.format(value)
    return LEVELS[worst], reason


@dataclass(frozen=True, slots=True)
class Gauge:
    """The level that is acted on: it rises at once, and falls a step each time it was lower all through a cooldown."""

    level: Level = Level.NORMAL
    reason: str = ""
    lower_since_s: float | None = None

    def seen(self, sample: Sample, limits: Limits, cooldown_s: float) -> "Gauge":
        """The gauge after one more sample."""
        now, reason = level_of(sample, limits)
        if LEVELS.index(now) > LEVELS.index(self.level):
            return Gauge(now, reason)
        if now is self.level:
            return Gauge(now, reason)
        if self.lower_since_s is None or sample.at_s < self.lower_since_s:
            return replace(self, lower_since_s=sample.at_s)
        if sample.at_s - self.lower_since_s < cooldown_s:
            return self
        below = LEVELS[LEVELS.index(self.level) - 1]
        return Gauge(below, reason if below is now else self.reason, None if below is now else sample.at_s)


class Bounds(NamedTuple):
    """How few and how many may work, and how many do where nothing speaks against it."""

    least: int
    usual: int
    most: int


@dataclass(frozen=True, slots=True)
class Staff:
    """How many work, why, and what is being found out: whether the one that came last made anything faster.

    `ceiling` is how many are worth their while, until `ceiling_until_s`.
    """

    workers: int
    reason: str = "as many as usual"
    since_s: float = 0.0
    done: int = 0
    rate: float = 0.0  # files a second before the last one came
    ceiling: int | None = None
    ceiling_until_s: float = 0.0


STEADY_S = 10.0  # between two steps, and what a rate is measured over
WORTH_IT = 1.05
REMEMBERED_S = 300.0


def decide(staff: Staff, gauge: Gauge, sample: Sample, bounds: Bounds) -> Staff:
    """How many are to work from now on; the same Staff while nothing changes. 0 lets everybody pause.

    Fewer at once when the machine is busy; one more every STEADY_S while it is not and books wait. Beyond `usual` one
    more stays only if that made it faster.
    """
    most = _most(gauge.level, bounds)
    if staff.workers > most:
        return _changed(staff, sample, most, f"the machine is under {gauge.level} load: {gauge.reason}")
    if gauge.level is not Level.NORMAL or sample.at_s - staff.since_s < STEADY_S or not sample.waiting:
        if staff.workers >= min(most, bounds.least):
            return staff
        return _changed(staff, sample, min(most, bounds.least), f"the load is {gauge.level}")
    rate = (sample.done - staff.done) / (sample.at_s - staff.since_s)
    if staff.workers > bounds.usual and staff.rate and rate < staff.rate * WORTH_IT:
        fewer = _changed(staff, sample, staff.workers - 1, f"{staff.workers} read no faster than {staff.workers - 1}")
        return replace(fewer, rate=0.0, ceiling=fewer.workers, ceiling_until_s=sample.at_s + REMEMBERED_S)
    ceiling = staff.ceiling if staff.ceiling is not None and sample.at_s < staff.ceiling_until_s else most
    if staff.workers < min(most, ceiling):
        more = _changed(staff, sample, staff.workers + 1, "books wait and the machine is free")
        return replace(more, rate=rate)
    return staff


def _most(level: Level, bounds: Bounds) -> int:
    return {
        Level.NORMAL: bounds.most,
        Level.ELEVATED: min(BUSY_AT_ONCE, bounds.most),
        Level.HEAVY: bounds.least,
        Level.CRITICAL: 0,
    }[level]


def _changed(staff: Staff, sample: Sample, workers: int, reason: str) -> Staff:
    return replace(staff, workers=workers, reason=reason, since_s=sample.at_s, done=sample.done)
