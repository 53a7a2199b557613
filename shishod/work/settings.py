"""WorkSettings: how many work at once, and where reading happens."""

import os
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, PlainSerializer

from shishod.settings import RoomSettings, Seconds


def _count(value: Any) -> Any:
    return 0 if value == "auto" else value


Count = Annotated[int, BeforeValidator(_count), Field(ge=0), PlainSerializer(lambda count: count or "auto")]
"""A number of workers; "auto", which is 0, leaves it to the machine."""


class WorkSettings(RoomSettings):
    """Who does the work, and where."""

    workers: Count = 0
    """Threads that carry out errands; auto is as many as there are cores, and four at least."""

    runner: Literal["processes", "inline"] = "processes"
    """Where files are read: in processes of their own, or inline in the threads, without any limit or protection."""

    sandbox: Literal["auto", "off"] = "auto"
    """What keeps a process that reads files from all else: auto is what the kernel offers, off leaves only limits."""

    processes: Count = 0
    """Processes that read files; auto is as many as there are cores."""

    chunk: int = Field(default=32, ge=1, le=1000)
    """Tickets that a worker takes at once; more is faster for many small books, fewer is fairer."""

    idle_retire: Seconds = 60.0
    """How long a reading process stays when there is nothing to read."""

    ageing: Seconds = Field(default=60.0, gt=0)
    """Waiting for so long makes work more urgent by one priority."""

    def worker_count(self) -> int:
        return self.workers or max(os.cpu_count() or 1, 4)

    def process_count(self) -> int:
        return self.processes or os.cpu_count() or 1
