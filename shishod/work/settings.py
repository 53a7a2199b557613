"""WorkSettings: how many work at once, and where reading happens."""

import os
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, PlainSerializer

from shishod.model.pressure import Bounds, Limits
from shishod.settings import RoomSettings, Seconds

MOST = 256  # more threads than any machine has use for


def _count(value: Any) -> Any:
    return 0 if value == "auto" else value


Count = Annotated[int, BeforeValidator(_count), Field(ge=0, le=MOST), PlainSerializer(lambda count: count or "auto")]
"""A number of workers; "auto", which is 0, leaves it to the machine."""


class WorkSettings(RoomSettings):
    """Who does the work, and where."""

    workers: Count = 0
    """Threads that carry out errands, whatever the load; auto is as many as there are cores, and four at least, fewer
    while the machine is busy, and more while that reads faster and `most` allows it."""

    nice: int = Field(default=10, ge=0, le=19)
    """How far reading processes stand back for the processor; for the disk they always do."""

    least: int = Field(default=1, ge=1, le=MOST)
    """The fewest workers that auto leaves; only a machine without any memory left has none."""

    most: Count = 0
    """The most workers that auto hires; auto is as many as it begins with."""

    runner: Literal["processes", "inline"] = "processes"
    """Where files are read: in processes of their own, or inline in the threads, without any limit or protection."""

    sandbox: Literal["auto", "off"] = "auto"
    """What keeps a process that reads files from all else: auto is what the kernel offers, off leaves only limits."""

    processes: Count = 0
    """Processes that read files; auto is as many as there are cores, and up to workers where opening files is slow."""

    chunk: int = Field(default=64, ge=1, le=1000)
    """Tickets that a worker takes at once; more is faster for many small books, fewer is fairer."""

    idle_retire: Seconds = 60.0
    """How long a reading process stays when there is nothing to read; what they are made of goes with the last."""

    ageing: Seconds = Field(default=60.0, gt=0)
    """Waiting for so long makes work more urgent by one priority."""

    def worker_count(self) -> int:
        return self.workers or max(os.cpu_count() or 1, 4)

    def process_count(self) -> int:
        return self.processes or os.cpu_count() or 1

    def most_processes(self) -> int:
        """How many there may be where opening files is slow."""
        return self.processes or max(os.cpu_count() or 1, self.bounds().most)

    def shares(self) -> dict[str, int]:
        """How many there are at first, for the log: "auto" in numbers."""
        return {"workers": self.bounds().usual, "processes": self.process_count(), "cores": os.cpu_count() or 1}

    def bounds(self) -> Bounds:
        """How few and how many workers there may be, and how many there are at first."""
        usual = self.worker_count()
        most = max(usual if self.workers else self.most or usual, self.least)
        return Bounds(self.least, max(min(usual, most), self.least), most)


Number = Annotated[float, Field(allow_inf_nan=False)]


def _steps(value: tuple[float, float, float]) -> tuple[float, float, float]:
    if list(value) != sorted(value) and list(value) != sorted(value, reverse=True):
        raise ValueError("three numbers in order: from where the load is elevated, heavy and critical")
    return value


Steps = Annotated[tuple[Number, Number, Number], AfterValidator(_steps)]


class PressureSettings(RoomSettings):
    """From where on the machine counts as busy; three percentages each: elevated, heavy, critical. Over 100 is never.

    Elevated leaves two books at once, heavy `work.least`, and critical none until it is over; the pauses are used by
    nobody meanwhile.
    """

    others: Steps = Limits().others
    """Processor time that other programs use; what stands back as our reading does (nice) is not counted."""

    io_stall: Steps = Limits().io_stall
    """Time in which all that would run waits for a disk (/proc/pressure/io)."""

    memory_stall: Steps = Limits().memory_stall
    """Time in which something waits for memory (/proc/pressure/memory)."""

    memory_free: Steps = Limits().memory_free
    """Memory that is still free, counted downwards."""

    cooldown: Seconds = 60.0
    """How long the load must have been lower before it counts as lower by one level."""

    def limits(self) -> Limits:
        return Limits(self.others, self.io_stall, self.memory_stall, self.memory_free)
