"""Whether what the schedule names is there: a scan of nothing would be planned, and nobody would hear of it."""

import os
from collections.abc import Iterator, Sequence

from shishod import paths
from shishod.daemon import roots
from shishod.model.library import Library
from shishod.schedule import ScheduleSettings
from shishod.strict_yaml import Key


def strangers(schedule: ScheduleSettings, libraries: Sequence[Library]) -> Iterator[tuple[Key, str]]:
    """Each library and folder that the schedule names and the configuration does not, with what is known instead."""
    names = {library.name for library in libraries}
    folders = [root for library in libraries for root in library.roots]
    known = f"the libraries are: {', '.join(sorted(names)) or 'none'}"
    for index, plan in enumerate(schedule.plans):
        if plan.library is not None and plan.library not in names:
            yield ("schedule", "plans", index, "library"), f'there is no library "{plan.library}"; {known}'
        if plan.path is not None and not _held(os.fsencode(plan.path), folders):
            there = ", ".join(map(paths.display, folders)) or "none"
            yield ("schedule", "plans", index, "path"), f"{plan.path} lies in no library; their folders are: {there}"
    for index, name in enumerate(schedule.leave_out):
        if name not in names:
            yield ("schedule", "leave_out", index), f'there is no library "{name}"; {known}'


def _held(path: bytes, folders: Sequence[bytes]) -> bool:
    return path.startswith(b"/") and roots.holder(roots.normal(path), folders) is not None
